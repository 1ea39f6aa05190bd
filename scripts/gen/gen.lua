-- The generator: turns the op table into C. usage: gen.lua SOURCE_DIR OUT_DIR ROWS...
-- Writes ops.h (ids, attribute structs, op_NAME prototypes), ops.c (the table, the
-- wrappers, the backward functions), and the files of scripts/gen/kernels.lua and
-- scripts/gen/dtypes.lua.
local source, target = arg[1], arg[2]
package.path = source .. "/scripts/gen/?.lua;" .. package.path
local schema = require "schema"
local gradient = require "gradient"
local composite = require "composite"
local check = require "check"
local dtypes = require "dtypes"
local kernels = require "kernels"
local op_entry = require "op_entry"
local strings = require "strings"
local write_file = require "write"

local DTYPES = dtypes.read "tensor/dtypes.lua"

local quote = strings.quote

local function write(name, text) write_file(target .. "/" .. name, text) end

-- argv of an op's C function
local function parameters(row)
  local list = {}
  for _, arg in ipairs(row.args) do
    if arg.border then -- for the language alone
    elseif arg.list then list[#list + 1] = ("int n_%s, Tensor *const *%s"):format(arg.name, arg.name)
    elseif not arg.type.c then list[#list + 1] = "Tensor *" .. arg.name
    else list[#list + 1] = arg.type.c .. (arg.type.c:find "%*$" and "" or " ") .. arg.name end
  end
  if row.list_output then list[#list + 1] = "TensorList *out" end
  for i = 1, row.n_outputs do list[#list + 1] = ("Tensor **out%s"):format(row.n_outputs > 1 and i or "") end
  return table.concat(list, ", ")
end

local function ops_h(rows)
  local out = {"/* Generated from tensor/ops/. */"}
  local function put(...) out[#out + 1] = string.format(...) end
  put("#ifndef HECATE_OPS_H\n#define HECATE_OPS_H")
  for _, name in ipairs {"inputs", "arguments", "outputs", "attribute_bytes", "name_bytes"} do
    put("#define OP_MAX_%s %d", name:upper(), schema.LIMITS[name])
  end
  put("enum OpId {")
  for _, row in ipairs(rows) do put("  OP_%s,", row.name:upper()) end
  put("  OP_COUNT\n};")
  put("typedef struct { bool given; Scalar value; } OptionalScalar;")
  for _, row in ipairs(rows) do
    row.struct = schema.struct(row)
    if #row.attrs > 0 then
      put("typedef struct {")
      for _, a in ipairs(row.attrs) do put("  %s %s;", a.type.c, a.name) end
      put("} %s;", row.struct)
      local message = ("%s: the attributes of '%s' take more than %d bytes"):format(row.file, row.name,
        schema.LIMITS.attribute_bytes)
      put('_Static_assert(sizeof(%s) <= OP_MAX_ATTRIBUTE_BYTES, "%s");', row.struct, message)
    end
  end
  for _, row in ipairs(rows) do put("Status op_%s(%s);", row.name, parameters(row)) end
  local hash = 0x811c9dc5
  for byte in table.concat(out, "\n"):gmatch "." do hash = (hash ~ byte:byte()) * 0x01000193 & 0xffffffff end
  put("#define OPS_HASH 0x%xu /* of all above: a plug-in of a device was built from the same rows */", hash)
  put("#endif\n")
  return table.concat(out, "\n")
end

-- Puts what gathers the inputs of a call; returns them as C, and how many there are where room was taken for them.
local function gather_inputs(row, put)
  local list
  local fixed = {}
  for _, arg in ipairs(row.inputs) do
    if arg.list then list = arg else fixed[#fixed + 1] = arg.name end
  end
  if list and #fixed == 0 then return ("%s, n_%s"):format(list.name, list.name) end
  if not list and #fixed == 0 then return "NULL, 0" end
  if not list then
    put("  Tensor *in[] = {%s};", table.concat(fixed, ", "))
    return ("in, %d"):format(#fixed)
  end
  local count = ("%d + n_%s"):format(#fixed, list.name)
  put("  Tensor *few[OP_FEW], **in;")
  put("  TRY(tensors_room(%s, few, &in));", count)
  for i, name in ipairs(fixed) do put("  in[%d] = %s;", i - 1, name) end
  put("  for (int i = 0; i < n_%s; i++) in[%d + i] = %s[i];", list.name, #fixed, list.name)
  return "in, " .. count, count
end

-- Puts the function op_NAME.
local function wrapper(row, put)
  put("Status op_%s(%s) {", row.name, parameters(row))
  if #row.attrs > 0 then
    local fields = {}
    for i, a in ipairs(row.attrs) do fields[i] = a.border and a.default or a.name end
    put("  %s attrs = {%s};", row.struct, table.concat(fields, ", "))
  end
  local attrs = #row.attrs > 0 and "&attrs" or "NULL"
  local inputs, room = gather_inputs(row, put)
  local id = "OP_" .. row.name:upper()
  local results = "out"
  if row.list_output then put("  return op_call_list(%s, %s, %s, out);\n}", id, inputs, attrs) return end
  if row.n_outputs == 1 then put("  *out = NULL;")
  else
    results = "results"
    put("  Tensor *results[%d] = {0};", row.n_outputs)
  end
  if row.n_outputs == 1 and not room then put("  return op_call(%s, %s, %s, out);", id, inputs, attrs)
  else
    put("  Status status = op_call(%s, %s, %s, %s);", id, inputs, attrs, results)
    if row.n_outputs > 1 then for i = 1, row.n_outputs do put("  *out%d = results[%d];", i, i - 1) end end
    if room then put("  tensors_leave(%s, few, in);", room) end
    put("  return status;")
  end
  put("}")
end

local function type_bits(row)
  return row.moves and (1 << #DTYPES) - 1 or dtypes.mask(DTYPES, dtypes.of_row(DTYPES, row))
end

local function table_row(row, put)
  local names = {}
  if #row.args > 0 then
    for _, a in ipairs(row.args) do
      if a.choices then
        local list = {}
        for i, c in ipairs(a.choices) do list[i] = quote(c) end
        put("static const char *const choices_%s_%s[] = {%s, NULL};", row.name, a.name, table.concat(list, ", "))
      end
    end
    put("static const OpArg args_%s[] = {", row.name)
    for i, a in ipairs(row.args) do
      put("  {%s, %s, %s, %s, %d, %s, %s, %s, %s, INSTEAD_%s},", quote((a.name:gsub("_$", ""))), quote(a.default_text),
        a.choices and ("choices_%s_%s"):format(row.name, a.name) or "NULL", a.type.arg, a.input and a.input - 1 or 0,
        (a.default ~= nil or a.optional) and "true" or "false", a.list and "true" or "false",
        a.keyword_only and "true" or "false",
        a.type.c and ("offsetof(%s, %s)"):format(row.struct, a.field or a.name) or "0",
        a.instead or "NUMBER")
    end
    put("};")
  end
  if #row.attrs > 0 then
    local fields = {}
    for i, a in ipairs(row.attrs) do fields[i] = a.default or a.type.none end
    put("static const %s defaults_%s = {%s};", row.struct, row.name, table.concat(fields, ", "))
  end
end

-- The lists of modules, each once; rows of one Lua name are linked in their order.
local function module_lists(rows, put)
  local seen, last = {}, {}
  for _, row in ipairs(rows) do
    local name = table.concat(row.modules, "_"):gsub("%W", "_")
    if not row.private and not seen[name] then
      local list = {}
      for i, module in ipairs(row.modules) do list[i] = quote(module) end
      put("static const char *const modules_%s[] = {%s, NULL};", name, table.concat(list, ", "))
      seen[name] = true
    end
    if not row.private then
      if last[row.lua] then last[row.lua].next = row end
      last[row.lua] = row
    end
  end
end

-- The ids in the order of the names, as strcmp has it.
local function ids_by_name(rows, put)
  local names = {}
  for i, row in ipairs(rows) do names[i] = row.name end
  table.sort(names)
  put("const uint16_t op_ids_by_name[OP_COUNT] = {")
  for _, name in ipairs(names) do put("  OP_%s,", name:upper()) end
  put("};")
end

-- The prototypes of the hand-written functions that rows name.
local function declarations(rows, put)
  local declared = {}
  local function declare(format, name)
    local text = format:format(name)
    if not declared[text] then declared[text] = true; put("%s", text) end
  end
  for _, row in ipairs(rows) do
    if row.view and row.list_output then declare("Status views_%s(Call *c);", row.view)
    elseif row.view then declare("Status view_%s(const Tensor *in, const void *attrs, Tensor *out);", row.view) end
    if row.infer then declare("Status infer_%s(Call *c);", row.infer) end
    if type(row.check) == "string" then declare("Status check_%s(const Call *c);", row.check) end
    if row.kind == "create" then declare("Status create_%s(Call *c);", row.name) end
    if row.composite and not row.formula then declare("Status composite_%s(Call *c);", row.composite) end
    if type(row.backward) == "string" then declare("Status backward_%s(Backward *c);", row.backward) end
  end
end

local function ops_c(rows)
  local out = {'/* Generated from tensor/ops/. */\n#include <math.h>\n\n#include "autograd/gradient.h"\n'
    .. '#include "call/formula.h"'}
  local function put(...) out[#out + 1] = string.format(...) end
  declarations(rows, put)
  for _, row in ipairs(rows) do wrapper(row, put) end
  for _, row in ipairs(rows) do
    if type(row.backward) == "function" then
      row.plan = gradient.plan(row, rows)
    end
  end
  for _, row in ipairs(rows) do if row.plan then out[#out + 1] = gradient.emit(row, row.plan) end end
  for _, row in ipairs(rows) do
    if type(row.check) == "table" then out[#out + 1] = check.emit(row) end
    if row.formula then
      row.traces = composite.plan(row, rows)
      put("%s", composite.emit(row, row.traces))
      put("%s", composite.data(row, row.traces))
    end
  end
  for _, row in ipairs(rows) do table_row(row, put) end
  module_lists(rows, put)
  put("const OpInfo op_table[OP_COUNT] = {")
  for _, row in ipairs(rows) do op_entry.emit(row, put, type_bits(row)) end
  put("};")
  ids_by_name(rows, put)
  put("")
  return table.concat(out, "\n")
end

local ops = {}
for i = 3, #arg do ops[#ops + 1] = arg[i] end -- relative to the source folder, where it runs
local ok, message = pcall(function()
  local rows = schema.read(ops)
  dtypes.write_all(DTYPES, write)
  write("ops.h", ops_h(rows))
  write("ops.c", ops_c(rows))
  write("kernels.h", kernels.header(rows))
  write("kernels.c", kernels.tables(rows, DTYPES))
  for _, dtype in ipairs(dtypes.set(DTYPES, "any")) do
    write("strips_" .. dtype .. ".c", kernels.strips(rows, DTYPES, dtype))
  end
  for _, dtype in ipairs {"float32", "float64"} do
    write("precise_" .. dtype .. ".c", kernels.precise(rows, DTYPES, dtype))
  end
end)
if not ok then
  io.stderr:write(tostring(message), "\n")
  os.exit(1)
end
