local options = require "torch.utils.options"
local transformers = require "torch.nn.transformers"

local NAME <const> = "nn.TransformerDecoderLayer"

--- nn.TransformerDecoderLayer(d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
-- activation: any = "relu", layer_norm_eps: float = 1e-5, batch_first: bool = false, norm_first: bool = false,
-- bias: bool = true, device: device = nil, dtype: dtype = nil): nn.TransformerEncoderLayer with attention to what an
-- encoder gives (memory) between its two parts. Called with tgt, memory and options tgt_mask, memory_mask,
-- tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal, memory_is_causal.
local Layer = torch.class("nn.TransformerDecoderLayer", torch.nn.Module)

function Layer:__init(...)
  transformers.parts(self, NAME, options.read(NAME, transformers.LAYER, ...), {"self_attn", "multihead_attn"})
end

local CALL <const> = {{"tgt", kind = "tensor", required = true}, {"memory", kind = "tensor", required = true},
  {"tgt_mask", kind = "tensor"}, {"memory_mask", kind = "tensor"}, {"tgt_key_padding_mask", kind = "tensor"},
  {"memory_key_padding_mask", kind = "tensor"}, {"tgt_is_causal", kind = "boolean", default = false},
  {"memory_is_causal", kind = "boolean", default = false}}

function Layer:forward(...)
  local given = options.read(NAME, CALL, ...)
  local x = transformers.residual(self, self.norm1, given.tgt, function(y)
    return transformers.attend(self, "self_attn", "dropout1", y, y, given.tgt_mask, given.tgt_key_padding_mask,
      given.tgt_is_causal)
  end)
  x = transformers.residual(self, self.norm2, x, function(y)
    return transformers.attend(self, "multihead_attn", "dropout2", y, given.memory, given.memory_mask,
      given.memory_key_padding_mask, given.memory_is_causal)
  end)
  return transformers.residual(self, self.norm3, x, function(y)
    return transformers.feed_forward(self, y, self.dropout3)
  end)
end

--- nn.TransformerDecoderLayer:copy() -> Module: A layer with the same options and its own parameters of the same
-- values.
function Layer:copy() return transformers.copy(self, "TransformerDecoderLayer") end

return Layer
