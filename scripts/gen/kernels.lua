-- What the processor's kernels need from the op table: their prototypes (kernels.h), the tables of one level of the
-- processor (kernels.c), and the kernels of elementwise ops (strips_DTYPE.c).
local dtypes = require "dtypes"

local kernels = {}

--- kernels.h: KERNEL(name) functions of tensor/ops/*/cpu*.c.
function kernels.header(rows)
  local out = {"/* Generated from tensor/ops/. KERNEL(name) gives the name at this level. */"}
  for _, row in ipairs(rows) do
    if row.kind == "kernel" then out[#out + 1] = ("Status KERNEL(%s)(Call *c);"):format(row.kernel or row.name) end
  end
  return table.concat(out, "\n") .. "\n"
end

--- kernels.c: the tables of one processor level, by op and by dtype.
function kernels.tables(rows, dtype_rows)
  local out = {'/* Generated from tensor/ops/: what one level of the processor has for each op. */\n'
    .. '#include "device/cpu/kernel.h"'}
  local function put(...) out[#out + 1] = string.format(...) end
  put("static const KernelFn kernel_table[OP_COUNT] = {")
  for _, row in ipairs(rows) do
    if row.kind == "kernel" then put("  [OP_%s] = KERNEL(%s),", row.name:upper(), row.kernel or row.name) end
  end
  put("};\nconst KernelFn *const KERNEL(kernels) = kernel_table;")
  local all = dtypes.set(dtype_rows, "any")
  for _, dtype in ipairs(all) do put("extern const StripFn KERNEL(strips_%s)[OP_COUNT];", dtype) end
  put("static const StripFn no_strips[OP_COUNT]; /* of dtypes without kernels of their own */")
  put("const StripFn *const KERNEL(strips)[DTYPE_COUNT] = {")
  for _, dtype in ipairs(dtype_rows) do
    if not dtype.native then put("  [DTYPE_%s] = no_strips,", dtype.upper) end
  end
  for _, dtype in ipairs(all) do put("  [DTYPE_%s] = KERNEL(strips_%s),", dtype:upper(), dtype) end
  put("};\n")
  return table.concat(out, "\n")
end

-- The attributes of an elementwise op as local variables of its function.
local function attributes(row, complex, put)
  if #row.attrs == 0 then put("  (void)attrs;") return end
  put("  const %s *at = attrs;", row.struct)
  for _, a in ipairs(row.attrs) do
    local c = a.type.c
    if c == "Scalar" then put("  const T %s = SCALAR(at->%s);", a.name, a.name)
    elseif c == "OptionalScalar" then
      for _, bound in ipairs{"lowest", "highest"} do -- what stands for one that is not given
        put("  const T %s_or_%s = at->%s.given ? SCALAR(at->%s.value) : %s;", a.name, bound, a.name, a.name,
          bound:upper())
        put("  (void)%s_or_%s;", a.name, bound)
      end
    elseif c == "double" and complex then put("  const REAL %s = (REAL)at->%s;", a.name, a.name)
    elseif c == "double" then put("  const T %s = (T)at->%s;", a.name, a.name)
    elseif c == "int64_t" or c == "bool" or c == "int" then put("  const %s %s = at->%s;", c, a.name, a.name) end
    if c == "Scalar" or c == "double" or c == "int64_t" or c == "bool" or c == "int" then
      put("  (void)%s;", a.name)
    end
  end
end

-- The function of an elementwise op for a dtype.
local function strip(row, dtype_rows, dtype, put)
  local complex = dtype_rows[dtype].category == "complex"
  local expr = complex and type(row.complex) == "string" and row.complex or row.expr
  local result = row.result == "bool" and "bool" or complex and row.complex_result == "real" and "REAL" or "T"
  local types = {result}
  local bool_operand = {}
  for _, name in ipairs(row.operand or {}) do bool_operand[name] = true end
  for _, arg in ipairs(row.inputs) do types[#types + 1] = bool_operand[arg.name] and "bool" or "T" end
  put("static void strip_%s(int64_t n, char *const *p, const int64_t *s, const void *attrs) {", row.name)
  attributes(row, complex, put)
  -- Compilers and debuggers name the row. It has no number of a line: a line more at the top of the file
  -- would compile all rows again.
  put('#line 1 "%s: %s"', row.file, row.name)
  if row.constant and dtype_rows[dtype].category == "float" then -- the second operand is one number with a shorter way
    put("  if (s[2] == 0) {")
    put("    const T b = *(const MEM(T) *)p[2];")
    for _, case in ipairs(row.constant) do
      put("    if (b == K(%s)) { STRIP1(%s, T, %s) return; }", case[1], result, case[2])
    end
    put("  }")
  end
  if row.quick and dtype_rows[dtype].category == "float" then
    put("  STRIP%d_QUICK(%s, %s, %s, %s)", #row.inputs, table.concat(types, ", "), row.quick[1], row.quick[2], expr)
  end
  put("  STRIP%d(%s, %s)", #row.inputs, table.concat(types, ", "), expr)
  put("}")
end

-- What computes in a wider type for HECATE_MATH=precise: functions of the C library, and those of scalar_math.h made of
-- them. Special functions (special_math.h) compute in double whatever the type.
local PRECISE <const> = {}
for name in ([[exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc
  hypot pow atan2 lgamma pow_of atan2_slope_of silu_of silu_slope gelu_slope gelu_tanh_slope tanh_softplus mish_slope
  bce_with_logits bce_with_logits_slope logaddexp_of logaddexp2_of]]):gmatch "%S+" do PRECISE[name] = true end

local function is_precise(row, dtype_rows, dtype)
  local found, has = false, false
  for name in row.expr:gmatch "([%a_][%w_]*)%s*%(" do found = found or PRECISE[name] end
  for _, name in ipairs(found and dtypes.of_row(dtype_rows, row) or {}) do has = has or name == dtype end
  return has
end

--- precise_DTYPE.c: elementwise kernels of a float type that compute in a wider one and round once.
function kernels.precise(rows, dtype_rows, dtype)
  local out, list = {"/* Generated from tensor/ops/. */"}, {}
  local function put(...) out[#out + 1] = string.format(...) end
  put("#define STORED %s\n#define T %s\n#define T_IS_FLOAT 1", dtype_rows[dtype].storage,
    dtype == "float32" and "double" or "long double")
  put("#define LOWEST ((T)%s)\n#define HIGHEST ((T)%s)", dtypes.bounds(dtype_rows[dtype]))
  put('#include "device/cpu/strip.h"')
  for _, row in ipairs(rows) do
    if row.kind == "elementwise" and is_precise(row, dtype_rows, dtype) then
      strip(row, dtype_rows, dtype, put)
      list[#list + 1] = ("  {OP_%s, strip_%s},"):format(row.name:upper(), row.name)
    end
  end
  put("const PreciseStrip precise_%s[] = {\n%s\n  {0, NULL}};\n", dtype, table.concat(list, "\n"))
  return table.concat(out, "\n")
end

--- strips_DTYPE.c: the elementwise kernels of a dtype, and their table by op.
function kernels.strips(rows, dtype_rows, dtype)
  local out = {"/* Generated from tensor/ops/. */"}
  local function put(...) out[#out + 1] = string.format(...) end
  put("#define T %s", dtype_rows[dtype].storage)
  put("#define T_IS_%s 1", dtype_rows[dtype].category:upper())
  if dtype_rows[dtype].real then put("#define REAL %s", dtype_rows[dtype_rows[dtype].real].storage) end
  put("#define LOWEST ((T)%s) /* the first and the last of the type's numbers */\n#define HIGHEST ((T)%s)",
    dtypes.bounds(dtype_rows[dtype]))
  put('#include "device/cpu/strip.h"')
  local list = {}
  for _, row in ipairs(rows) do
    if row.kind == "elementwise" then
      local made = false
      for _, name in ipairs(dtypes.of_row(dtype_rows, row)) do made = made or name == dtype end
      if made then
        strip(row, dtype_rows, dtype, put)
        list[#list + 1] = ("  [OP_%s] = strip_%s,"):format(row.name:upper(), row.name)
      end
    end
  end
  put("const StripFn KERNEL(strips_%s)[OP_COUNT] = {", dtype)
  put("%s", table.concat(list, "\n"))
  put("};\n")
  return table.concat(out, "\n")
end

return kernels
