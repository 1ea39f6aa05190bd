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

local function wrapper(row, put)
  put("Status op_%s(%s) {", row.name, parameters(row))
  local list
  local fixed = {}
  for _, arg in ipairs(row.inputs) do
    if arg.list then list = arg else fixed[#fixed + 1] = arg.name end
  end
  if #row.attrs > 0 then
    local fields = {}
    for i, a in ipairs(row.attrs) do fields[i] = a.border and a.default or a.name end
    put("  %s attrs = {%s};", row.struct, table.concat(fields, ", "))
  end
  local attrs = #row.attrs > 0 and "&attrs" or "NULL"
  local inputs = "NULL, 0"
  if list and #fixed == 0 then inputs = ("%s, n_%s"):format(list.name, list.name)
  elseif list then
    put("  Tensor *few[OP_FEW], **in;")
    put("  TRY(tensors_room(%d + n_%s, few, &in));", #fixed, list.name)
    for i, name in ipairs(fixed) do put("  in[%d] = %s;", i - 1, name) end
    put("  for (int i = 0; i < n_%s; i++) in[%d + i] = %s[i];", list.name, #fixed, list.name)
    inputs = ("in, %d + n_%s"):format(#fixed, list.name)
  elseif #fixed > 0 then
    put("  Tensor *in[] = {%s};", table.concat(fixed, ", "))
    inputs = ("in, %d"):format(#fixed)
  end
  local id = "OP_" .. row.name:upper()
  local long = list and #fixed > 0
  local results = "out"
  if row.list_output then put("  return op_call_list(%s, %s, %s, out);\n}", id, inputs, attrs) return end
  if row.n_outputs == 1 then put("  *out = NULL;")
  else
    results = "results"
    put("  Tensor *results[%d] = {0};", row.n_outputs)
  end
  if row.n_outputs == 1 and not long then put("  return op_call(%s, %s, %s, out);", id, inputs, attrs)
  else
    put("  Status status = op_call(%s, %s, %s, %s);", id, inputs, attrs, results)
    if row.n_outputs > 1 then for i = 1, row.n_outputs do put("  *out%d = results[%d];", i, i - 1) end end
    if long then put("  tensors_leave(%d + n_%s, few, in);", #fixed, list.name) end
    put("  return status;")
  end
  put("}")
end

local function bits(set)
  local n = 0
  for i in pairs(set) do n = n | 1 << (i - 1) end
  return n
end

-- An array in C with the values of a table whose keys are numbers.
local function masks(by_number)
  local items = {}
  for i, mask in pairs(by_number) do items[#items + 1] = ("[%d] = 0x%x"):format(i - 1, mask) end
  table.sort(items)
  return ("(const uint16_t[]){%s}"):format(table.concat(items, ", "))
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

local function ops_c(rows)
  local out = {'/* Generated from tensor/ops/. */\n#include <math.h>\n\n#include "autograd/gradient.h"\n'
    .. '#include "call/formula.h"'}
  local function put(...) out[#out + 1] = string.format(...) end
  local declared = {}
  local function declare(text) if not declared[text] then declared[text] = true; put("%s", text) end end
  for _, row in ipairs(rows) do
    if row.view and row.list_output then declare(("Status views_%s(Call *c);"):format(row.view))
    elseif row.view then
      declare(("Status view_%s(const Tensor *in, const void *attrs, Tensor *out);"):format(row.view))
    end
    if row.infer then declare(("Status infer_%s(Call *c);"):format(row.infer)) end
    if type(row.check) == "string" then declare(("Status check_%s(const Call *c);"):format(row.check)) end
    if row.kind == "create" then declare(("Status create_%s(Call *c);"):format(row.name)) end
    if row.composite and not row.formula then declare(("Status composite_%s(Call *c);"):format(row.composite)) end
    if type(row.backward) == "string" then declare(("Status backward_%s(Backward *c);"):format(row.backward)) end
  end
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
  for _, row in ipairs(rows) do
    local differentiable, save_in, save_out = 0, {}, {}
    local layouts = {}
    local backward = "NULL"
    if row.plan then
      differentiable = bits(row.plan.results)
      save_in, save_out, layouts = row.plan.save_inputs, row.plan.save_outputs, row.plan.layouts
      backward = "backward_" .. row.name
    elseif row.backward then
      backward = "backward_" .. row.backward
      for _, name in ipairs(row.grad_inputs or error(row.where .. ": grad_inputs is missing", 0)) do
        differentiable = differentiable | 1 << (row.by_name[name].input - 1)
      end
      for _, name in ipairs(row.save or {}) do
        local o = name:match "^out(%d)$"
        if o then save_out[tonumber(o)] = gradient.ANY
        else save_in[row.by_name[name].input] = gradient.ANY end
      end
      for _, name in ipairs(row.save_layout or {}) do layouts[row.by_name[name].input] = true end
    end
    local positions = 0
    for i, kind in ipairs(row.outputs) do if kind == "Positions" then positions = positions | 1 << (i - 1) end end
    local operands = 0
    for _, name in ipairs(row.operand or {}) do operands = operands | 1 << (row.by_name[name].input - 1) end
    put("  [OP_%s] = {", row.name:upper())
    put("    .id = OP_%s, .name = %s, .lua_name = %s,", row.name:upper(), quote(row.name), quote(row.lua))
    if not row.private then put("    .modules = modules_%s,", table.concat(row.modules, "_"):gsub("%W", "_")) end
    if row.next then put("    .next = &op_table[OP_%s],", row.next.name:upper()) end
    put("    .signature = %s,", quote(row.signature))
    put("    .doc = %s, .example = %s, .onnx = %s,", quote(row.doc), quote(row.example), quote(row.onnx))
    local amp = row.amp or {}
    put("    .amp_cpu = AMP_%s, .amp_cuda = AMP_%s,", (amp.cpu or "none"):upper(), (amp.cuda or "none"):upper())
    for i, a in ipairs(row.args) do
      if row.amp_when and row.amp_when.arg == a then
        put("    .amp_when = %d, .amp_choices = 0x%x,", i - 1, row.amp_when.choices)
      end
    end
    if row.mutates then
      local mask, when = 0, 0
      for _, name in ipairs(row.mutates) do mask = mask | 1 << (row.by_name[name].input - 1) end
      for i, a in ipairs(row.args) do if a.name == row.mutates.when then when = i - 1 end end
      put("    .mutates = 0x%x, .mutates_when = %d,", mask, when)
    end
    if #row.args > 0 then put("    .args = args_%s, .n_args = %d,", row.name, #row.args) end
    if #row.attrs > 0 then put("    .defaults = &defaults_%s, .attrs_size = sizeof(%s),", row.name, row.struct) end
    local returned, all_if = row.returns or row.list_output and 1 or row.n_outputs, 0
    for i, a in ipairs(row.args) do if a.name == returned then returned, all_if = 1, i - 1 end end
    put("    .n_inputs = %d, .n_outputs = %d, .n_returned = %d, .all_returned_if = %d, .position_outputs = %d,",
      #row.inputs, row.n_outputs, returned, all_if, positions)
    put("    .kind = KIND_%s, .result = RESULT_%s, .bool_operands = %d, .types = 0x%x,", row.kind:upper(),
      (row.result or "promote"):upper(), operands, type_bits(row))
    local numbers = "none"
    for _, a in ipairs(row.attrs) do if a.type.c:find "Scalar" then numbers = row.numbers or "cut" end end
    put("    .numbers = NUMBERS_%s,", numbers:upper())
    local flags = {}
    local function flag(name, on) if on then flags[#flags + 1] = "." .. name .. " = true" end end
    flag("method", row.method ~= false and row.modules.torch and #row.inputs > 0 and not row.private)
    flag("in_place", row.inplace); flag("in_place_only", row.inplace == "only")
    flag("in_place_direct", row.inplace == "direct")
    flag("moves", row.moves); flag("computes", row.computes); flag("halves", row.halves)
    flag("creation", row.creation); flag("contiguous", row.contiguous); flag("random", row.random)
    flag("list_output", row.list_output)
    flag("costly", row.cost); flag("typed", row.composite and row.types); flag("bounds", row.bounds)
    flag("list", row.inputs[#row.inputs] and row.inputs[#row.inputs].list)
    flag("real_result", row.complex_result == "real"); flag("not_holomorphic", row.holomorphic == false)
    if #flags > 0 then put("    %s,", table.concat(flags, ", ")) end
    put("    .differentiable = 0x%x, .save_inputs = 0x%x, .save_outputs = 0x%x, .save_layouts = 0x%x,", differentiable,
      bits(save_in), bits(save_out), bits(layouts))
    if next(save_in) then put("    .input_for = %s,", masks(save_in)) end
    if next(save_out) then put("    .output_for = %s,", masks(save_out)) end
    if row.view then
      put("    .%s = %s_%s,", row.list_output and "views" or "view", row.list_output and "views" or "view", row.view)
    end
    if row.infer then put("    .infer = infer_%s,", row.infer) end
    if row.kind == "create" then
      put("    .create = create_%s, .options_at = offsetof(%s, options),", row.name, row.struct)
    end
    if row.composite then put("    .composite = composite_%s,", row.composite) end
    if row.check then put("    .check = check_%s,", type(row.check) == "string" and row.check or row.name) end
    if row.formula then put("    .formulas = formulas_%s, .n_formulas = %d,", row.name, #row.traces) end
    put("    .backward = %s},", backward)
  end
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
end)
if not ok then
  io.stderr:write(tostring(message), "\n")
  os.exit(1)
end
