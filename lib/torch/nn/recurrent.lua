-- What the recurrent classes share: their parameters, one step of each kind, and one pass over a sequence.
local options = require "torch.utils.options"

local recurrent = {}

--- The numbers of gates by kind.
recurrent.GATES = {RNN = 1, LSTM = 4, GRU = 3}

--- A parameter that starts uniform in ±1/√hidden_size.
function recurrent.uniform(given, ...)
  local bound = 1 / math.sqrt(given.hidden_size)
  local data = torch.empty({...}, {device = given.device, dtype = given.dtype})
  return torch.nn.Parameter(torch.nn.init.uniform_(data, -bound, bound))
end

function recurrent.check_nonlinearity(name, given, position)
  local value = given.nonlinearity
  if value ~= "tanh" and value ~= "relu" then
    options.wrong(name, "nonlinearity", position, "tanh or relu", value)
  end
end

-- One step of each kind: from what the input gives to the gates (B × gates·H), the state and the weights of the state
-- the next state. `w`: hh, bias_hh, hr (or nil).
local steps = {}

function steps.RNN(gates, h, _, w)
  local sum = gates + torch.nn.functional.linear(h, w.hh, w.bias_hh)
  return w.relu and sum:relu() or sum:tanh()
end

function steps.LSTM(gates, h, c, w)
  local sum = gates + torch.nn.functional.linear(h, w.hh, w.bias_hh)
  local i, f, g, o = table.unpack(sum:chunk(4, -1))
  c = f:sigmoid() * c + i:sigmoid() * g:tanh()
  h = o:sigmoid() * c:tanh()
  return w.hr and h:matmul(w.hr:t()) or h, c
end

function steps.GRU(gates, h, _, w)
  local size = h:size(-1)
  local state = torch.nn.functional.linear(h, w.hh, w.bias_hh)
  local both = (gates:narrow(-1, 1, 2 * size) + state:narrow(-1, 1, 2 * size)):sigmoid()
  local reset, keep = both:narrow(-1, 1, size), both:narrow(-1, size + 1, size)
  local new = (gates:narrow(-1, 2 * size + 1, size) + reset * state:narrow(-1, 2 * size + 1, size)):tanh()
  return new + keep * (h - new)
end

recurrent.steps = steps

--- One layer in one direction: x (T×B×I), the state (h, c) and the weights `w` (also ih, bias_ih). Returns the
-- outputs (T×B×H) and the last state. The products with the inputs are one for all steps.
function recurrent.pass(kind, x, h, c, w, backwards)
  local step, outputs = steps[kind], {}
  local gates = torch.nn.functional.linear(x, w.ih, w.bias_ih):unbind(1)
  local n = #gates
  for t = 1, n do
    local at = backwards and n + 1 - t or t
    h, c = step(gates[at], h, c, w)
    outputs[at] = h
  end
  return torch.stack(outputs, 1), h, c
end

--- The state as tensors h and c of these sizes: given (c and h in an array for an LSTM), or zeros.
function recurrent.state(name, kind, x, given, h_size, c_size)
  local h, c = given, nil
  if kind == "LSTM" and given ~= nil then
    if torch.is_tensor(given) or type(given) ~= "table" or #given ~= 2 then
      options.wrong(name, "hx", 2, "an array of two tensors: {h, c}", given)
    end
    h, c = given[1], given[2]
  end
  local function one(value, size)
    if value == nil then return x:new_zeros(size) end
    if not torch.is_tensor(value) or value.shape ~= size then
      options.wrong(name, "hx", 2, ("a tensor (%s)"):format(table.concat(size, "×")), value)
    end
    return value
  end
  return one(h, h_size), kind == "LSTM" and one(c, c_size) or nil
end

return recurrent
