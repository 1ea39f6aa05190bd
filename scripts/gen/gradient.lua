-- Backward formulas. A row's `backward` is run once on symbolic operands; what it
-- does to them is recorded as a list of op calls, from which straight-line C is made
-- that checks every call and releases every temporary.
local schema = require "schema"
local gradient = {}

local Symbol = {} -- a tensor: {c = C expression, step = number of the step that makes it, needs...}
local Value = {}  -- an attribute or other C value: {c = expression, kind = "Scalar", "int64_t", ...}

local state -- {rows, steps, saved, where} of the formula being run

local function value(c, kind) return setmetatable({c = c, kind = kind}, Value) end
local function is(x, class) return getmetatable(x) == class end
local function trouble(...) error(state.where .. ": backward: " .. string.format(...), 0) end

local function scalar(x)
  if math.type(x) == "integer" then return ("scalar_int(%d)"):format(x) end
  if type(x) == "number" then return ("scalar_float(%.17g)"):format(x) end
  if type(x) == "boolean" then return ("scalar_bool(%s)"):format(x) end
  if is(x, Value) then
    if x.kind == "Scalar" then return x.c end
    if x.kind == "int64_t" then return ("scalar_int(%s)"):format(x.c) end
    if x.kind == "double" then return ("scalar_float(%s)"):format(x.c) end
  end
  trouble("a number was expected, got %s", type(x))
end

