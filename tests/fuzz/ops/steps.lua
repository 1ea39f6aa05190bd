--- For tests/fuzz/ops.lua: the steps of random programs, as texts of expressions of Lua.
local random, values, calls, names = require "random", require "values", require "calls", require "names"
local one, below, chance, weighted = random.one, random.below, random.chance, random.weighted
local ops, modules, optimisers = calls.ops(), calls.modules(), calls.optimisers()
local functions, classes = names.walk()

local OTHER = {"float32", "float16", "int64", "complex64", "meta"} -- dtypes and a device

local function is_tensor_text(text) return text:find "^torch%.tensor" or text:find "^torch%.rand" end

-- A sample with some of its arguments changed.
local function varied(pool, sample)
  local args = table.move(sample, 1, #sample, 1, {})
  local tensors = chance(50)
  for i, text in ipairs(args) do
    if is_tensor_text(text) then
      if tensors and chance(60) then args[i] = values.tensor(pool)
      elseif chance(15) then args[i] = ("(%s):to '%s'"):format(text, one(OTHER)) end
    elseif chance(12) then args[i] = values.any(pool) end
  end
  if chance(5) and #args > 0 then args[below(#args)] = values.any(pool) end
  if chance(3) and #args > 0 then args[#args] = nil end
  if chance(6) then args[#args + 1] = values.any(pool) end
  return args
end

local function list(args) return table.concat(args, ", ") end

local steps = {}

function steps.op(pool)
  local op = one(ops)
  local args = varied(pool, one(op.samples))
  local form = below(10)
  if op.private or form == 1 then
    return op.private and ("torch._C.call(%q%s%s)"):format(op.name, #args > 0 and ", " or "", list(args))
      or ("torch._C.call(%q, %s)"):format(op.name, #args > 0 and list(args) or "nil")
  end
  if op.in_place and (op.in_place == "only" or form <= 4) and #args > 0 then
    local target = table.remove(args, 1)
    if target:find ":requires_grad_%(%)$" then target = target .. ":mul(1)" end -- no leaf
    return ("(%s):%s_(%s)"):format(target, op.lua, list(args))
  end
  if op.in_place == "only" then return "nil" end
  if op.method and form <= 7 and #args > 0 then
    return ("H.attribute(%s, %q)(%s)"):format(args[1], op.lua, list(args))
  end
  return ("%s[%q](%s)"):format(op.module, op.lua, list(args))
end

local function anything(pool, most)
  local args = {}
  for i = 1, below(most + 1) - 1 do args[i] = values.any(pool) end
  return list(args)
end
function steps.any_function(pool) return ("%s(%s)"):format(one(functions), anything(pool, 4)) end
function steps.any_class(pool) return ("%s(%s)"):format(one(classes), anything(pool, 4)) end
function steps.any_method(pool)
  local place = below(math.max(1, pool.n))
  local object = pool[place]
  local methods = object ~= nil and type(object) ~= "string" and names.methods(object) or {}
  if #methods == 0 then return steps.any_function(pool) end
  local name = one(methods)
  if name:find "^_[^_]" then return steps.any_function(pool) end -- a class's own, for nobody else to call
  if name == "__gc" and not chance(20) then name = "__tostring" end
  if name:find "^__" then
    local more = chance(50) and ", " .. values.any(pool) or ""
    return ("debug.getmetatable(v[%d])[%q](v[%d]%s)"):format(place, name, place, more)
  end
  local args = anything(pool, 3)
  return ("H.attribute(v[%d], %q)(v[%d]%s)"):format(place, name, place, args == "" and "" or ", " .. args)
end

function steps.operator(pool)
  local a, b = values.tensor(pool), chance(70) and values.tensor(pool) or values.any(pool)
  if chance(30) then a, b = b, a end
  return ("(%s) %s (%s)"):format(a, one {"+", "-", "*", "/", "%", "^", "//", "&", "|", "~", "==", "<", "<=", ".."}, b)
end

-- ---- gradients ---------------------------------------------------------------------------

local function bool() return one {"true", "false"} end
function steps.backward(pool)
  local x = values.tensor(pool)
  return weighted {40, function()
      return ("(%s):sum():backward(nil, {retain_graph = %s, create_graph = %s})"):format(x, bool(), "false")
    end,
    5, function() return ("H.double_backward(%s)"):format(values.callback()) end,
    30, function()
      return ("torch.autograd.grad((%s):sum(), %s, nil, {create_graph = %s, allow_unused = %s})"):format(x,
        chance(50) and values.tensor(pool) or values.tensors(pool), bool(), bool())
    end,
    15, function() return ("(%s):backward(%s)"):format(x, values.any(pool)) end,
    15, function() return ("torch.autograd.backward(%s, %s)"):format(values.tensors(pool), values.any(pool)) end}()
end
function steps.hook(pool)
  local x = values.tensor(pool)
  return weighted {50, function() return ("(%s):register_hook(%s)"):format(x, values.callback()) end,
    10, function() return ("H.attribute(%s, 'grad_fn')"):format(x) end,
    10, function() return ("H.attribute(%s, 'grad')"):format(x) end,
    10, function() return ("H.setgrad(%s, %s)"):format(x, values.any(pool)) end,
    10, function() return ("H.setdata(%s, %s)"):format(x, values.any(pool)) end,
    10, function()
      return ("torch.autograd.Function('F', {forward = %s, backward = %s}):apply(%s)"):format(values.callback(),
        values.callback(), values.tensor(pool))
    end}()
end

-- ---- views, places -----------------------------------------------------------------------

function steps.index(pool)
  if chance(50) then return ("(%s)[%s]"):format(values.tensor(pool), values.index(pool)) end
  return ("H.assign(%s, %s, %s)"):format(values.tensor(pool), values.index(pool),
    chance(70) and values.tensor(pool) or values.any(pool))
end

-- ---- modules -----------------------------------------------------------------------------

local function is_module(x)
  local meta = debug.getmetatable(x)
  return type(x) ~= "string" and type(meta) == "table" and pcall(function() return x.parameters and x.training end)
    and type(x) == "userdata" and not torch.is_tensor(x)
end
function steps.module(pool)
  local m = one(modules)
  local text = ("nn.%s(%s)"):format(m.name, list(varied(pool, m.args)))
  return chance(40) and text or ("%s:double()(%s)"):format(text, list(varied(pool, m.inputs)))
end
function steps.call_module(pool)
  local m = values.from_pool(pool, is_module)
  if m == nil then return steps.module(pool) end
  return weighted {40, function() return ("%s(%s)"):format(m, list(varied(pool, one(modules).inputs))) end,
    10, function() return ("%s(%s)"):format(m, anything(pool, 2)) end,
    10, function()
      local name = one {"register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook", "apply"}
      return ("%s:%s(%s)"):format(m, name, values.callback())
    end,
    10, function()
      local name = one {"'weight'", "'bias'", "'x'", "1", "'training'", "'p'"}
      return ("H.set_attribute(%s, %s, %s)"):format(m, name, values.any(pool))
    end,
    10, function() return ("nn.Sequential(%s, %s)"):format(m, values.from_pool(pool, is_module)) end,
    5, function() return ("%s:load_state_dict(%s:state_dict())"):format(m, values.from_pool(pool, is_module)) end,
    10, function()
      return ("%s:%s()"):format(m, one {"double", "half", "train", "eval", "state_dict", "parameters", "zero_grad"})
    end,
    5, function() return ("H.attribute(%s, %s)"):format(m, one {"'weight'", "'bias'", "1", "'no_such'"}) end}()
end

local function is_optimiser(x) return type(x) == "table" and rawget(x, "param_groups") ~= nil end
function steps.optimiser(pool)
  local old = chance(60) and values.from_pool(pool, is_optimiser)
  if old then
    return weighted {60, function() return ("%s:step(%s)"):format(old, chance(30) and values.callback() or "") end,
      10, function() return ("%s:zero_grad(%s)"):format(old, chance(30) and values.any(pool) or "") end,
      10, function()
        return ("%s:load_state_dict(%s)"):format(old, chance(70) and old .. ":state_dict()" or values.any(pool))
      end,
      10, function() return ("%s:add_param_group(%s)"):format(old, values.any(pool)) end,
      10, function()
        local name = one {"'lr'", "'betas'", "'params'", "'eps'"}
        return ("H.set_attribute(%s.param_groups[1], %s, %s)"):format(old, name, values.any(pool))
      end}()
  end
  local o = one(optimisers)
  local m = values.from_pool(pool, is_module)
  local what = m and chance(60) and m .. ":parameters()" or values.tensors(pool)
  return ("torch.optim.%s(%s, %s)"):format(o.name, what, chance(80) and o.options or values.options(pool))
end

-- ---- modes, the collector, files -----------------------------------------------------------

-- A function of a few ops, as text.
local function body(pool)
  local lines = {"local x, y = ..."}
  for _ = 1, below(4) do
    lines[#lines + 1] = weighted {60, function()
      return ("x = x %s %s"):format(one {"+", "*", "-", "/"}, one {"y", "x", "2", "0.5", values.tensor(pool)})
    end, 30, function()
      return ("x = x:%s()"):format(one {"exp", "neg", "sum", "relu", "sigmoid", "t", "abs_", "clone"})
    end, 10, function() return ("x = %s(x)"):format(values.callback()) end,
      10, function()
        return one {"print(x)", "x:mul_(2)", "x[1] = 0", "collectgarbage()", "x:item()", "tostring(x)", "H.close(y)"}
      end}()
  end
  lines[#lines + 1] = "return x"
  return ("function(...) %s end"):format(table.concat(lines, " "))
end
local SKELETONS = {
  "torch.fused(%s)(%s)", "torch.fused(%s)(%s)", "torch.jit.trace(%s, %s)", "torch.no_grad(%s, %s)",
  "torch.enable_grad(%s, %s)",
  "torch.autocast('cpu', %s, %s)", "H.abandon(%s, 'no_grad', %s)", "H.abandon(torch.fused(%s), 'autocast', %s)",
  "torch.utils.checkpoint.checkpoint(%s, %s)", "torch.autograd.gradcheck(%s, {%s})",
  "torch.random.fork_rng(%s, %s)",
}
function steps.mode(pool)
  local f = chance(70) and body(pool) or values.callback()
  return one(SKELETONS):format(f, values.tensor(pool) .. ", " .. values.tensor(pool))
end
function steps.collector(pool)
  return weighted {30, function() return "collectgarbage()" end, 30, function() return "collectgarbage 'step'" end,
    10, function() return one {"collectgarbage 'generational'", "collectgarbage 'incremental'"} end,
    15, function() return ("H.close(%s)"):format(values.from_pool(pool, function() return true end) or "nil") end,
    15, function()
      return ("H.finaliser(%s, %s)"):format(values.tensor(pool), one {"'close'", "'raise'", "'call'"})
    end}()
end
function steps.file(pool)
  return ("H.load_back(%s, PATH)"):format(chance(60) and values.tensors(pool) or values.any(pool))
end
function steps.value(pool) return chance(70) and values.tensor(pool) or values.any(pool) end

local table_of_steps = {30, steps.op, 8, steps.any_function, 3, steps.any_class, 8, steps.any_method, 5, steps.operator,
  9, steps.backward, 5, steps.hook, 9, steps.index, 5, steps.module, 6, steps.call_module, 5, steps.optimiser,
  5, steps.mode, 4, steps.collector, 1, steps.file, 8, steps.value}

--- The text of the next step of a program whose pool is given.
function steps.next(pool) return weighted(table_of_steps)(pool) end

steps.counts = {ops = #ops, functions = #functions, classes = #classes, modules = #modules, optimisers = #optimisers}

return steps
