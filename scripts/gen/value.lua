-- Numbers, sizes and dtypes in formulas. Where a formula computes with an attribute or with a size, nothing is
-- known yet but the C expression, so each operation makes a longer expression. A value is
--   {c = C expression, kind = C type, text = the same for people, uses = the symbols it is read from}.
-- Positions in shapes count from 1, as in the language; negative ones count from the end.
local value = {}

local Value = {}

function value.is(x) return getmetatable(x) == Value end

--- A value of the C type `kind`; `uses` are the tensors that must be there when it is computed.
function value.new(c, kind, text, uses)
  return setmetatable({c = c, kind = kind, text = text, uses = uses or {}, shape_of = false, choices = false}, Value)
end

local function trouble(...) error(string.format(...), 0) end

local function number_c(x)
  if x == math.huge then return "INFINITY" elseif x == -math.huge then return "-INFINITY" end
  if math.type(x) == "integer" then return tostring(x) end
  return ("%.17g"):format(x):gsub("^%-?%d+$", "%0.0")
end

--- How `x` is written for people.
function value.text(x)
  if value.is(x) then return x.text end
  if type(x) == "table" then
    local list = {}
    for i, item in ipairs(x) do list[i] = value.text(item) end
    return "{" .. table.concat(list, ", ") .. "}"
  end
  if x == math.huge then return "math.huge" elseif x == -math.huge then return "-math.huge" end
  if type(x) == "string" then return ('"%s"'):format(x) end
  return type(x) == "number" and math.type(x) == "float" and ("%.14g"):format(x) or tostring(x)
end

