-- Makes C of the rows of tensor/ops/optim/optimisers.lua. usage: optimisers.lua SOURCE_DIR OUT_DIR ROWS
--   optimisers.h              the options of each optimiser as a struct
--   optimisers.c              for tensor/: what state there is, the numbers of one step
--   optimiser_passes_body.h   for tensor/: the loops over elements, of one element type
--   optimiser_algorithms.c    for lib/: options, their checks, documentation
local emit = {}
local called = ...
if called == nil then package.path = arg[1] .. "/scripts/gen/?.lua;" .. package.path end
local schema = require "optimiser_schema"

local HEAD = "/* Generated from tensor/ops/optim/optimisers.lua. */"

--- A list of lines, and the function that adds a formatted one.
local function lines(...)
  local out = {...}
  return out, function(text, ...) out[#out + 1] = select("#", ...) > 0 and text:format(...) or text end
end

local function struct(row) return row.name .. "Options" end

--- The most that any row has of a list.
local function most(rows, field)
  local n = 1 -- an array of C is not empty
  for _, row in ipairs(rows) do n = math.max(n, #row[field]) end
  return n
end

-- ---- options as a struct --------------------------------------------------------------------------

function emit.header(rows)
  local out, put = lines(HEAD, "#ifndef HECATE_OPTIMISERS_H", "#define HECATE_OPTIMISERS_H", "#include <stdbool.h>",
    "#include <stdint.h>", "")
  put("enum {")
  for _, row in ipairs(rows) do put("  OPTIMISER_%s,", row.name:upper()) end
  put("  OPTIMISER_COUNT\n};")
  put("/* The most that any of them has: state tensors and state numbers of a parameter, numbers of a step. */")
  put("enum { OPTIMISER_STATES = %d, OPTIMISER_NUMBERS = %d, OPTIMISER_VALUES = %d };",
    most(rows, "state"), most(rows, "numbers"), most(rows, "values"))
  for _, row in ipairs(rows) do
    put("\ntypedef struct {")
    for _, option in ipairs(row.options) do
      put("  %s %s%s;", option.c, option.name, option.type == "float[2]" and "[2]" or "")
    end
    put("} %s;", struct(row))
  end
  put("\n#endif\n")
  return table.concat(out, "\n")
end

-- ---- one step, once for all elements ------------------------------------------------------------------

--- The set of names that the expressions mention, those that a mentioned one is made of included.
local function mentioned(row, expressions)
  local used = {}
  local function add(expression)
    for _, name in ipairs(schema.names(expression)) do
      if not used[name] then
        used[name] = true
        if row.scalars[name] then add(row.scalars[name].expression) end
      end
    end
  end
  for _, expression in ipairs(expressions) do add(expression) end
  return used
end

--- Declares the options in use as variables of C.
local function declare_options(row, used, put)
  local any = false
  for _, option in ipairs(row.options) do any = any or used[option.name] end
  put(any and "  const %s *o = options;" or "  (void)options;", struct(row))
  for _, option in ipairs(row.options) do
    if used[option.name] then
      put("  const %s %s%s = o->%s;", option.c, option.type == "float[2]" and "*" or "", option.name, option.name)
    end
  end
end

local function variant_function(row, put)
  local conditions, bits = {}, {}
  for i, flag in ipairs(row.flags) do
    conditions[i] = flag.condition
    bits[i] = ("(%s ? %du : 0)"):format(flag.condition, flag.bit)
  end
  put("static unsigned %s_variant(const void *options) {", row.c)
  declare_options(row, mentioned(row, conditions), put)
  put("  return %s;\n}", #bits > 0 and table.concat(bits, " | ") or "0")
end

local function scalars_function(row, put)
  local roots = {table.unpack(row.values)}
  for _, number in ipairs(row.numbers) do if row.scalars[number.name] then roots[#roots + 1] = number.name end end
  local used = mentioned(row, roots)
  put("static void %s_scalars(const void *options, OptimiserStep *at, double *values) {", row.c)
  declare_options(row, used, put)
  if used.step then put("  const double step = (double)at->count;") end
  if used.first then put("  const bool first = at->first;") end
  for i, number in ipairs(row.numbers) do put("  double %s = at->numbers[%d];", number.name, i - 1) end
  for _, scalar in ipairs(row.scalars) do
    if row.numbers[scalar.name] then put("  %s = %s;", scalar.name, scalar.expression)
    elseif used[scalar.name] then put("  const double %s = %s;", scalar.name, scalar.expression)
    else error(("%s: scalars: nothing mentions '%s'"):format(row.where, scalar.name), 0) end
  end
  for i, number in ipairs(row.numbers) do put("  at->numbers[%d] = %s;", i - 1, number.name) end
  if not (used.step or used.first or row.numbers[1]) then put("  (void)at;") end
  for i, name in ipairs(row.values) do put("  values[%d] = %s;", i - 1, name) end
  put("}\n")
end

local function rule(row, put)
  put("  [OPTIMISER_%s] = {", row.name:upper())
  put('    .id = OPTIMISER_%s, .word = "%s", .options_size = sizeof(%s), .counts = %s,', row.name:upper(), row.c,
    struct(row), tostring(row.counts))
  local states, numbers = {}, {}
  for i, state in ipairs(row.state) do
    states[i] = ('{"%s", %du, %s}'):format(state.name, state.when and row.flags[state.when].bit or 0,
      state.initial and ("offsetof(%s, %s)"):format(struct(row), state.initial) or "OPTIMISER_ZERO")
  end
  for i, number in ipairs(row.numbers) do numbers[i] = ('{"%s", %s}'):format(number.name, number.initial) end
  if states[1] then put("    .states = {%s}, .n_states = %d,", table.concat(states, ", "), #states) end
  if numbers[1] then put("    .numbers = {%s}, .n_numbers = %d,", table.concat(numbers, ", "), #numbers) end
  put("    .variant = %s_variant, .scalars = %s_scalars},", row.c, row.c)
end

function emit.rules(rows)
  local out, put = lines(HEAD, '#include "ops/optim/optimiser.h"', "", "#include <math.h>", "#include <stddef.h>", "",
    "static inline double to_float32(double x) { return (float)x; }", "")
  for _, row in ipairs(rows) do
    put('#line %d "%s"', row.line, row.file)
    variant_function(row, put)
    scalars_function(row, put)
  end
  put("const OptimiserRule optimiser_rules[OPTIMISER_COUNT] = {")
  for _, row in ipairs(rows) do rule(row, put) end
  put("};\n")
  return table.concat(out, "\n")
end

-- ---- one step of each element ------------------------------------------------------------------------

local function flag_parameters(row)
  local list = {}
  for i, flag in ipairs(row.flags) do list[i] = (", const bool %s"):format(flag.name) end
  return table.concat(list)
end

local function assigned(row, name)
  for _, statement in ipairs(row.element) do if statement.name == name then return true end end
  return false
end

--- What one element becomes: the inside of a loop over i.
local function element(row, put)
  put("    T param = param_at[i];\n    const T grad = grad_at[i];")
  for _, state in ipairs(row.state) do
    put("    T %s = %s%s_at[i]%s;", state.name, state.when and state.when .. " ? " or "", state.name,
      state.when and " : 0" or "")
  end
  for _, statement in ipairs(row.element) do
    put("    %s%s%s = %s;", statement.when and ("if (%s) "):format(statement.when) or "", statement.new and "T " or "",
      statement.name, statement.expression)
  end
  put("    param_at[i] = param;")
  for _, state in ipairs(row.state) do
    if assigned(row, state.name) then
      put("    %s%s_at[i] = %s;", state.when and ("if (%s) "):format(state.when) or "", state.name, state.name)
    end
  end
end

--- The loop, whose flags are constants where it is called.
local function loop(row, put)
  put("static inline __attribute__((always_inline)) void NAME(%s_loop)(int64_t n, void *const *arrays,", row.c)
  put("    const double *values%s) {", flag_parameters(row))
  put("  T *restrict param_at = arrays[0];\n  const T *restrict grad_at = arrays[1];")
  for i, state in ipairs(row.state) do put("  T *restrict %s_at = arrays[%d];", state.name, i + 1) end
  for i, name in ipairs(row.values) do put("  const T %s = (T)values[%d];", name, i - 1) end
  for _, flag in ipairs(row.flags) do put("  (void)%s;", flag.name) end
  if not row.values[1] then put("  (void)values;") end
  put("#pragma omp simd\n  for (int64_t i = 0; i < n; i++) {")
  element(row, put)
  put("  }\n}")
end

--- The kernels of CUDA, which move several parameters at once: see tensor/ops/optim/cuda.h.
function emit.cuda(rows)
  local out, put = lines()
  for _, row in ipairs(rows) do
    put("KERNEL(optimise_%s)(PARAMETER OptimiserBatch batch) {", row.c)
    put("  const OptimiserEntry &e = batch.entry[blockIdx.y];")
    put("  T *param_at = (T *)e.arrays[0];\n  const T *grad_at = (const T *)e.arrays[1];")
    for i, state in ipairs(row.state) do put("  T *%s_at = (T *)e.arrays[%d];", state.name, i + 1) end
    for i, name in ipairs(row.values) do put("  const T %s = (T)e.values[%d];", name, i - 1) end
    for _, flag in ipairs(row.flags) do
      put("  const bool %s = (e.variant & %d) != 0;\n  (void)%s;", flag.name, flag.bit, flag.name)
    end
    put("  for (int64_t i = THREAD; i < e.n; i += THREADS) {")
    element(row, put)
    put("  }\n}\nENTRY(optimise_%s)", row.c)
  end
  return table.concat(out, "\n")
end

--- The loop that belongs to a variant, a number whose bits are the flags.
local function pass(row, put)
  put("static void NAME(%s)(int64_t n, unsigned variant, void *const *arrays, const double *values) {", row.c)
  put("  switch (variant) {")
  for variant = 0, (1 << #row.flags) - 1 do
    local list = {}
    for i, flag in ipairs(row.flags) do list[i] = ", " .. tostring(variant & flag.bit ~= 0) end
    put("    case %d: NAME(%s_loop)(n, arrays, values%s); break;", variant, row.c, table.concat(list))
  end
  put("  }\n}\n")
end

function emit.passes(rows)
  local out, put = lines(HEAD)
  for _, row in ipairs(rows) do
    put('#line %d "%s"', row.line, row.file)
    loop(row, put)
    pass(row, put)
  end
  put("static const OptimiserPass NAME(passes)[OPTIMISER_COUNT] = {")
  for _, row in ipairs(rows) do put("  [OPTIMISER_%s] = NAME(%s),", row.name:upper(), row.c) end
  put("};\n")
  return table.concat(out, "\n")
end

-- ---- what Lua knows of it -----------------------------------------------------------------------------

local function comment(row, put)
  put('#line %d "%s"', row.line, row.file)
  put("/** optim.%s: %s", row.name, (row.doc:gsub("\n", "\n** ")))
  if row.notes.params then put("** - `params` (Tensor[]|table): %s", row.notes.params) end
  for _, option in ipairs(row.options) do
    if row.notes[option.name] then put("** - `%s`: %s", option.name, row.notes[option.name]) end
  end
  put("** Example: %s */", row.example)
end

local OPTION_TYPES = {float = "OPTION_FLOAT", bool = "OPTION_BOOL", ["bool?"] = "OPTION_BOOL_OR_NIL",
  ["float[2]"] = "OPTION_REALS"}

local function options(row, put)
  put("static const Option %s_options[] = {", row.c)
  for _, option in ipairs(row.options) do
    local initial = option.default == "nil" and "NAN" or option.default
    put('  {"%s", %s, offsetof(%s, %s), false, %s, %s},', option.name, OPTION_TYPES[option.type], struct(row),
      option.name, initial, option.second and ("&(const double){%s}"):format(option.second) or "NULL")
  end
  put("  {NULL}};")
end

local function check_function(row, put)
  put("static void %s_check(lua_State *L, const char *who, const void *options) {", row.c)
  put("  const %s *o = options;", struct(row))
  for _, option in ipairs(row.options) do
    for i = 1, option.type == "float[2]" and 2 or option.range and 1 or 0 do
      local value = ("o->%s%s"):format(option.name, option.second and ("[%d]"):format(i - 1) or "")
      put('  algorithm_demand_range(L, who, "%s", %d, %s, %s, "%s");', option.name, option.second and i or 0, value,
        option.condition:gsub("%f[%w]x%f[%W]", value), option.range)
    end
  end
  for _, demand in ipairs(row.demands) do
    local condition = demand[1]:gsub("[%a_][%w_]*", function(name) return row.options[name] and "o->" .. name end)
    put('  if (!(%s)) error_raise(L, "%%s: %%s", who, "%s");', condition, demand[2])
  end
  put("}")
end

function emit.algorithms(rows)
  local out, put = lines(HEAD, '#include "torch/optim/optimizer.h"', '#include "torch/optim/step.h"', "",
    "#include <math.h>", "")
  for _, row in ipairs(rows) do
    comment(row, put)
    options(row, put)
    check_function(row, put)
  end
  local shared = {}
  for i, option in ipairs(schema.IMPLEMENTATION) do shared[i] = ('"%s", '):format(option[1]) end
  put("const char *const algorithm_implementation[] = {%sNULL};", table.concat(shared))
  put("const Algorithm algorithms[OPTIMISER_COUNT] = {")
  for _, row in ipairs(rows) do
    put('  {.base = {.class = {.name = "optim.%s", .parent = &optimizer_class.class, .methods = step_methods},',
      row.name)
    put("            .size = sizeof(Optimizer), .set = optimizer_set},")
    put("   .rule = &optimiser_rules[OPTIMISER_%s], .options = %s_options, .check = %s_check},", row.name:upper(),
      row.c, row.c)
  end
  put("};\n")
  return table.concat(out, "\n")
end

if called ~= nil then return emit end

local write = require "write"
local ok, message = pcall(function()
  local rows = schema.read(arg[3])
  write(arg[2] .. "/optimisers.h", emit.header(rows))
  write(arg[2] .. "/optimisers.c", emit.rules(rows))
  write(arg[2] .. "/optimiser_passes_body.h", emit.passes(rows))
  write(arg[2] .. "/optimiser_algorithms.c", emit.algorithms(rows))
end)
if not ok then
  io.stderr:write(tostring(message), "\n")
  os.exit(1)
end
