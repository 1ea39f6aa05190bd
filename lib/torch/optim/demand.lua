-- Checks of the options of a group.
local options = require "torch.utils.options"

local demand = {}

--- Raises unless group[option] is `low` or more, and below `below` where that is given.
function demand.at_least(name, group, option, low, below)
  local value = group[option]
  if type(value) == "number" and value >= low and (not below or value < below) then return end
  local limit = below and " and below " .. below or ""
  options.wrong(name, option, nil, ("a number, %s or more%s"):format(low, limit), value)
end

--- Raises unless group.betas are two numbers, 0 or more and below 1.
function demand.betas(name, group)
  local betas = group.betas
  for i = 1, 2 do
    local beta = type(betas) == "table" and betas[i]
    if type(beta) ~= "number" or not (beta >= 0 and beta < 1) then
      options.wrong(name, "betas", nil, "two numbers, 0 or more and below 1", betas)
    end
  end
end

--- Raises for a parameter of a complex dtype.
function demand.real(name, p)
  if torch.is_complex(p) then options.raise(name .. ": complex parameters are not supported") end
end

return demand
