-- Reads the op table (rows.lua in the folders of tensor/ops): rows with parsed signatures.
-- A row is {name, signature, key = value, ...}; docs/internals/rows.md has all columns and types.
local formula = require "formula"
local columns = require "columns"
local strings = require "strings"
local parts_of = strings.parts
local schema = {}

--- What one row may have. The generator writes these numbers into ops.h as well, where they are the
-- sizes of the arrays that calls are read into.
schema.LIMITS = {inputs = 12, arguments = 24, outputs = 4, attribute_bytes = 1024, name_bytes = 48, operands = 3}

-- Argument types of signatures: C type of the attribute (nil for tensors), the
-- ArgType of tensor/call/op.h, and the C literal of "not given".
local TYPES = {
  Tensor = {arg = "ARG_TENSOR"},
  Positions = {arg = "ARG_POSITIONS"},
  number = {arg = "ARG_NUMBER", c = "Scalar", none = "{SCALAR_INT, {0}}"},
  int = {arg = "ARG_INT", c = "int64_t", none = "INT64_MIN"},
  float = {arg = "ARG_FLOAT", c = "double", none = "0"},
  bool = {arg = "ARG_BOOL", c = "bool", none = "false"},
  dim = {arg = "ARG_DIM", c = "int64_t", none = "INT64_MIN"},
  index = {arg = "ARG_INDEX", c = "int64_t", none = "INT64_MIN"},
  dims = {arg = "ARG_DIMS", c = "Ints", none = "{-1, {0}}"},
  shape = {arg = "ARG_SHAPE", c = "Ints", none = "{-1, {0}}"},
  ints = {arg = "ARG_INTS", c = "Ints", none = "{-1, {0}}"},
  dtype = {arg = "ARG_DTYPE", c = "DType", none = "DTYPE_NONE"},
  ["int[]"] = {arg = "ARG_INTEGERS"}, -- an input: of any length
  floats = {arg = "ARG_FLOATS", c = "Floats", none = "{-1, {0}}"},
  string = {arg = "ARG_STRING", c = "Text", none = "{\"\"}"},
  device = {arg = "ARG_DEVICE", c = "Device", none = "{DEVICE_NONE, 0}"},
  generator = {arg = "ARG_GENERATOR", c = "Generator *", none = "NULL"},
}
schema.TYPES = TYPES

-- What autocast does with the inputs of an op.
local AMP = {half = true, float = true, widest = true, banned = true}

-- The options that every row marked `creation` takes by name, after its own arguments.
local CREATION_OPTIONS = "dtype: dtype = nil, device: device = nil, requires_grad: bool = false"
-- Two of them are for the language alone: C functions place a tensor by their inputs, and mark it afterwards.
local BORDER = {device = true, requires_grad = true}

--- The signature of a creation row with its options.
local function with_options(row, text)
  local head, tail = text:match "^(%(.*)(%)%s*%->.*)$"
  if not head then return text end
  local draws = row.random and row.random ~= "memory" -- what the memory held
  local options = (draws and "generator: generator = nil, " or "") .. CREATION_OPTIONS
  return ("%s%s%s%s"):format(head, head == "(" and "*, " or head:find "%*" and ", " or ", *, ", options, tail)
end

--- The words of a table in order, for messages.
local function listed(list)
  local names = {}
  for name in pairs(list) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

