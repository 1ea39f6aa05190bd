local options = require "torch.utils.options"

--- torch.empty_permuted(size: int[], physical_layout: int[], {dtype: any = nil, device: any = nil, requires_grad: bool
-- = false}) -> Tensor: A tensor of this shape whose dimensions lie in memory in the order physical_layout, the
-- outermost first. What is in it is not said.
-- Example: torch.empty_permuted({2, 3, 4}, {1, 3, 2}):stride()
return function(...)
  local given = options.read("empty_permuted", {{"size", kind = "table", required = true},
    {"physical_layout", kind = "table", required = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  local n, place, sizes = #given.size, {}, {}
  for i, d in ipairs(given.physical_layout) do
    if math.type(d) ~= "integer" or d < 1 or d > n or place[d] then
      options.wrong("empty_permuted", "physical_layout", 2, ("each dimension from 1 to %d once"):format(n), d)
    end
    place[d], sizes[i] = i, given.size[d]
  end
  if #sizes ~= n then
    options.wrong("empty_permuted", "physical_layout", 2, ("each dimension from 1 to %d once"):format(n),
      given.physical_layout)
  end
  return torch.empty(sizes, {dtype = given.dtype, device = given.device}):permute(place)
    :requires_grad_(given.requires_grad)
end
