-- Makes C of the rows of layers: for each the struct of its options, the table that reads them, the function that ends
-- its construction and the forward. What they call is in lib/torch/nn/layer.h.
local emit = require "emit"
local layer_rows = require "layer_rows"
local strings = require "strings"
local layer_code = {}

local camel, quote = strings.camel, strings.quote

-- ---- forward -----------------------------------------------------------------

-- The C expression of a step, a Status. `token` gives the C of an input.
local function call(step, token)
  local inputs, outputs = {}, {}
  for i, input in ipairs(step.inputs) do inputs[i] = input ~= "NULL" and {c = token(input)} end
  for i, output in ipairs(step.outputs) do outputs[i] = {c = output} end
  if step.row then step.row.struct = camel(step.row.name) .. "Attrs" end
  return emit.step {row = step.row, number = step.number, in_place = step.in_place, inputs = inputs, outputs = outputs,
    attributes = step.attributes}
end

local UNSCALED = "(Scalar){SCALAR_INT, {1}}" -- alpha of add, as it stands in a step that does not give it

-- Without the numbers that are added in place as tensors: x:add_(1) is one step {add = x, number}.
local function with_counters(steps)
  local list = {}
  for _, step in ipairs(steps) do
    local before = list[#list]
    if step.in_place and step.row.name == "add" and step.attributes[1] == UNSCALED and before and before.number
      and step.inputs[2] == before.outputs[1] then
      list[#list] = {add = step.inputs[1], number = before.number, inputs = {}, outputs = {}}
    else list[#list + 1] = step end
  end
  return list
end

-- A way that is one call needs no temporaries; nil: it is more.
local function single_call(leaf)
  local step = leaf.steps[1]
  if #leaf.steps ~= 1 or step.in_place or #step.outputs ~= 1 or #leaf.results ~= 1 then return nil end
  for _, input in ipairs(step.inputs) do
    if input:find "^@" then return nil end
  end
  local made_by = call(step, function(token) return token end)
  return {("return %s;"):format((made_by:gsub("&t%[0%]%)$", "out)")))}
end

-- The lines of a way through the formula. Positions that come from outside are brought down to count from 0 first.
local function leaf_lines(leaf)
  if leaf.in_lua then return {"return FORWARD_IN_LUA;"} end
  if #leaf.steps == 0 then return {("out[0] = tensor_retain(%s);"):format(leaf.results[1]), "return OK;"} end
  local single = single_call(leaf)
  if single then return single end
  local n, made, lines = leaf.n_temporaries, {}, {}
  local function put(c) lines[#lines + 1] = #lines == 0 and c or "if (status == OK) " .. c end
  local function token(text)
    local name = text:match "^@(.*)"
    if not name then return text end
    if not made[name] then
      made[name], n = ("t[%d]"):format(n), n + 1
      put(("status = argument_positions_in(%s, &%s);"):format(name, made[name]))
    end
    return made[name]
  end
  for _, step in ipairs(with_counters(leaf.steps)) do
    local made_by = step.add and ("layer_add_number(%s, %s)"):format(step.add, step.number) or call(step, token)
    put(("status = %s;"):format(made_by))
  end
  for i, result in ipairs(leaf.results) do
    if leaf.positions[i] then put(("status = argument_positions_out(&%s);"):format(result)) end
  end
  for i, result in ipairs(leaf.results) do put(("out[%d] = tensor_retain(%s);"):format(i - 1, result)) end
  lines[1] = "Status " .. lines[1]
  if n > 0 then
    table.insert(lines, 1, ("Tensor *t[%d] = {0};"):format(n))
    lines[#lines + 1] = ("layer_release(t, %d);"):format(n)
  end
  lines[#lines + 1] = "return status;"
  return lines
end

-- The lines of a tree. The case of most answers comes last and needs no condition.
local function tree_lines(tree)
  if not tree.question then return leaf_lines(tree) end
  local lines, last = {}, #tree.cases
  for i, case in ipairs(tree.cases) do
    if #case.options > #tree.cases[last].options then last = i end
  end
  for i, case in ipairs(tree.cases) do
    if i ~= last then
      local conditions = {}
      for j, option in ipairs(case.options) do conditions[j] = option[2] end
      lines[#lines + 1] = ("if (%s) {"):format(table.concat(conditions, " || "))
      for _, line in ipairs(tree_lines(case.tree)) do lines[#lines + 1] = "  " .. line end
      lines[#lines + 1] = "}"
    end
  end
  local rest = tree_lines(tree.cases[last].tree)
  return table.move(rest, 1, #rest, #lines + 1, lines)
end

local function forward(row, tree, used, put)
  local lines = tree_lines(tree)
  put("static Status forward_%s(Module *self, Tensor *const *in, Tensor **out) {", row.name)
  local reads = table.concat(lines, "\n")
  if reads:find "m%->" then put("  const %sLayer *m = (const %sLayer *)self;", row.name, row.name)
  elseif not reads:find "self" and not next(used) then put("  (void)self;") end
  for _, slot in ipairs(row.slots) do
    if used[slot.name] then
      put("  Tensor *%s;", slot.name)
      put("  if (!layer_slot(self, %d, %s, &%s)) return FORWARD_IN_LUA;", slot.place, quote(slot.name), slot.name)
      if not slot.optional then
        put("  if (%s == NULL) return layer_missing(self, %s);", slot.name, quote(slot.name))
      end
    end
  end
  for _, line in ipairs(lines) do put("  %s", line) end
  put("}\n")
end

-- ---- options -----------------------------------------------------------------

local function struct(row, put)
  put("typedef struct {\n  Module module;")
  for _, option in ipairs(row.options) do
    local length = option.type.length and ("[%d]"):format(option.type.length) or ""
    if option.type.c then put("  %s %s%s;", option.type.c, option.name, length) end
  end
  put("} %sLayer;\n", row.name)
end

local function option_table(row, put)
  for _, option in ipairs(row.options) do
    if option.words then
      local words = {}
      for i, word in ipairs(option.words) do words[i] = quote(word) end
      put("static const char *const words_%s_%s[] = {%s, NULL};", row.name, option.name, table.concat(words, ", "))
    end
  end
  put("static const Option options_%s[] = {", row.name)
  for _, option in ipairs(row.options) do
    local kind = option.type.option
    if kind == "OPTION_FLOAT" and option.nullable then kind = "OPTION_FLOAT_OR_NIL" end
    put("  {%s, %s, %s, %s, %s, %s},", quote(option.name), kind,
      option.type.c and ("offsetof(%sLayer, %s)"):format(row.name, option.name) or "0", tostring(option.required),
      option.initial, option.words and ("words_%s_%s"):format(row.name, option.name) or "NULL")
  end
  put("  {NULL}};\n")
end

-- ---- construction ------------------------------------------------------------

-- An expression of a row in C: options by name, the elements of pairs counted from 1.
local function expression(row, text)
  text = text:gsub("[%a_][%w_]*", function(name) return row.by_name[name] and "m->" .. name end)
  return (text:gsub("%[(%d+)%]", function(i) return ("[%d]"):format(i - 1) end))
end

-- The format and the arguments of error_raise of a text with {option}s.
local function message(row, text)
  local list = {}
  local format = text:gsub("%%", "%%%%"):gsub("{([%w_]+)}", function(name)
    local option = row.by_name[name] or error(("%s: check: no option '%s'"):format(row.where, name), 0)
    list[#list + 1] = option.type.c == "double" and (", shown(m->%s)"):format(name)
      or ", (lua_Integer)m->" .. name
    return option.type.c == "double" and "%f" or "%I"
  end)
  return quote(("nn.%s: %s"):format(row.name, format)) .. table.concat(list)
end

local function checks(row, put)
  for _, option in ipairs(row.options) do
    local c, from = "m->" .. option.name, option.default_of
    if from then
      put("  if (%s[0] == OPTION_NONE) memcpy(%s, m->%s, sizeof %s);", c, c, from, c)
    end
    local least = row.least and row.least[option.name]
    if least then
      if option.type.c ~= "int64_t" then
        error(("%s: least: '%s' is no int, dim, index or pair; say it with check"):format(row.where, option.name), 0)
      end
      put("  layer_check_least(L, \"nn.%s\", %s, %s%s, %d, %d);", row.name, quote(option.name),
        option.type.length and "" or "&", c, option.type.length or 1, least)
    end
  end
  for _, check in ipairs(row.check or {}) do
    put("  if (!(%s))\n    error_raise(L, %s);", expression(row, check[1]), message(row, check[2]))
  end
end

local function initialise(row, slot, put)
  if slot.init == "fan_in" then
    if slot.place == 0 and slot.when then
      error(row.where .. ": init = \"fan_in\" is that of the first parameter", 0)
    end
    if slot.place == 0 then put("  const double bound = layer_fan_in_bound(%s);", slot.name) end
    put("  error_check(L, init_uniform(%s, -bound, bound));", slot.name)
  elseif slot.init == "normal" then put("  error_check(L, init_normal(%s, 0, 1));", slot.name)
  elseif math.type(slot.init) == "integer" then
    put("  error_check(L, init_constant(%s, scalar_int(%d)));", slot.name, slot.init)
  elseif row.by_name[slot.init] and row.by_name[slot.init].type.c == "double" then
    put("  error_check(L, init_constant(%s, scalar_float(m->%s)));", slot.name, slot.init)
  else
    error(("%s: '%s': init: expected \"fan_in\", \"normal\", an integer or a float option"):format(row.where,
      slot.name), 0)
  end
  if slot.zero then put("  error_check(L, layer_zero_row(%s, m->%s));", slot.name, slot.zero) end
end

local function slot_code(row, slot, put)
  local kind = "SLOT_" .. slot.kind:upper()
  if slot.given then -- an option that is a tensor: the value is on the stack
    put("  layer_store_given(L, %d, %s);", slot.given.place + 1, quote(slot.name))
    return
  end
  local dtype = slot.dtype and "DTYPE_" .. slot.dtype:upper() or "dtype"
  if slot.when then put("  if (%s) {", expression(row, slot.when)) end
  local first, shape = row.by_name[slot.shape[1]], "0, NULL"
  if first and first.type.c == "Ints" then shape = ("m->%s.n, m->%s.v"):format(first.name, first.name)
  elseif #slot.shape > 0 then
    local sizes = {}
    for i, size in ipairs(slot.shape) do sizes[i] = expression(row, size) end
    shape = ("%d, (const int64_t[]){%s}"):format(#sizes, table.concat(sizes, ", "))
  end
  local function put_in(format, ...) put((slot.when and "  " or "") .. format, ...) end
  put_in("  Tensor *%s = module_new_%s(L, 1, %s, %s, %s);", slot.name, slot.kind, quote(slot.name), shape, dtype)
  initialise(row, slot, put_in)
  if slot.when then put("  } else layer_store_nil(L, %s, %s);", quote(slot.name), kind) end
end

local function needs_setup(row)
  if #row.slots > 0 or row.check or row.least then return true end
  for _, option in ipairs(row.options) do if option.default_of then return true end end
  return false
end

local function setup(row, put_line)
  if not needs_setup(row) then return false end
  local lines = {}
  local function put(...) lines[#lines + 1] = string.format(...) end
  checks(row, put)
  local made = false
  for _, slot in ipairs(row.slots) do made = made or not slot.given end
  if made then
    put("  DType dtype = %s;", row.by_name.dtype and "m->dtype != DTYPE_NONE ? m->dtype : dtype_default()"
      or "dtype_default()")
  end
  for _, slot in ipairs(row.slots) do slot_code(row, slot, put) end
  local text = table.concat(lines, "\n")
  put_line("static void setup_%s(lua_State *L) {", row.name)
  if text:find "m%->" then put_line("  %sLayer *m = lua_touserdata(L, 1);", row.name) end
  put_line("%s\n}\n", text)
  return true
end

-- ---- all ---------------------------------------------------------------------

local function n_results(tree)
  local n = #(tree.results or {})
  for _, case in ipairs(tree.cases or {}) do n = math.max(n, n_results(case.tree)) end
  return n
end

--- The names of the inputs as C strings.
local function input_names(row)
  local names = {}
  for i, name in ipairs(row.inputs) do names[i] = quote(type(name) == "table" and name.name or name) end
  return #names > 0 and table.concat(names, ", ") or "NULL"
end

local function descriptor(row, tree, has_setup, put)
  put('#line %d "%s"', row.line, row.file)
  put("/** %s */", (layer_rows.comment(row):gsub("\n", "\n** ")))
  put("static const Layer layer_%s = {", row.name)
  put("  .base = MODULE_BASE(%s, %s, &module_class.base.class, init_methods, NULL),", quote("nn." .. row.name),
    #row.options > 0 and row.name .. "Layer" or "Module")
  if not row.takes_anything then put("  .options = options_%s,", row.name) end
  if has_setup then put("  .setup = setup_%s,", row.name) end
  if #row.slots > 0 then
    local names = {}
    for i, slot in ipairs(row.slots) do names[i] = quote(slot.name) end
    put("  .parts = (const char *const[]){%s, NULL},", table.concat(names, ", "))
  end
  if row.ranks then put("  .least_rank = %d, .most_rank = %d,", row.ranks[1], row.ranks[#row.ranks]) end
  if row.repr then put("  .repr = %s,", quote(row.repr)) end
  put("  .rows = %s, .n_inputs = %d, .inputs = {%s}, .n_outputs = %d, .forward = forward_%s};\n",
    quote(row.module), #row.inputs, input_names(row),
    math.max(1, n_results(tree)), row.name)
end

--- The C file of all rows. `record(row)` gives the tree of a forward and the slots it reads.
function layer_code.file(rows, record)
  local out = {'/* Generated from lib/torch/nn/layers/. */\n#include <math.h>\n#include <string.h>\n'
    .. '\n#include "argument.h"\n#include "torch/nn/layer.h"\n'}
  local function put(...) out[#out + 1] = string.format(...) end
  put("static const luaL_Reg init_methods[] = {{\"__init\", module_init}, {NULL, NULL}};\n")
  for _, row in ipairs(rows) do
    if #row.options > 0 then struct(row, put) end
    if not row.takes_anything then option_table(row, put) end
    local has_setup = setup(row, put)
    local tree, used = record(row)
    forward(row, tree, used, put)
    descriptor(row, tree, has_setup, put)
  end
  put("const Layer *const layer_table[] = {")
  for _, row in ipairs(rows) do put("  &layer_%s,", row.name) end
  put("  NULL};\n")
  return table.concat(out, "\n")
end

return layer_code
