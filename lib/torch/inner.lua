local options = require "torch.utils.options"

--- torch.inner(input: Tensor, other: Tensor) -> Tensor: The sums of products along the last dimensions, which are as
-- long: of shapes a × n and b × n the shape a × b. With a tensor of no dimensions the product.
-- Example: torch.inner(torch.arange(3), torch.ones(3):long())
return function(...)
  local given = options.read("inner", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}}, ...)
  local a, b = given.input, given.other
  if a.ndim == 0 or b.ndim == 0 then return a * b end
  local n = a:size(-1)
  if b:size(-1) ~= n then
    options.raise(("inner: 'other' (argument 2): the last dimensions differ: %d and %d"):format(n, b:size(-1)))
  end
  local shape = table.move(a.shape, 1, a.ndim - 1, 1, {})
  table.move(b.shape, 1, b.ndim - 1, #shape + 1, shape)
  local function rows(x) -- a size of -1 cannot be worked out beside one of 0
    local count = 1
    for d = 1, x.ndim - 1 do count = count * x.shape[d] end
    return x:reshape(count, n)
  end
  return rows(a):mm(rows(b):t()):reshape(shape)
end