local function step(s)
  state.steps[#state.steps + 1] = s
  s.symbol = setmetatable({c = ("t[%d]"):format(#state.steps - 1), step = #state.steps, row = s.row}, Symbol)
  return s.symbol
end

local function tensor(x)
  if is(x, Symbol) then return x end
  local c = scalar(x)
  return step {wrap = c, uses = {}}
end

-- The C expression of attribute `arg` from what the formula gave.
local function attribute(arg, x)
  local c = arg.type.c
  if x == nil then
    if arg.default then return ("(%s)%s"):format(c, arg.default):gsub("^%(([%w_ ]+)%)(%-?[%w_.]+)$", "%2") end
    trouble("argument '%s' is missing", arg.name)
  end
  if c == "Scalar" then return scalar(x) end
  if c == "OptionalScalar" then
    if is(x, Value) and x.kind == c then return x.c end
    return ("(OptionalScalar){true, %s}"):format(scalar(x))
  end
  if is(x, Value) then
    if c == "Ints" and x.kind == "int64_t" then return ("(Ints){1, {%s}}"):format(x.c) end
    return x.c
  end
  local position = arg.type.arg == "ARG_DIM" or arg.type.arg == "ARG_INDEX" or arg.type.arg == "ARG_DIMS"
  local function number(n)
    if type(n) ~= "number" then trouble("argument '%s': expected a number, got %s", arg.name, type(n)) end
    return tostring(position and n > 0 and n - 1 or n)
  end
  if c == "Ints" then
    if type(x) == "number" then x = {x} end
    local list = {}
    for i, n in ipairs(x) do list[i] = number(n) end
    return ("(Ints){%d, {%s}}"):format(#list, #list > 0 and table.concat(list, ", ") or "0")
  end
  if arg.choices then
    for i, name in ipairs(arg.choices) do if name == x then return tostring(i - 1) end end
    trouble("argument '%s': no choice '%s'", arg.name, tostring(x))
  end
  if type(x) == "boolean" or type(x) == "string" then return tostring(x) end
  return number(x)
end

local function call(name, ...)
  local row = state.rows[name] or trouble("no op '%s'", name)
  local given, n = {...}, select("#", ...)
  local named = {}
  local last = given[n]
  if n > 0 and type(last) == "table" and not getmetatable(last) and (next(last) == nil or type(next(last)) == "string") then
    named, n = last, n - 1
  end
  if n > #row.args then trouble("op '%s' takes %d arguments, got %d", name, #row.args, n) end
  for key in pairs(named) do
    if not row.by_name[key] then trouble("op '%s' has no argument '%s'", name, key) end
  end
  local s = {row = row, uses = {}, c = {}}
  for i, arg in ipairs(row.args) do
    local x
    if i <= n then x = given[i] else x = named[arg.name] end
    if arg.list then
      local parts = {}
      for j, part in ipairs(x) do
        local t = tensor(part)
        s.uses[#s.uses + 1] = t
        parts[j] = t.c
      end
      s.c[#s.c + 1] = ("%d, (Tensor *[]){%s}"):format(#x, table.concat(parts, ", "))
    elseif not arg.type.c then
      if x == nil and arg.optional then s.c[#s.c + 1] = "NULL"
      elseif x == nil then trouble("op '%s': argument '%s' is missing", name, arg.name)
      else
        local t = tensor(x)
        s.uses[#s.uses + 1] = t
        s.c[#s.c + 1] = t.c
      end
    else
      s.c[#s.c + 1] = attribute(arg, x)
      if is(x, Value) and x.uses then s.uses[#s.uses + 1] = x.uses end
    end
  end
  return step(s)
end

local METHODS = {}
-- x:helper("name", ...): a C function made of ops: Status name(Backward *, Tensor *x, ..., Tensor **out)
function METHODS.helper(x, name, ...)
  local s = {helper = name, uses = {x}, c = {x.c}}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if is(v, Symbol) then s.uses[#s.uses + 1] = v; s.c[#s.c + 1] = v.c
    elseif is(v, Value) then s.c[#s.c + 1] = (v.kind == "Ints" and "&" or "") .. v.c
    else s.c[#s.c + 1] = tostring(v) end
  end
  return step(s)
end

Symbol.__index = function(x, key)
  if key == "shape" then
    local shape = value(("backward_shape(c, %s)"):format(x.c), "Ints")
    shape.uses = x
    return shape
  end
  if METHODS[key] then return METHODS[key] end
  return function(self, ...) return call(key, self, ...) end
end
Symbol.__add = function(a, b) return call("add", a, b) end
Symbol.__sub = function(a, b) return call("sub", a, b) end
Symbol.__mul = function(a, b) return call("mul", a, b) end
Symbol.__div = function(a, b) return call("div", a, b) end
Symbol.__unm = function(a) return call("neg", a) end
Value.__add = function(a, b)
  if is(a, Symbol) or is(b, Symbol) then return call("add", a, b) end
  return value(("scalar_add(%s, %s)"):format(scalar(a), scalar(b)), "Scalar")
end
Value.__sub = function(a, b)
  if is(a, Symbol) or is(b, Symbol) then return call("sub", a, b) end
  return value(("scalar_add(%s, scalar_multiply(scalar_int(-1), %s))"):format(scalar(a), scalar(b)), "Scalar")
end
Value.__mul = function(a, b)
  if is(a, Symbol) or is(b, Symbol) then return call("mul", a, b) end
  return value(("scalar_multiply(%s, %s)"):format(scalar(a), scalar(b)), "Scalar")
end
Value.__unm = function(a) return value(("scalar_multiply(scalar_int(-1), %s)"):format(scalar(a)), "Scalar") end

-- The symbolic operands of a row: o.grad (o.grads[i]), inputs, o.out (o.outs[i]) and
-- attributes by name; o.shape_of.NAME is the shape of a differentiated input.
local function operands(row)
  local o = {grads = {}, outs = {}}
  for i = 1, row.n_outputs do
    o.grads[i] = setmetatable({c = ("c->grad[%d]"):format(i - 1)}, Symbol)
    o.outs[i] = setmetatable({c = ("c->output[%d]"):format(i - 1), saved_output = i}, Symbol)
  end
  o.grad, o.out = o.grads[1], o.outs[1]
  for _, arg in ipairs(row.inputs) do
    o[arg.name] = setmetatable({c = ("c->input[%d]"):format(arg.input - 1), saved_input = arg.input}, Symbol)
  end
  for _, arg in ipairs(row.attrs) do o[arg.name] = value("a->" .. arg.name, arg.type.c) end
  o.shape_of = setmetatable({}, {__index = function(_, name)
    local arg = row.by_name[name] or trouble("no input '%s'", name)
    return value(("backward_input_shape(c, %d)"):format(arg.input - 1), "Ints")
  end})
  return o
end

-- Which steps and saved tensors 'symbol' depends on. (rawget: a missing field of a
-- symbol is an op.)
local function mark(symbol, bit, plan)
  local input, output, at = rawget(symbol, "saved_input"), rawget(symbol, "saved_output"), rawget(symbol, "step")
  if input then plan.save_inputs[input] = true end
  if output then plan.save_outputs[output] = true end
  if at and plan.masks[at] & bit == 0 then
    plan.masks[at] = plan.masks[at] | bit
    for _, used in ipairs(state.steps[at].uses) do mark(used, bit, plan) end
  end
end

-- Runs the formula of a row. Returns {steps, masks, results, save_inputs, save_outputs}.
function gradient.plan(row, rows)
  state = {rows = rows, steps = {}, where = row.where}
  local ok, results = pcall(row.backward, operands(row))
  if not ok then error(tostring(results):find(row.where, 1, true) and results or row.where .. ": backward: " .. tostring(results), 0) end
  local plan = {steps = state.steps, masks = {}, results = {}, save_inputs = {}, save_outputs = {}}
  for i = 1, #state.steps do plan.masks[i] = 0 end
  for name, symbol in pairs(results) do
    local arg = row.by_name[name]
    if not arg or arg.type.c then trouble("'%s' is no input", name) end
    if not is(symbol, Symbol) then trouble("the gradient of '%s' is no tensor", name) end
    plan.results[arg.input] = symbol
  end
  for i, symbol in pairs(plan.results) do mark(symbol, 1 << (i - 1), plan) end
  return plan
end

-- The C function of a plan.
function gradient.emit(row, plan)
  local out = {}
  local function put(...) out[#out + 1] = string.format(...) end
  put('#line %d "%s"', row.line, row.file)
  put("static Status backward_%s(Backward *c) {", row.name)
  put("  Status status = OK;")
  if #plan.steps > 0 then put("  Tensor *t[%d] = {0};", #plan.steps) end
  if #row.attrs > 0 then put("  const %s *a = c->attrs;", row.struct) put("  (void)a;") end
  for i, s in ipairs(plan.steps) do
    local target = ("&t[%d]"):format(i - 1)
    local line
    if s.wrap then line = ("tensor_wrap_number(%s, %s)"):format(s.wrap, target)
    elseif s.helper then line = ("%s(c, %s, %s)"):format(s.helper, table.concat(s.c, ", "), target)
    else
      line = ("op_%s(%s, %s)"):format(s.row.name, table.concat(s.c, ", "), target)
      for _ = 2, s.row.n_outputs do error(row.where .. ": backward: " .. s.row.name .. " has several outputs", 0) end
    end
    put("  if (c->needs & 0x%x)", plan.masks[i])
    put("    if ((status = %s) != OK) goto done;", line)
  end
  for i = 1, #row.inputs do
    if plan.results[i] then
      put("  if (c->needs & 0x%x) c->result[%d] = tensor_retain(%s);", 1 << (i - 1), i - 1, plan.results[i].c)
    end
  end
  if #plan.steps > 0 then
    put("done:")
    put("  for (int i = 0; i < %d; i++) tensor_release(t[i]);", #plan.steps)
  end
  put("  return status;")
  put("}\n")
  return table.concat(out, "\n")
end

return gradient
