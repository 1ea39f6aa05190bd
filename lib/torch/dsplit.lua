local options = require "torch.utils.options"

--- torch.dsplit(input: Tensor, indices_or_sections: any) -> Tensor[]: An array of views of parts of the dimension 3:
-- that many of the same size, or cut after so many elements as each number of an array says.
-- Example: torch.dsplit(torch.ones(2, 2, 2), 2)
return function(...)
  local given = options.read("dsplit", {{"input", kind = "tensor", required = true},
    {"indices_or_sections", required = true}}, ...)
  local x, parts = given.input, options.integer(given.indices_or_sections)
  if x.ndim < 3 then options.wrong("dsplit", "input", 1, "at least 3 dimension(s)", x) end
  local dim = 3
  if parts and (parts < 1 or x:size(dim) % parts ~= 0) then
    options.raise(("dsplit: 'indices_or_sections' (argument 2): %d elements are not %d equal parts"):format(x:size(dim),
      parts))
  end
  return torch.tensor_split(x, given.indices_or_sections, dim)
end
