--- For tests/fuzz/ops.lua: the functions that its programs call as H.name: hooks and callbacks that fail or meddle,
-- values with metamethods, and ways to run a function that is left in the middle.
local H = {}

local function close(x)
  local meta = debug.getmetatable(x)
  if type(meta) == "table" and rawget(meta, "__close") then meta.__close(x) end
end
H.close = close

-- Callbacks by name.
H.callbacks = {
  same = function(...) return ... end,
  nothing = function() end,
  raises = function() error("mine") end,
  raises_table = function() error({}) end,
  raises_nil = function() error(nil) end,
  closes = function(x, ...) close(x) return x, ... end,
  closes_second = function(x, y) close(y) return x end,
  doubles = function(x) return torch.is_tensor(x) and x * 2 or x end,
  changes = function(x)
    torch.no_grad(function() if torch.is_tensor(x) then x:mul_(2) end end)
    return x
  end,
  reshapes = function(x) return torch.is_tensor(x) and x:reshape(-1, 1) or x end,
  retypes = function(x) return torch.is_tensor(x) and x:to "int32" or x end,
  text = function() return "text" end,
  collects = function(x) collectgarbage() return x end,
  yields = function(x) if coroutine.isyieldable() then coroutine.yield() end return x end,
  derives = function(x)
    if torch.is_tensor(x) and x.requires_grad then x:sum():backward(nil, {retain_graph = true}) end
    return x
  end,
  sums = function(x, y) return (x * (y or 2) + 1):exp():sum() end,
  adds_hook = function(x)
    if torch.is_tensor(x) and x.requires_grad then x:register_hook(function(g) return g end) end
    return x
  end,
}

--- Runs f(...) in a coroutine that is left where it yields, under each kind of guard.
function H.abandon(f, guard, ...)
  local thread = coroutine.create(function(...)
    local held <close> = guard == "no_grad" and torch.no_grad() or guard == "autocast" and torch.autocast("cpu") or nil
    f(...)
    coroutine.yield()
  end)
  local ok, message = coroutine.resume(thread, ...)
  if not ok then error(message, 0) end
end

--- A finaliser that meddles with x at some later allocation.
function H.finaliser(x, what)
  setmetatable({}, {__gc = function()
    if what == "close" then close(x)
    elseif what == "raise" then error("mine")
    elseif torch.is_tensor(x) then pcall(torch.add, x, 1) end
  end})
end

--- A table whose metamethods raise errors, or lie.
function H.strange(how)
  local function raise() error("mine") end
  if how == "raises" then
    return setmetatable({}, {__index = raise, __len = raise, __tostring = raise, __call = raise})
  end
  if how == "long" then return setmetatable({}, {__len = function() return 100000 end}) end
  if how == "negative" then return setmetatable({}, {__len = function() return -1 end}) end
  local t = {}
  t[1], t.self = t, t
  return t
end

function H.load_back(x, path)
  torch.save(x, path)
  return torch.load(path)
end

--- A gradient with a graph: it holds its leaf, which holds it, until the program takes it away.
function H.double_backward(f)
  local x <const> = torch.randn(2, 3, {requires_grad = true})
  local ok, message = pcall(function()
    f(x * x):sum():backward(nil, {create_graph = true})
    x.grad:exp():sum():backward()
  end)
  x.grad = nil
  if not ok then error(message, 0) end
end

function H.setgrad(x, g) x.grad = g end
function H.setdata(x, d) x.data = d end
function H.assign(x, items, value) x[items] = value end
function H.attribute(x, name) return x[name] end
function H.set_attribute(x, name, value) x[name] = value end

return H
