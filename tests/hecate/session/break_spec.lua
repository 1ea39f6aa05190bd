-- Breakpoints: a running program stops, is looked at and changed, and goes on.
local torch = require "torch"
local Session = require "hecate.session"
local files = dofile "tests/files.lua"
local pty = dofile "tests/pty.lua"

local folder, out, s, typed

setup(function() folder = files.capture "mktemp -d":gsub("\n$", "") end)
teardown(function() os.execute("rm -rf " .. folder) end)

before_each(function()
  out, typed = {}, {}
  s = Session.new {env = setmetatable({torch = torch}, {__index = _G}),
    write = function(text) out[#out + 1] = text end, write_error = function(text) out[#out + 1] = "! " .. text end}
  s.read = function() return table.remove(typed, 1) end
  files.write(folder .. "/train.lua", [[
-- a small script
local x = torch.ones(3, 4)

local function step(i, w)
  local y = x:mul(w)
  local s = y:sum():item()
  return s + i
end

local total = 0
for i = 1, 3 do
  total = total + step(i, 2)
end
result = total
]])
end)
after_each(function() assert.is_nil((debug.gethook())) end)

--- What an input writes while the debugger is asked `words`.
local function run(text, ...)
  out, typed = {}, {...}
  s:run(text)
  assert.equal(0, #typed, "not asked for: " .. table.concat(typed, ", "))
  return table.concat(out)
end

describe("%break", function()
  it("sets, lists and removes", function()
    local path = folder .. "/train.lua"
    assert.equal("1  " .. path .. ":5\n", run("%break " .. path .. ":3")) -- where something runs
    s:run "function f()\n\n  return 1\nend"
    assert.equal("2  input[2]:3\n", run "%break f")
    assert.equal("1  " .. path .. ":5\n2  input[2]:3\n", run "%break")
    run "%break off 1"
    assert.equal("1  input[2]:3\n", run "%break")
    run "%break off"
    assert.equal("no breakpoints\n", run "%break")
  end)

  it("tells what is wrong", function()
    for words, message in pairs {
      ["/nowhere.lua:3"] = "%break: cannot read /nowhere.lua", ["print"] = "%break: expected file:line or a function",
      ["off 3"] = "%break: there is no breakpoint 3", [folder .. "/train.lua:99"] = "has no code from line 99 on",
    } do assert.truthy(run("%break " .. words):find(message, 1, true), words) end
    s.read = nil
    assert.matches("only a session that reads lines", run "%break f")
  end)

  it("stops a script, shows shapes, and lets variables be set", function()
    run("%break " .. folder .. "/train.lua:5")
    local text = run("%run " .. folder .. "/train.lua", "locals", "x:numel()", "w = 10", "up", "locals", "down",
      "continue", "c", "continue")
    assert.matches("^breakpoint 1\n.-/train.lua:5: in [%w ]+'step'\n", text)
    assert.matches("→ 5 |   local y = x:mul%(w%)\n", text)
    assert.matches("\nw = 2\ni = 1\nx = tensor float32 %(3×4%)  %(upvalue%)\n12\n", text)
    assert.matches("\ni = 1\ntotal = 0\nstep = function%(i, w%)[^\n]*\nx = tensor float32 %(3×4%)\n", text)
    assert.equal(120 + 24 + 24 + 6, s.env.result)
    assert.falsy(s.debugging)
  end)

  it("help tells the words, and is named at the first stop alone", function()
    run("%break " .. folder .. "/train.lua:5")
    local text = run("%run " .. folder .. "/train.lua", "help", "?", "h", "continue", "%break off", "continue")
    assert.equal(1, select(2, text:gsub("help tells the words of the debugger\n", "")))
    local words = "\nstep %[s%], next %[n%], out .-\ncontinue %[c%].-\nlocals .-\nquit %[q%]"
    assert.equal(3, select(2, text:gsub(words, "")))
    run "error 'x'"
    local told = run "%debug" .. run "help" .. run "quit"
    assert.matches("locals .-\nquit %[q%]", told)
    assert.is_nil(told:find "step") -- there is nothing to go on with
  end)

  it("step goes into functions, next over them, out to the caller", function()
    run("%break " .. folder .. "/train.lua:12")
    local text = run("%run " .. folder .. "/train.lua", "step", "out", "next", "next", "%break off", "continue")
    local lines = {}
    for line in text:gmatch "train.lua:(%d+): in" do lines[#lines + 1] = line end
    assert.same({"12", "5", "11", "12", "11"}, lines)
    assert.equal(78, s.env.result)
  end)

  it("watch stops where a value changes, also of a tensor in place", function()
    files.write(folder .. "/watched.lua",
      "local x = torch.zeros(2)\nlocal a = 1\nlocal b = 2\na = 5\nx:add_(1)\nb = 3\n")
    run("%break " .. folder .. "/watched.lua:3")
    local text = run("%run " .. folder .. "/watched.lua", "watch a", "watch x", "continue", "continue", "continue")
    assert.matches("\na is now 5\n[^\n]*:5: in main chunk", text)
    assert.matches("\nx is now tensor float32 %(2%)\n[^\n]*:6: in main chunk", text)
  end)

  it("watch of a local stops at changes alone: not where it is gone, and at the first one too", function()
    files.write(folder .. "/sums.lua", "local function f(n)\n  local s = 0\n  for i = 1, n do\n    local k = i % 2\n"
      .. "    s = s + k\n  end\n  return s\nend\nf(3)\nf(2)\n")
    run("%break " .. folder .. "/sums.lua:5")
    local text = run("%run " .. folder .. "/sums.lua", "%break off 1", "watch s", "continue", "continue", "continue",
      "continue", "continue")
    local seen = {}
    for value, line in text:gmatch "s is now (%S+)\n[^\n]*:(%d+): in" do seen[#seen + 1] = value .. "@" .. line end
    assert.equal("1@3 2@3 0@3 1@3", table.concat(seen, " "))
    run "%break off"
    run("%break " .. folder .. "/sums.lua:5")
    text = run("%run " .. folder .. "/sums.lua", "%break off 1", "watch k", "continue", "continue", "continue",
      "continue")
    assert.is_nil(text:find "k is now nil")
    assert.matches("k is now 0.*k is now 1", text)
  end)

  it("quit and the end of the input end the program, and nothing is left of it", function()
    run("%break " .. folder .. "/train.lua:5")
    assert.matches("! stopped in the debugger\n$", run("%run " .. folder .. "/train.lua", "quit"))
    assert.matches("! stopped in the debugger\n$", run("%run " .. folder .. "/train.lua"))
    assert.is_nil(rawget(s.env, "result"))
    assert.equal("3\n", run "1 + 2")
  end)

  it("an error at the prompt of a stopped program is told, and the program goes on", function()
    run("%break " .. folder .. "/train.lua:5")
    local text = run("%run " .. folder .. "/train.lua", "error 'here'", "%break off", "continue")
    assert.matches("! input%[%d+%]:1: here", text)
    assert.equal(78, s.env.result)
  end)

  it("%debug statement begins at its first line", function()
    s:run "function g(a)\n  local b = a * 2\n  return b\nend"
    local text = run("%debug h = g(4)", "step", "step", "b", "continue")
    assert.matches("input%[1%]:2: in function", text)
    assert.matches("\n8\n", text)
    assert.equal(8, s.env.h)
  end)
end)

describe("a breakpoint in a coroutine", function()
  before_each(function()
    files.write(folder .. "/co.lua", [[
local function double(n)
  return 2 * n
end
local resume = coroutine.wrap(function(a)
  local inner = double(a)
  coroutine.yield(inner)
  local later = inner + 1
  return later
end)
local first = resume(4)
local second = resume()
local other = coroutine.create(function(b)
  local c = b + 1
  return c
end)
result = {first, second, select(2, coroutine.resume(other, 7))}
]])
  end)

  it("stops, shows and sets its variables", function()
    run("%break " .. folder .. "/co.lua:7")
    local text = run("%run " .. folder .. "/co.lua", "inner", "inner = 20", "continue")
    assert.matches("breakpoint 1", text)
    assert.matches("co.lua:7", text)
    assert.matches("\n8\n", text)
    assert.same({8, 21, 8}, s.env.result)
    run "%break off"
    run("%break " .. folder .. "/co.lua:13")
    assert.matches("\n7\n", run("%run " .. folder .. "/co.lua", "b", "continue"))
    assert.equal("[C]", debug.getinfo(coroutine.create, "S").short_src)
    assert.equal("[C]", debug.getinfo(coroutine.wrap, "S").short_src)
  end)

  it("goes on line by line, over calls, and to the caller when it yields", function()
    run("%break " .. folder .. "/co.lua:5")
    local text = run("%run " .. folder .. "/co.lua", "next", "inner", "next", "first", "continue")
    local lines = {}
    for line in text:gmatch "co.lua:(%d+): in function" do lines[#lines + 1] = line end
    assert.matches("\n8\n", text) -- inner
    assert.matches("8\n$", text:match "^.*\n8\n") -- first, in the main program
    assert.same({8, 9, 8}, s.env.result)
  end)
end)

describe("the debugger in a terminal", function()
  it("survives Ctrl-C at its prompt and in what it runs, and the program is stopped by it afterwards", function()
    pty.run(folder, {{"expect", "> "}, {"send", "%break train.lua:12\r"}, {"expect", ":12\r"}, {"expect", "> "},
      {"send", "%run train.lua\r"}, {"expect", "breakpoint 1"}, {"expect", "debug> "}, {"send", "abc\3"},
      {"expect", "^C"}, {"expect", "debug> "}, {"send", "io.write('run', 'ning\\n') while true do end\r"},
      {"expect", "running\r"}, {"send", "\3"}, {"expect", "interrupted"}, {"expect", "debug> "},
      {"send", "function step() io.write('in', 'side\\n') while true do end end\r"}, {"expect", "debug> "},
      {"send", "%break off\r"}, {"expect", "debug> "}, {"send", "continue\r"}, {"expect", "inside\r"}, {"send", "\3"},
      {"expect", "interrupted"}, {"expect", "> "}, {"send", "6 * 7\r"}, {"expect", "42\r"}, {"send", "\4"}, "exit 0"})
  end)
end)
