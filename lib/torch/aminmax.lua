local options = require "torch.utils.options"

--- torch.aminmax(input: Tensor, {dim: int = nil, keepdim: bool = false}) -> Tensor, Tensor: The least and the largest
-- elements, of all or along dim.
-- Example: torch.aminmax(torch.arange(4))
return function(...)
  local given = options.read("aminmax", {{"input", kind = "tensor", required = true}, {"dim", kind = "integer"},
    {"keepdim", kind = "boolean", default = false}}, ...)
  local x = given.input
  if given.dim then return x:amin(given.dim, given.keepdim), x:amax(given.dim, given.keepdim) end
  local least, most = x:min(), x:max()
  if given.keepdim then
    local ones = {}
    for d = 1, x.ndim do ones[d] = 1 end
    return least:reshape(ones), most:reshape(ones)
  end
  return least, most
end
