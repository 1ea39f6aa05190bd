local options = require "torch.utils.options"
local sections = require "torch.utils.sections"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"indices_or_sections", required = true},
  {"dim", kind = "integer", default = 1}}

--- torch.tensor_split(input: Tensor, indices_or_sections: any, dim: int = 1) -> Tensor[]: An array of views of parts
-- of dimension dim: that many of nearly the same size, or cut after so many elements as each number of an array says.
-- Example: torch.tensor_split(torch.arange(5), {1, 3})
return function(...)
  local given = options.read("tensor_split", PARAMETERS, ...)
  local x = given.input
  if x.ndim == 0 then options.wrong("tensor_split", "input", 1, "at least 1 dimension", x) end
  return sections.split("tensor_split", x, given.indices_or_sections, options.dim("tensor_split", "dim", 3, given.dim,
    x.ndim))
end
