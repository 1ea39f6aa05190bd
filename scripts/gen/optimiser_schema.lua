-- Reads the rows of tensor/ops/optim/optimisers.lua and checks them. A row is {name, signature, key = value, …};
-- docs/internals/optimisers.md explains the fields.
local schema = {}

local KNOWN = {}
for key in ("ranges demands flags state scalars element doc notes example"):gmatch "%S+" do KNOWN[key] = true end

local TYPES = {float = "double", bool = "bool", ["bool?"] = "int8_t", ["float[2]"] = "double"}

-- The options of PyTorch that choose how a step is computed, and change no number: each optimiser has them behind its
-- own, as PyTorch's has.
schema.IMPLEMENTATION = {
  {"foreach", "bool? = nil", except = {Lion = true},
    note = "whether PyTorch takes all tensors at once; every step here does, so it changes nothing"},
  {"fused", "bool? = nil", only = {SGD = true, Adam = true, AdamW = true, Adagrad = true},
    note = "whether PyTorch computes an element in one pass; every step here does, so it changes nothing"},
  {"capturable", "bool = false", except = {SGD = true, Adagrad = true, Lion = true},
    note = "whether PyTorch's steps may stand in a CUDA graph; there are none here, so it changes nothing"},
  {"differentiable", "bool = false", except = {Lion = true}, note = "true is refused: steps have no gradients",
    demand = {"!differentiable", "'differentiable': expected false: steps change the parameters without gradients; "
      .. "compute new ones and call torch.func.functional_call"}},
}
local BOTH = {"!(foreach == 1 && fused == 1)", "'foreach' and 'fused': expected one of them, got both"}

-- What an expression may mention beside the names of its row.
local FUNCTIONS = {}
for name in ("sqrt fabs pow exp log K to_float32"):gmatch "%S+" do FUNCTIONS[name] = true end

local function fail(row, text, ...) error(row.where .. ": " .. text:format(...), 0) end

