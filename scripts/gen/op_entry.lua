--- The entry of a row in the generated table of ops: an OpInfo (tensor/call/op.h).
local gradient = require "gradient"
local quote = require "strings".quote
local op_entry = {}

local function bits(set)
  local n = 0
  for i in pairs(set) do n = n | 1 << (i - 1) end
  return n
end

--- The bits of the named inputs.
local function input_bits(row, names)
  local mask = 0
  for _, name in ipairs(names or {}) do mask = mask | 1 << (row.by_name[name].input - 1) end
  return mask
end

--- An array in C with the values of a table whose keys are numbers.
local function masks(by_number)
  local items = {}
  for i, mask in pairs(by_number) do items[#items + 1] = ("[%d] = 0x%x"):format(i - 1, mask) end
  table.sort(items)
  return ("(const uint16_t[]){%s}"):format(table.concat(items, ", "))
end

--- What the backward function is called, what it differentiates by, and what it keeps: elements of inputs and of
--- results, and shapes with strides.
local function backward_of(row)
  local plan = row.plan
  if plan then
    return "backward_" .. row.name, bits(plan.results), plan.save_inputs, plan.save_outputs, plan.layouts
  end
  if not row.backward then return "NULL", 0, {}, {}, {} end
  local save_in, save_out, layouts = {}, {}, {}
  if not row.grad_inputs then
    error(("%s: %s: grad_inputs: expected a list of names, got nil"):format(row.where, row.name), 0)
  end
  for _, name in ipairs(row.save or {}) do
    local o = name:match "^out(%d)$"
    if o then save_out[tonumber(o)] = gradient.ANY
    else save_in[row.by_name[name].input] = gradient.ANY end
  end
  for _, name in ipairs(row.save_layout or {}) do layouts[row.by_name[name].input] = true end
  return "backward_" .. row.backward, input_bits(row, row.grad_inputs), save_in, save_out, layouts
end

local function put_names(row, put)
  put("    .id = OP_%s, .name = %s, .lua_name = %s,", row.name:upper(), quote(row.name), quote(row.lua))
  if not row.private then put("    .modules = modules_%s,", table.concat(row.modules, "_"):gsub("%W", "_")) end
  if row.next then put("    .next = &op_table[OP_%s],", row.next.name:upper()) end
  put("    .signature = %s,", quote(row.signature))
  put("    .doc = %s, .example = %s, .onnx = %s,", quote(row.doc), quote(row.example), quote(row.onnx))
end

local function put_modes(row, put)
  local amp = row.amp or {}
  put("    .amp_cpu = AMP_%s, .amp_cuda = AMP_%s,", (amp.cpu or "none"):upper(), (amp.cuda or "none"):upper())
  for i, a in ipairs(row.args) do
    if row.amp_when and row.amp_when.arg == a then
      put("    .amp_when = %d, .amp_choices = 0x%x,", i - 1, row.amp_when.choices)
    end
  end
  if not row.mutates then return end
  local when = 0
  for i, a in ipairs(row.args) do if a.name == row.mutates.when then when = i - 1 end end
  put("    .mutates = 0x%x, .mutates_when = %d,", input_bits(row, row.mutates), when)
end

local function put_arguments(row, put)
  if #row.args > 0 then put("    .args = args_%s, .n_args = %d,", row.name, #row.args) end
  if #row.attrs > 0 then put("    .defaults = &defaults_%s, .attrs_size = sizeof(%s),", row.name, row.struct) end
  local returned, all_if = row.returns or row.list_output and 1 or row.n_outputs, 0
  for i, a in ipairs(row.args) do if a.name == returned then returned, all_if = 1, i - 1 end end
  local positions = {}
  for i, kind in ipairs(row.outputs) do if kind == "Positions" then positions[i] = true end end
  put("    .n_inputs = %d, .n_outputs = %d, .n_returned = %d, .all_returned_if = %d, .position_outputs = %d,",
    #row.inputs, row.n_outputs, returned, all_if, bits(positions))
end

local function put_types(row, put, type_bits)
  put("    .kind = KIND_%s, .result = RESULT_%s, .bool_operands = %d, .types = 0x%x,", row.kind:upper(),
    (row.result or "promote"):upper(), input_bits(row, row.operand), type_bits)
  local numbers = "none"
  for _, a in ipairs(row.attrs) do if a.type.c:find "Scalar" then numbers = row.numbers or "cut" end end
  put("    .numbers = NUMBERS_%s,", numbers:upper())
end

local function put_flags(row, put)
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
end

local function put_functions(row, put)
  if row.view then
    local kind = row.list_output and "views" or "view"
    put("    .%s = %s_%s,", kind, kind, row.view)
  end
  if row.infer then put("    .infer = infer_%s,", row.infer) end
  if row.kind == "create" then
    put("    .create = create_%s, .options_at = offsetof(%s, options),", row.name, row.struct)
  end
  if row.composite then put("    .composite = composite_%s,", row.composite) end
  if row.check then put("    .check = check_%s,", type(row.check) == "string" and row.check or row.name) end
  if row.formula then put("    .formulas = formulas_%s, .n_formulas = %d,", row.name, #row.traces) end
end

--- Puts the entry. `type_bits`: the dtypes that the op is defined for.
function op_entry.emit(row, put, type_bits)
  local backward, differentiable, save_in, save_out, layouts = backward_of(row)
  put("  [OP_%s] = {", row.name:upper())
  put_names(row, put)
  put_modes(row, put)
  put_arguments(row, put)
  put_types(row, put, type_bits)
  put_flags(row, put)
  put("    .differentiable = 0x%x, .save_inputs = 0x%x, .save_outputs = 0x%x, .save_layouts = 0x%x,", differentiable,
    bits(save_in), bits(save_out), bits(layouts))
  if next(save_in) then put("    .input_for = %s,", masks(save_in)) end
  if next(save_out) then put("    .output_for = %s,", masks(save_out)) end
  put_functions(row, put)
  put("    .backward = %s},", backward)
end

return op_entry
