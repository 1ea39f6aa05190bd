-- The classes nn.RNNCell, nn.LSTMCell and nn.GRUCell: one step.
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"
local recurrent = require "torch.nn.recurrent"

-- The input and state with a dimension for the batch; sizes that do not fit are named.
local function batch(self, name, kind, x, hx)
  local single = x.ndim == 1
  if not single and x.ndim ~= 2 or x:size(-1) ~= self.input_size then
    options.wrong(name, "input", 1, ("(B×%d) or (%d)"):format(self.input_size, self.input_size), x)
  end
  local size = single and {self.hidden_size} or {x:size(1), self.hidden_size}
  local h, c = recurrent.state(name, kind, x, hx, size, size)
  if not single then return x, h, c, single end
  return x:unsqueeze(1), h:unsqueeze(1), c and c:unsqueeze(1), single
end

--- One step. Under autocast products are of half precision, and the states keep their own: that is what the functions
-- of single ops give.
local function step(self, kind, x, h, c)
  if torch.is_autocast_enabled() then
    local name = kind == "RNN" and ("rnn_%s_cell"):format(self.nonlinearity) or kind:lower() .. "_cell"
    return torch[name](x, c and {h, c} or h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
  end
  local w = {hh = self.weight_hh, bias_hh = self.bias_hh, relu = self.nonlinearity == "relu"}
  local gates = torch.nn.functional.linear(x, self.weight_ih, self.bias_ih)
  return recurrent.steps[kind](gates, h, c, w)
end

--- recurrent_cell(kind): the class nn.<kind>Cell.
return function(kind)
  local name = "nn." .. kind .. "Cell"
  local list = {{"input_size", kind = "positive", required = true}, {"hidden_size", kind = "positive", required = true},
    {"bias", kind = "boolean", default = true}}
  if kind == "RNN" then list[4] = {"nonlinearity", kind = "string", default = "tanh"} end
  table.move({{"device"}, {"dtype"}}, 1, 2, #list + 1, list)
  local function init(self, given)
    if kind == "RNN" then recurrent.check_nonlinearity(name, given, 4) end
    local gates = recurrent.GATES[kind] * given.hidden_size
    self.weight_ih = recurrent.uniform(given, gates, given.input_size)
    self.weight_hh = recurrent.uniform(given, gates, given.hidden_size)
    self:register_parameter("bias_ih", given.bias and recurrent.uniform(given, gates) or nil)
    self:register_parameter("bias_hh", given.bias and recurrent.uniform(given, gates) or nil)
    self.bias = given.bias
  end
  local function forward(self, input, hx)
    local x, h, c, single = batch(self, name, kind, input, hx)
    h, c = step(self, kind, x, h, c)
    if single then h, c = h:squeeze(1), c and c:squeeze(1) end
    if kind == "LSTM" then return h, c end
    return h
  end
  return composed(kind .. "Cell", list, {init = init, forward = forward,
    repr = "input_size:value hidden_size:value bias:changed nonlinearity:changed"})
end
