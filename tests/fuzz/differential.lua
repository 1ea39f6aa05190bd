--- hecate tests/fuzz/differential.lua [CALLS [SEED [PATTERN]]]: for every public op (whose name or file matches) and
-- dtype CALLS random calls (200), which must give what PyTorch gives: results, and gradients of floats. PYTHON is the
-- Python with torch (python3 if not given). Where PyTorch refuses a call nothing is compared. Known differences stand
-- in differential/known.lua. Each other one is printed with the call; the last line is "N passed, N failed", by ops.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;tests/fuzz/differential/?.lua;" .. package.path
local arguments, languages, compare = require "arguments", require "languages", require "compare"
local drawing, rebuilt = require "drawing", require "rebuilt"
local known = require "known"
local rows = require "rows".read()

local CALLS <const>, SEED <const> = math.tointeger(arg[1]) or 200, math.tointeger(arg[2]) or 2026
local ONLY <const>, PYTHON <const> = arg[3] or "", os.getenv "PYTHON" or "python3"
local DTYPES <const> = {"float32", "float64", "int64", "int32", "uint8", "int8", "int16", "bool", "float16", "bfloat16",
  "complex64", "complex128"}
local WIDTH <const> = math.tointeger(os.getenv "HECATE_FUZZ_WIDTH" or 400) -- of what is shown of a call
local FORMS <const> = {"out", "method", "in place"}
local BATCH <const> = 12 -- ops that one process of Python answers for

if not os.execute(PYTHON .. " -c 'import torch' 2>/dev/null") then
  print "skipped: differential: there is no torch for Python"
  print "1 passed, 0 failed"
  os.exit(0)
end

local PREFIX <const> = {["torch"] = "", ["nn.functional"] = "nn.functional.", ["torch.linalg"] = "linalg.",
  ["torch.special"] = "special."}

