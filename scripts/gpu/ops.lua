-- ops.lua: every op, on the CPU and on a device: values, and gradients where there are any. What a device says is
-- "not there on cuda yet" is noted.
local compare = require "compare"
local domains = require "domains"

local ops = {}

--- A value on another device; tensors that require a gradient are leaves there.
local function moved(v, device)
  if torch.is_tensor(v) then
    local t = v:detach():to(device)
    if not v:is_contiguous() and v.ndim == 2 and v:t():is_contiguous() then t = v:detach():t():to(device):t() end
    if v.requires_grad then t = t:detach():requires_grad_(true) end
    return t
  end
  if type(v) ~= "table" or getmetatable(v) then return v end
  local out = {}
  for key, item in pairs(v) do out[key] = moved(item, device) end
  return out
end

local function collect(v, list)
  if torch.is_tensor(v) then if v.requires_grad then list[#list + 1] = v end
  elseif type(v) == "table" and not getmetatable(v) then for _, item in ipairs(v) do collect(item, list) end end
  return list
end

local function call(row, args)
  torch.manual_seed(7)
  torch.cuda.manual_seed_all(7)
  if row.inplace == "only" then
    local target = args[1] * 1
    return table.pack(target[row.lua .. "_"](target, table.unpack(args, 2, args.n)))
  end
  local out = table.pack(torch._C.call(row.name, table.unpack(args, 1, args.n)))
  if row.list_output then out = table.pack(table.unpack(out[1])) end
  return out
end

--- The gradients of all results that have one, with fixed cotangents.
local function gradients(out, leaves)
  local total
  for i = 1, out.n do
    local t = out[i]
    if torch.is_tensor(t) and t.requires_grad and t.numel ~= nil then
      local weights = torch.linspace(0.5, 1.5, math.max(t:numel(), 1)):narrow(1, 1, t:numel())
      weights = weights:reshape(t.shape):to(t:is_complex() and "float64" or t.dtype):to(t.device)
      local part = (t:is_complex() and torch.view_as_real(t):sum(-1) or t) * weights
      total = total and total + part:sum() or part:sum()
    end
  end
  if not total or #leaves == 0 then return {} end
  return {torch.autograd.grad(total, leaves, {allow_unused = true})}
end

local function run(row, args)
  local out = call(row, args)
  local leaves = collect(args, {})
  local results = {}
  for i = 1, out.n do results[i] = out[i] end
  local grads = #leaves > 0 and gradients(out, leaves) or {}
  return results, grads, #leaves
end

--- One call: "same", "absent" (with the op that is), or "differs" with words.
local function compare_call(row, args, device)
  local there = {n = args.n}
  for i = 1, args.n do there[i] = moved(args[i], device) end
  local ok, expected, expected_grads, leaves = pcall(run, row, args)
  local ok_there, got, got_grads = pcall(run, row, there)
  if not ok_there and tostring(got):find("not there on cuda", 1, true) then return "absent", tostring(got) end
  if ok ~= ok_there then
    return "differs", ok and "raises " .. tostring(got) or "does not raise " .. tostring(expected)
  end
  if not ok then return "same" end
  for i = 1, #expected do
    local words = compare.values(got[i], expected[i])
    if words then return "differs", ("result %d: %s"):format(i, words) end
  end
  for i = 1, leaves do
    local a, b = got_grads[i], expected_grads[i]
    if (a == nil) ~= (b == nil) then return "differs", ("gradient %d is missing on one side"):format(i) end
    local words = b and compare.tensors(a, b)
    if words then return "differs", ("gradient %d: %s"):format(i, words) end
  end
  return "same"
end

-- ---- inputs of elementwise ops: all dtypes, layouts and sizes -----------------------------------------------

local DTYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"}

local function numbers(shape, dtype)
  if dtype == "bool" then return torch.rand(shape):gt(0.5) end
  if dtype:find "float" then return (torch.rand(shape) * 3 + 0.1):to(dtype) end
  return torch.randint(1, 6, shape, {dtype = dtype})
end

local SHAPES = {
  {{1}, {1}, {1}}, {{7}, {7}, {7}}, {{4099}, {4099}, {4099}}, {{3, 5}, {5}, {3, 1}}, {{2, 1, 9}, {4, 1}, {9}},
  {{5, 4}, {}, {5, 4}}, {{0, 3}, {3}, {0, 3}}}

local function elementwise_args(row, dtype, shapes, transposed)
  local args, k = {n = 0}, 0
  local bools = {}
  for _, name in ipairs(row.operand or {}) do bools[name] = true end
  for _, arg in ipairs(row.args) do
    local kind = arg.type.arg
    args.n = args.n + 1
    if kind == "ARG_TENSOR" then
      k = k + 1
      args[args.n] = numbers(shapes[k], bools[arg.name] and "bool" or dtype)
      if transposed and #shapes[k] == 2 then args[args.n] = args[args.n]:t():contiguous():t() end
    elseif arg.default_text and arg.keyword_only then
      args.n = args.n - 1
    elseif kind == "ARG_CHOICE" then args[args.n] = arg.choices[1]
    else args[args.n] = kind == "ARG_BOOL" and true or kind == "ARG_INT" and 2 or dtype:find "float" and 1.25 or 2 end
  end
  if row.name == "div_rounded" then args[args.n] = {rounding_mode = "floor"} end
  return args
end

--- Notes what a call gave.
local function note(state, row, what, outcome, words)
  state.calls = state.calls + 1
  if outcome == "differs" then state.failures[#state.failures + 1] = ("%s (%s): %s"):format(row.name, what, words) end
  if outcome == "absent" then state.absent[row.name] = words end
  if outcome == "same" then state.same[row.name] = true end
end

local function check_elementwise(row, device, state)
  for _, dtype in ipairs(DTYPES) do
    for s, shapes in ipairs(SHAPES) do
      local args = elementwise_args(row, dtype, shapes)
      note(state, row, ("%s, shapes %d"):format(dtype, s), compare_call(row, args, device))
    end
    local across = elementwise_args(row, dtype, {{6, 5}, {6, 5}, {6, 5}}, true)
    note(state, row, dtype .. ", transposed", compare_call(row, across, device))
    local mixed = elementwise_args(row, dtype, {{3, 4}, {3, 4}, {3, 4}})
    if torch.is_tensor(mixed[2]) and not row.operand then
      mixed[2] = numbers({3, 4}, "float32")
      note(state, row, dtype .. " and float32", compare_call(row, mixed, device))
      mixed[2] = 3
      note(state, row, dtype .. " and a number", compare_call(row, mixed, device))
      mixed[2] = 1.5
      note(state, row, dtype .. " and a fraction", compare_call(row, mixed, device))
    end
  end
end

--- Every row. Returns {calls =, same = {name = true}, absent = {name = words}, failures = {words…}}.
function ops.check(rows, device)
  local state = {calls = 0, same = {}, absent = {}, failures = {}}
  for _, row in ipairs(rows) do
    torch.manual_seed(2026)
    if row.kind == "elementwise" and row.inplace ~= "only" then check_elementwise(row, device, state) end
    local known = row.backward or domains.known(row)
    for i, sample in ipairs(known and domains.samples(row) or {}) do
      if sample.transposed then sample[1] = sample[1]:detach():t():clone():t():requires_grad_(true) end
      note(state, row, "sample " .. i, compare_call(row, sample, device))
    end
  end
  return state
end

return ops
