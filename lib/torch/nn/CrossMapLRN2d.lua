local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

-- Σ x² of the channels at most `reach` away. As in PyTorch, whose running sum never takes it away, the first channel
-- stays in all sums.
local function sums(x, reach)
  local square, channels = x * x, x:size(2)
  local padded = torch.nn.functional.pad(square, {0, 0, 0, 0, reach, reach})
  local total = 0
  for i = 1, 2 * reach + 1 do total = total + padded:narrow(2, i, channels) end
  local beyond = torch.arange(channels, {device = x.device}):gt(reach):reshape(1, -1, 1, 1)
  return total + square:narrow(2, 1, math.min(1, channels)) * beyond
end

--- nn.CrossMapLRN2d(size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1): Each element of (N×C×H×W)
-- divided by (k + alpha / size · the sum of the squares in the size channels around it) ^ beta. An even size counts as
-- the odd one above it, in the sum alone.
return composed("CrossMapLRN2d", {{"size", kind = "positive", required = true},
  {"alpha", kind = "number", default = 1e-4}, {"beta", kind = "number", default = 0.75},
  {"k", kind = "number", default = 1}}, {repr = "size:value alpha beta k",
  forward = function(self, x)
    if x.ndim ~= 4 then options.wrong("nn.CrossMapLRN2d", "input", 1, "4 dimensions (N×C×H×W)", x) end
    return x * (sums(x, self.size // 2) * (self.alpha / self.size) + self.k) ^ -self.beta
  end})
