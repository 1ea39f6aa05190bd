-- The parts of an integral by the trapezoidal rule.
local options = require "torch.utils.options"

local trapezoids = {}

trapezoids.PARAMETERS = {{"y", kind = "tensor", required = true}, {"x", kind = "tensor"},
  {"dx", kind = "number", default = 1}, {"dim", kind = "integer", default = -1}}

local function differences(x, dim)
  local n = x:size(dim)
  return x:narrow(dim, 2, n - 1) - x:narrow(dim, 1, n - 1)
end

--- The areas between neighbours along given.dim.
function trapezoids.parts(name, given)
  local y, x = given.y, given.x
  if y.ndim == 0 then options.wrong(name, "y", 1, "at least 1 dimension", y) end
  local dim = options.dim(name, "dim", nil, given.dim, y.ndim)
  local n = y:size(dim)
  if n == 0 then return y end
  if not (torch.is_floating_point(y) or torch.is_complex(y)) then y = y:to(torch.get_default_dtype()) end
  local means = (y:narrow(dim, 2, n - 1) + y:narrow(dim, 1, n - 1)) / 2
  if x == nil then return means * given.dx end
  if x.ndim == 1 and y.ndim > 1 then
    local shape = {}
    for d = 1, y.ndim do shape[d] = d == dim and x:numel() or 1 end
    x = x:reshape(shape)
  end
  local at = x.ndim - y.ndim + dim
  if at < 1 or x:size(at) ~= n then options.wrong(name, "x", 2, ("%d places along dim"):format(n), x) end
  return means * differences(x, at)
end

return trapezoids
