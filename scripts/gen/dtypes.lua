-- Reads tensor/dtypes.lua and writes what C sees of it: dtypes.h (the enum, lists, tables and switches
-- by set), dtypes.c (the table of their properties) and each_<set>.h (a body for each type of a set).
local quote = require "strings".quote
local dtypes = {}

local COLUMNS = {}
for key in ([[storage category compute real stored alone alias title lowest highest digits tiny promotes
  safetensors numpy onnx pickle]]):gmatch "%S+" do
  COLUMNS[key] = true
end
local CATEGORIES = {"bool", "integer", "float", "complex"}
local RANK = {}
for i, name in ipairs(CATEGORIES) do RANK[name] = i end

-- Sets of the types that have kernels of their own; `half`: those of 16 bits, whose elements kernels see as bits.
-- The accumulator of a kernel is a wider type.
local SETS = {
  {"all", bool = true, integer = true, float = true},
  {"number", integer = true, float = true},
  {"integer", integer = true},
  {"bits", bool = true, integer = true},
  {"float", float = true},
  {"half", half = true},
  {"complex", complex = true},
  {"any", bool = true, integer = true, float = true, complex = true},
}
local ACCUMULATOR = {bool = "int64_t", integer = "int64_t", float = "double", complex = "double _Complex"}

local function check(row, rows, where)
  for key in pairs(row) do
    if key ~= 1 and not COLUMNS[key] then error(("%s: unknown column '%s'"):format(where, tostring(key)), 0) end
  end
  if type(row[1]) ~= "string" or not row[1]:find "^[%l][%w_]*$" then error(where .. ": a row starts with a name", 0) end
  for _, key in ipairs{"storage", "category", "title", "lowest", "highest", "safetensors"} do
    if row[key] == nil then error(("%s: %s: '%s' is missing"):format(where, row[1], key), 0) end
  end
  if not RANK[row.category] then error(("%s: unknown category '%s'"):format(where, row.category), 0) end
  if rows[row[1]] then error(("%s: '%s' is there already"):format(where, row[1]), 0) end
end

