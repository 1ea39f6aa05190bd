-- The recorder of formulas. A formula is a Lua function of symbolic operands that is run when the program is built.
-- What it does to them is recorded as a list of steps, each a call of an op, from which C is made. Backward formulas
-- (gradient.lua), composites and the forwards of layers are recorded here.
--
-- A symbol is a tensor that will be there: {c = C expression, text = its name, step = the number of the step that
-- makes it}. A value (value.lua) is a number, a list of sizes or a dtype that will be there. A step is
--   {row = op, inputs = {symbols; false where nothing is given}, attributes = {C expression of each attribute},
--    texts = {"dim = 2", …}, uses = {symbols that must be there}, asked = {symbols of which
--    the shape or dtype is read}, outputs = {symbols}}
-- or {number = C expression} for a number that takes part as a tensor, or {helper = name of a C function}.
--
-- A formula may branch on what its row declares in `specialize`. It is then run once for each outcome: the recorder
-- answers each question with the first answer that was not given yet, until all have been. So a trace is a path:
--   {path = {{condition, …}, …}, steps = …, results = what the formula returned}.
local value = require "value"
local formula = {}

local Symbol = {}
local state -- of the run: {rows, where, what, steps, path, at}

local function is_symbol(x) return getmetatable(x) == Symbol end
formula.is_symbol = is_symbol

local function trouble(...) error(state.where .. ": " .. state.what .. ": " .. string.format(...), 0) end

--- A tensor that the C expression `c` stands for. `rest` may say: name (fields of it may be questions), list (it stands
--- for a list of tensors), optional, mutable (the formula may change it in place), and what else the caller wants to
--- find again.
function formula.symbol(c, text, rest)
  local s = {c = c, text = text, name = false, list = false, optional = false, step = false, temporary = false,
    mutable = false}
  for k, v in pairs(rest or {}) do s[k] = v end
  return setmetatable(s, Symbol)
end

-- ---- steps -------------------------------------------------------------------

