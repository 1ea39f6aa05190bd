local options = require "torch.utils.options"
local transformers = require "torch.nn.transformers"

local NAME <const> = "nn.TransformerDecoder"

--- nn.TransformerDecoder(layer: Module, num_layers: int, norm: Module = nil): num_layers copies of a decoder layer
-- after each other, and a norm. Called as nn.TransformerDecoderLayer.
local Decoder = torch.class("nn.TransformerDecoder", torch.nn.Module)

function Decoder:__init(...)
  local given = options.read(NAME, {{"layer", kind = "any", required = true},
    {"num_layers", kind = "positive", required = true}, {"norm"}}, ...)
  transformers.stack(self, NAME, given.layer, given.num_layers, given.norm)
end

local CALL <const> = {{"tgt", kind = "tensor", required = true}, {"memory", kind = "tensor", required = true},
  {"tgt_mask", kind = "tensor"}, {"memory_mask", kind = "tensor"}, {"tgt_key_padding_mask", kind = "tensor"},
  {"memory_key_padding_mask", kind = "tensor"}, {"tgt_is_causal", kind = "boolean", default = false},
  {"memory_is_causal", kind = "boolean", default = false}}

function Decoder:forward(...)
  local given = options.read(NAME, CALL, ...)
  local x = given.tgt
  for _, layer in ipairs(self.layers:children()) do
    x = layer(x, given.memory, given.tgt_mask, given.memory_mask, given.tgt_key_padding_mask,
      given.memory_key_padding_mask, given.tgt_is_causal, given.memory_is_causal)
  end
  return self.norm and self.norm(x) or x
end

return Decoder