-- The rows of a file, in order and by name.
function dtypes.read(file)
  local rows = {}
  local env = {dtype = function(row)
    check(row, rows, ("%s:%d"):format(file, debug.getinfo(2, "l").currentline))
    row.name, row.upper, row.rank = row[1], row[1]:upper(), RANK[row.category]
    rows[#rows + 1], rows[row.name] = row, row
    row.index = #rows
  end}
  assert(loadfile(file, "t", env))()
  for _, row in ipairs(rows) do
    row.native = not row.compute and not row.stored
    row.alone = row.alone or row.stored
    row.small = row.compute and row.category == "float" -- its elements are no C numbers
    if row.compute and not (rows[row.compute] and not rows[row.compute].compute and not rows[row.compute].stored) then
      error(("%s: %s: compute: '%s' has no kernels of its own"):format(file, row.name, row.compute), 0)
    end
    for other, result in pairs(row.promotes or {}) do
      if not rows[other] or not rows[result] then
        error(("%s: %s: promotes: unknown dtype"):format(file, row.name), 0)
      end
    end
  end
  return rows
end

local function in_set(row, set)
  if set.half then return row.category == "float" and row.compute and not row.stored end
  return row.native and set[row.category]
end

-- Names of the types of a set, or of the one type of that name; nil where there is no such set.
function dtypes.set(rows, name)
  if rows[name] then return {name} end
  for _, set in ipairs(SETS) do
    if set[1] == name then
      local list = {}
      for _, row in ipairs(rows) do if in_set(row, set) then list[#list + 1] = row.name end end
      return list
    end
  end
end

-- Names of the types that the kernel of an op is made for.
function dtypes.of_row(rows, op)
  local list = dtypes.set(rows, op.types or "all")
  if not list then
    local names = {}
    for i, set in ipairs(SETS) do names[i] = set[1] end
    error(("%s: %s: types: expected a dtype or one of %s, got %q"):format(op.where, op.name, table.concat(names, ", "),
      op.types), 0)
  end
  if not op.complex then return list end
  local both = table.move(list, 1, #list, 1, {})
  return table.move(dtypes.set(rows, "complex"), 1, 2, #both + 1, both)
end

-- Bits of the types whose elements kernels of the named types can work on.
function dtypes.mask(rows, names)
  local has, mask = {}, 0
  for _, name in ipairs(names) do has[name] = true end
  for i, row in ipairs(rows) do
    if has[row.compute or row.name] and not row.stored then mask = mask | 1 << (i - 1) end
  end
  return mask
end

-- What an operation of two types gives: of the higher category, within one of the later row. A type that stands
-- alone has nothing in common with another one, but that a float holds its integers; then the result is nil.
local function promote(a, b)
  if a == b then return a.name end
  local alone = a.alone and a or b.alone and b
  if alone then
    local other = alone == a and b or a
    return alone.category == "integer" and other.category == "float" and not other.stored and other.name or nil
  end
  local exception = a.promotes and a.promotes[b.name] or b.promotes and b.promotes[a.name]
  if exception then return exception end
  if a.rank ~= b.rank then return a.rank > b.rank and a.name or b.name end
  return a.index > b.index and a.name or b.name
end
dtypes.promote = promote

local function enum(name) return "DTYPE_" .. name:upper() end

local function set_macros(rows, put)
  for _, set in ipairs(SETS) do
    local members, has = dtypes.set(rows, set[1]), {}
    local list, made, cases, rest, none = {}, {}, {}, {}, {}
    for i, name in ipairs(members) do
      has[name] = true
      list[i] = ("X(%s, %s, %s)"):format(rows[name].upper, name, rows[name].storage)
      made[i] = ("[%s] = f##_%s"):format(enum(name), name)
      cases[i] = ("case %s: M(%s, %s) break;"):format(enum(name), name, rows[name].storage)
    end
    for _, row in ipairs(rows) do
      if not has[row.name] then
        rest[#rest + 1] = ("case %s:"):format(enum(row.name))
        none[#none + 1] = (", [%s] = NO_KERNEL"):format(enum(row.name))
      end
    end
    local title = set[1]:upper()
    put("#define %s_DTYPES(X) %s", title, table.concat(list, " "))
    put("#define %s_ENTRIES(f) %s", title, table.concat(made, ", "))
    put("#define %s_TABLE(f) {%s_ENTRIES(f)%s}", title, title, table.concat(none))
    put("#define %s_POINTERS(f) {%s_ENTRIES(f)}", title, title)
    put("#define %s_SWITCH(dtype, M) switch ((DType)(dtype)) { %s %s }", title, table.concat(cases, " "),
      #rest > 0 and table.concat(rest, " ") .. " break;" or "")
  end
end

function dtypes.header(rows)
  local out = {"/* Generated from tensor/dtypes.lua. */\n#ifndef HECATE_DTYPES_H\n#define HECATE_DTYPES_H"}
  local function put(...) out[#out + 1] = string.format(...) end
  local enums, lists, categories = {}, {}, {}
  for i, row in ipairs(rows) do
    enums[i] = enum(row.name)
    lists[i] = ("X(%s, %s, %s)"):format(row.upper, row.name, row.storage)
  end
  for i, name in ipairs(CATEGORIES) do categories[i] = "CATEGORY_" .. name:upper() end
  put("typedef enum { %s } Category; /* a higher one can hold the numbers of a lower */",
    table.concat(categories, ", "))
  put("typedef enum { %s } DType;", table.concat(enums, ", "))
  put("#define DTYPE_COUNT %d", #rows)
  for _, name in ipairs(CATEGORIES) do
    local mask = 0
    for i, row in ipairs(rows) do if row.category == name then mask = mask | 1 << (i - 1) end end
    put("#define %s_CATEGORY 0x%xu /* bits of its types */", name:upper(), mask)
  end
  local masks = {COMPUTED = "compute", STORED = "stored"}
  for _, title in ipairs{"COMPUTED", "STORED"} do
    local mask = 0
    for i, row in ipairs(rows) do if row[masks[title]] then mask = mask | 1 << (i - 1) end end
    put("#define %s_DTYPES_MASK 0x%xu", title, mask)
  end
  put("/* X(NAME, name, C type in memory) for every type; below, for those of a set that have kernels of their own.")
  put("** NAME_TABLE(f): initialiser of an array of functions by dtype, of f_float32 and so on; the other types have")
  put("** NO_KERNEL (core/internal.h), so that no entry is NULL. NAME_POINTERS(f): the same for pointers to data,")
  put("** which are NULL for the others. NAME_ENTRIES(f): what stands in it.")
  put("** NAME_SWITCH(dtype, M): M(name, T). */")
  put("#define EVERY_DTYPE(X) %s", table.concat(lists, " "))
  set_macros(rows, put)
  put("#endif\n")
  return table.concat(out, "\n")
end

-- The first and the last of a type's numbers, as C.
local function bounds(row)
  if row.category == "float" then return "-INFINITY", "INFINITY" end
  return row.lowest, row.highest
end
dtypes.bounds = bounds

function dtypes.source(rows)
  local out = {'/* Generated from tensor/dtypes.lua. */\n#include <float.h>\n#include "tensor.h"'}
  local function put(...) out[#out + 1] = string.format(...) end
  put("const DTypeInfo dtype_table[DTYPE_COUNT] = {")
  for _, row in ipairs(rows) do
    put("  [%s] = {.name = %s, .alias = %s, .title = %s,", enum(row.name), quote(row.name), quote(row.alias),
      quote(row.title))
    put("    .category = CATEGORY_%s, .compute = %s, .real = %s, .size = sizeof(%s),", row.category:upper(),
      enum(row.compute or row.name), enum(row.real or row.name), row.storage)
    put("    .lowest = %s, .highest = %s, .digits = %d, .tiny = %s,", row.lowest, row.highest, row.digits or 0,
      row.tiny or "0")
    put("    .safetensors = %s, .numpy = %s, .pickle = %s, .onnx = %d},", quote(row.safetensors), quote(row.numpy),
      quote(row.pickle), row.onnx or 0)
  end
  put("};")
  put("const uint8_t dtype_sizes[DTYPE_COUNT] = {")
  for _, row in ipairs(rows) do put("  [%s] = sizeof(%s),", enum(row.name), row.storage) end
  put("};")
  put("const uint8_t dtype_promotions[DTYPE_COUNT][DTYPE_COUNT] = {")
  for _, a in ipairs(rows) do
    local cells = {}
    for i, b in ipairs(rows) do cells[i] = ("[%s] = %s"):format(enum(b.name), enum(promote(a, b) or "none")) end
    put("  [%s] = {%s},", enum(a.name), table.concat(cells, ", "))
  end
  put("};\n")
  return table.concat(out, "\n")
end

-- each_<set>.h: includes the private body that BODY names once for each type of the set.
function dtypes.each(rows, set)
  local out = {"/* Generated from tensor/dtypes.lua. Includes the file BODY once for each type of a set, " ..
    "with T (an element),",
    "** A (its accumulator), DTYPE, NAME(x) (x_float32), LOWEST and HIGHEST (its first and last number) defined. */"}
  for _, name in ipairs(dtypes.set(rows, set)) do
    local row = rows[name]
    out[#out + 1] = ("#define T %s\n#define A %s\n#define DTYPE %s\n#define NAME(x) x##_%s"):format(row.storage,
      ACCUMULATOR[row.category], enum(name), name)
    out[#out + 1] = ("#define LOWEST ((T)%s)\n#define HIGHEST ((T)%s)\n#include BODY"):format(bounds(row))
    out[#out + 1] = "#undef T\n#undef A\n#undef DTYPE\n#undef NAME\n#undef LOWEST\n#undef HIGHEST"
  end
  out[#out + 1] = "#undef BODY\n"
  return table.concat(out, "\n")
end

-- dtype_lists.h: lists of the types whose elements are read and written alike, but for the C type and a function.
function dtypes.lists(rows)
  local integers, small = {}, {}
  for _, row in ipairs(rows) do
    local list = row.category == "integer" and integers or row.small and small
    if list then list[#list + 1] = ("X(%s, %s, %s)"):format(row.upper, row.name, row.storage) end
  end
  return table.concat({"/* Generated from tensor/dtypes.lua. X(NAME, name, C type in memory) for every integer, and",
    "** for every float whose elements are no C numbers: load_NAME and store_NAME know what they mean. */",
    "#define INTEGER_DTYPES_IN_MEMORY(X) " .. table.concat(integers, " "),
    "#define SMALL_FLOAT_DTYPES(X) " .. table.concat(small, " "), ""}, "\n")
end

-- How an element of one type becomes one of another, as C of v; nil: by way of float32.
local function conversion(from, to)
  if from == to then return "(v)" end
  if from.small and from.compute == to.name then return ("load_%s(v)"):format(from.name) end
  if to.small and to.compute == from.name then return ("store_%s(v)"):format(to.name) end
  if from.small or to.small then return nil end
  if to.category == "bool" then return "((v) != 0)" end
  if from.category == "complex" and to.category == "integer" then return ("cut_to_%s(__real__(v))"):format(to.name) end
  if from.category == "float" and to.category == "integer" then return ("cut_to_%s(v)"):format(to.name) end
  return "((T)(v))"
end

-- The cast of one pair of types. Elements that are no C numbers, or bool, which C would make 1, are copied as bytes.
local function cast(from, to, put)
  local how = conversion(from, to)
  put("#define NAME(x) x##_%s_%s", from.name, to.name)
  put("#define SMALL %s", (from.alone or to.alone) and "__attribute__((cold))" or "")
  if how then
    put("#define FROM %s\n#define T %s", from.category == "bool" and "uint8_t" or from.storage, to.storage)
    put("#define CONVERT(v) %s", how)
    if how:find "_float16" then put("#define CONVERT_ROW %s", (how:gsub("_", "_row_", 1):gsub("%b()", ""))) end
    put("#include BODY\n#undef FROM\n#undef T\n#undef CONVERT\n#undef CONVERT_ROW")
  else
    local middle = from.small and from.compute or to.compute
    put("#define FIRST cast_%s_%s\n#define SECOND cast_%s_%s", from.name, middle, middle, to.name)
    put("#include BODY_IN_TWO_STEPS\n#undef FIRST\n#undef SECOND")
  end
  put("#undef NAME\n#undef SMALL")
end

-- each_cast.h: as each_<set>.h, for each pair of types.
function dtypes.each_cast(rows)
  local out = {"/* Generated from tensor/dtypes.lua. Includes the file BODY once for each pair of types, with FROM, T,",
    "** CONVERT(v), which makes a T of a FROM, and NAME(x) (x_int32_float32) defined; for pairs that go by way of a",
    "** third type BODY_IN_TWO_STEPS, with FIRST and SECOND, the casts on the way. CAST_TABLE(f): the table",
    "** [from][to]. SMALL: an attribute of casts that are seldom used, which are compiled for size, not for speed. */"}
  local function put(...) out[#out + 1] = string.format(...) end
  for _, direct in ipairs{true, false} do
    for _, from in ipairs(rows) do
      for _, to in ipairs(rows) do if (conversion(from, to) ~= nil) == direct then cast(from, to, put) end end
    end
  end
  local lines = {}
  for i, from in ipairs(rows) do
    local cells = {}
    for k, to in ipairs(rows) do cells[k] = ("[%s] = f##_%s_%s"):format(enum(to.name), from.name, to.name) end
    lines[i] = ("[%s] = {%s}"):format(enum(from.name), table.concat(cells, ", "))
  end
  put("#undef BODY\n#define CAST_TABLE(f) {%s}\n", table.concat(lines, ", "))
  return table.concat(out, "\n")
end

function dtypes.write_all(rows, write)
  write("each_cast.h", dtypes.each_cast(rows))
  write("dtypes.h", dtypes.header(rows))
  write("dtypes.c", dtypes.source(rows))
  write("dtype_lists.h", dtypes.lists(rows))
  for _, set in ipairs(SETS) do write("each_" .. set[1] .. ".h", dtypes.each(rows, set[1])) end
end

return dtypes
