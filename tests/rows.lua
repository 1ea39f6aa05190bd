--- The rows of the ops, as the generator reads them.
local rows = {}

--- The files of rows, in the generator's order.
function rows.files()
  local pipe = assert(io.popen "LC_ALL=C ls tensor/ops/*/rows.lua")
  local list = {}
  for path in pipe:lines() do list[#list + 1] = path end
  assert(pipe:close() and #list > 0, "tensor/ops/*/rows.lua: there are no rows")
  return list
end

--- All rows; schema.lua of scripts/gen/ must be on package.path.
function rows.read() return require "schema".read(rows.files()) end

return rows
