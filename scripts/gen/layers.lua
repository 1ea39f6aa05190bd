-- Makes C of the layers that are rows. usage: layers.lua SOURCE_DIR OUT_FILE ROWS... -- LAYERS...
-- ROWS are the files of the op table, LAYERS those of lib/torch/nn/layers.
local source, target = arg[1], arg[2]
package.path = source .. "/scripts/gen/?.lua;" .. package.path
local schema = require "schema"
local layer_rows = require "layer_rows"
local layer_trace = require "layer_trace"
local layer_code = require "layer_code"
local write = require "write"

local ops, files = {}, {}
local list = ops
for i = 3, #arg do
  if arg[i] == "--" then list = files else list[#list + 1] = arg[i] end
end
local ok, message = pcall(function()
  local op_rows = schema.read(ops)
  local rows = layer_rows.read(source, files, {["torch.nn.functional"] = layer_trace.functional})
  write(target, layer_code.file(rows, function(row) return layer_trace.record(row, op_rows) end))
end)
if not ok then
  io.stderr:write(tostring(message), "\n")
  os.exit(1)
end
