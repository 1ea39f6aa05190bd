-- The executable from outside: scripts and options through pipes, the session in a
-- real terminal (tmux, on a private socket). Screens are polled with a deadline.

local binary = os.getenv("HECATE_BIN") or "build/hecate"
local deadline = tonumber(os.getenv("HECATE_TEST_DEADLINE")) or 60 -- seconds

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local function lines(s) return (s:gsub("\n$", "")) end

if not binary:find("^/") then binary = lines(capture("pwd")) .. "/" .. binary end

local folder -- of this run; gone afterwards

local function write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

local function read(name)
  local file = io.open(folder .. "/" .. name)
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

-- Runs hecate with a command line; returns what it wrote and its exit code.
local function hecate(options, input)
  write("input", input or "")
  local command = ("cd %s && %s %s <input >output 2>errors"):format(quote(folder),
    quote(binary), options)
  local _, _, code = os.execute(command)
  return read("output"), read("errors"), code
end

setup(function()
  folder = lines(capture("mktemp -d"))
end)

teardown(function()
  os.execute("rm -rf " .. quote(folder))
end)

describe("hecate without a terminal", function()
  it("runs a script with its arguments in 'arg' and in '...'", function()
    write("a.lua", "print(arg[0], #arg, arg[1], arg[2], ...) print(arg[-1] ~= nil)")
    local out, err, code = hecate("a.lua x 'y z'")
    assert.equal("a.lua\t2\tx\ty z\tx\ty z\ntrue\n", out)
    assert.equal("", err)
    assert.equal(0, code)
  end)

  it("ends with 1, the message and the user's line after an error", function()
    write("bad.lua", "local function f()\n  error('boom')\nend\nf()\nprint('no')")
    local out, err, code = hecate("bad.lua")
    assert.equal("", out)
    assert.truthy(err:find("^hecate: bad.lua:2: boom\nstack traceback:"), err)
    assert.truthy(err:find("bad.lua:4: in main chunk", 1, true), err)
    assert.equal(1, code)
  end)

  it("ends with 1 for syntax errors, missing files and unknown options", function()
    write("bad.lua", "x = = 1")
    for options, expected in pairs({
      ["bad.lua"] = "bad.lua:1: unexpected symbol near '='",
      ["none.lua"] = "cannot open none.lua",
      ["--nonsense"] = "--nonsense",
      ["-e"] = "'-e'",
      ["-x"] = "'-x'",
    }) do
      local _, err, code = hecate(options)
      assert.truthy(err:find(expected, 1, true), err)
      assert.equal(1, code)
    end
  end)

  it("keeps the exit code of os.exit", function()
    local _, _, code = hecate("-e 'os.exit(7)'")
    assert.equal(7, code)
  end)

  it("runs -e and -l in their order, then the script", function()
    write("part.lua", "return {n = (n or 0) + 1}")
    write("b.lua", "print(n, part.n, q.n)")
    local out, _, code = hecate("-e 'n = 1' -l part -e 'n = n + 1' -lq=part b.lua")
    assert.equal("2\t2\t2\n", out)
    assert.equal(0, code)
  end)

  it("stops at the first -e that fails", function()
    local out, err, code = hecate("-e 'error(\"first\")' -e 'print(2)'")
    assert.equal("", out)
    assert.truthy(err:find("^hecate: %(command line%):1: first"), err)
    assert.equal(1, code)
  end)

  it("does not read standard input after -e or -v", function()
    assert.equal("1\n", (hecate("-e 'print(1)'", "print(2)")))
    assert.truthy((hecate("-v", "print(2)")):find("^Hecate [%d.]+ [^\n]*Lua 5%.4[^\n]*\n$"))
  end)

  it("runs standard input, also as '-' with arguments", function()
    assert.equal("1\n", (hecate("", "print(1)")))
    assert.equal("a\tb\n", (hecate("- a b", "print(...)")))
    local _, err, code = hecate("-", "\nerror('here')")
    assert.truthy(err:find("^hecate: stdin:2: here"), err)
    assert.equal(1, code)
  end)

  it("ends the options at --", function()
    write("-e", "print('file -e', ...)")
    assert.equal("file -e\t-v\n", (hecate("-- -e -v")))
  end)

  it("honours LUA_INIT, and -E not", function()
    local saved = binary
    binary = "/usr/bin/env"
    local with = hecate("LUA_INIT='v = 5' " .. quote(saved) .. " -e 'print(v)'")
    local without = hecate("LUA_INIT='v = 5' " .. quote(saved) .. " -E -e 'print(v)'")
    binary = saved
    assert.equal("5\n", with)
    assert.equal("nil\n", without)
  end)

  it("lists its options and the version on request", function()
    local help, _, code = hecate("--help")
    assert.equal(0, code)
    for _, option in ipairs({"-e", "-l", "-i", "-v", "-E", "--"}) do
      assert.truthy(help:find(option, 1, true), option)
    end
    assert.equal((hecate("-v")), (hecate("--version")))
  end)

  it("-i reads on after the script, without prompts or escapes", function()
    write("c.lua", "x = 20")
    local out, err, code = hecate("-i c.lua", "x + 1\n= x\nx + 2;\nfor i = 1, 2 do\nprint(i)\nend\n")
    assert.equal("21\n20\n1\n2\n", out)
    assert.equal("", err)
    assert.equal(0, code)
  end)

  it("-i stays after a script that failed, with what it defined", function()
    write("c.lua", "x = 20\nerror('late')")
    local out, err = hecate("-i c.lua", "x")
    assert.equal("20\n", out)
    assert.truthy(err:find("c.lua:2: late", 1, true), err)
  end)

  it("-i reports errors and an unfinished end, and goes on", function()
    local out, err, code = hecate("-i", "x = 3\nerror('once')\ny = = 1\nx\nfor i = 1, 2 do\n")
    assert.equal("3\n", out)
    assert.truthy(err:find("^input%[2%]:1: once\n"), err)
    assert.truthy(err:find("input[3]:1: unexpected symbol near '='", 1, true), err)
    assert.truthy(err:find("near <eof>", 1, true), err)
    assert.equal(0, code)
  end)

  it("ends with 1 and a traceback when Ctrl-C stops a script", function()
    write("loop.lua", "io.open('started', 'w'):close()\nwhile true do end")
    write("stop.sh", ([[
rm -f started
set -m
%s loop.lua 2>errors &
for i in $(seq 500); do test -e started && break; sleep 0.02; done
kill -INT $!
wait $!
echo $?]]):format(quote(binary)))
    assert.equal("1\n", capture("cd " .. quote(folder) .. " && bash stop.sh 2>&1"))
    local errors = read("errors")
    assert.truthy(errors:find("interrupted\nstack traceback:\n", 1, true), errors)
    assert.truthy(errors:find("loop.lua:2: in main chunk", 1, true), errors)
  end)
end)