-- The name of a row in both languages, or nil: it is private, draws random numbers or has no such name there.
local function name_of(row)
  local module = type(row.module) == "table" and row.module[#row.module] or row.module or "torch"
  if row.private or row.random or row.creation or row.inplace == "only" or known.left_out[row.lua] then return nil end
  return PREFIX[module] and PREFIX[module] .. row.lua
end

local LOCAL <const> = {
  ["index.read"] = function(x, items) return x[items] end,
  ["index.assign"] = function(x, items, value)
    local y = x:clone()
    y[items] = value
    return y
  end,
  text = function(x, options)
    torch.set_printoptions {profile = "default"}
    torch.set_printoptions(options or {})
    local text = tostring(x)
    torch.set_printoptions {profile = "default"}
    return text
  end,
}

local function find(name)
  if LOCAL[name] then return LOCAL[name] end
  local at = torch
  for part in name:gmatch "[^.]+" do at = at and at[part] end
  return at
end

-- The functions of Lua, as rows: {name =, lua =, draw =, where =, outputs =}.
local function functions()
  local list = {}
  for _, file in ipairs {"functions", "functions_linalg", "functions_factors", "functions_masked", "functions_nn",
    "functions_index", "functions_short"} do
    local found = require(file)
    for key, make in pairs(found.functions) do
      local outputs = {}
      for i in pairs(found.positions[key] or {}) do outputs[i] = "Positions" end
      list[#list + 1] = {name = key, called = key:gsub("/.*", ""), make = make, where = file, outputs = outputs}
    end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

-- One call of a row, or nil.
local function drawn(row, name, dtype, i)
  local edges = i % 3 == 0
  if row.make then return drawing.call(row.make, dtype, edges) end
  local call = i % 2 == 0 and arguments.by_sample(row, dtype, edges) or arguments.by_types(row, dtype, edges)
  if call and name:find "^nn" then arguments.name_options(row, call) end
  return call
end

-- The calls of a row: {name, call, dtype, gradient, form}. Behind those of the function a quarter as many as a method,
-- with out = and in place.
local function draw(list, row, name)
  local seed = SEED
  for i = 1, #row.name do seed = (seed * 31 + row.name:byte(i)) & 0x7fffffff end
  math.randomseed(seed)
  local quarter = CALLS // 4
  for _, dtype in ipairs(DTYPES) do
    local differentiable = dtype == "float32" or dtype == "float64" or dtype:find "complex" ~= nil
    for i = 1, CALLS + (name:find "%." and 1 or 3) * quarter do
      local call = drawn(row, name, dtype, i)
      local form = i <= CALLS and "function" or FORMS[(i - CALLS - 1) // quarter + 1]
      if call then
        list[#list + 1] = {name = name, row = row, call = call, dtype = dtype, form = form,
          gradient = differentiable and form ~= "out" and i % 3 ~= 0}
      end
    end
  end
end

-- What one process of PyTorch answers to the calls from `first` on; appended to `lines`.
local function ask(list, first, lines)
  local from, to = os.tmpname(), os.tmpname()
  local file = assert(io.open(from, "w"))
  for i = first, #list do
    local c = list[i]
    file:write(languages.line(c.name, c.call, c.gradient, c.form), "\n")
  end
  file:close()
  local ok = os.execute(("%s tests/fuzz/differential/reference.py %s %s"):format(PYTHON, from, to))
  for line in io.lines(to) do lines[#lines + 1] = line end
  os.remove(from)
  os.remove(to)
  return ok
end

-- A call that PyTorch does not survive has no answer.
local function answers(list)
  local lines = {}
  while #lines < #list do
    if not ask(list, #lines + 1, lines) and #lines < #list then lines[#lines + 1] = "{error='PyTorch crashed'}" end
  end
  return lines
end

-- Tensors without elements, of the dtypes that the results have there, one or an array.
local function places_for(want)
  local list = {}
  for i, dtype in ipairs(want.places) do list[i] = torch.empty({0}, {dtype = dtype}) end
  return #list == 1 and list[1] or list
end

-- The function, the method or the method that works in place, and the arguments for it.
local function callee(c, args)
  if c.form == "function" or c.form == "out" then return find(c.name) end
  local x = args[1]
  if c.form == "method" then return x[c.name] end
  args[1] = x:clone()
  return args[1][c.name .. "_"]
end

-- The results of the call here, and the gradients of its leaves.
local function outcome(c, want)
  local leaves, args = {}, {}
  for i = 1, c.call.n do args[i] = languages.hecate(c.call[i], c.gradient, leaves) end
  local n = c.call.n
  local names = languages.names(c.call)
  if #names > 0 or c.form == "out" then
    n = n + 1
    args[n] = {}
    for _, key in ipairs(names) do args[n][key] = languages.hecate(c.call.named[key], c.gradient, leaves) end
  end
  local out
  if c.form == "out" then
    out = places_for(want)
    args[n].out = out
  end
  local f = callee(c, args)
  local outs = table.pack(f(table.unpack(args, 1, n)))
  if out then outs = torch.is_tensor(out) and {out, n = 1} or table.pack(table.unpack(out)) end
  if type(outs[1]) == "table" then outs = table.pack(table.unpack(outs[1])) end
  return rebuilt.results(c.name, outs), leaves
end

local function gradients(outs, leaves)
  local total
  for i = 1, outs.n do
    local t = outs[i]
    if torch.is_tensor(t) and t.requires_grad then
      if t:is_complex() then t = torch.view_as_real(t) end
      local part = (t * t + t):sum()
      total = total and total + part or part
    end
  end
  if total == nil then return nil end
  return table.pack(torch.autograd.grad(total, leaves, nil, {allow_unused = true}))
end

-- nil, or what is different.
local function verdict(c, want)
  local ok, outs, leaves = pcall(outcome, c, want)
  if not ok then return "refused: " .. tostring(outs):match "[^\n]*" end
  for i, w in ipairs(want.outs) do
    local positions = c.row.outputs and c.row.outputs[i] == "Positions"
    local why = compare.tensor(outs[i], w, positions)
    if why then return ("result %d is %s"):format(i, why) end
  end
  if not want.grads then return nil end
  local done, grads = pcall(gradients, outs, leaves)
  if not done then return "gradients are refused: " .. tostring(grads):match "[^\n]*" end
  if not grads then return "no gradient" end
  for i, w in ipairs(want.grads) do
    local got = grads[i]
    if w and got == nil then
      for _, v in ipairs(w.data) do if v ~= 0 then return ("gradient %d is missing"):format(i) end end
    elseif w then
      local why = compare.tensor(got, w)
      if why then return ("gradient %d is %s"):format(i, why) end
    end
  end
end

local total = {calls = 0, compared = 0, forms = {["function"] = 0, out = 0, method = 0, ["in place"] = 0}, ops = 0,
  differences = 0, passed = 0, failed = 0, absent = 0}

local function judge(list)
  local lines, by_op, order = answers(list), {}, {}
  for i, c in ipairs(list) do
    local line = assert(lines[i], "PyTorch gave no answer for " .. c.name)
    local want = assert(load("return " .. line, "=answer", "t", {math = math}))()
    local op = by_op[c.row.name]
    if not op then
      op = {compared = 0, wrong = 0, shown = {}, n_shown = 0}
      by_op[c.row.name], order[#order + 1] = op, c.row.name
    end
    if c.form == "function" then op.absent = want.absent end
    total.calls = total.calls + 1
    if want.outs then
      op.compared = op.compared + 1
      total.forms[c.form] = total.forms[c.form] + 1
      local why = verdict(c, want)
      if why and not known.allows(c, why) then
        op.wrong = op.wrong + 1
        local kind = why:gsub("[%d.e+-]+", "N"):sub(1, 60)
        if not op.shown[kind] and op.n_shown < 4 then
          op.shown[kind], op.n_shown = true, op.n_shown + 1
          local line = languages.line(c.name, c.call, c.gradient, c.form)
          print(("%s, %s: %s\n    %s"):format(c.row.name, c.form, why, line:sub(1, WIDTH)))
        end
      end
    end
  end
  for _, name in ipairs(order) do
    local op = by_op[name]
    if op.absent then total.absent = total.absent + 1
    else
      total.ops, total.compared = total.ops + 1, total.compared + op.compared
      total.differences = total.differences + op.wrong
      local field = op.wrong == 0 and "passed" or "failed"
      total[field] = total[field] + 1
      if op.wrong > 0 then print(("%s: %d of %d calls differ"):format(name, op.wrong, op.compared)) end
    end
  end
end

local everything = {}
for _, row in ipairs(rows) do
  local name = name_of(row)
  if name then everything[#everything + 1] = {row, name} end
end
for _, row in ipairs(functions()) do everything[#everything + 1] = {row, row.called} end

local list, n = {}, 0
for _, item in ipairs(everything) do
  local row, name = table.unpack(item)
  if row.name:find(ONLY) or row.where:find(ONLY) then
    draw(list, row, name)
    n = n + 1
    if n % BATCH == 0 then
      judge(list)
      list = {}
      io.stdout:flush()
    end
  end
end
if #list > 0 then judge(list) end
print(("%d calls of %d ops (%d more are not in PyTorch), %d compared, %d differences"):format(total.calls, total.ops,
  total.absent, total.compared, total.differences))
print(("compared as functions %d, with out = %d, as methods %d, in place %d"):format(total.forms["function"],
  total.forms.out, total.forms.method, total.forms["in place"]))
print(("%d passed, %d failed"):format(total.passed, total.failed))
os.exit(total.failed == 0 and 0 or 1)
