-- What the functions of torch.masked share.
local options = require "torch.utils.options"

local masking = {}

masking.INPUT = {"input", kind = "tensor", required = true}
masking.MASK = {"mask", kind = "tensor"}
masking.DTYPE = {"dtype"}
masking.KEEPDIM = {"keepdim", kind = "boolean", default = false}

--- x with `value` where mask does not hold; the mask is broadcast to x.
function masking.fill(name, x, mask, value, parameter)
  if mask == nil then return x end
  local ok, whole = pcall(torch.broadcast_to, mask, x.shape)
  if not ok then
    options.wrong(name, parameter or "mask", nil, ("a mask that broadcasts to (%s)"):format(
      table.concat(x.shape, "×")), mask)
  end
  return (x:masked_fill(whole:bool():logical_not(), value))
end

--- The dimensions that dim names, an array: all of them where it is nil or {}.
function masking.dims(name, dim, x)
  local list = {}
  if dim == nil or type(dim) == "table" and #dim == 0 then
    for d = 1, x.ndim do list[d] = d end
    return list
  end
  local seen = {}
  for _, d in ipairs(type(dim) == "table" and dim or {dim}) do
    local at = options.dim(name, "dim", nil, d, x.ndim)
    if seen[at] then options.raise(("%s: 'dim': dimension %d is there twice"):format(name, at)) end
    seen[at] = true
    if x.ndim > 0 then list[#list + 1] = at end
  end
  return list
end

--- The lowest number of a dtype, and the highest. Of complex numbers it is the reductions that refuse them.
function masking.lowest(x)
  if torch.is_floating_point(x) or torch.is_complex(x) then return -math.huge end
  return x.dtype ~= torch.bool and torch.iinfo(x.dtype).min or 0
end
function masking.highest(x)
  if torch.is_floating_point(x) or torch.is_complex(x) then return math.huge end
  return x.dtype ~= torch.bool and torch.iinfo(x.dtype).max or 1
end

--- x in the dtype that is asked for.
function masking.cast(x, dtype) return dtype and x:to(dtype) or x end

--- The dtype of sums and products of x: int64 of integers and of bool, unless another is asked for.
function masking.wide(x, dtype)
  if dtype or torch.is_floating_point(x) or torch.is_complex(x) then return dtype or x.dtype end
  return torch.int64
end

--- The function of a reduction NAME(input, dim, {keepdim, dtype, mask}): `value(x)` stands for what is left out.
function masking.reduction(name, value, reduce)
  local parameters = {masking.INPUT, {"dim"}, masking.KEEPDIM, masking.DTYPE, masking.MASK}
  name = "masked." .. name
  return function(...)
    local given = options.read(name, parameters, ...)
    local x = given.input
    local dims = masking.dims(name, given.dim, x)
    local filled = masking.fill(name, x, given.mask, value(x))
    return (reduce(filled, dims, given))
  end
end

--- The same for NAME(input, dim, {dtype, mask}), which keeps the shape.
function masking.along(name, value, run)
  local parameters = {masking.INPUT, {"dim", kind = "integer", required = true}, masking.DTYPE, masking.MASK}
  name = "masked." .. name
  return function(...)
    local given = options.read(name, parameters, ...)
    local x = masking.cast(given.input, given.dtype)
    local dim, missing = options.dim(name, "dim", 2, given.dim, x.ndim), value(x)
    if missing * 0 ~= 0 and not torch.is_floating_point(x) then
      options.wrong(name, "input", 1, "floats (or another dtype)", x)
    end
    return (run(masking.fill(name, x, given.mask, missing), dim))
  end
end

--- The same for NAME(input, dim, {keepdim, dtype, mask}) that gives positions along one dimension, or of all elements.
function masking.position(name, value)
  local parameters = {masking.INPUT, {"dim", kind = "integer"}, masking.KEEPDIM, masking.DTYPE, masking.MASK}
  local find = torch[name]
  name = "masked." .. name
  return function(...)
    local given = options.read(name, parameters, ...)
    local x = given.input
    local filled = masking.fill(name, x, given.mask, value(x))
    local out = find(filled, given.dim, given.keepdim)
    return (masking.cast(out, given.dtype))
  end
end

return masking
