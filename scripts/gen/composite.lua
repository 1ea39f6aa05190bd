-- Composites: ops that are formulas of other ops. `composite = function(o) return … end` of a row is recorded by
-- formula.lua once for each outcome of what `specialize` lists, and becomes one C function: nested ifs over the
-- outcomes, in each of them straight-line calls that are checked, and temporaries that go as soon as nothing
-- reads them.
-- What is recorded stays as data too: OpInfo.formulas (call/op.h).
local formula = require "formula"
local value = require "value"
local emit = require "emit"
local specialize = require "specialize"
local strings = require "strings"
local composite = {}

local function input_symbol(arg)
  local c = ("c->in[%d]"):format(arg.input - 1)
  if arg.list then c = ("c->n_in - %d, c->in + %d"):format(arg.input - 1, arg.input - 1)
  elseif arg.optional then c = ("formula_input(c, %d)"):format(arg.input - 1) end
  return formula.symbol(c, arg.name, {name = arg.name, list = arg.list, optional = arg.optional, input = arg.input})
end

-- The operand of the formula: inputs and attributes by name.
local function operands(row)
  local questions = specialize.questions(row, input_symbol)
  return function(fields)
    local plain = {default_dtype = value.new("dtype_default()", "DType", "default dtype")}
    for _, arg in ipairs(row.inputs) do plain[arg.name] = input_symbol(arg) end
    for _, arg in ipairs(row.attrs) do plain[arg.name] = specialize.attribute(arg) end
    return specialize.operand(questions, plain, fields)
  end
end

--- Records the formula of a row: the list of its traces.
function composite.plan(row, rows)
  local traces = formula.record(row, rows, "composite", row.formula, operands(row))
  for _, trace in ipairs(traces) do
    if #trace.results ~= row.n_outputs then
      error(("%s: composite: expected %d results, got %d"):format(row.where, row.n_outputs, #trace.results), 0)
    end
    for i, result in ipairs(trace.results) do
      local tensor = formula.is_symbol(result) and not result.list
      local wrong = not tensor and "is no tensor" or result.optional and "may be missing"
      if wrong then error(("%s: composite: result %d %s"):format(row.where, i, wrong), 0) end
    end
  end
  return traces
end

-- ---- C -------------------------------------------------------------------------

-- The step behind which each temporary is read no more: lists of temporaries by step. Results stay.
local function last_uses(trace)
  local last, dropped = {}, {}
  for i, s in ipairs(trace.steps) do
    for _, used in ipairs(s.uses) do if used.temporary then last[used.temporary] = i end end
    for _, asked in ipairs(s.asked) do if asked.temporary then last[asked.temporary] = i end end
    for _, made in ipairs(s.outputs) do last[made.temporary] = i end
  end
  for _, result in ipairs(trace.results) do if result.temporary then last[result.temporary] = nil end end
  for temporary, i in pairs(last) do
    dropped[i] = dropped[i] or {}
    table.insert(dropped[i], temporary)
  end
  for _, list in pairs(dropped) do table.sort(list) end
  return dropped
end

local function put_leaf(trace, indent, put)
  local dropped = last_uses(trace)
  for i, s in ipairs(trace.steps) do
    put("%sif ((status = %s) != OK) goto done;", indent, emit.step(s))
    for _, temporary in ipairs(dropped[i] or {}) do put("%sformula_drop(&t[%d]);", indent, temporary - 1) end
  end
  local given = {}
  for i, result in ipairs(trace.results) do
    local before = result.temporary and given[result.temporary]
    local c = before and ("tensor_retain(c->out[%d])"):format(before) or ("tensor_retain(%s)"):format(result.c)
    if result.temporary and not before then
      given[result.temporary], c = i - 1, ("owned_give(&%s)"):format(result.c)
    end
    put("%sc->out[%d] = %s;", indent, i - 1, c)
  end
end

--- The C function of a recorded composite.
function composite.emit(row, traces)
  local out, most = {}, 0
  local function put(...) out[#out + 1] = string.format(...) end
  for _, trace in ipairs(traces) do most = math.max(most, trace.n_temporaries) end
  put('#line %d "%s"', row.line, row.file)
  put("static Status composite_%s(Call *c) {", row.name)
  if #row.attrs > 0 then put("  const %s *a = c->attrs;\n  (void)a;", row.struct) end
  if most > 0 then put("  Tensor *t[%d] = {0};\n  Status status = OK;", most) end
  specialize.put_tree(traces, put, function(trace, indent) put_leaf(trace, indent, put) end)
  if most > 0 then
    put("done:\n  for (int i = 0; i < %d; i++) tensor_release(t[i]);\n  return status;\n}\n", most)
  else put("  return OK;\n}\n") end
  return table.concat(out, "\n")
end

-- ---- data ----------------------------------------------------------------------

-- The number of a tensor: inputs first, then what the steps make.
local function number_of(row, symbol)
  if not symbol then return -1 end
  return symbol.temporary and #row.inputs + symbol.temporary - 1 or symbol.input - 1
end

local function numbers(row, list)
  local out = {}
  for i, symbol in ipairs(list) do out[i] = number_of(row, symbol) end
  return #out > 0 and ("(const int16_t[]){%s}"):format(table.concat(out, ", ")) or "NULL"
end

--- The decomposition as C data: an array of Formula named formulas_NAME.
function composite.data(row, traces)
  local out = {}
  local function put(...) out[#out + 1] = string.format(...) end
  for k, trace in ipairs(traces) do
    if #trace.steps > 0 then
      put("static const FormulaStep steps_%s_%d[] = {", row.name, k)
      for _, s in ipairs(trace.steps) do
        local op, inputs = s.number and "OP_COUNT" or "OP_" .. s.row.name:upper(), s.inputs or {}
        put("  {%s, %d, %d, %s, %s, %s, %s},", op, #inputs, #s.outputs, s.in_place and "true" or "false",
          numbers(row, inputs), numbers(row, s.outputs), strings.quote(table.concat(s.texts, ", ")))
      end
      put("};")
    end
  end
  put("static const Formula formulas_%s[] = {", row.name)
  for k, trace in ipairs(traces) do
    local steps = #trace.steps > 0 and ("steps_%s_%d"):format(row.name, k) or "NULL"
    put("  {%s, %s, %d, %s},", strings.quote(specialize.when(trace)), steps, #trace.steps, numbers(row, trace.results))
  end
  put("};")
  return table.concat(out, "\n")
end

return composite
