local options = require "torch.utils.options"

--- torch.renorm(input: Tensor, p: number, dim: int, maxnorm: number) -> Tensor: input with those slices of dimension
-- dim whose p-norm is above maxnorm made that long.
-- Example: torch.renorm(torch.ones(2, 4), 2, 1, 1)
return function(...)
  local given = options.read("renorm", {{"input", kind = "tensor", required = true},
    {"p", kind = "number", required = true}, {"dim", kind = "integer", required = true},
    {"maxnorm", kind = "number", required = true}}, ...)
  local x, dims = given.input, {}
  if x.ndim < 2 then options.wrong("renorm", "input", 1, "at least 2 dimensions", x) end
  local dim = options.dim("renorm", "dim", 3, given.dim, x.ndim)
  for d = 1, x.ndim do
    if d ~= dim then dims[#dims + 1] = d end
  end
  local norm = x:norm(given.p, dims, true)
  local factor = torch.where(norm:gt(given.maxnorm), given.maxnorm / (norm + 1e-7), torch.ones_like(norm))
  return x * factor
end