describe("values in the session", function()
  local function show(expression) return (hecate("-i", expression .. "\n")) end

  it("prints several results in one line, and nil", function()
    assert.equal("1\ta\tnil\n", show("1, 'a', nil"))
    assert.equal("nil\n", show("undefined_name"))
    assert.equal("", show("(function() end)()"))
  end)

  it("prints tables short, sorted, and cycle-safe", function()
    assert.equal("{}\n", show("{}"))
    assert.equal('{1, 2, "x", a = true, b = {c = 1}, ["d e"] = 2}\n',
      show("{1, 2, 'x', b = {c = 1}, a = true, ['d e'] = 2}"))
    assert.equal("{self = {...}, x = 1}\n",
      show("(function() local t = {x = 1} t.self = t return t end)()"))
    local deep = show("{{{{{{1}}}}}}")
    assert.truthy(deep:find("...", 1, true), deep)
    assert.falsy(deep:find("1", 1, true), deep)
  end)

  it("prints long tables within limits", function()
    local out = show("(function() local t = {} for i = 1, 1e5 do t[i] = i end return t end)()")
    assert.truthy(#out < 1000, #out)
    assert.truthy(out:find("more", 1, true), out)
  end)

  it("uses __tostring and survives one that fails", function()
    assert.equal("me\n", show("setmetatable({}, {__tostring = function() return 'me' end})"))
    local out, err = hecate("-i", "setmetatable({}, {__tostring = function() error('no') end})\n5\n")
    assert.equal("5\n", out)
    assert.truthy(err:find("no", 1, true), err)
  end)
end)

-- ---- in a terminal --------------------------------------------------------------

local terminal = {count = 0, running = false}

-- Each terminal has a socket of its own: a server that ends must not take the next
-- one with it.
local function tmux(command)
  return capture(("tmux -S %s/socket%d -f /dev/null %s 2>&1"):format(quote(folder),
    terminal.count, command))
end

local function open_terminal(command)
  terminal.count, terminal.running = terminal.count + 1, true
  tmux("new-session -d -x 100 -y 40 " .. quote(command))
end

local function close_terminal()
  if terminal.running then tmux("kill-server") end
  terminal.running = false
end

local function screen() return (tmux("capture-pane -p -J"):gsub("%s+$", "")) end

-- Waits until the screen satisfies a Lua pattern; returns the screen.
local function wait(pattern)
  local last = os.time() + deadline
  local text
  repeat
    text = screen()
    if text:find(pattern) then return text end
    os.execute("sleep 0.03")
  until os.time() > last
  error(("the screen does not show %q:\n%s"):format(pattern, text), 2)
end

local function keys(...)
  for _, key in ipairs({...}) do tmux("send-keys -- " .. quote(key)) end
end

-- Types without a key binding in between; tmux takes a last ';' for its own.
local function type_text(text)
  tmux("send-keys -l -- " .. quote((text:gsub(";$", "\\;"))))
end

local function enter(line)
  type_text(line)
  keys("Enter")
end

local function session_command(options)
  return ("cd %s; HECATE_HISTORY=%s/history INPUTRC=/dev/null %s %s; echo exit code $?; "
    .. "exec sleep 1000"):format(folder, folder, binary, options or "")
end

local function start(options)
  open_terminal(session_command(options))
  wait("\n> *$")
end

local in_terminal = it
if not os.execute("command -v tmux >/dev/null") then
  in_terminal = function(name) pending(name .. " (tmux is missing)") end
end

describe("the session in a terminal", function()
  before_each(function() os.remove(folder .. "/history") end)
  after_each(close_terminal)

  in_terminal("prints values without print, and = and ; as usual", function()
    start()
    enter("6 * 7")
    wait("> 6 %* 7\n42\n>$")
    enter("= 'eq'")
    wait("\neq\n>$")
    enter("'silent' .. 1;")
    wait("1;\n>$")
  end)

  in_terminal("says its name, continues incomplete lines and leaves by Ctrl-D", function()
    start()
    assert.truthy(screen():find("^Hecate [%d.]+"))
    enter("for i = 1, 2 do")
    wait("\n>>$")
    enter("print('i' .. i)")
    enter("end")
    wait("\ni1\ni2\n>$")
    enter("1 +")
    wait("\n>>$")
    enter("2")
    wait("\n3\n>$")
    wait("\n>$") -- until then the terminal would take it for itself
    keys("C-d")
    wait("exit code 0")
  end)

  in_terminal("shows errors with a traceback and keeps the state", function()
    start()
    enter("kept = 5")
    enter("error('boom')")
    wait("input%[2%]:1: boom\n>$")
    enter("x = = 1")
    wait("unexpected symbol near '='\n>$")
    enter("kept + 1")
    wait("\n6\n>$")
  end)

  in_terminal("returns from a loop by Ctrl-C with everything kept", function()
    start()
    enter("kept = 5")
    enter("count = 0 io.write('run', 'ning\\n') while true do count = count + 1 end")
    wait("\nrunning$")
    keys("C-c")
    wait("interrupted\n>$")
    enter("kept, count > 0")
    wait("\n5%s+true\n>$")
  end)

  in_terminal("Ctrl-C leaves loops in coroutines and loops of pcall", function()
    start()
    enter("coroutine.wrap(function() print('in' .. 'side') while true do end end)()")
    wait("\ninside$")
    keys("C-c")
    wait("interrupted.*\n>$")
    enter("print('see' .. 'n') while true do pcall(function() while true do end end) end")
    wait("\nseen$")
    local presses = 0 -- pcall swallows one; signals that come too fast are one
    repeat
      keys("C-c")
      os.execute("sleep 0.2")
      presses = presses + 1
    until presses == 20 or screen():find("seen.*interrupted")
    wait("seen.*interrupted.*\n>$")
    enter("'still ' .. 'here'")
    wait("\nstill here\n>$")
  end)

  in_terminal("returns from tensor work and from reads by Ctrl-C", function()
    start()
    enter("a = torch.ones(300, 300)")
    enter("b = a print('work' .. 'ing') while true do b = a:mm(a):exp() end")
    wait("\nworking$")
    keys("C-c")
    wait("interrupted\n>$")
    enter("a:sum():item(), b:size(1)")
    wait("\n90000.0%s+300\n>$")
    enter("print('wait' .. 'ing') return io.read()")
    wait("\nwaiting$")
    keys("C-c")
    wait("waiting.*interrupted\n>$")
    enter("a:size(2)")
    wait("\n300\n>$")
  end)

  in_terminal("clears the line and the pending block at Ctrl-C", function()
    start()
    type_text("garbage(")
    wait("garbage%($")
    keys("C-c")
    wait("garbage%(^?C?.*\n>$")
    enter("function f(")
    wait(">>$")
    keys("C-c")
    wait(">>[^\n]*\n>$")
    enter("1 + 1")
    wait("\n2\n>$")
  end)

  in_terminal("completes keywords, globals, fields and string keys", function()
    start()
    enter("config = {learning_rate = 0.5, nested = {value = 11}, ['odd key'] = 3}")
    for typed, completed in pairs({
      ["conf"] = "config",
      ["config.lea"] = "config.learning_rate",
      ["config.nested.v"] = "config.nested.value",
      ["1 + string.forma"] = "1 + string.format",
      ["whil"] = "while",
      ["config[\"odd"] = "config[\"odd key\"]",
    }) do
      type_text(typed)
      keys("Tab")
      wait("> " .. completed:gsub("%p", "%%%0") .. "$")
      keys("C-u")
      wait("\n>$")
    end
  end)

  in_terminal("completes methods along metatables and runs no __index", function()
    start()
    enter("ran = 0 A = {alpha = print} A.__index = A B = setmetatable({beta = print, b = 1}, A)")
    enter("o = setmetatable({}, {__index = B})")
    enter("p = setmetatable({}, {__index = function() ran = ran + 1 end})")
    for typed, completed in pairs({
      ["o:al"] = "o:alpha", ["o:b"] = "o:beta", ["p.q.r"] = "p.q.r",
      ["io.stdout:setv"] = "io.stdout:setvbuf", ["s = 'x' B.b"] = "s = 'x' B.b",
    }) do
      type_text(typed)
      keys("Tab", "Tab")
      wait(completed:gsub("%p", "%%%0"))
      keys("C-u")
      wait("\n>$")
    end
    enter("'ran ' .. ran")
    wait("\nran 0\n>$")
  end)

  in_terminal("completes methods of tensors and names that load at first use", function()
    start()
    enter("t = torch.zeros(2)")
    for typed, completed in pairs({
      ["t:resha"] = "t:reshape", ["t.shap"] = "t.shape", ["nn.Linea"] = "nn.Linear", ["opti"] = "optim",
    }) do
      type_text(typed)
      keys("Tab")
      wait("> " .. completed:gsub("%p", "%%%0") .. "$")
      keys("C-u")
      wait("\n>$")
    end
  end)

  in_terminal("completes modules after require and files in strings", function()
    write("module_for_tab.lua", "return 9")
    start()
    type_text('require "module_for')
    keys("Tab", "Enter")
    wait('module_for_tab"\n9')
    type_text('io.open("./module_for')
    keys("Tab")
    wait('%./module_for_tab%.lua"$')
  end)

  in_terminal("recalls blocks in the next session", function()
    start()
    enter("first = 'un' .. 'o'")
    enter("do")
    enter("print('blo' .. 'ck')")
    enter("end")
    wait("\nblock\n>$")
    wait("\n>$") -- until then the terminal would take it for itself
    keys("C-d")
    wait("exit code 0")
    close_terminal()
    start()
    keys("Up", "Enter")
    wait("\nblock\n>$")
    keys("Up", "Up", "Enter")
    enter("first")
    wait("\nuno\n>$")
  end)

  in_terminal("the arrows look for what begins like the line", function()
    start()
    enter("alpha = 'found' .. ' it'")
    enter("beta = 2")
    type_text("al")
    keys("Up")
    wait("> alpha = [^\n]*$")
    keys("Enter")
    enter("alpha")
    wait("\nfound it\n>$")
  end)

  in_terminal("sessions at the same time share the history", function()
    start()
    enter("first = 1")
    tmux("new-window " .. quote(session_command()))
    wait("^Hecate [^\n]*\n> *$")
    enter("second = 2")
    wait("\n>$") -- until then the terminal would take it for itself
    keys("C-d")
    wait("exit code 0")
    tmux("select-window -t :0")
    enter("third = 3")
    wait("\n>$") -- until then the terminal would take it for itself
    keys("C-d")
    wait("third = 3.*exit code 0")
    assert.equal("first = 1\nsecond = 2\nthird = 3\n", read("history"))
  end)

  in_terminal("keeps the history file within its limit", function()
    local old = {}
    for i = 1, 5000 do old[i] = "old = " .. i .. "\n" end
    write("history", table.concat(old))
    start()
    enter("new = 'a\\n'")
    wait("\n>$") -- until then the terminal would take it for itself
    keys("C-d")
    wait("exit code 0")
    local text = read("history")
    local _, blocks = text:gsub("\n", "")
    assert.truthy(blocks < 5000, blocks)
    assert.equal("old = 5000\nnew = 'a\\\\n'\n", text:match("[^\n]*\n[^\n]*\n$"))
  end)

  in_terminal("tells once of a history that cannot be kept and goes on", function()
    os.execute("mkdir " .. quote(folder .. "/history"))
    start()
    enter("1 + 1")
    enter("2 + 2")
    wait("\n4\n>$")
    local _, told = screen():gsub("history", "")
    close_terminal()
    os.execute("rmdir " .. quote(folder .. "/history"))
    assert.truthy(told >= 1 and told <= 2, told) -- the path has the word as well
  end)

  in_terminal("-i stays after a script that Ctrl-C stopped", function()
    write("train.lua", "steps = 3 print('star' .. 'ted') while true do end")
    open_terminal(("cd %s; HECATE_HISTORY= %s -i train.lua"):format(folder, binary))
    wait("started$")
    keys("C-c")
    wait("interrupted.*\n>$")
    enter("steps")
    wait("\n3\n>$")
  end)

  in_terminal("a paste of several lines is one block", function()
    write("paste", "function pasted()\n\treturn 'pas' .. 'ted'\nend")
    start()
    tmux("load-buffer " .. quote(folder .. "/paste"))
    tmux("paste-buffer -p")
    wait("\n>> end$")
    keys("Enter")
    enter("pasted()")
    wait("\npasted\n>$")
  end)
end)
