-- What windows share: options, and the places at which a window is computed.
local options = require "torch.utils.options"

local shape = {}

local LAST <const> = {{"dtype"}, {"device"}, {"requires_grad", kind = "boolean", default = false}}

--- The arguments of a window NAME(M, own…, {sym, dtype, device, requires_grad}); `own` are its parameters.
function shape.read(name, own, ...)
  local list = {{"M", kind = "count", required = true}}
  for _, group in ipairs {own, {{"sym", kind = "boolean", default = true}}, LAST} do
    table.move(group, 1, #group, #list + 1, list)
  end
  local given = options.read(name, list, ...)
  given.name = name
  return given
end

--- The window value(k, n) at k = 0 … M - 1, where n is the number of steps from the first place to the last: M - 1,
-- or M for a window that goes on periodically.
function shape.window(given, value)
  local m = given.M
  local n = given.sym and m - 1 or m
  local k = torch.arange(m, {dtype = torch.float64})
  local window = m == 1 and not given.center and torch.ones(1, {dtype = torch.float64}) or value(k, n)
  window = window:to(given.dtype or torch.get_default_dtype())
  if not window:is_floating_point() then
    options.raise(("%s: 'dtype': expected a floating-point dtype, got %s"):format(given.name, tostring(window.dtype)))
  end
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

--- The older function torch.NAME(window_length, periodic, own…, {dtype, device, requires_grad}) of the window
-- torch.signal.windows.<window>, which has options of the same names; `more(how)` may make others of them.
function shape.periodic(name, own, window, more)
  local list = {{"window_length", kind = "count", required = true}, {"periodic", kind = "boolean", default = true}}
  for _, group in ipairs {own, LAST} do table.move(group, 1, #group, #list + 1, list) end
  return function(...)
    local how = options.read(name, list, ...)
    how.M, how.sym, how.window_length, how.periodic = how.window_length, not how.periodic, nil, nil
    if more then more(how) end
    return torch.signal.windows[window](how)
  end
end

return shape
