-- Rows of layers as a running program sees them. C was made of them when Hecate was built; their formulas are
-- wanted in Lua where a module's parameter was replaced, and by the tests. The files of layers/ call this module
-- for each row.
local layer = {rows = {}}

--- The forward of the layer `name`, whose row is in the file that is required as `file`: a function of the module and
-- its inputs.
function layer.formula(file, name)
  if not layer.rows[name] then require(file) end
  return layer.rows[name].forward
end

return setmetatable(layer, {__call = function(_, row) layer.rows[row[1]] = row end})
