-- nn.RNN, nn.LSTM and nn.GRU over packed sequences: as calls of the layer over plain batches. In one direction all
-- sequences that have a step go through it together, and the state of those that have ended stays. In two, sequences
-- of one length go together, for the way back begins at the end of each.
local options = require "torch.utils.options"

local packed_sequences = {}

-- The state of the sequences from `first` on, `n` of them.
local function part(state, first, n)
  if torch.is_tensor(state) then return state:narrow(2, first, n) end
  return {state[1]:narrow(2, first, n), state[2]:narrow(2, first, n)}
end

local function joined(parts)
  if torch.is_tensor(parts[1]) then return torch.cat(parts, 2) end
  local h, c = {}, {}
  for i, p in ipairs(parts) do h[i], c[i] = p[1], p[2] end
  return {torch.cat(h, 2), torch.cat(c, 2)}
end

local function permuted(state, indices)
  if indices == nil or state == nil then return state end
  if torch.is_tensor(state) then return state:index_select(2, indices) end
  return {state[1]:index_select(2, indices), state[2]:index_select(2, indices)}
end

-- Runs of steps with one batch size: {first row of the data, steps, batch size}.
local function runs(sizes)
  local list, row = {}, 1
  for t, n in ipairs(sizes) do
    local last = list[#list]
    if t > 1 and sizes[t - 1] == n then last[2] = last[2] + 1
    else list[#list + 1] = {row, 1, n} end
    row = row + n
  end
  return list
end

local function one_way(call, data, sizes, state)
  local outputs, ended, width = {}, {}, sizes[1]
  for i, run in ipairs(runs(sizes)) do
    local row, steps, n = table.unpack(run)
    if state and n < width then
      table.insert(ended, 1, part(state, n + 1, width - n))
      state = part(state, 1, n)
    end
    width = n
    local x = data:narrow(1, row, steps * n):reshape(steps, n, -1)
    local out
    out, state = call(x, state)
    outputs[i] = out:flatten(1, 2)
  end
  table.insert(ended, 1, state)
  return torch.cat(outputs, 1), joined(ended)
end

-- The rows of the data that belong to the sequences from `first` on, `n` of `steps` steps, step by step.
local function rows_of(starts, first, n, steps)
  local rows = {}
  for t = 1, steps do
    for b = first, first + n - 1 do rows[#rows + 1] = starts[t] + b - 1 end
  end
  return torch.tensor(rows, {dtype = "int64"})
end

local function two_ways(call, data, sizes, state)
  local starts, row = {}, 1
  for t, n in ipairs(sizes) do starts[t], row = row, row + n end
  local outputs, states, places = {}, {}, {}
  local first, steps = 1, #sizes
  while first <= sizes[1] do
    while sizes[steps] < first do steps = steps - 1 end
    local n = sizes[steps] - first + 1
    local rows = rows_of(starts, first, n, steps):to(data.device)
    local out, after = call(data:index_select(1, rows):reshape(steps, n, -1), state and part(state, first, n))
    outputs[#outputs + 1], states[#states + 1], places[#places + 1] = out:flatten(1, 2), after, rows
    first = first + n
  end
  return torch.cat(outputs, 1):index_select(1, torch.argsort(torch.cat(places, 1))), joined(states)
end

-- The results of a layer for a packed sequence; `plain` is its forward for tensors.
local function forward(self, name, plain, packed, hx)
  local function call(x, given)
    if not self.batch_first then return plain(self, x, given) end
    local out, after = plain(self, x:transpose(1, 2), given)
    return out:transpose(1, 2), after
  end
  local data, sizes = packed.data, packed.batch_sizes:tolist()
  if data.ndim ~= 2 then options.wrong(name, "input", 1, "a PackedSequence of rows (2 dimensions)", data) end
  local state = permuted(hx, packed.sorted_indices)
  local run = self.bidirectional and two_ways or one_way
  local out, after = run(call, data, sizes, state)
  return torch.nn.utils.rnn.PackedSequence(out, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices),
    permuted(after, packed.unsorted_indices)
end

--- The class of a layer over sequences, which takes packed ones, too.
function packed_sequences.accept(name, class)
  local plain = class.forward
  function class:forward(...)
    local input = ...
    if torch.is_tensor(input) or not torch.isinstance(input, torch.nn.utils.rnn.PackedSequence) then
      return plain(self, ...)
    end
    if select("#", ...) > 2 then
      options.raise(("%s: at most 2 arguments are expected, got %d"):format(name, select("#", ...)))
    end
    return forward(self, name, plain, ...)
  end
  return class
end

return packed_sequences
