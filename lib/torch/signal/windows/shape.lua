-- What windows share: options, and the places at which a window is computed.
local options = require "torch.utils.options"

local shape = {}

--- The arguments of a window NAME(M, own…, {sym, dtype, device, requires_grad}); `own` are its parameters.
function shape.parameters(own)
  local list = {{"M", kind = "count", required = true}}
  table.move(own, 1, #own, 2, list)
  for _, parameter in ipairs {{"sym", kind = "boolean", default = true}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}} do
    list[#list + 1] = parameter
  end
  return list
end

--- The window value(k, n) at k = 0 … M - 1, where n is the number of steps from the first place to the last: M - 1,
-- or M for a window that goes on periodically.
function shape.window(given, value)
  local m = given.M
  local n = given.sym and m - 1 or m
  local k = torch.arange(m, {dtype = torch.float64})
  local window = m == 1 and torch.ones(1, {dtype = torch.float64}) or value(k, n)
  window = window:to(given.dtype or torch.get_default_dtype())
  if given.device then window = window:to(given.device) end
  return given.requires_grad and window:requires_grad_(true) or window
end

--- Σ (-1)^i a(i) cos(2π i k / n)
function shape.cosines(given, a)
  return shape.window(given, function(k, n)
    local sum = torch.zeros_like(k)
    for i, factor in ipairs(a) do
      sum = sum + torch.cos(k * (2 * math.pi * (i - 1) / n)) * (i % 2 == 1 and factor or -factor)
    end
    return sum
  end)
end

function shape.read(name, own, ...) return options.read(name, shape.parameters(own), ...) end

return shape
