local options = require "torch.utils.options"
local transformers = require "torch.nn.transformers"

local NAME <const> = "nn.TransformerEncoderLayer"

--- nn.TransformerEncoderLayer(d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
-- activation: any = "relu", layer_norm_eps: float = 1e-5, batch_first: bool = false, norm_first: bool = false,
-- bias: bool = true, device: device = nil, dtype: dtype = nil): Attention of a sequence to itself, then two linear maps
-- with an activation ("relu", "gelu" or a function) between them, each with a norm and what was there before added
-- (Vaswani et al. 2017). Called with src and options src_mask, src_key_padding_mask, is_causal.
local Layer = torch.class("nn.TransformerEncoderLayer", torch.nn.Module)

function Layer:__init(...)
  transformers.parts(self, NAME, options.read(NAME, transformers.LAYER, ...), {"self_attn"})
end

local CALL <const> = {{"src", kind = "tensor", required = true}, {"src_mask", kind = "tensor"},
  {"src_key_padding_mask", kind = "tensor"}, {"is_causal", kind = "boolean", default = false}}

function Layer:forward(...)
  local given = options.read(NAME, CALL, ...)
  local x = transformers.residual(self, self.norm1, given.src, function(y)
    return transformers.attend(self, "self_attn", "dropout1", y, y, given.src_mask, given.src_key_padding_mask,
      given.is_causal)
  end)
  return transformers.residual(self, self.norm2, x, function(y)
    return transformers.feed_forward(self, y, self.dropout2)
  end)
end

--- nn.TransformerEncoderLayer:copy() -> Module: A layer with the same options and its own parameters of the same
-- values.
function Layer:copy() return transformers.copy(self, "TransformerEncoderLayer") end

return Layer
