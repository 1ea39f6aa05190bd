local options = require "torch.utils.options"

local PARAMETERS <const> = {{"start", required = true}, {"end", required = true},
  {"steps", kind = "count", required = true}, {"base", kind = "number", default = 10.0}, {"dtype"}, {"device"},
  {"requires_grad", kind = "boolean", default = false}}

--- torch.logspace(start: number, end: number, steps: int, base: number = 10, {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: base to the powers of linspace(start, end, steps).
-- Example: torch.logspace(0, 2, 3)
return function(...)
  local given = options.read("logspace", PARAMETERS, ...)
  local function number(name, position)
    local value = given[name]
    if torch.is_tensor(value) then value = value:item() end
    if type(value) ~= "number" then options.wrong("logspace", name, position, "a number", given[name]) end
    return value
  end
  local from, to = number("start", 1), number("end", 2)
  local exponents = torch.linspace(from, to, given.steps, {dtype = torch.float64, device = given.device})
  local out = torch.pow(given.base, exponents):to(given.dtype or torch.get_default_dtype())
  return given.requires_grad and out:requires_grad_(true) or out
end