--- The names that an expression mentions, in their order. `0x1p3` and `1e-3` hold none.
function schema.names(expression)
  local list = {}
  for name in expression:gsub("%f[%w_]%d[%w.]*", " "):gmatch "%f[%a_][%a_][%w_]*" do
    if not FUNCTIONS[name] then list[#list + 1] = name end
  end
  return list
end

--- "lr: float = 1e-3, betas: float[2] = {0.9, 0.999}" → row.options, an array that finds by name, too.
local function read_signature(row, text)
  local list = text:match "^%((.*)%)$" or fail(row, "no signature in '%s'", text)
  for part in (list:gsub("{(.-),(.-)}", "{%1;%2}") .. ","):gmatch "%s*(.-)%s*," do
    local name, kind, default = part:match "^([%w_]+)%s*:%s*(%S+)%s*=%s*(.+)$"
    if not name then fail(row, "cannot read the option '%s'; expected: name: type = default", part) end
    local option = {name = name, type = kind, c = TYPES[kind] or fail(row, "unknown type '%s'", kind)}
    local first, second = default:match "^{%s*(%S+)%s*;%s*(%S+)%s*}$"
    if (kind == "float[2]") ~= (first ~= nil) then fail(row, "'%s' is no default of a %s", default, kind) end
    option.default, option.second = first or default, second
    row.options[#row.options + 1], row.options[name] = option, option
  end
end

local function add_implementation(row)
  for _, shared in ipairs(schema.IMPLEMENTATION) do
    local name = shared[1]
    if (not shared.only or shared.only[row.name]) and not (shared.except and shared.except[row.name]) then
      local kind, default = shared[2]:match "^(%S+) = (%S+)$"
      local option = {name = name, type = kind, c = TYPES[kind], default = default}
      row.options[#row.options + 1], row.options[name] = option, option
      row.notes[name] = shared.note
      if shared.demand then row.demands[#row.demands + 1] = shared.demand end
    end
  end
  if row.options.fused then row.demands[#row.demands + 1] = BOTH end
end

--- "0 or more and below 1" → the C conditions of a value `x`.
local function read_range(row, text)
  local list = {}
  for part in (text .. " and "):gmatch "(.-) and " do
    local low, above = part:match "^(%S+) or more$", part:match "^above (%S+)$"
    local below, most = part:match "^below (%S+)$", part:match "^at most (%S+)$"
    list[#list + 1] = low and "x >= " .. low or above and "x > " .. above or below and "x < " .. below
      or most and "x <= " .. most or fail(row, "cannot read the range '%s'", text)
  end
  return table.concat(list, " && ")
end

local function read_ranges(row, ranges)
  for name, text in pairs(ranges or {}) do
    local option = row.options[name] or fail(row, "ranges: no option '%s'", name)
    option.range, option.condition = text, read_range(row, text)
  end
  for _, option in ipairs(row.options) do
    if option.c == "double" and not option.range then option.range, option.condition = "a number", "x == x" end
  end
end

--- Flags choose among loops: {name =, condition =}, each a bit.
local function read_flags(row, flags)
  for i, flag in ipairs(flags or {}) do
    local name, condition = flag, flag
    if type(flag) == "table" then name, condition = flag[1], flag[2] end
    if type(flag) == "string" and not (row.options[flag] and row.options[flag].type == "bool") then
      fail(row, "flags: no bool option '%s'", flag)
    end
    row.flags[i] = {name = name, condition = condition, bit = 1 << (i - 1)}
    row.flags[name] = row.flags[i]
  end
end

--- The state of a parameter: tensors (row.state), numbers (row.numbers), and "step", its count.
local function read_state(row, state)
  for _, entry in ipairs(state or {}) do
    if type(entry) == "string" then entry = {entry} end
    local name = entry[1]
    if name == "step" then row.counts = true
    elseif entry.number then
      row.numbers[#row.numbers + 1] = {name = name, initial = entry.number}
      row.numbers[name] = row.numbers[#row.numbers]
    else
      if entry.when and not row.flags[entry.when] then fail(row, "state '%s': no flag '%s'", name, entry.when) end
      local initial = row.options[entry.initial or ""]
      if entry.initial and not (initial and initial.type == "float") then
        fail(row, "state '%s': no float option '%s'", name, entry.initial)
      end
      row.state[#row.state + 1] = {name = name, when = entry.when, initial = entry.initial}
      row.state[name] = row.state[#row.state]
    end
  end
end

--- "name = expression", or {"name = expression", when = flag} → {name =, expression =, when =}.
local function read_statement(row, field, statement)
  local text, when = statement, nil
  if type(statement) == "table" then text, when = statement[1], statement.when end
  local name, expression = text:match "^([%a_][%w_]*) = (.+)$"
  if not name then fail(row, "%s: cannot read '%s'; expected: name = expression", field, text) end
  if when and not row.flags[when] then fail(row, "%s: no flag '%s'", field, when) end
  return {name = name, expression = expression, when = when}
end

local function check_names(row, field, expression, known)
  for _, name in ipairs(schema.names(expression)) do
    if not known[name] then fail(row, "%s: unknown name '%s' in '%s'", field, name, expression) end
  end
end

--- The numbers of one step, made of the options, of `step`, `first` and the numbers of the state.
local function read_scalars(row, scalars)
  local known = {first = true, step = row.counts}
  for _, option in ipairs(row.options) do known[option.name] = true end
  for _, flag in ipairs(row.flags) do check_names(row, "flags", flag.condition, row.options) end
  for _, demand in ipairs(row.demands) do check_names(row, "demands", demand[1], row.options) end
  for _, number in ipairs(row.numbers) do known[number.name] = true end
  for i, statement in ipairs(scalars or {}) do
    local scalar = read_statement(row, "scalars", statement)
    check_names(row, "scalars", scalar.expression, known)
    if row.options[scalar.name] then fail(row, "scalars: '%s' is an option", scalar.name) end
    known[scalar.name] = true
    row.scalars[i], row.scalars[scalar.name] = scalar, scalar
  end
end

--- What is done to one element. `row.values`: the numbers that it mentions, in their order.
local function read_element(row, element)
  local known = {param = true, grad = true}
  local function is_number(name)
    return row.scalars[name] or row.options[name] and row.options[name].type == "float" and not row.flags[name]
  end
  for _, list in ipairs {row.state, row.flags} do
    for _, entry in ipairs(list) do known[entry.name] = true end
  end
  for i, text in ipairs(element or {}) do
    local statement = read_statement(row, "element", text)
    for _, name in ipairs(schema.names(statement.expression)) do
      if is_number(name) and not known[name] then
        row.values[#row.values + 1], known[name] = name, true
      end
    end
    check_names(row, "element", statement.expression, known)
    if is_number(statement.name) or row.flags[statement.name] or statement.name == "grad" then
      fail(row, "element: '%s' cannot change", statement.name)
    end
    statement.new = not known[statement.name]
    if statement.new and statement.when then fail(row, "element: '%s' starts under a condition", statement.name) end
    known[statement.name], row.element[i] = true, statement
  end
  if not row.element[1] then fail(row, "a row has an element = {…}") end
end

--- One row, checked.
function schema.row(raw, file, line)
  local row = {where = ("%s:%d"):format(file, line), file = file, line = line, name = raw[1], options = {}, flags = {},
    state = {}, numbers = {}, scalars = {}, element = {}, values = {}, counts = false, demands = {}, doc = raw.doc,
    notes = {}, example = raw.example}
  table.move(raw.demands or {}, 1, #(raw.demands or {}), 1, row.demands)
  for name, note in pairs(raw.notes or {}) do row.notes[name] = note end
  for key in pairs(raw) do
    if type(key) == "string" and not KNOWN[key] then fail(row, "unknown field '%s'", key) end
  end
  if type(raw[1]) ~= "string" or type(raw[2]) ~= "string" then
    fail(row, "a row starts with a name and a signature")
  end
  row.c = row.name:lower()
  read_signature(row, raw[2])
  add_implementation(row)
  read_ranges(row, raw.ranges)
  read_flags(row, raw.flags)
  read_state(row, raw.state)
  read_scalars(row, raw.scalars)
  read_element(row, raw.element)
  for name in pairs(row.notes) do
    if name ~= "params" and not row.options[name] then fail(row, "notes: no option '%s'", name) end
  end
  if not (row.doc and row.example) then fail(row, "a row has a doc and an example") end
  return row
end

--- All rows of a file, or of its text, in order; names are unique.
function schema.read(file, text)
  local rows = {}
  local env = setmetatable({}, {__index = _G})
  function env.optimiser(raw)
    local level = 2
    while debug.getinfo(level, "f").func ~= rows.chunk do level = level + 1 end -- the line of the row in the file
    local row = schema.row(raw, file, debug.getinfo(level, "l").currentline)
    if rows[row.name] then fail(row, "'%s' is already at %s", row.name, rows[row.name].where) end
    rows[#rows + 1], rows[row.name] = row, row
  end
  rows.chunk = text and assert(load(text, "@" .. file, "t", env)) or assert(loadfile(file, "t", env))
  rows.chunk()
  rows.chunk = nil
  return rows
end

return schema
