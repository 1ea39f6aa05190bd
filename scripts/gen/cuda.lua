-- The kernels of CUDA: for each dtype with kernels of its own a file cuda_DTYPE.cu that needs no other file: nvcc and
-- NVRTC compile it, and g++ for the tests. It begins with what all kernels share (device/cuda/kernel.h); then come
-- pieces, each behind a line "//@ NAME": one for each elementwise op, made of the row's expression, one for each file
-- ops/FAMILY/cuda.cu, and the optimisers. The head and one piece can be compiled alone. All texts together are
-- constants of a C file. usage: cuda.lua SOURCE_DIR OUT_DIR OPTIMISERS ROWS...
package.path = arg[1] .. "/scripts/gen/?.lua;" .. package.path
local dtypes = require "dtypes"
local optimisers = require "optimisers"
local schema = require "schema"
local write = require "write"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

--- The text of a file of tensor/ with the files that it includes in their places, each once.
local function flatten(path, seen)
  if seen[path] then return "" end
  seen[path] = true
  local text = read("tensor/" .. path)
  return (text:gsub('(#include "([^"\n]+)"[^\n]*)\n', function(line, name)
    if name:find "^emulator/" then return line .. "\n" end
    local inner = io.open("tensor/" .. name) and name or path:match "^(.*/)" .. name
    return flatten(inner, seen) .. "\n"
  end))
end

