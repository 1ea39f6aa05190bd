local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.qr(input: Tensor, some: bool = true) -> Tensor, Tensor: torch.linalg.qr: Q and R; without some Q is square.
-- Example: torch.qr(torch.eye(2))
return function(...)
  local given = options.read("qr", {lapack.INPUT, {"some", kind = "boolean", default = true}}, ...)
  lapack.check("qr", "input", 1, given.input)
  return torch.linalg.qr(given.input, given.some and "reduced" or "complete")
end