local function add_step(s, n_outputs)
  state.steps[#state.steps + 1] = s
  s.outputs = {}
  for i = 1, n_outputs do
    state.n_temporaries = state.n_temporaries + 1
    s.outputs[i] = formula.symbol(("t[%d]"):format(state.n_temporaries - 1), "t" .. state.n_temporaries,
      {step = #state.steps, temporary = state.n_temporaries})
  end
  return s.outputs[1]
end

--- `x` as a tensor: itself, or a number that counts as one.
local function tensor(x)
  if is_symbol(x) then return x end
  local c = value.convert(x, "Scalar")
  if not c then trouble("a number was expected, got %s", value.is(x) and x.kind or type(x)) end
  return add_step({number = c, texts = {value.text(x)}, uses = {}, asked = value.is(x) and x.uses or {}}, 1)
end

-- The C expression of a default as it stands in a row: compound literals need their type.
local function default_c(arg)
  local c = arg.type.c
  if arg.default:sub(1, 1) == "{" then return ("(%s)%s"):format(c, arg.default) end
  return arg.default
end

local function choice(arg, x)
  if value.is(x) then
    if x.choices and table.concat(x.choices, "|") == table.concat(arg.choices, "|") then return x.c end
    trouble("argument '%s': '%s' has other choices", arg.name, x.text)
  end
  for i, name in ipairs(arg.choices) do if name == x then return tostring(i - 1) end end
  trouble("argument '%s': no choice '%s'", arg.name, tostring(x))
end

-- The C expression of attribute `arg` from what the formula gave.
local function attribute(arg, x)
  local c = arg.type.c
  if x == nil and arg.default then return default_c(arg) end
  if x == nil then trouble("argument '%s' is missing", arg.name) end
  if arg.choices then return choice(arg, x) end
  if c == "DType" and type(x) == "string" then return "DTYPE_" .. x:upper() end
  if c == "Text" and type(x) == "string" then return ("(Text){%q}"):format(x) end
  if c == "Floats" and type(x) == "table" then return ("(Floats){%d, {%s}}"):format(#x, table.concat(x, ", ")) end
  local position = arg.type.arg == "ARG_DIM" or arg.type.arg == "ARG_INDEX"
  local made, uses
  if c == "Ints" then made, uses = value.ints(x, arg.type.arg == "ARG_DIMS" and 1 or 0)
  elseif position and type(x) == "number" then made = tostring(x > 0 and x - 1 or x)
  else made = value.convert(x, c) end
  if not made then
    trouble("argument '%s': expected a number of type %s, got %s", arg.name, c, value.is(x) and x.kind or type(x))
  end
  return made, uses
end

-- Puts the given arguments where the row has them: positional ones, then a table of named ones.
local function arrange(row, ...)
  local given, n = {...}, select("#", ...)
  local named, last = {}, given[n]
  local plain = n > 0 and type(last) == "table" and not getmetatable(last)
  if plain and (next(last) == nil or type(next(last)) == "string") then
    named, n = last, n - 1
  end
  if n > #row.args then trouble("op '%s' takes %d arguments, got %d", row.name, #row.args, n) end
  for key in pairs(named) do
    if not row.by_name[key] then trouble("op '%s' has no argument '%s'", row.name, key) end
  end
  local list = {}
  for i, arg in ipairs(row.args) do
    if i <= n then list[i] = given[i] else list[i] = named[arg.name] end
  end
  return list
end

local function take_input(s, arg, x)
  local list = is_symbol(x) and x.list
  if x == nil and not arg.optional then trouble("op '%s': argument '%s' is missing", s.row.name, arg.name) end
  if x == nil then s.inputs[#s.inputs + 1] = false
  elseif arg.list and type(x) == "table" and not getmetatable(x) then
    for _, part in ipairs(x) do s.inputs[#s.inputs + 1] = tensor(part) end
  elseif list and not arg.list then
    trouble("op '%s': argument '%s': expected one tensor, got a list", s.row.name, arg.name)
  elseif is_symbol(x) and x.optional and not arg.optional then
    trouble("op '%s': argument '%s': '%s' may be missing; name it in specialize", s.row.name, arg.name, x.text)
  else s.inputs[#s.inputs + 1] = tensor(x) end
end

local function take_attribute(s, arg, x)
  local c, uses = attribute(arg, x)
  s.attributes[#s.attributes + 1] = c
  if x ~= nil then s.texts[#s.texts + 1] = ("%s = %s"):format(arg.name, value.text(x)) end
  for _, symbol in ipairs(uses or value.is(x) and x.uses or {}) do s.asked[#s.asked + 1] = symbol end
end

-- A call of op `name`, without its results.
local function prepare(name, ...)
  local row = state.rows[name] or trouble("no op '%s'", name)
  if row.list_output then trouble("op '%s' gives a list", name) end
  local s = {row = row, inputs = {}, attributes = {}, texts = {}, uses = {}, asked = {}}
  local given = arrange(row, ...)
  for i, arg in ipairs(row.args) do
    if arg.border then
      if given[i] ~= nil then trouble("op '%s': '%s' cannot be given in a formula", name, arg.name) end
    elseif arg.type.c then take_attribute(s, arg, given[i]) else take_input(s, arg, given[i]) end
  end
  for _, input in ipairs(s.inputs) do if input then s.uses[#s.uses + 1] = input end end
  return s
end

local function call(name, ...)
  local s = prepare(name, ...)
  add_step(s, s.row.n_outputs)
  return table.unpack(s.outputs)
end

-- x:add_(y): the result stands where x stood, so x must be mutable, or made by a step that shares memory with nothing.
local function call_in_place(name, x, ...)
  local made_by = x.step and state.steps[x.step].row
  local fresh = made_by and made_by.kind ~= "view" and made_by.kind ~= "composite"
  if not x.mutable and not fresh then
    trouble("%s_ works on a fresh result of a kernel, not on '%s'", name, x.text)
  end
  local s = prepare(name, x, ...)
  s.in_place, s.outputs = true, {x}
  state.steps[#state.steps + 1] = s
  return x
end

-- ---- what a formula can do with a tensor ---------------------------------------

local METHODS = {}
-- x:helper("name", ...): a C function made of ops: Status name(Backward *, Tensor *x, ..., Tensor **out)
function METHODS.helper(x, name, ...)
  local s = {helper = name, uses = {x}, asked = {}, c = {x.c}, texts = {}}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if is_symbol(v) then s.uses[#s.uses + 1] = v; s.c[#s.c + 1] = v.c
    elseif value.is(v) then
      s.c[#s.c + 1] = (v.kind == "Ints" and "&" or "") .. v.c
      table.move(v.uses, 1, #v.uses, #s.asked + 1, s.asked)
    elseif type(v) == "table" then s.c[#s.c + 1] = "&" .. value.ints(v, 1)
    else s.c[#s.c + 1] = tostring(v) end
  end
  return add_step(s, 1)
end

local FIELDS = {}
function FIELDS.shape(x)
  local shape = value.new(("ints_of(%s->ndim, %s->shape)"):format(x.c, x.c), "Ints", x.text .. ".shape", {x})
  shape.shape_of = x.c
  return shape
end
function FIELDS.ndim(x) return value.new(("(int64_t)%s->ndim"):format(x.c), "int64_t", x.text .. ".ndim", {x}) end
function FIELDS.numel(x) return value.new(x.c .. "->numel", "int64_t", x.text .. ".numel", {x}) end
function FIELDS.dtype(x) return value.new(("(DType)%s->dtype"):format(x.c), "DType", x.text .. ".dtype", {x}) end

Symbol.__index = function(x, key)
  local question = x.name and state.questions[x.name .. "." .. tostring(key)]
  if question then return formula.decide(question) end
  if FIELDS[key] then return FIELDS[key](x) end
  if METHODS[key] then return METHODS[key] end
  local plain = type(key) == "string" and key:match "^(.*[^_])_$"
  if plain and not state.rows[key] and state.rows[plain] and state.rows[plain].inplace then
    return function(self, ...) return call_in_place(plain, self, ...) end
  end
  return function(self, ...) return call(key, self, ...) end
end
local OPERATORS = {["+"] = "add", ["-"] = "sub", ["*"] = "mul", ["/"] = "div"}
value.tensor_operator = function(a, b, op)
  if not is_symbol(a) and not is_symbol(b) then return nil end
  return (call(OPERATORS[op] or trouble("no operator %s of tensors", op), a, b))
end
for event, op in pairs{__add = "+", __sub = "-", __mul = "*", __div = "/"} do
  Symbol[event] = function(a, b) return value.tensor_operator(a, b, op) end
end
Symbol.__unm = function(a) return (call("neg", a)) end

-- `torch` of the files of rows: every op by the name of its row.
formula.torch = setmetatable({}, {__index = function(_, name) return function(...) return call(name, ...) end end})
-- `math` of the files of rows.
formula.math = setmetatable({max = value.max}, {__index = math})

-- ---- runs ----------------------------------------------------------------------

--- Answers a question, {options = {{answer, C condition, text}, …}}: a run follows the path of answers that it was
--- given, and behind its end takes the first one. The same question has the same answer all through a run.
function formula.decide(question)
  if state.answers[question] == nil then
    local at = state.at + 1
    state.at = at
    state.path[at] = state.path[at] or {question = question, option = 1}
    state.answers[question] = question.options[state.path[at].option]
  end
  return state.answers[question][1]
end

-- The path of the next run: the last answer that has an alternative is changed. nil: there is none.
local function next_path(path)
  for i = #path, 1, -1 do
    if path[i].option < #path[i].question.options then
      local other = table.move(path, 1, i - 1, 1, {})
      other[i] = {question = path[i].question, option = path[i].option + 1}
      return other
    end
  end
end

local function run(row, rows, what, fn, operands, path)
  state = {rows = rows, steps = {}, n_temporaries = 0, where = row.where, what = what, path = path or {}, at = 0,
    answers = {}, questions = {}}
  local packed = table.pack(pcall(function() return fn(operands(state.questions)) end))
  if not packed[1] then
    local message = tostring(packed[2])
    error(message:find(row.where, 1, true) and message or row.where .. ": " .. what .. ": " .. message, 0)
  end
  return {path = state.path, steps = state.steps, n_temporaries = state.n_temporaries,
    results = table.move(packed, 2, packed.n, 1, {})}
end

--- Records the formula `fn` of `row` (anything with `where`) for every outcome of its branches. `operands` makes its
--- argument; it is given a table to be filled with the questions that fields of named symbols ask, as in
--- questions["input.ndim"].
--- `what` names the formula in messages. Returns the list of traces, in the order of the answers.
function formula.record(row, rows, what, fn, operands)
  local traces, path = {}, nil
  repeat
    local trace = run(row, rows, what, fn, operands, path)
    traces[#traces + 1] = trace
    if #traces > 512 then error(("%s: %s: more than 512 ways through the formula"):format(row.where, what), 0) end
    path = next_path(trace.path)
  until not path
  return traces
end

--- Fails as a mistake in the formula that is being recorded.
formula.trouble = trouble

return formula
