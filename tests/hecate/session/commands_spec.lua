-- The commands of the session: %name, !command, ?name.
local torch = require "torch"
local Session = require "hecate.session"

local folder -- of this run; gone afterwards
local out, s

local read = dofile("tests/files.lua").read

local function write(name, text)
  local path = folder .. "/" .. name
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

local function run(...)
  out = {}
  for _, text in ipairs {...} do s:run(text) end
  return (table.concat(out):gsub("\n$", ""))
end

setup(function()
  local pipe <close> = io.popen "mktemp -d"
  folder = pipe:read "l"
end)
teardown(function() os.execute("rm -rf " .. folder) end)

before_each(function()
  out = {}
  s = Session.new {env = setmetatable({}, {__index = _G}), write = function(text) out[#out + 1] = text end,
    write_error = function(text) out[#out + 1] = "! " .. text end}
end)

describe("commands", function()
  it("are listed with a line each, and each tells more of itself", function()
    local list = run "%?"
    for _, name in ipairs {"time", "timeit", "prof", "mem", "who", "run", "load", "save", "edit", "cd", "pwd", "env",
      "reset",
      "autoreload", "hist", "traceback", "debug", "strict", "highlight", "break"} do
      assert.matches("%%" .. name .. "[^\n]*  %w", list)
      assert.matches("^%%" .. name, run("%" .. name .. "?"))
    end
    for line in list:gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= s.width(), line) end
  end)

  it("that do not exist are errors with the nearest name", function()
    assert.equal("! %timet: there is no such command, did you mean '%time'? (%? lists them)", run "%timet 5")
    assert.matches("^! %%zzzzzz: there is no such command %(", run "%zzzzzz")
  end)

  it("tell what they expect", function()
    for text, expected in pairs {
      ["%run"] = "%run: expected a file", ["%load"] = "%load: expected a file",
        ["%mem maybe"] = "%mem: expected on, off",
      ["%traceback long"] = "%traceback: expected full or short, got 'long'",
        ["%strict maybe"] = "%strict: expected off or on",
      ["%autoreload 7"] = "%autoreload: expected 0, 1 or 2", ["%timeit -n 0 1"] = "%timeit: -n and -r",
      ["%run /nowhere.lua"] = "%run: cannot read /nowhere.lua", ["%cd /nowhere"] = "%cd: /nowhere: No such file",
      ["%time"] = "%time: expected a statement", ["%timeit -n 2"] = "%timeit: expected", ["%prof"] = "%prof: expected",
      ["%save"] = "%save: expected a file", ["%debug"] = "%debug: there was no error",
    } do assert.equal("! " .. expected, run(text):sub(1, #expected + 2)) end
  end)
end)

describe("timing", function()
  it("%time shows the results and the time", function()
    assert.matches("^5\n[%d.]+ [nµm]*s, tensors %+0 B$", run "%time 2 + 3")
    assert.equal(5, s.env.ans)
    assert.matches("^[%d.]+ [nµm]*s, tensors %+[%d.]+ KB$", run "%time x = torch.zeros(1000)")
    assert.matches("^! input%[3%]:1: boom$", run "%time error 'boom'")
  end)

  it("%timeit tells mean, deviation and best", function()
    assert.matches("^[%d.e+]+ [nµm]*s ± [%d.e+]+ [nµm]*s per loop %(mean ± std%. dev%. of 2 runs, " ..
      "10 loops each%), best [%d.e+]+ [nµm]*s$",
      run "%timeit -n 10 -r 2 torch.ones(3) + 1")
    run "count = 0"
    run "%timeit -r 1 -n 7 count = count + 1"
    assert.equal("7", run "count")
    assert.matches("1 run, %d+ loops? each", run "%timeit -r 1 math.sqrt(2)")
    assert.matches("^! .*near", run "%timeit x = = 1")
  end)

  it("%prof tells the ops by their time", function()
    local text = run "%prof for i = 1, 5 do torch.ones(8, 8):mm(torch.ones(8, 8)):exp() end"
    assert.matches("\nmm +5 ", text)
    assert.matches("\nexp +5 ", text)
    assert.matches("in ops$", text)
    run "torch.ones(3):exp()"
    assert.falsy(run("%prof y = 1"):find "exp")
    assert.matches("^! .*boom", run "%prof error 'boom'")
  end)

  it("%time and %prof show results of several lines as the session does", function()
    local value = "tensor({{1., 1.},\n        {1., 1.}})\n{2, 3}\n"
    for _, command in ipairs {"%time ", "%prof "} do
      local text = run(command .. "torch.ones(2, 2), {2, 3}")
      assert.equal(value, text:sub(1, #value))
      assert.falsy(run(command .. "torch.ones(2, 2);"):find("tensor(", 1, true))
      assert.equal("4.0", run "ans:sum():item()")
    end
    local columns = {} -- of the numbers: they end below each other
    for line in run "%prof torch.ones(70, 70):mm(torch.ones(70, 70)):logsumexp(1)":gmatch "\n(%l[%w_]+ +%d+[^\n]*)" do
      columns[#columns + 1] = #line:match "^%S+ +%d+ "
    end
    assert.is_true(#columns >= 3)
    for _, column in ipairs(columns) do assert.equal(columns[1], column) end
  end)

  it("%prof counts an op inside another as its own", function()
    run "w = torch.ones(4, 4, {requires_grad = true})"
    local text = run "%prof w:mm(w):sum():backward()"
    assert.matches("\nmm +3 ", text) -- one forward, two backward
  end)
end)

describe("looking", function()
  it("%who lists what was defined", function()
    assert.equal("nothing was defined", run "%who")
    run("t = torch.zeros(2, 3, {requires_grad = true})", "m = nn.Linear(2, 3)", "n, f = 3, function() end", "5")
    local text = run "%who"
    assert.matches("\nt +float32 +%(2×3%) +24 B +cpu +requires grad", text)
    assert.matches("\nm +nn.Linear +9 parameters +36 B", text)
    assert.matches("\nn +integer +3", text)
    assert.matches("\nf +function", text)
    assert.falsy(text:find "\nans")
    assert.falsy(run("%who t"):find "\nm ")
  end)

  it("%mem lists tensors by size and by their lines", function()
    run "holder = {deep = torch.zeros(100000)}"
    assert.matches("\nholder%.deep +float32 +%(100000%) +391 KB", run "%mem")
    run("%mem on", "list = {}", "for i = 1, 3 do list[i] = torch.zeros(5000) end")
    assert.matches("\ninput%[5%]:1 +3 +58%.6 KB", run "%mem")
    run "list = nil"
    assert.falsy(run("%mem"):find "input%[5%]")
    run "%mem off"
  end)

  it("%mem finds what only the history of a gradient holds", function()
    run("%mem on", "w = torch.zeros(3000, {requires_grad = true})", "loss = (w:exp() * w):sum()")
    local count = tonumber(run("%mem"):match "\ninput%[3%]:1 +(%d+)")
    assert.is_true(count >= 2) -- the result of exp and the loss
    run "%mem off"
  end)

  it("%hist lists inputs", function()
    run("first = 1", "for i = 1, 2 do\nend", "second = 2")
    assert.equal("1  first = 1\n2  for i = 1, 2 do\n   end\n3  second = 2", run "%hist")
    assert.matches("^3  second = 2\n4  %%hist$", run "%hist 2")
    assert.matches("^1  first = 1$", run("%hist first"))
  end)
end)

describe("files", function()
  it("%run runs a script with arguments; its locals stay", function()
    local path = write("script.lua",
      "#!/usr/bin/env hecate\nlocal kept = 41\nshared = {...}\nname = arg[0]\nreturn 'done'")
    assert.equal("done", run("%run " .. path .. " a 'b c'"))
    assert.equal('41\t{"a", "b c"}\ttrue', run("kept, shared, name == '" .. path .. "'"))
    path = write("bad.lua", "local before = 5\nlocal function f()\n  error 'in the script'\nend\nf()")
    assert.matches("^! .*bad.lua:3: in the script\n.*→ 3 |   error 'in the script'", run("%run " .. path))
    assert.equal("5", run "before")
  end)

  it("%load runs a file as an input", function()
    local path = write("loaded.lua", "function loaded()\n  error 'x'\nend\n")
    assert.equal("function loaded()\n  error 'x'\nend", run("%load " .. path))
    assert.matches("^! input%[1%]:2: x\n  1 | function loaded%(%)\n→ 2 |   error 'x'", run "loaded()")
  end)

  it("%save writes the inputs as a program", function()
    local path = folder .. "/saved.lua"
    run("a = 1", "%pwd", "= a", "function f()\n  return a\nend", "a -- note", "a;", "a = 2; a", "return a", "a =",
      "%save " .. path)
    local program = "a = 1\nprint(a)\nfunction f()\n  return a\nend\nprint(a -- note\n)\na = 2; print(a)\nprint(a)\n"
    assert.equal(program, read(path))
    assert(load(program))
    run("%save " .. path .. " 1")
    assert.equal("a = 1\n", read(path))
    assert.matches("^! %%save: /nowhere/x: No such file", run "%save /nowhere/x")
  end)

  it("%edit runs what the editor left", function()
    local editor = write("editor.sh", "#!/bin/sh\nfor f; do :; done\necho \"edited = (edited or 0) + 1\" >> \"$f\"\n")
    os.execute("chmod +x " .. editor)
    run("%env VISUAL=" .. editor)
    run("origin = 1", "%pwd", "%edit")
    assert.equal("1", run "edited")
    run "function here() end"
    run "%edit here"
    assert.equal("2", run "edited")
    run "%env VISUAL=false"
    assert.matches("^! %%edit: 'false' did not end well", run "%edit")
    assert.matches("^! %%edit: 'torch.sum' is not in a file of yours", run "%edit torch.sum")
  end)

  it("%cd, %pwd and %env", function()
    local here = run "%pwd"
    assert.equal(folder, run("%cd " .. folder))
    assert.equal(folder, run "%pwd")
    assert.equal(here, run "%cd -")
    run "%env HECATE_TEST_VARIABLE='a b'"
    assert.equal("a b", run "%env HECATE_TEST_VARIABLE")
    assert.equal("a b", os.getenv "HECATE_TEST_VARIABLE")
    assert.matches("\nHECATE_TEST_VARIABLE=a b\n", run "%env")
  end)
end)

describe("the shell", function()
  it("!command writes what the command writes", function()
    assert.equal("one\ntwo", run "!echo one; echo two >&2")
    assert.equal("(exit code 3)", run "!exit 3")
  end)

  it("x = !command takes the lines", function()
    run "x = !printf 'a\\nb b\\n'"
    assert.equal('{"a", "b b"}', run "x")
    run("t = {}", "t.lines = !echo 1", "local l = !echo 2")
    assert.equal('{"1"}\t{"2"}', run "t.lines, l")
  end)

  it("leaves operators of Lua alone", function()
    assert.equal("true", run "x = 1 ~= 2 and '!' == '!'; return x")
    assert.equal("5", run "5 -- !echo")
  end)
end)

describe("state", function()
  it("%reset removes what was defined and nothing else", function()
    run("a, b = 1, torch.zeros(5)", "a", "%reset")
    assert.equal("nil\tnil\tnil", run "a or nil, b or nil, ans")
    assert.equal("5.0", run "math.sqrt(25)")
  end)

  it("%strict makes unknown globals errors and tells of those that functions make", function()
    run "%strict on"
    assert.matches("^! input%[2%]:1: 'unknown' is not defined", run "unknown")
    assert.equal("", run "known = 5")
    assert.equal("5", run "known")
    assert.equal("! input[5]:1: the global 'sudden' is made in a function", run "(function() sudden = 1 end)()")
    assert.equal("1", run "sudden")
    run "%strict off"
    assert.equal("nil", run "unknown")
    assert.equal("", run "function quiet() sudden = 2 end quiet()")
    run "%strict on"
    run "%strict off"
    torch._C.strict(true)
    assert.matches("^! input%[12%]:1: 'unknown' is not defined", run "unknown")
  end)

  it("%autoreload brings new methods to live objects", function()
    local before = package.path
    package.path = folder .. "/?.lua;" .. before
    write("reloaded_net.lua", [[
local M = {version = 1}
M.Net = torch.class("Net", nn.Module)
function M.Net:__init(n) self.n = n end
function M.Net:name() return "old " .. self.n end
function M.Net:gone() end
function M.copy(net) return M.Net(net.n) end
return M]])
    run("net_module = require 'reloaded_net'", "net = net_module.Net(7)")
    write("reloaded_net.lua", read(folder .. "/reloaded_net.lua") .. " -- changed before the first %autoreload")
    assert.equal("reloaded reloaded_net", run "%autoreload 2")
    assert.equal("old 7", run "net:name()")
    write("reloaded_net.lua", [[
local M = {version = 2}
local Net = torch.class("Net", nn.Module)
M.Net = Net
function Net:__init(n) self.n = n end
function Net:name() return "new " .. self.n end
function Net:more() return Net(self.n + 1) end
function M.copy(net) return M.Net(net.n * 2) end
return M]])
    assert.equal("reloaded reloaded_net\nnew 7", run "net:name()")
    assert.equal("new 8\ttrue", run "net:more():name(), torch.isinstance(net:more(), net_module.Net)")
    assert.equal("2\t14\tnil", run "net_module.version, net_module.copy(net).n, rawget(net_module.Net, 'gone')")
    write("reloaded_net.lua", "local = broken")
    assert.matches("^! %%autoreload: .*reloaded_net.lua:1:.*old one stays\nnew 7$", run "net:name()")
    write("reloaded_net.lua", "error('interrupted', 0)") -- what Ctrl-C raises
    assert.equal("! interrupted", run "net:name()")
    run "%autoreload 0"
    write("reloaded_net.lua", "return {version = 3}")
    assert.equal("2", run "net_module.version")
    run "%autoreload 1"
    assert.equal("3", run "net_module.version")
    package.path = before
    package.loaded.reloaded_net = nil
  end)
end)
