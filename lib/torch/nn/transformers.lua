-- What the Transformer's classes share: their options, parts, and stacks of layers.
local options = require "torch.utils.options"

local transformers = {}

--- The options of a layer, in PyTorch's order.
transformers.LAYER = {{"d_model", kind = "positive", required = true}, {"nhead", kind = "positive", required = true},
  {"dim_feedforward", kind = "positive", default = 2048}, {"dropout", kind = "number", default = 0.1},
  {"activation", default = "relu"}, {"layer_norm_eps", kind = "number", default = 1e-5},
  {"batch_first", kind = "boolean", default = false}, {"norm_first", kind = "boolean", default = false},
  {"bias", kind = "boolean", default = true}, {"device"}, {"dtype"}}

--- The function of an activation that is given by name or as a function.
function transformers.activation(name, given)
  local value = given.activation
  if value == "relu" or value == "gelu" then return torch.nn.functional[value] end
  if not options.is_callable(value) then
    options.wrong(name, "activation", nil, "relu, gelu or a function", value)
  end
  return value
end

--- The parts that layers of encoder and decoder have: attentions by the names given, then two linear maps, as many
-- norms as attentions and one more, and dropouts; registered in PyTorch's order.
function transformers.parts(self, name, given, attentions)
  local nn, how = torch.nn, {device = given.device, dtype = given.dtype}
  if not (given.dropout >= 0 and given.dropout <= 1) then
    options.wrong(name, "dropout", 4, "a probability from 0 to 1", given.dropout)
  end
  self.act = transformers.activation(name, given)
  for _, attention in ipairs(attentions) do
    self[attention] = nn.MultiheadAttention(given.d_model, given.nhead, {dropout = given.dropout, bias = given.bias,
      batch_first = given.batch_first, device = given.device, dtype = given.dtype})
  end
  local linear = {bias = given.bias, device = how.device, dtype = how.dtype}
  self.linear1 = nn.Linear(given.d_model, given.dim_feedforward, linear)
  self.dropout = nn.Dropout(given.dropout)
  self.linear2 = nn.Linear(given.dim_feedforward, given.d_model, linear)
  for i = 1, #attentions + 1 do
    self["norm" .. i] = nn.LayerNorm(given.d_model, {eps = given.layer_norm_eps, bias = given.bias,
      device = how.device, dtype = how.dtype})
  end
  for i = 1, #attentions + 1 do self["dropout" .. i] = nn.Dropout(given.dropout) end
  self.norm_first = given.norm_first
  self.made_of = given
end

--- x plus what `block` makes of it, with the norm before the block or behind the sum.
function transformers.residual(self, norm, x, block)
  if self.norm_first then return x + block(norm(x)) end
  return norm(x + block(x))
end

--- The two linear maps with the activation between them.
function transformers.feed_forward(self, x, last)
  return last(self.linear2(self.dropout(self.act(self.linear1(x)))))
end

--- Attention of x to `to`, without the weights. is_causal: the mask is said to be causal.
function transformers.attend(self, attention, dropout, x, to, mask, padding, is_causal)
  local out = self[attention](x, to, to, {attn_mask = mask, key_padding_mask = padding, need_weights = false,
    is_causal = is_causal})
  return self[dropout](out)
end

--- `count` copies of a layer, each with its own parameters of the same values. A layer of a class that is not made of
-- its options says how it is copied by a method `copy`.
function transformers.copies(name, layer, count)
  if not torch.isinstance(layer, torch.nn.Module) then options.wrong(name, "layer", 1, "a layer", layer) end
  local list, size = {}, 1
  for _, p in ipairs(layer:parameters()) do size = size + p:numel() end
  options.room(name, {count, size})
  for i = 1, count do
    if not options.field(layer, "copy") then
      options.wrong(name, "layer", 1, "a Transformer layer, or a module with a method 'copy'", layer)
    end
    list[i] = layer:copy()
  end
  return torch.nn.ModuleList(list)
end

--- A layer of class nn.NAME with the options and the values of another, on its device and of its dtype.
function transformers.copy(layer, name)
  local given, mine = {}, layer:parameters()
  for key, value in pairs(layer.made_of) do given[key] = value end
  given.device, given.dtype = mine[1].device, mine[1].dtype
  local other = torch.nn[name](given)
  other:load_state_dict(layer:state_dict())
  for i, p in ipairs(other:parameters()) do p:requires_grad_(mine[i].requires_grad) end
  return other:train(layer.training)
end

--- How a stack of layers is made: num_layers copies of the layer, and a norm behind the last, or nil.
function transformers.stack(self, name, layer, num_layers, norm)
  self.layers = transformers.copies(name, layer, num_layers)
  self.num_layers = num_layers
  if norm == nil then return end
  if not torch.isinstance(norm, torch.nn.Module) then options.wrong(name, "norm", 3, "a module", norm) end
  self.norm = norm
end

return transformers
