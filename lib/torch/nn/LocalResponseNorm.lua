local composed = require "torch.nn.composed"

--- nn.LocalResponseNorm(size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1):
-- nn.functional.local_response_norm as a layer.
return composed("LocalResponseNorm", {{"size", kind = "positive", required = true},
  {"alpha", kind = "number", default = 1e-4}, {"beta", kind = "number", default = 0.75},
  {"k", kind = "number", default = 1}}, {repr = "size:value alpha beta k",
  forward = function(self, x)
    return torch.nn.functional.local_response_norm(x, self.size, self.alpha, self.beta, self.k)
  end})