local function joined(a, b)
  local uses = {}
  for _, x in ipairs{a, b} do
    if value.is(x) then table.move(x.uses, 1, #x.uses, #uses + 1, uses) end
  end
  return uses
end

-- What each conversion from a kind (or from a Lua number or boolean) to another looks like.
local CONVERSIONS = {
  Scalar = {int64_t = "scalar_int(%s)", double = "scalar_float(%s)", bool = "scalar_bool(%s)"},
  double = {int64_t = "(double)%s", Scalar = "scalar_to_double(%s)"},
  OptionalScalar = {Scalar = "(OptionalScalar){true, %s}", int64_t = "(OptionalScalar){true, scalar_int(%s)}",
    double = "(OptionalScalar){true, scalar_float(%s)}"},
  Ints = {int64_t = "(Ints){1, {%s}}"},
}

local function kind_of(x)
  if value.is(x) then return x.kind end
  if type(x) == "boolean" then return "bool" end
  if type(x) == "number" then return math.type(x) == "integer" and "int64_t" or "double" end
end

--- The C expression of `x`, a value, number or boolean, as one of C type `kind`; nil where that cannot be.
function value.convert(x, kind)
  local from = kind_of(x)
  if not from then return nil end
  local c = value.is(x) and x.c or type(x) == "boolean" and tostring(x) or number_c(x)
  if from == kind then return c end
  local pattern = CONVERSIONS[kind] and CONVERSIONS[kind][from]
  return pattern and pattern:format(c)
end

-- Attributes of type number keep their kind (integer or float), which C functions look after.
local SCALAR = {
  ["+"] = "scalar_add(%s, %s)", ["*"] = "scalar_multiply(%s, %s)",
  ["-"] = "scalar_add(%s, scalar_multiply(scalar_int(-1), %s))",
}

local function arithmetic(a, b, op)
  local text = ("(%s %s %s)"):format(value.text(a), op, value.text(b))
  local ka, kb = kind_of(a), kind_of(b)
  if SCALAR[op] and (ka == "Scalar" or kb == "Scalar") then
    local x, y = value.convert(a, "Scalar"), value.convert(b, "Scalar")
    if x and y then return value.new(SCALAR[op]:format(x, y), "Scalar", text, joined(a, b)) end
  end
  local kind = (op == "/" or ka ~= "int64_t" or kb ~= "int64_t") and "double" or "int64_t"
  local x, y = value.convert(a, kind), value.convert(b, kind)
  if not x or not y or (kind == "double" and (op == "//" or op == "%")) then
    trouble("%s %s %s: numbers were expected", value.text(a), op, value.text(b))
  end
  return value.new(("(%s %s %s)"):format(x, op == "//" and "/" or op, y), kind, text, joined(a, b))
end

--- The larger of two numbers.
function value.max(a, b)
  if not value.is(a) and not value.is(b) then return math.max(a, b) end
  local kind = kind_of(a) == "int64_t" and kind_of(b) == "int64_t" and "int64_t" or "double"
  return value.new(("formula_max_%s(%s, %s)"):format(kind == "double" and "double" or "int", value.convert(a, kind),
    value.convert(b, kind)), kind, ("max(%s, %s)"):format(value.text(a), value.text(b)), joined(a, b))
end

-- ---- lists of sizes ----------------------------------------------------------

--- The C expression of a list of sizes: an Ints value or a table of numbers and values. `shift` is what is
--- subtracted of positive numbers (1 for positions, which count from 0 in C).
function value.ints(x, shift)
  if value.is(x) then return value.convert(x, "Ints") end
  if type(x) == "number" then x = {x} end
  if type(x) ~= "table" then return nil end
  local list, uses = {}, {}
  for i, n in ipairs(x) do
    if value.is(n) then table.move(n.uses, 1, #n.uses, #uses + 1, uses) end
    list[i] = type(n) == "number" and tostring(n > 0 and n - (shift or 0) or n) or value.convert(n, "int64_t")
    if not list[i] then return nil end
  end
  return ("(Ints){%d, {%s}}"):format(#list, #list > 0 and table.concat(list, ", ") or "0"), uses
end

local function element(list, i)
  if math.type(i) ~= "integer" or i == 0 then
    trouble("%s[%s]: positions are integers from 1 or from -1", list.text, tostring(i))
  end
  local text = ("%s[%d]"):format(list.text, i)
  if rawget(list, "shape_of") then -- read where it is, instead of copying the whole shape
    local c = ("formula_shape(%s, %d)"):format(list.shape_of, i > 0 and i - 1 or i)
    return value.new(c, "int64_t", text, list.uses)
  end
  if rawget(list, "array") then -- the C array that the list is made of
    return value.new(("%s[%d]"):format(list.array, i - 1), "int64_t", text, list.uses)
  end
  local c = i > 0 and ("%s.v[%d]"):format(list.c, i - 1) or ("formula_size(%s, %d)"):format(list.c, i)
  return value.new(c, "int64_t", text, list.uses)
end

local LISTS = {} -- methods of an Ints value

-- A position as C has it: attributes count from 0 there already, negative ones from the end.
local function place(dim)
  if type(dim) == "number" then return tostring(dim > 0 and dim - 1 or dim) end
  return value.convert(dim, "int64_t")
end

local function part(name, pattern)
  LISTS[name] = function(list, dim)
    local text = ("%s:%s(%s)"):format(list.text, name, value.text(dim))
    return value.new(pattern:format(list.c, place(dim)), "Ints", text, joined(list, dim))
  end
end
part("before", "formula_before(%s, %s)") -- the sizes before dimension `dim`
part("after", "formula_after(%s, %s)") -- those behind it
part("only", "formula_only(%s, %s)") -- 1 everywhere else
part("others", "formula_others(%s, %s)") -- the positions of the other dimensions, for an argument of type dims
--- What two shapes broadcast to; a check says that they do.
function LISTS.broadcast(a, b)
  local text = ("%s:broadcast(%s)"):format(a.text, b.text)
  return value.new(("formula_broadcast(%s, %s)"):format(a.c, b.c), "Ints", text, joined(a, b))
end
--- The product of the sizes.
function LISTS.product(list)
  return value.new(("formula_product(%s)"):format(list.c), "int64_t", list.text .. ":product()", list.uses)
end

Value.__index = function(v, key)
  if v.kind ~= "Ints" then trouble("%s has no field '%s'", v.text, tostring(key)) end
  return LISTS[key] or element(v, key)
end
Value.__concat = function(a, b)
  local x, x_uses = value.ints(a)
  local y, y_uses = value.ints(b)
  if not x or not y then trouble("%s .. %s: lists of sizes were expected", value.text(a), value.text(b)) end
  local uses = joined(a, b)
  for _, more in ipairs{x_uses or {}, y_uses or {}} do table.move(more, 1, #more, #uses + 1, uses) end
  local text = ("%s .. %s"):format(value.text(a), value.text(b))
  return value.new(("formula_join(%s, %s)"):format(x, y), "Ints", text, uses)
end

-- A tensor on one side makes an op of the operation: formula.lua says how (value.tensor_operator).
for event, op in pairs{__add = "+", __sub = "-", __mul = "*", __div = "/", __idiv = "//", __mod = "%"} do
  Value[event] = function(a, b)
    if value.tensor_operator then
      local result = value.tensor_operator(a, b, op)
      if result then return result end
    end
    return arithmetic(a, b, op)
  end
end
Value.__unm = function(a)
  local pattern = a.kind == "Scalar" and "scalar_multiply(scalar_int(-1), %s)" or "(-%s)"
  return value.new(pattern:format(a.c), a.kind, "-" .. a.text, a.uses)
end

return value
