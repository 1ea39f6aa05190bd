local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"size", kind = "positive", required = true},
  {"alpha", kind = "number", default = 1e-4}, {"beta", kind = "number", default = 0.75},
  {"k", kind = "number", default = 1}}

--- nn.functional.local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1)
-- -> Tensor: x / (k + alpha · mean of x² over `size` neighbouring channels)^beta of (N, C, …) (Krizhevsky,
-- Sutskever and Hinton 2012); channels beyond the ends count as zeros.
-- Example: F.local_response_norm(torch.ones(1, 3, 2), 2)
return function(...)
  local given = options.read("local_response_norm", PARAMETERS, ...)
  local x, size = given.input, given.size
  if x.ndim < 3 then options.wrong("local_response_norm", "input", 1, "at least 3 dimensions", x) end
  if x:numel() == 0 then return x end
  local squares = (x * x):reshape(x:size(1), 1, x:size(2), x:numel() // (x:size(1) * x:size(2)))
  squares = torch.nn.functional.pad(squares, {0, 0, size // 2, (size - 1) // 2})
  local mean = torch.nn.functional.avg_pool2d(squares, {size, 1}, 1):reshape(x.shape)
  return x / (mean * given.alpha + given.k):pow(given.beta)
end
