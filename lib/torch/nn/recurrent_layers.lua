-- The classes nn.RNN, nn.LSTM and nn.GRU: layers over sequences.
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"
local packed_sequences = require "torch.nn.packed_sequences"
local recurrent = require "torch.nn.recurrent"

local function parameters(kind)
  local list = {{"input_size", kind = "positive", required = true}, {"hidden_size", kind = "positive", required = true},
    {"num_layers", kind = "positive", default = 1}}
  if kind == "RNN" then list[4] = {"nonlinearity", kind = "string", default = "tanh"} end
  local rest = {{"bias", kind = "boolean", default = true}, {"batch_first", kind = "boolean", default = false},
    {"dropout", kind = "number", default = 0}, {"bidirectional", kind = "boolean", default = false},
    {"proj_size", kind = "count", default = 0}, {"device"}, {"dtype"}}
  if kind ~= "LSTM" then table.remove(rest, 5) end
  return table.move(rest, 1, #rest, #list + 1, list)
end

-- The end of the names of one layer's parameters in one direction: PyTorch's, which counts from 0.
local function suffix(layer, backwards) return ("_l%d%s"):format(layer - 1, backwards and "_reverse" or "") end

local function check(name, kind, given)
  if kind == "RNN" then recurrent.check_nonlinearity(name, given, 4) end
  if not (given.dropout >= 0 and given.dropout <= 1) then
    options.wrong(name, "dropout", nil, "a probability from 0 to 1", given.dropout)
  end
  if kind == "LSTM" and given.proj_size >= given.hidden_size then
    options.wrong(name, "proj_size", nil, ("less than hidden_size = %d"):format(given.hidden_size), given.proj_size)
  end
end

local function make_parameters(self, kind, given)
  local directions = given.bidirectional and 2 or 1
  local out = (given.proj_size or 0) > 0 and given.proj_size or given.hidden_size
  options.room("nn." .. kind, {given.num_layers, directions, recurrent.GATES[kind], given.hidden_size,
    math.max(given.input_size, out)})
  local gates = recurrent.GATES[kind] * given.hidden_size
  for layer = 1, given.num_layers do
    for direction = 1, directions do
      local ending = suffix(layer, direction == 2)
      self["weight_ih" .. ending] = recurrent.uniform(given, gates, layer == 1 and given.input_size or out * directions)
      self["weight_hh" .. ending] = recurrent.uniform(given, gates, out)
      if given.bias then
        self["bias_ih" .. ending] = recurrent.uniform(given, gates)
        self["bias_hh" .. ending] = recurrent.uniform(given, gates)
      end
      if out ~= given.hidden_size then
        self["weight_hr" .. ending] = recurrent.uniform(given, out, given.hidden_size)
      end
    end
  end
end

local function weights(self, ending)
  local w = {ih = self["weight_ih" .. ending], hh = self["weight_hh" .. ending], relu = self.nonlinearity == "relu"}
  if self.bias then w.bias_ih, w.bias_hh = self["bias_ih" .. ending], self["bias_hh" .. ending] end
  if (self.proj_size or 0) > 0 then w.hr = self["weight_hr" .. ending] end
  return w
end

-- All layers over x (T×B×I), from the states h and c (layers·directions × B × …): outputs and the last states.
local function run(self, kind, x, h, c)
  local last_h, last_c = {}, {}
  local directions = self.bidirectional and 2 or 1
  for layer = 1, self.num_layers do
    local outputs = {}
    for direction = 1, directions do
      local at = (layer - 1) * directions + direction
      local w = weights(self, suffix(layer, direction == 2))
      outputs[direction], last_h[at], last_c[at] = recurrent.pass(kind, x, h[at], c and c[at], w, direction == 2)
    end
    x = directions == 2 and torch.cat(outputs, 3) or outputs[1]
    if layer < self.num_layers and self.dropout > 0 then
      x = torch.nn.functional.dropout(x, self.dropout, self.training)
    end
  end
  return x, torch.stack(last_h, 1), c and torch.stack(last_c, 1)
end

-- The input as T×B×I, and whether it had no batch.
local function sequence(self, name, input)
  local single = input.ndim == 2
  if not single and input.ndim ~= 3 or input:size(-1) ~= self.input_size then
    options.wrong(name, "input", 1, ("2 or 3 dimensions, the last of size %d"):format(self.input_size), input)
  end
  local x = single and input:unsqueeze(2) or self.batch_first and input:transpose(1, 2) or input
  if x:size(1) == 0 then options.wrong(name, "input", 1, "at least one step", input) end
  return x, single
end

local function forward(self, name, kind, input, hx)
  local x, single = sequence(self, name, input)
  local count = self.num_layers * (self.bidirectional and 2 or 1)
  local size = (self.proj_size or 0) > 0 and self.proj_size or self.hidden_size
  local h_size = single and {count, size} or {count, x:size(2), size}
  local c_size = single and {count, self.hidden_size} or {count, x:size(2), self.hidden_size}
  local h, c = recurrent.state(name, kind, x, hx, h_size, c_size)
  if single then h, c = h:unsqueeze(2), c and c:unsqueeze(2) end
  local out
  out, h, c = run(self, kind, x, h, c)
  if single then
    out, h, c = out:squeeze(2), h:squeeze(2), c and c:squeeze(2)
  elseif self.batch_first then
    out = out:transpose(1, 2)
  end
  return out, kind == "LSTM" and {h, c} or h
end

--- recurrent_layers(kind): the class nn.<kind>.
return function(kind)
  local name = "nn." .. kind
  return packed_sequences.accept(name, composed(kind, parameters(kind), {
    repr = "input_size:value hidden_size:value proj_size:changed num_layers:changed bias:changed batch_first:changed "
      .. "dropout:changed bidirectional:changed",
    init = function(self, given)
      check(name, kind, given)
      make_parameters(self, kind, given)
      self.bias = given.bias
    end,
    forward = function(self, input, hx) return forward(self, name, kind, input, hx) end}))
end
