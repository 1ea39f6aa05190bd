--- Divisions of counts.
local ratios = {}

local function real(x) return x:is_floating_point() and x or x:float() end

--- above / below; `otherwise` (0) where below is 0, "nan" lets NaN be.
function ratios.divide(above, below, otherwise)
  above, below = real(above), real(below)
  if otherwise == "nan" then return above / below end
  return (above / below):masked_fill(below:eq(0), otherwise or 0)
end

return ratios
