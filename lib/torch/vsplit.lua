local options = require "torch.utils.options"

--- torch.vsplit(input: Tensor, indices_or_sections: any) -> Tensor[]: An array of views of parts of the rows,
-- dimension 1: that many of the same size, or cut after so many elements as each number of an array says.
-- Example: torch.vsplit(torch.ones(2, 2, 2), 2)
return function(...)
  local given = options.read("vsplit", {{"input", kind = "tensor", required = true},
    {"indices_or_sections", required = true}}, ...)
  local x, parts = given.input, options.integer(given.indices_or_sections)
  if x.ndim < 2 then options.wrong("vsplit", "input", 1, "at least 2 dimension(s)", x) end
  local dim = 1
  if parts and (parts < 1 or x:size(dim) % parts ~= 0) then
    options.raise(("vsplit: 'indices_or_sections' (argument 2): %d elements are not %d equal parts"):format(x:size(dim),
      parts))
  end
  return torch.tensor_split(x, given.indices_or_sections, dim)
end
