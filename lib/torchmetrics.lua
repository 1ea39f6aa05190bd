--- torchmetrics: Metrics over many batches, as classes; as functions of one batch in torchmetrics.functional.
local rows = require "torchmetrics.rows"

local own = torch._C.lazy({}, "torchmetrics")
local wrappers = torch._C.lazy({}, "torchmetrics.wrappers")

--- The files right under torchmetrics, and the wrappers, which are there by both names.
local names = {}
for _, t in ipairs {own, wrappers} do
  for name in pairs(getmetatable(t).__lazy) do names[name] = true end
end
local more = setmetatable({}, {__lazy = names, __index = function(_, name)
  if names[name] == nil then return nil end
  local found = own[name]
  if found == nil then found = wrappers[name] end
  return found
end})

return rows.library({}, "class", rows.families, more)
