local options = require "torch.utils.options"

--- torch.hsplit(input: Tensor, indices_or_sections: any) -> Tensor[]: An array of views of parts of the columns,
-- dimension 2 (of a vector dimension 1): that many of the same size, or cut after so many elements as each number of
-- an array says.
-- Example: torch.hsplit(torch.ones(2, 2, 2), 2)
return function(...)
  local given = options.read("hsplit", {{"input", kind = "tensor", required = true},
    {"indices_or_sections", required = true}}, ...)
  local x, parts = given.input, options.integer(given.indices_or_sections)
  if x.ndim < 1 then options.wrong("hsplit", "input", 1, "at least 1 dimension(s)", x) end
  local dim = x.ndim == 1 and 1 or 2
  if parts and (parts < 1 or x:size(dim) % parts ~= 0) then
    options.raise(("hsplit: 'indices_or_sections' (argument 2): %d elements are not %d equal parts"):format(x:size(dim),
      parts))
  end
  return torch.tensor_split(x, given.indices_or_sections, dim)
end
