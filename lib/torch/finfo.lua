local options = require "torch.utils.options"
local dtypes = {}
for _, dtype in ipairs(torch._C.dtypes()) do
  if dtype.category == "float" then dtypes["torch." .. dtype.name] = dtype end
end

--- torch.finfo(type: dtype = nil) -> table: The limits of a floating point dtype, of the default one where none
-- is given: bits, eps (the step behind 1), min and max (the finite numbers at both ends), tiny and smallest_normal
-- (the smallest positive number of full precision), resolution (the decimal digits that a number keeps), dtype.
-- Example: torch.finfo(torch.float16).max --> 65504.0
return function(...)
  local type = options.read("finfo", {{"type", kind = "any"}}, ...).type or torch.get_default_dtype()
  local dtype = dtypes[tostring(type)] or dtypes["torch." .. tostring(type)]
  if not dtype then
    options.wrong("finfo", "type", 1, "a floating point dtype", type)
  end
  local decimals = math.floor((dtype.digits - 1) * math.log(2, 10))
  return {bits = dtype.size * 8, eps = 2.0 ^ (1 - dtype.digits), min = dtype.lowest, max = dtype.highest,
    tiny = dtype.tiny, smallest_normal = dtype.tiny, resolution = tonumber("1e-" .. decimals), dtype = dtype.name}
end
