local options = require "torch.utils.options"

--- torch.nonzero_static(input: Tensor, {size: int, fill_value: int = -1}) -> Positions: nonzero with `size` rows: cut,
-- or filled up with fill_value.
-- Example: torch.nonzero_static(torch.tensor({0, 5}), {size = 2})
return function(...)
  local given = options.read("nonzero_static", {{"input", kind = "tensor", required = true},
    {"size", kind = "count", required = true}, {"fill_value", kind = "integer", default = -1}}, ...)
  local found = given.input:nonzero()
  local missing = given.size - found:size(1)
  if missing <= 0 then return found:narrow(1, 1, given.size) end
  return torch.cat({found, found:new_full({missing, found:size(2)}, given.fill_value)}, 1)
end
