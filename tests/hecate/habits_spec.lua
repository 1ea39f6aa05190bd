-- Programs with the habits of those that people published for Lua 5.1 to 5.4: what they do with globals works as in
-- Lua, in a script, from standard input, and in a module that a script requires.
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

--- {what, the program, what it prints}.
local habits = {
  {"defaults of settings", [[
config = config or {}
config.size = config.size or 3
verbose = verbose ~= nil and verbose
if not debug_level then debug_level = 0 end
print(config.size, verbose, debug_level)]], "3\tfalse\t0"},

  {"functions of other versions", [[
if not unpack then unpack = table.unpack end
local load = loadstring or load
local pack = table.pack or function(...) return {n = select("#", ...), ...} end
local bits = bit32 or bit or false
local env = getfenv and getfenv(1) or _ENV
print(unpack({1, 2}), load("return 3")(), pack(1, nil).n, bits, env == _G, jit and jit.version or _VERSION)]],
    "1\t3\t2\tfalse\ttrue\tLua 5.4"},

  {"a sandbox by setfenv or _ENV", [[
local function run(code, env)
  if setfenv then return setfenv(assert(loadstring(code)), env)() end
  return assert(load(code, "=sandbox", "t", env))()
end
local env = setmetatable({}, {__index = _G})
print(run("y = 5 return y * 2", env), env.y, rawget(_G, "y"), y == nil)
local function inner() local _ENV = {value = 7}; return value, missing end
print(inner())
print(run("return type(nothing), nothing", {type = type}))]],
    "10\t5\tnil\ttrue\n7\tnil\nnil\tnil"},

  {"modules without module()", [[
local _M = {}
local print, setmetatable, _G = print, setmetatable, _G
if module then module(..., package.seeall) end
_M._VERSION = "1.0"
local saved = _G.shapes
_G.shapes = _M
do
  local _ENV = setmetatable(_M, {__index = _G})
  function area(w, h) return w * h end
  PI = 3
end
print(shapes.area(2, 3), rawget(_G, "area"), saved, shapes.PI, shapes._VERSION)]], "6\tnil\tnil\t3\t1.0"},

  {"what is asked of _G", [[
DEBUG = rawget(_G, "DEBUG") or false
local names = {}
for name, value in pairs(_G) do
  if type(name) == "string" and name:find "^test_" then names[#names + 1] = name end
end
function test_b() return "b" end
function test_a() return "a" end
for name, value in pairs(_G) do
  if type(value) == "function" and name:find "^test_" then names[#names + 1] = name end
end
table.sort(names)
for i, name in ipairs(names) do names[i] = name .. "=" .. _G[name]() end
print(DEBUG, table.concat(names, " "), _G["no such name"], _G.anything)]],
    "false\ttest_a=a test_b=b\tnil\tnil"},

  {"optional modules", [[
local has_lfs, lfs = pcall(require, "a_module_that_is_nowhere")
local found, json = pcall(function() return require "another_one" end)
local clock = socket and socket.gettime or os.time
print(has_lfs, type(lfs), found, clock == os.time)]], "false\tstring\tfalse\ttrue"},

  {"classes by one global function", [[
function class(base)
  local c = {}
  c.__index = c
  setmetatable(c, {__index = base, __call = function(_, ...)
    local object = setmetatable({}, c)
    if object.init then object:init(...) end
    return object
  end})
  return c
end
Animal = class()
function Animal:init(name) self.name = name end
function Animal:say() return self.name .. " " .. (self.sound or "is silent") end
Dog = class(Animal)
Dog.sound = "barks"
print(Dog("Rex"):say(), Animal("Fish"):say())]], "Rex barks\tFish is silent"},

  {"strict globals of its own", [[
local mt = getmetatable(_G) or {}
setmetatable(_G, mt)
local declared = {}
mt.__newindex = function(t, name, value)
  local where = debug.getinfo(2, "S").what
  if where ~= "main" and where ~= "C" and not declared[name] then
    error("assignment to undeclared variable '" .. name .. "'", 2)
  end
  declared[name] = true
  rawset(t, name, value)
end
mt.__index = function(_, name)
  if not declared[name] then error("undeclared variable '" .. name .. "'", 2) end
end
total = nil
total = 1
print(total, (select(2, pcall(function() return totl end)):gsub("^.-:%d+: ", "")))
print((select(2, pcall(function() leak = 1 end)):gsub("^.-:%d+: ", "")), rawget(_G, "leak"))]],
    "1\tundeclared variable 'totl'\nassignment to undeclared variable 'leak'\tnil"},

  {"names that are loaded when they are read", [[
setmetatable(_G, {__index = function(t, name)
  if name:find "^auto_" then
    local value = name:sub(6)
    rawset(t, name, value)
    return value
  end
end})
print(auto_x, rawget(_G, "auto_x"), other)]], "x\tx\tnil"},

  {"a game of life and queens with globals alone", [[
N = N or 6
board = {}
solutions = 0
function safe(row, column)
  for r = 1, row - 1 do
    local c = board[r]
    if c == column or math.abs(c - column) == row - r then return false end
  end
  return true
end
function place(row)
  if row > N then solutions = solutions + 1 return end
  for column = 1, N do
    if safe(row, column) then board[row] = column place(row + 1) end
  end
end
place(1)
world = {}
for y = 1, 5 do world[y] = {} for x = 1, 5 do world[y][x] = y == 3 and x >= 2 and x <= 4 and 1 or 0 end end
function next_world()
  local new = {}
  for y = 1, 5 do
    new[y] = {}
    for x = 1, 5 do
      local n = 0
      for dy = -1, 1 do for dx = -1, 1 do
        if not (dy == 0 and dx == 0) then n = n + ((world[y + dy] or {})[x + dx] or 0) end
      end end
      new[y][x] = (n == 3 or n == 2 and world[y][x] == 1) and 1 or 0
    end
  end
  world = new
end
next_world()
print(solutions, table.concat(world[3]), world[2][3], world[4][3])]], "4\t00100\t1\t1"},

  {"a library that is a script, too", [[
local name = ...
local M = {}
function M.add(a, b) return a + b end
if not pcall(debug.getlocal, 4, 1) and not name then io.write "main: " end
if arg and arg[0] and arg[0]:find "nothing%.lua$" then os.exit(3) end
assert(not rawequal(M, _G))
print(M.add(1, 2))
return M]], "main: 3", "3"},

  {"answers that are nil by assert, select, type and not", [[
local ok, message = pcall(function() assert(GLOBAL_LIMIT, "no limit") end)
print(type(undefined_thing), not undefined_thing, undefined_thing == nil, (message:gsub("^.-:%d+: ", "")))
local value = undefined_thing and undefined_thing.field or "default"
while queue do queue = queue.next end
print(value, select("#", ...) >= 0)]], "nil\ttrue\ttrue\tno limit\ndefault\ttrue"},
}

describe("a program that", function()
  for _, habit in ipairs(habits) do
    local what, code, wanted, inner = table.unpack(habit)
    it("has " .. what .. " runs as a script, from standard input and by require", function()
      program.write("habit.lua", code .. "\n")
      program.write("main.lua", "require 'habit'\n")
      local out, errors, status = program.hecate "habit.lua"
      assert.equal("", errors)
      assert.same({wanted .. "\n", 0}, {out, status})
      assert.equal(wanted .. "\n", (program.hecate("-", code)))
      out, errors = program.hecate "main.lua"
      assert.equal("", errors)
      assert.equal((inner or wanted) .. "\n", out)
    end)
  end

  it("is strict of its own keeps all libraries", function()
    local use = "\nprint(torch.ones(2):sum():item(), nn.ReLU()(torch.ones(1)):item(), F.relu(torch.ones(1)):item(), "
      .. "optim.SGD ~= nil, gnuplot.plot ~= nil, torchvision.io ~= nil)"
    for _, code in ipairs {habits[8][2], "setmetatable(_G, {__index = function(_, name) error('no ' .. name, 2) end})",
      "require 'strict'"} do
      program.write("strict.lua", "getmetatable(_G).__index = function(_, name) error('no ' .. name, 2) end")
      local out, errors = program.hecate("-", code .. use)
      assert.equal("", errors)
      assert.matches("2.0\t1.0\t1.0\ttrue\ttrue\ttrue\n$", out)
      out, errors = program.hecate("-", code .. "\nprint(tirch)")
      assert.matches("tirch", errors)
    end
  end)

  it("asks for other metatables gets Lua's answers", function()
    local out = program.hecate("-", [[
print(getmetatable("").__index == string, getmetatable({}), setmetatable({}, nil) ~= nil, type(getmetatable(_G)))
print(pcall(setmetatable, 1, {}))
print(pcall(setmetatable, {}))
print(pcall(getmetatable))
print(pcall(setmetatable, setmetatable({}, {__metatable = 1}), {}))]])
    assert.equal("true\tnil\ttrue\ttable\nfalse\tbad argument #1 to 'setmetatable' (table expected, got number)\n"
      .. "false\tbad argument #2 to 'setmetatable' (nil or table expected, got no value)\n"
      .. "false\tbad argument #1 to 'getmetatable' (value expected)\nfalse\tcannot change a protected metatable\n", out)
  end)
end)
