local options = require "torch.utils.options"

--- torch.frobenius_norm(input: Tensor, dim: any = nil, keepdim: bool = false) -> Tensor:
-- The root of the sum of the squares, over dim (two dimensions, or one) or all.
-- Example: torch.frobenius_norm(torch.eye(3), {1, 2})
return function(...)
  local given = options.read("frobenius_norm", {{"input", kind = "tensor", required = true}, {"dim"},
    {"keepdim", kind = "boolean", default = false}}, ...)
  return (torch.norm(given.input, "fro", {dim = given.dim, keepdim = given.keepdim}))
end
