local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"num_embeddings", kind = "positive", required = true},
  {"embedding_dim", kind = "positive", required = true}, {"max_norm", kind = "number"},
  {"norm_type", kind = "number", default = 2}, {"scale_grad_by_freq", kind = "boolean", default = false},
  {"mode", kind = "string", default = "mean"}, {"include_last_offset", kind = "boolean", default = false},
  {"padding_idx", kind = "integer"}, {"device"}, {"dtype"}}

local function init(self, given)
  local n, padding = given.num_embeddings, given.padding_idx
  if given.mode ~= "sum" and given.mode ~= "mean" and given.mode ~= "max" then
    options.wrong("nn.EmbeddingBag", "mode", 6, "one of sum, mean, max", given.mode)
  end
  if padding and (padding == 0 or math.abs(padding) > n) then
    options.wrong("nn.EmbeddingBag", "padding_idx", 8, ("a position from 1 to %d (or -1 to -%d)"):format(n, n), padding)
  end
  local weight = torch.empty({n, given.embedding_dim}, {device = given.device, dtype = given.dtype})
  torch.nn.init.normal_(weight)
  if padding then weight[padding] = 0 end
  self.weight = torch.nn.Parameter(weight)
end

--- nn.EmbeddingBag(num_embeddings: int, embedding_dim: int, max_norm: number = nil, norm_type: float = 2,
-- scale_grad_by_freq: bool = false, mode: string = "mean", include_last_offset: bool = false, padding_idx: int = nil,
-- device: device = nil, dtype: dtype = nil): nn.functional.embedding_bag as a layer, called with input, offsets and
-- per_sample_weights; `weight` starts normal, the row padding_idx as 0.
return composed("EmbeddingBag", PARAMETERS, {init = init,
  repr = "num_embeddings:value embedding_dim:value max_norm:changed norm_type:changed mode padding_idx:changed",
  forward = function(self, input, offsets, per_sample_weights)
    return torch.nn.functional.embedding_bag(input, self.weight, {offsets = offsets, max_norm = self.max_norm,
      norm_type = self.norm_type, scale_grad_by_freq = self.scale_grad_by_freq, mode = self.mode,
      per_sample_weights = per_sample_weights, include_last_offset = self.include_last_offset,
      padding_idx = self.padding_idx})
  end})
