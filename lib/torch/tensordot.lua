local options = require "torch.utils.options"

local function positions(list, name, x)
  local out, seen = {}, {}
  for i, value in ipairs(list) do
    out[i] = options.dim("tensordot", name, 3, value, x.ndim)
    if seen[out[i]] then
      options.raise(("tensordot: 'dims' (argument 3): dimension %d is there twice"):format(out[i]))
    end
    seen[out[i]] = true
  end
  return out, seen
end

--- torch.tensordot(a: Tensor, b: Tensor, dims: any = 2) -> Tensor: The sums of products over dimensions: the last
-- `dims` of a and the first of b, or over the two arrays of dimensions in dims, in their order.
-- Example: torch.tensordot(torch.ones(2, 3, 4), torch.ones(3, 4, 5))
return function(...)
  local given = options.read("tensordot", {{"a", kind = "tensor", required = true},
    {"b", kind = "tensor", required = true}, {"dims", default = 2}}, ...)
  local a, b, dims = given.a, given.b, given.dims
  if torch.is_tensor(dims) then dims = dims:tolist() end
  local count = options.integer(dims)
  if count then
    if count < 0 or count > a.ndim or count > b.ndim then
      options.wrong("tensordot", "dims", 3, ("0 to %d"):format(math.min(a.ndim, b.ndim)), count)
    end
    dims = {{}, {}}
    for i = 1, count do dims[1][i], dims[2][i] = a.ndim - count + i, i end
  elseif type(dims) ~= "table" or type(dims[1]) ~= "table" or type(dims[2]) ~= "table" or #dims[1] ~= #dims[2] then
    options.wrong("tensordot", "dims", 3, "an integer or two arrays of as many dimensions", dims)
  end
  local from_a, in_a = positions(dims[1], "dims", a)
  local from_b, in_b = positions(dims[2], "dims", b)
  local inner, order_a, order_b, shape = 1, {}, {}, {}
  for i, d in ipairs(from_a) do
    if a:size(d) ~= b:size(from_b[i]) then
      options.raise(("tensordot: 'dims' (argument 3): sizes %d and %d differ"):format(a:size(d), b:size(from_b[i])))
    end
    inner = inner * a:size(d)
  end
  local rows, columns = 1, 1
  for d = 1, a.ndim do
    if not in_a[d] then order_a[#order_a + 1], shape[#shape + 1], rows = d, a:size(d), rows * a:size(d) end
  end
  table.move(from_b, 1, #from_b, 1, order_b)
  table.move(from_a, 1, #from_a, #order_a + 1, order_a)
  for d = 1, b.ndim do
    if not in_b[d] then order_b[#order_b + 1], shape[#shape + 1], columns = d, b:size(d), columns * b:size(d) end
  end
  local left, right = a:permute(order_a):reshape(rows, inner), b:permute(order_b):reshape(inner, columns)
  return left:mm(right):reshape(shape)
end
