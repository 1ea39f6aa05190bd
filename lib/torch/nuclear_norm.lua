local options = require "torch.utils.options"

--- torch.nuclear_norm(input: Tensor, dim: any = nil, keepdim: bool = false) -> Tensor:
-- The sum of the singular values of the matrices in the two dimensions dim.
-- Example: torch.nuclear_norm(torch.eye(3), {1, 2})
return function(...)
  local given = options.read("nuclear_norm", {{"input", kind = "tensor", required = true}, {"dim"},
    {"keepdim", kind = "boolean", default = false}}, ...)
  return (torch.norm(given.input, "nuc", {dim = given.dim, keepdim = given.keepdim}))
end
