local options = require "torch.utils.options"

local PARAMETERS <const> = {{"elements", required = true}, {"test_elements", required = true},
  {"assume_unique", kind = "boolean", default = false}, {"invert", kind = "boolean", default = false}}

--- torch.isin(elements: any, test_elements: any, {assume_unique: bool = false, invert: bool = false}) -> Tensor:
-- Whether each element is among test_elements; with invert whether it is not. One of the two may be a number.
-- assume_unique changes nothing.
-- Example: torch.isin(torch.tensor({1, 2, 3}), torch.tensor({2, 4}))
return function(...)
  local given = options.read("isin", PARAMETERS, ...)
  local x, tests = given.elements, given.test_elements
  if not torch.is_tensor(x) and not torch.is_tensor(tests) then
    options.wrong("isin", "elements", 1, "a tensor, or 'test_elements' to be one", x)
  end
  if type(x) ~= "number" then options.tensor("isin", "elements", 1, x) end
  if type(tests) ~= "number" then options.tensor("isin", "test_elements", 2, tests) end
  if type(x) == "number" then x = torch.tensor(x, {device = tests.device}) end
  if type(tests) == "number" then tests = torch.tensor(tests, {device = x.device}) end
  x, tests = x:detach(), tests:detach():reshape(-1)
  local dtype = (x:new_empty({0}) + tests:new_empty({0})).dtype -- that of both
  x, tests = x:to(dtype), tests:to(dtype)
  local found
  if tests:numel() == 0 then found = torch.zeros_like(x, {dtype = torch.bool})
  else
    local sorted = tests:sort()
    local at = torch.searchsorted(sorted, x:reshape(-1)):clamp(1, sorted:numel())
    found = sorted:gather(1, at):eq(x:reshape(-1)):reshape(x.shape)
  end
  return given.invert and found:logical_not() or found
end
