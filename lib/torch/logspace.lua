local options = require "torch.utils.options"

local PARAMETERS <const> = {{"start", required = true}, {"end", required = true},
  {"steps", kind = "count", required = true}, {"base", kind = "number", default = 10.0}, {"dtype"}, {"device"},
  {"requires_grad", kind = "boolean", default = false}}

local function is_complex(value) return torch.typename(value) == "torch.complex" end

--- torch.logspace(start: number, end: number, steps: int, base: number = 10, {dtype: any = nil, device: any = nil,
-- requires_grad: bool = false}) -> Tensor: base to the powers of linspace(start, end, steps).
-- Example: torch.logspace(0, 2, 3)
return function(...)
  local given = options.read("logspace", PARAMETERS, ...)
  local function number(name, position)
    local value = given[name]
    if torch.is_tensor(value) then value = value:item() end
    if type(value) ~= "number" and not is_complex(value) then
      options.wrong("logspace", name, position, "a number", given[name])
    end
    return value
  end
  local from, to = number("start", 1), number("end", 2)
  local complex = is_complex(from) or is_complex(to)
  local exponents = torch.linspace(from, to, given.steps, {dtype = complex and torch.complex128 or torch.float64,
    device = given.device})
  local out = torch.pow(given.base, exponents)
  if given.dtype then out = out:to(given.dtype)
  else out = out:to(torch.linspace(from, to, 0).dtype) end -- the default, complex or real
  return given.requires_grad and out:requires_grad_(true) or out
end