local function literal(text, arg, where)
  local t = arg.type
  if text == "nil" then arg.optional = true; return t.none end
  if t.c == "Scalar" then
    if text == "true" or text == "false" then return ("{SCALAR_BOOL, {%d}}"):format(text == "true" and 1 or 0) end
    if math.type(tonumber(text)) == "integer" then return ("{SCALAR_INT, {%s}}"):format(text) end
    return ("{SCALAR_FLOAT, {.f = %s}}"):format(text)
  end
  if t.c == "Text" then
    if not text:find '^".*"$' or #text > 129 then
      local expected = "%s: signature: '%s': expected a default \"…\" of at most 127 bytes, got %s"
      error(expected:format(where, arg.name, text), 0)
    end
    return "{" .. text .. "}"
  end
  if t.c == "Ints" or t.c == "Floats" then
    local list = {}
    for n in text:gmatch(t.c == "Ints" and "%-?%d+" or "[%-%d.e]+") do list[#list + 1] = n end
    return ("{%d, {%s}}"):format(#list, #list > 0 and table.concat(list, ", ") or "0")
  end
  if arg.choices then
    for i, name in ipairs(arg.choices) do if name == text:gsub('"', "") then return tostring(i - 1) end end
    error(("%s: signature: '%s': expected a default among %s, got %s"):format(where, arg.name,
      table.concat(arg.choices, ", "), text), 0)
  end
  if (t.arg == "ARG_DIM" or t.arg == "ARG_INDEX") and tonumber(text) > 0 then
    return tostring(math.tointeger(text) - 1) -- rows count from 1, as the language does
  end
  return text
end

local function unknown_type(name, kind, where)
  error(("%s: signature: '%s': expected a type among %s, words a|b, or a list Tensor[]; got '%s'"):format(where, name,
    listed(TYPES), kind), 0)
end

-- The type of an argument as it is written: "Tensor[]", "a|b", "float".
local function type_of(arg, kind, where)
  local one = kind:match '^"(%w+)"$' -- a choice of one word
  local base, list_mark = (one or kind):match "^([%w|]+)(%[?%]?)$"
  if not base then unknown_type(arg.name, kind, where) end
  arg.list = list_mark == "[]" and not TYPES[kind]
  if TYPES[kind] then base = kind end
  if not one and not base:find "|" then return TYPES[base] or unknown_type(arg.name, base, where) end
  arg.choices = {}
  for c in base:gmatch "[%w_]+" do arg.choices[#arg.choices + 1] = c end
  return {arg = "ARG_CHOICE", c = "int", none = "0"}
end

-- Puts an argument among the attributes or the inputs of its row.
local function add_argument(row, arg, where)
  local default = arg.default_text
  if row.creation and BORDER[arg.name] then
    arg.border, arg.field, arg.default = true, "options." .. arg.name, literal(default, arg, where)
  elseif arg.type.c then
    arg.default = default and literal(default, arg, where)
    if arg.optional and arg.type.c == "Scalar" then
      arg.type = {arg = "ARG_OPTIONAL_NUMBER", c = "OptionalScalar", none = "{false, {SCALAR_INT, {0}}}"}
      arg.default = arg.type.none
    end
    row.attrs[#row.attrs + 1] = arg
  else
    arg.optional = default == "nil"
    arg.default = arg.optional and "nil" or nil
    row.inputs[#row.inputs + 1] = arg
    arg.input = #row.inputs
  end
  row.args[#row.args + 1] = arg
  row.by_name[arg.name] = arg
end

local RESERVED = {grad = true, grads = true, out = true, outs = true, shape_of = true}

-- "name: type = default"
local function argument(part, keyword_only, where)
  local name, kind, default = part:match "^([%w_]+)%s*:%s*([^=]-)%s*=%s*(.+)$"
  if not name then name, kind = part:match "^([%w_]+)%s*:%s*(.-)%s*$" end
  if not name then
    error(("%s: signature: expected \"name: type = default\", got '%s'"):format(where, part), 0)
  end
  if RESERVED[name] then
    error(("%s: signature: expected another name than '%s', which backward formulas use"):format(where, name), 0)
  end
  local arg = {name = name, keyword_only = keyword_only, default_text = default}
  arg.type = type_of(arg, kind, where)
  return arg
end

-- "Tensor, Positions" or "Tensor[]"
local function add_results(row, results, where)
  row.list_output = results == "Tensor[]"
  if row.list_output then return end
  for kind in results:gmatch "[^,%s]+" do
    if kind ~= "Tensor" and kind ~= "Positions" then
      error(("%s: signature: expected results Tensor, Positions or Tensor[], got '%s'"):format(where, kind), 0)
    end
    row.outputs[#row.outputs + 1] = kind
  end
end

-- "(input: Tensor, *, alpha: number = 1) -> Tensor, Positions"
local function signature(row, text, where)
  local list, results = text:match "^%((.*)%)%s*%->%s*(.+)$"
  if not list then
    error(("%s: signature: expected \"(arguments) -> results\", got '%s'"):format(where, text), 0)
  end
  row.args, row.inputs, row.attrs, row.outputs, row.by_name = {}, {}, {}, {}, {}
  local keyword_only = false
  for _, part in ipairs(parts_of(list)) do
    if part == "*" then keyword_only = true
    elseif part ~= "" then add_argument(row, argument(part, keyword_only, where), where) end
  end
  if row.creation then
    local none = ("{%s, false}"):format(TYPES.device.none)
    local kind = {c = "CreationOptions", none = none}
    row.attrs[#row.attrs + 1] = {name = "options", border = true, default = none, type = kind}
  end
  add_results(row, results, where)
end

--- The column amp: {cpu =, cuda =}, and when = {ARGUMENT = {CHOICE, …}} where only these choices of it count. The
-- argument becomes amp.arg, the choices the bits amp.choices.
local function check_amp(row, wrong)
  for key, value in pairs(row.amp or {}) do
    if key == "when" then
      local name, names = next(value)
      local arg = row.by_name[name]
      if not arg or not arg.choices or arg == row.args[1] then
        wrong("amp: when: expected an argument with choices, got '%s'", tostring(name))
      end
      local bits = 0
      for _, choice in ipairs(names) do
        local at
        for i, c in ipairs(arg.choices) do at = c == choice and i or at end
        if not at then wrong("amp: when: expected choices of '%s', got '%s'", name, choice) end
        bits = bits | 1 << (at - 1)
      end
      row.amp_when = {arg = arg, choices = bits}
    elseif key ~= "cpu" and key ~= "cuda" then wrong("amp: expected cpu, cuda or when, got '%s'", tostring(key))
    elseif not AMP[value] then wrong("amp: %s: expected one of %s, got '%s'", key, listed(AMP), tostring(value)) end
  end
end

--- Fails unless the row keeps to the limits. (How many bytes its attributes take the C compiler knows; see gen.lua.)
local function check_limits(row)
  local limits = schema.LIMITS
  local function check(count, most, what)
    if count <= most then return end
    error(("%s: expected at most %d %s, got %d"):format(row.where, most, what, count), 0)
  end
  check(#row.name, limits.name_bytes, "bytes of name")
  check(#row.lua, limits.name_bytes, "bytes of name in Lua")
  check(#row.args, limits.arguments, "arguments")
  check(#row.inputs, limits.inputs, "inputs")
  check(#row.outputs, limits.outputs, "results")
  if row.kind == "elementwise" then check(#row.inputs, limits.operands, "inputs of an elementwise op") end
end

--- What rows say twice must agree.
local function check_columns(row)
  local function wrong(...) error(row.where .. ": " .. string.format(...), 0) end
  if row.by_name.generator and not row.random then
    wrong("random: expected true, for the row takes a generator")
  end
  local mutates = row.mutates or {}
  for _, name in ipairs(mutates) do
    local arg = row.by_name[name]
    if not arg or arg.type.arg ~= "ARG_TENSOR" or arg.list then
      wrong("mutates: expected a tensor argument, got '%s'", name)
    end
  end
  if mutates.when then
    local arg = row.by_name[mutates.when]
    if not arg or row.args[1] == arg or arg.type.c ~= "bool" and arg.type.c ~= "OptionalScalar" then
      wrong("mutates: when: expected a bool or an optional number behind the first argument, got '%s'", mutates.when)
    end
  end
  if row.tensors == "one" then row.inputs[#row.inputs].instead = "NUMBER_OF_ONE" end
  for _, name in ipairs(type(row.tensors) == "table" and row.tensors or {}) do
    local arg = row.by_name[name]
    if not arg or arg.type.arg ~= "ARG_TENSOR" or arg.list then
      wrong("tensors: expected a tensor argument, got '%s'", name)
    end
    arg.instead = "NOTHING"
  end
  check_amp(row, wrong)
  if row.list_output and (row.inplace or row.kind ~= "view" and row.kind ~= "composite") then
    wrong("signature: expected one result, for lists come from views and composites alone")
  end
  for i, arg in ipairs(row.inputs) do
    if arg.list and i < #row.inputs then wrong("signature: expected the list '%s' to be the last input", arg.name) end
  end
end

-- The names of arguments that columns are lists of.
local function check_names(row, wrong)
  for _, column in ipairs {"operand", "save", "save_layout", "grad_inputs"} do
    for _, name in ipairs(row[column] or {}) do
      local known = row.by_name[name] or column == "save" and (name == "out" or tostring(name):find "^outs?%d*$")
      if not known then wrong("%s: expected arguments of the row, got %s", column, columns.shown(name)) end
    end
  end
end

local function checked_row(raw, file, line, where)
  local row = {where = where, file = file, line = line}
  local function wrong(...) error(where .. ": " .. string.format(...), 0) end
  row.name, row.signature = raw[1], raw[2]
  if type(row.name) ~= "string" or type(row.signature) ~= "string" then
    wrong("expected a row that starts with a name and a signature, got %s and %s", columns.shown(row.name),
      columns.shown(row.signature))
  end
  columns.check(raw, wrong)
  for key, value in pairs(raw) do if type(key) == "string" then row[key] = value end end
  row.lua = row.lua or row.name
  row.kind = row.kind or row.expr and "elementwise" or row.view and "view" or row.creation and "create"
    or row.composite and "composite" or "kernel"
  if row.creation then row.signature = with_options(row, row.signature) end
  if row.kind == "view" and row.view == true then row.view = row.name end
  if row.kind == "composite" and row.composite == true then row.composite = row.name end
  if type(row.composite) == "function" then row.formula, row.composite = row.composite, row.name end
  signature(row, row.signature, where)
  row.n_outputs = #row.outputs
  row.modules = {}
  for _, name in ipairs(type(row.module) == "table" and row.module or {row.module or "torch"}) do
    if name ~= "torch" and name ~= "nn.functional" and not tostring(name):find "^torch%.[%l_]+$" then
      wrong("module: expected \"torch\", \"nn.functional\" or \"torch.NAME\", got %s", columns.shown(name))
    end
    row.modules[#row.modules + 1] = name
    row.modules[name] = true
  end
  check_limits(row)
  check_columns(row)
  check_names(row, wrong)
  if row.gives then row.example = row.example .. " --> " .. row.gives end
  if type(row.returns) == "string" and not (row.by_name[row.returns] and row.by_name[row.returns].type.c == "bool") then
    wrong("returns: expected a bool argument, got '%s'", row.returns)
  end
  return row
end

--- One row, checked. A message begins with the file, the line and the name of the row.
function schema.row(raw, file, line)
  local where = ("%s:%d"):format(file, line)
  local ok, row = pcall(checked_row, raw, file, line, where)
  if ok then return row end
  if type(raw[1]) == "string" and type(row) == "string" and row:sub(1, #where) == where then
    row = ("%s: %s%s"):format(where, raw[1], row:sub(#where + 1))
  end
  error(row, 0)
end

-- All rows of the files, in order; names are unique.
function schema.read(files)
  local rows, seen = {}, {}
  for _, file in ipairs(files) do
    local line = 0
    local env = setmetatable({torch = formula.torch, math = formula.math}, {__index = _G}) -- what formulas call
    env.op = function(raw)
      local info = debug.getinfo(2, "l")
      line = info.currentline
      local row = schema.row(raw, file, line)
      if seen[row.name] then
        error(("%s: %s: expected a name of its own, this one is at %s"):format(row.where, row.name,
          seen[row.name]), 0)
      end
      seen[row.name] = row.where
      rows[#rows + 1] = row
      rows[row.name] = row
    end
    local chunk = assert(loadfile(file, "t", env))
    chunk()
  end
  return rows
end

--- The name of the C struct with the attributes of a row.
function schema.struct(row) return strings.camel(row.name) .. "Attrs" end

return schema
