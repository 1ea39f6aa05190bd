local options = require "torch.utils.options"

--- nn.functional.normalize(input: Tensor, p: number = 2, dim: int = 2, eps: number = 1e-12, out: Tensor = nil) ->
-- Tensor: input divided by its p-norm along dim, which counts as at least eps.
-- Example: nn.functional.normalize(torch.ones(2, 4))
return function(...)
  local given = options.read("normalize", {{"input", kind = "tensor", required = true},
    {"p", kind = "number", default = 2.0}, {"dim", default = 2}, {"eps", kind = "number", default = 1e-12},
    {"out", kind = "tensor"}}, ...)
  local result = given.input / given.input:norm(given.p, given.dim, true):clamp(given.eps)
  return given.out and require "torch.utils.output".write("normalize", given.out, result) or result
end