--- Numbers and C types of what kernels load and store beside their own type.
local function dtype_lists(rows, put)
  local plain, small, integers = {}, {}, {}
  for i, row in ipairs(rows) do
    if row.compute and row.category == "float" then
      small[#small + 1] = ("X(%d, %s, %s)"):format(i - 1, row.name, row.storage)
    elseif row.category ~= "complex" then
      if row.category == "integer" then integers[#integers + 1] = ("X(%s, %s)"):format(row.name, row.storage) end
      plain[#plain + 1] = ("X(%d, %s)"):format(i - 1, row.storage)
    end
  end
  put("#define PLAIN_DTYPES(X) %s", table.concat(plain, " "))
  put("#define SMALL_DTYPES(X) %s", table.concat(small, " "))
  put("#define INTEGER_DTYPES(X) %s", table.concat(integers, " "))
end

local ACCUMULATOR = {bool = "int64_t", integer = "int64_t", float = "double"}

--- What stands before kernel.h.
local function head(rows, dtype, put)
  local row = rows[dtype]
  put("/* Generated from tensor/. */")
  put("#define T %s\n#define T_IS_%s 1\n#define ACC %s\n#define NAME(x) x##_%s", row.storage, row.category:upper(),
    ACCUMULATOR[row.category], dtype)
  put("#define LOWEST ((T)%s)\n#define HIGHEST ((T)%s)", dtypes.bounds(row))
  dtype_lists(rows, put)
  put("%s", flatten("device/cuda/kernel.h", {}))
end

--- The attributes of an op as a struct and as fields of the object that computes an element. `fields` and `lines`
--- are added to.
local function attributes(row, fields, lines)
  for _, a in ipairs(row.attrs) do
    local c = a.type.c
    if c == "Scalar" then
      fields[#fields + 1] = ("T %s;"):format(a.name)
      lines[#lines + 1] = ("%s = SCALAR(at.%s);"):format(a.name, a.name)
    elseif c == "OptionalScalar" then
      for _, bound in ipairs{"lowest", "highest"} do
        fields[#fields + 1] = ("T %s_or_%s;"):format(a.name, bound)
        lines[#lines + 1] = ("%s_or_%s = at.%s.given ? SCALAR(at.%s.value) : %s;"):format(a.name, bound, a.name, a.name,
          bound:upper())
      end
    elseif c == "double" then
      fields[#fields + 1] = ("T %s;"):format(a.name)
      lines[#lines + 1] = ("%s = (T)at.%s;"):format(a.name, a.name)
    elseif c == "int64_t" or c == "bool" or c == "int" then
      fields[#fields + 1] = ("%s %s;"):format(c, a.name)
      lines[#lines + 1] = ("%s = at.%s;"):format(a.name, a.name)
    else
      error(("%s: an elementwise op for CUDA has no attributes of type %s"):format(row.where, c), 0)
    end
  end
end

local LETTERS = {"a", "b", "c"}

--- Expressions of costly functions are compiled once, for all kernels of the op: a call is cheap beside them.
local function is_long(row) return row.cost or row.expr:find "_of%(" end

--- The object of an op whose operator() is the expression.
local function functor(row, types, put)
  local fields, lines, parameters = {}, {}, {}
  attributes(row, fields, lines)
  for i = 2, #types do parameters[i - 1] = ("%s %s"):format(types[i], LETTERS[i - 1]) end
  if #row.attrs > 0 then
    put("typedef struct {")
    for _, a in ipairs(row.attrs) do put("  %s %s;", a.type.c, a.name) end
    put("} %s;", row.struct)
  end
  put("struct Op_%s {", row.name)
  if #row.attrs > 0 then
    put("  %s\n  DEVICE explicit Op_%s(const %s &at) {\n    %s\n  }", table.concat(fields, " "), row.name, row.struct,
      table.concat(lines, "\n    "))
  end
  put('  %s %s operator()(%s) const {\n#line 1 "%s: %s"\n    return (%s)(%s);\n  }\n};',
    is_long(row) and "SLOW" or "DEVICE", types[1],
    table.concat(parameters, ", "), row.file, row.name, types[1], row.expr)
end

--- One kernel: how it walks ("any", "dense") and the types in memory.
local function kernel(row, name, walk, types, put)
  local has = #row.attrs > 0
  local object = has and ("Op_%s(at)"):format(row.name) or ("Op_%s()"):format(row.name)
  put("KERNEL(%s)(PARAMETER Walk w%s) {", name, has and (", PARAMETER %s at"):format(row.struct) or "")
  put("  walk_%s%d<%s>(w, %s);\n}\nENTRY(%s)", walk, #types - 1, table.concat(types, ", "), object, name)
end

--- Whether an op has an elementwise kernel of this dtype.
local function is_made(rows, row, dtype)
  if row.kind ~= "elementwise" then return false end
  for _, name in ipairs(dtypes.of_row(rows, row)) do if name == dtype then return true end end
  return false
end

--- The types of the result and the operands of an op in its expression: T and bool.
local function types_of(row)
  local types, bool_operand = {row.result == "bool" and "bool" or "T"}, {}
  for _, name in ipairs(row.operand or {}) do bool_operand[name] = true end
  for _, arg in ipairs(row.inputs) do types[#types + 1] = bool_operand[arg.name] and "bool" or "T" end
  return types
end

--- The kernels of an elementwise op.
local function kernels(row, rows, dtype, types, put)
  kernel(row, row.name .. "_any", "any", types, put)
  if #types == 1 then return end
  kernel(row, row.name .. "_dense", "dense", types, put)
  for _, small in ipairs{"Float16", "BFloat16"} do
    if rows[small:lower()].compute == dtype then
      local inside = {}
      for i, type in ipairs(types) do inside[i] = type == "T" and small or type end
      kernel(row, row.name .. "_dense_" .. small:lower(), "dense", inside, put)
    end
  end
end

--- The piece of an elementwise op. nvcc leaves special functions to NVRTC: they take two fifths of its time, and most
--- programs call none.
local function elementwise(row, rows, dtype, put)
  local types, late = types_of(row), row.file:find "/special/"
  put("//@ %s", row.name)
  if late then put "#ifndef AHEAD_OF_TIME" end
  functor(row, types, put)
  kernels(row, rows, dtype, types, put)
  if late then put "#endif" end
end

-- The files of kernels by hand, and the dtypes they are for.
local FAMILIES = {{"reduce", "all"}, {"random", "all"}, {"softmax", "float"}, {"loss", "float"}, {"index", "all"},
  {"conv", "all"}, {"norm", "float"}, {"scan", "all"}}

--- cuda_DTYPE.cu. `optimiser_rows` are those of tensor/ops/optim/optimisers.lua.
local function source(ops, rows, dtype, optimiser_rows)
  local out = {}
  local function put(text, ...) out[#out + 1] = select("#", ...) > 0 and text:format(...) or text end
  head(rows, dtype, put)
  for _, row in ipairs(ops) do
    if is_made(rows, row, dtype) then elementwise(row, rows, dtype, put) end
  end
  local function is_in(set)
    for _, name in ipairs(dtypes.set(rows, set)) do if name == dtype then return true end end
  end
  for _, family in ipairs(FAMILIES) do
    if is_in(family[2]) then put("//@ %s\n%s", family[1], flatten("ops/" .. family[1] .. "/cuda.cu", {})) end
  end
  if is_in "float" then put("//@ optim\n%s\n%s", flatten("ops/optim/cuda.h", {}), optimisers.cuda(optimiser_rows)) end
  put("")
  return table.concat(out, "\n")
end

--- The C file with the texts as constants of the plug-in.
local function texts(folder, names)
  local out = {"/* Generated from tensor/. */\n#include \"device/cuda/images.h\"\n"}
  local function put(text, ...) out[#out + 1] = text:format(...) end
  for _, name in ipairs(names) do
    put('__asm__(".section .rodata\\n.local cuda_text_%s\\ncuda_text_%s: "\n'
      .. '        ".incbin \\"%s/cuda_%s.cu\\"\\n.byte 0\\n.previous");', name, name, folder, name)
    put("extern const char cuda_text_%s[] __attribute__((visibility(\"hidden\")));", name)
  end
  put("const char *const cuda_texts[DTYPE_COUNT] = {")
  for _, name in ipairs(names) do put("  [DTYPE_%s] = cuda_text_%s,", name:upper(), name) end
  put("};\n")
  return table.concat(out, "\n")
end

local ok, message = pcall(function()
  local files = table.move(arg, 4, #arg, 1, {})
  local ops, rows = schema.read(files), dtypes.read "tensor/dtypes.lua"
  local optimiser_rows = require "optimiser_schema".read(arg[3])
  local names = dtypes.set(rows, "all")
  for _, row in ipairs(ops) do row.struct = schema.struct(row) end
  for _, name in ipairs(names) do
    write(arg[2] .. "/cuda_" .. name .. ".cu", source(ops, rows, name, optimiser_rows))
  end
  write(arg[2] .. "/cuda_texts.c", texts(arg[2], names))
end)
if not ok then
  io.stderr:write(tostring(message), "\n")
  os.exit(1)
end
