local options = require "torch.utils.options"

local NAME <const> = "nn.Transformer"
local PARAMETERS <const> = {{"d_model", kind = "positive", default = 512}, {"nhead", kind = "positive", default = 8},
  {"num_encoder_layers", kind = "positive", default = 6}, {"num_decoder_layers", kind = "positive", default = 6},
  {"dim_feedforward", kind = "positive", default = 2048}, {"dropout", kind = "number", default = 0.1},
  {"activation", default = "relu"}, {"custom_encoder"}, {"custom_decoder"},
  {"layer_norm_eps", kind = "number", default = 1e-5}, {"batch_first", kind = "boolean", default = false},
  {"norm_first", kind = "boolean", default = false}, {"bias", kind = "boolean", default = true}, {"device"}, {"dtype"}}

--- nn.Transformer(d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6, num_decoder_layers: int = 6,
-- dim_feedforward: int = 2048, dropout: float = 0.1, activation: any = "relu", custom_encoder: Module = nil,
-- custom_decoder: Module = nil, layer_norm_eps: float = 1e-5, batch_first: bool = false, norm_first: bool = false,
-- bias: bool = true, device: device = nil, dtype: dtype = nil): An encoder of src and a decoder of tgt that attends to
-- what the encoder gives (Vaswani et al. 2017). Called with src, tgt and options src_mask, tgt_mask, memory_mask,
-- src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask. Matrices start by xavier_uniform_.
local Transformer = torch.class("nn.Transformer", torch.nn.Module)

function Transformer:__init(...)
  local given, nn = options.read(NAME, PARAMETERS, ...), torch.nn
  local layer = {}
  for _, key in ipairs {"d_model", "nhead", "dim_feedforward", "dropout", "activation", "layer_norm_eps", "batch_first",
    "norm_first", "bias", "device", "dtype"} do layer[key] = given[key] end
  local norm = {eps = given.layer_norm_eps, bias = given.bias, device = given.device, dtype = given.dtype}
  self.encoder = given.custom_encoder or nn.TransformerEncoder(nn.TransformerEncoderLayer(layer),
    given.num_encoder_layers, nn.LayerNorm(given.d_model, norm))
  self.decoder = given.custom_decoder or nn.TransformerDecoder(nn.TransformerDecoderLayer(layer),
    given.num_decoder_layers, nn.LayerNorm(given.d_model, norm))
  for _, p in ipairs(self:parameters()) do
    if p.ndim > 1 then nn.init.xavier_uniform_(p) end
  end
  self.d_model, self.nhead, self.batch_first = given.d_model, given.nhead, given.batch_first
end

local CALL <const> = {{"src", kind = "tensor", required = true}, {"tgt", kind = "tensor", required = true},
  {"src_mask", kind = "tensor"}, {"tgt_mask", kind = "tensor"}, {"memory_mask", kind = "tensor"},
  {"src_key_padding_mask", kind = "tensor"}, {"tgt_key_padding_mask", kind = "tensor"},
  {"memory_key_padding_mask", kind = "tensor"}, {"src_is_causal", kind = "boolean", default = false},
  {"tgt_is_causal", kind = "boolean", default = false}, {"memory_is_causal", kind = "boolean", default = false}}

function Transformer:forward(...)
  local given = options.read(NAME, CALL, ...)
  for i, name in ipairs {"src", "tgt"} do
    local x = given[name]
    if x.ndim ~= 2 and x.ndim ~= 3 or x:size(-1) ~= self.d_model then
      options.wrong(NAME, name, i, ("2 or 3 dimensions, the last of size %d"):format(self.d_model), x)
    end
  end
  local memory = self.encoder(given.src, given.src_mask, given.src_key_padding_mask, given.src_is_causal)
  return self.decoder(given.tgt, memory, given.tgt_mask, given.memory_mask, given.tgt_key_padding_mask,
    given.memory_key_padding_mask, given.tgt_is_causal, given.memory_is_causal)
end

--- nn.Transformer.generate_square_subsequent_mask(size: int, {device: device = nil, dtype: dtype = nil}) -> Tensor: The
-- mask (size×size) that is added so that positions attend to none behind them: 0 and, above the diagonal, -∞.
function Transformer.generate_square_subsequent_mask(...)
  local given = options.read("generate_square_subsequent_mask", {{"size", kind = "positive", required = true},
    {"device"}, {"dtype"}}, ...)
  local how = {device = given.device, dtype = given.dtype}
  return torch.full({given.size, given.size}, -math.huge, how):triu(1)
end

return Transformer
