--- The session in a real terminal (tmux, on a private socket). Screens are polled with a deadline.
local program = dofile "tests/hecate/program.lua"
local binary, folder, quote = program.binary, program.folder, program.quote
local capture, write, read = program.capture, program.write, program.read

teardown(program.remove)

local deadline = tonumber(os.getenv("HECATE_TEST_DEADLINE")) or 60 -- seconds

local terminal = {count = 0, running = false}

-- Each terminal has a socket of its own: a server that ends must not take the next
-- one with it.
local function tmux(command)
  return capture(("tmux -S %s/socket%d -f /dev/null %s 2>&1"):format(quote(folder),
    terminal.count, command))
end

local function open_terminal(command, width)
  terminal.count, terminal.running = terminal.count + 1, true
  tmux(("new-session -d -x %d -y 40 "):format(width or 100) .. quote(command))
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

-- What Tab makes of each beginning of a line.
local function expect_completed(cases)
  for typed, completed in pairs(cases) do
    type_text(typed)
    keys("Tab")
    wait("> " .. completed:gsub("%p", "%%%0") .. "$")
    keys("C-u")
    wait("\n>$")
  end
end

local function session_command(options)
  return ("cd %s; NO_COLOR=1 HECATE_HISTORY=%s/history INPUTRC=/dev/null %s %s; echo exit code $?; "
    .. "exec sleep 1000"):format(folder, folder, binary, options or "")
end

local function start(options)
  open_terminal(session_command(options))
  wait("\n> *$")
end

local in_terminal = needs(os.execute "command -v tmux >/dev/null", "tmux")

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

  in_terminal("begins with version, devices, threads and where help is", function()
    start()
    assert.matches("^Hecate [%d.]+ %(Lua [%d.]+%), cpu[^\n]*, %d+ threads?\n"
      .. "%?name, %?torch or %?nn for help, %%%? for commands, exit to leave\n> *$", screen())
    close_terminal()
    open_terminal(session_command(), 40)
    wait("for help,[^\n]*\n[^\n]*commands, exit to leave\n>$")
  end)

  in_terminal("prints tensors as wide as the window", function()
    start()
    enter("torch.zeros(30)")
    wait("\ntensor[^\n]+0%., 0%.,\n        0[^\n]+%)\n>$")
    assert.truthy(#screen():match("\n(tensor[^\n]+)") > 90)
    tmux("resize-window -x 60 -y 40")
    enter("print(torch.zeros(1001))")
    wait("%.%.%., 0%., 0%., 0%.}, size=%(1001%),\n       dtype=torch.float32%)\n>$")
  end)

  in_terminal("is left by exit, quit, exit() and quit()", function()
    for _, word in ipairs {"exit", "quit", "exit()", "quit()", "if true then exit() end"} do
      start()
      enter(word)
      wait("exit code 0")
      close_terminal()
    end
    start()
    enter("exit(7)")
    wait("exit code 7")
    close_terminal()
    start()
    enter("exit = 5 quit = function() return 'mi' .. 'ne' end")
    enter("exit")
    wait("\n5\n>$")
    enter("quit()")
    wait("\nmine\n>$")
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
    expect_completed {
      ["conf"] = "config",
      ["config.lea"] = "config.learning_rate",
      ["config.nested.v"] = "config.nested.value",
      ["1 + string.forma"] = "1 + string.format",
      ["whil"] = "while",
      ["config[\"odd"] = "config[\"odd key\"]",
    }
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
    expect_completed {
      ["t:resha"] = "t:reshape", ["t.shap"] = "t.shape", ["nn.Linea"] = "nn.Linear", ["opti"] = "optim",
    }
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
    wait("^Hecate [^\n]*\n%?name[^\n]*\n> *$")
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
