--- The arguments of metrics, of their functions and of their classes.
local options = require "torch.utils.options"

local function check_value(name, p, value)
  if value == nil then return end
  if p.choices then
    for _, word in ipairs(p.choices) do if value == word then return end end
    options.wrong(name, p[1], nil, "one of " .. table.concat(p.choices, ", "), value)
  end
  if p.least and not (value >= p.least) or p.most and not (value <= p.most) or p.above and not (value > p.above) then
    local expected = p.above and ("a number above %s"):format(p.above)
      or p.most and ("a number from %s to %s"):format(p.least, p.most) or ("a number of %s or more"):format(p.least)
    options.wrong(name, p[1], nil, expected, value)
  end
end

--- options.read, and the checks that the parameters of metrics have besides: choices, least, most, above. The field
-- _name of the result is the name of the function or class, for messages.
return function(name, parameters, ...)
  local given = options.read(name, parameters, ...)
  for _, p in ipairs(parameters) do check_value(name, p, given[p[1]]) end
  given._name = name
  return given
end
