local options = require "torch.utils.options"
local transformers = require "torch.nn.transformers"

local NAME <const> = "nn.TransformerEncoder"

--- nn.TransformerEncoder(layer: Module, num_layers: int, norm: Module = nil): num_layers copies of an encoder layer
-- after each other, and a norm. Called with src and options mask, src_key_padding_mask, is_causal.
local Encoder = torch.class("nn.TransformerEncoder", torch.nn.Module)

function Encoder:__init(...)
  local given = options.read(NAME, {{"layer", kind = "any", required = true},
    {"num_layers", kind = "positive", required = true}, {"norm"}}, ...)
  transformers.stack(self, NAME, given.layer, given.num_layers, given.norm)
end

local CALL <const> = {{"src", kind = "tensor", required = true}, {"mask", kind = "tensor"},
  {"src_key_padding_mask", kind = "tensor"}, {"is_causal", kind = "boolean", default = false}}

function Encoder:forward(...)
  local given = options.read(NAME, CALL, ...)
  local x = given.src
  for _, layer in ipairs(self.layers:children()) do
    x = layer(x, given.mask, given.src_key_padding_mask, given.is_causal)
  end
  return self.norm and self.norm(x) or x
end

return Encoder
