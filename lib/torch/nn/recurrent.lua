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
local call = torch._C.call

function steps.RNN(gates, h, _, w) return call("rnn_step", gates, h, w.hh, w.bias_hh, w.relu) end

function steps.LSTM(gates, h, c, w)
  h, c = call("lstm_step", gates, h, c, w.hh, w.bias_hh)
  return w.hr and h:matmul(w.hr:t()) or h, c
end

function steps.GRU(gates, h, _, w) return call("gru_step", gates, h, w.hh, w.bias_hh) end

recurrent.steps = steps

-- Weights and states in the dtype of x, where autocast has given it another one.
local function in_dtype_of(x, w, h, c)
  local fit = {relu = w.relu}
  for name, t in pairs(w) do if torch.is_tensor(t) then fit[name] = t:to(x.dtype) end end
  return fit, h:to(x.dtype), c and c:to(x.dtype)
end

-- The same step by step: with projected states, and on devices that have no kernel for sequences.
local function step_by_step(kind, x, h, c, w, backwards)
  local step, outputs = steps[kind], {}
  local gates = torch.nn.functional.linear(x, w.ih, w.bias_ih):unbind(1)
  local n = #gates
  if n > 0 and gates[1].dtype ~= w.hh.dtype then w, h, c = in_dtype_of(gates[1], w, h, c) end
  for t = 1, n do
    local at = backwards and n + 1 - t or t
    h, c = step(gates[at], h, c, w)
    outputs[at] = h
  end
  return torch.stack(outputs, 1), h, c
end

--- One layer in one direction: x (T×B×I), the state (h, c) and the weights `w` (also ih, bias_ih). Returns the
-- outputs (T×B×H) and the last state.
function recurrent.pass(kind, x, h, c, w, backwards)
  if kind == "GRU" and torch.is_autocast_enabled() then w, h = in_dtype_of(x, w, h) end -- its row casts nothing
  if w.hr or x.device.type == "cuda" then return step_by_step(kind, x, h, c, w, backwards) end
  local how = kind == "RNN" and (w.relu and "relu" or "tanh") or kind:lower()
  local out, cells = call("recurrent", x, h, c, w.ih, w.hh, w.bias_ih, w.bias_hh, how, backwards)
  local last = backwards and 1 or out:size(1)
  return out, out:select(1, last), c and cells:select(1, last)
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
