local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"spacing", default = 1}, {"dim"},
  {"edge_order", kind = "positive", default = 1}}

--- Central differences inside, one-sided ones at the ends; `h` is the distance or a vector of places.
local function along(x, dim, h, order)
  local n = x:size(dim)
  if n < order + 1 then
    options.raise(("gradient: dimension %d has %d elements, expected at least %d"):format(dim, n, order + 1))
  end
  local function at(from, count) return x:narrow(dim, from, count) end
  local places = h
  if not torch.is_tensor(h) then places = torch.arange(n, {dtype = torch.float64, device = x.device}) * h end
  local fractional = torch.is_floating_point(x) and x.dtype or torch.get_default_dtype()
  places = places:to(torch.is_complex(x) and x.real.dtype or fractional)
  local shape = {}
  for d = 1, x.ndim do shape[d] = d == dim and n or 1 end
  places = places:reshape(shape)
  local step = places:narrow(dim, 2, n - 1) - places:narrow(dim, 1, n - 1)
  local slope = (at(2, n - 1) - at(1, n - 1)) / step -- between neighbours
  if n == 2 then return torch.cat({slope, slope}, dim) end
  local before, behind = step:narrow(dim, 1, n - 2), step:narrow(dim, 2, n - 2)
  local inside = (slope:narrow(dim, 1, n - 2) * behind + slope:narrow(dim, 2, n - 2) * before) / (before + behind)
  local first, last = slope:narrow(dim, 1, 1), slope:narrow(dim, n - 1, 1)
  if order == 2 then
    local h1, h2 = step:narrow(dim, 1, 1), step:narrow(dim, 2, 1)
    first = first + (first - slope:narrow(dim, 2, 1)) * h1 / (h1 + h2)
    h1, h2 = step:narrow(dim, n - 1, 1), step:narrow(dim, n - 2, 1)
    last = last + (last - slope:narrow(dim, n - 2, 1)) * h1 / (h1 + h2)
  end
  return (torch.cat({first, inside, last}, dim))
end

--- torch.gradient(input: Tensor, {spacing: any = 1, dim: any = nil, edge_order: int = 1}) -> Tensor[]: The slopes of a
-- function of which input has the values, by second-order differences; one result for each dim (all if not given).
-- spacing: the distance between neighbours, an array with one for each dim, or an array of vectors of places.
-- edge_order: 1 or 2: the order of the differences at the ends.
-- Example: torch.gradient(torch.tensor({1.0, 4, 9, 16}))
return function(...)
  local given = options.read("gradient", PARAMETERS, ...)
  local x, dims = given.input, given.dim
  if dims == nil then
    dims = {}
    for d = 1, x.ndim do dims[d] = d end
  elseif type(dims) ~= "table" then dims = {dims} end
  if given.edge_order > 2 then options.wrong("gradient", "edge_order", nil, "1 or 2", given.edge_order) end
  local spacing, results, seen = given.spacing, {}, {}
  if type(spacing) == "table" and #spacing ~= #dims then
    options.raise(("gradient: 'spacing': expected %d, one for each dim, got %d"):format(#dims, #spacing))
  end
  for i, value in ipairs(dims) do
    local dim = options.dim("gradient", "dim", nil, value, x.ndim)
    if seen[dim] then options.raise(("gradient: 'dim': dimension %d is there twice"):format(dim)) end
    seen[dim] = true
    local h = type(spacing) == "table" and spacing[i] or spacing
    if not torch.is_tensor(h) and type(h) ~= "number" then
      options.wrong("gradient", "spacing", nil, "numbers or vectors of places", h)
    elseif torch.is_tensor(h) and (h.ndim ~= 1 or h:numel() ~= x:size(dim)) then
      options.wrong("gradient", "spacing", nil, ("a vector of %d places"):format(x:size(dim)), h)
    end
    results[i] = along(x, dim, h, given.edge_order)
  end
  return table.unpack(results)
end
