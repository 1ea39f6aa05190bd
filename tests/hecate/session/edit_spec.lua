-- Editing in the session: blocks of several lines, history, paste, resize, Ctrl-C. Keys go through
-- a real terminal (tmux); what is Lua alone is called as it is.
local block = require "hecate.session.block"
local terminal = dofile "tests/terminal.lua"

local folder, session

local function read(name)
  local file <close> = io.open(folder .. "/" .. name, "rb")
  return file and file:read "a"
end

local function write(name, text)
  local file <close> = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  return folder .. "/" .. name
end

setup(function() folder = terminal.capture "mktemp -d" end)
teardown(function() os.execute("rm -rf " .. terminal.quote(folder)) end)

-- ---- without a terminal ------------------------------------------------------------------------

describe("a block of Lua", function()
  it("is incomplete as long as Lua only misses more", function()
    for _, text in ipairs {"for i = 1, 2 do", "f(", "x = [[a", "= 1 +", "--[[", "x = 'a\\", "if a then\n  b()"} do
      assert.is_true(block.incomplete(text), text)
    end
    for _, text in ipairs {"1", "= 1", "x = 'abc", "x = = 1", "-- x", "%time x", "?x", "!ls", "", "  ", "x = 1\n",
      "f()"} do
      assert.is_false(block.incomplete(text), text)
    end
  end)

  --- The lines typed one after another, as a block.
  local function typed(lines)
    local text = ""
    for i, line in ipairs(lines) do
      text = text .. line
      if i == #lines then return block.finish(text) end
      local first, rest = block.newline(text, #text)
      text = text:sub(1, first - 1) .. rest
    end
  end

  it("is indented as it is typed", function()
    assert.equal([[
for i = 1, 2 do
  if x then
    print(i) -- do (
  elseif y then
    f(function()
      g("then {")
    end)
  else
    t = {
      a = 1,
    }
  end
  repeat
    x = x + 1
  until x > 3
end]], typed {"for i = 1, 2 do", "if x then", "print(i) -- do (", "elseif y then", "f(function()", 'g("then {")',
  "end)", "else",
      "t = {", "a = 1,", "}", "end", "repeat", "x = x + 1", "until x > 3", "end"})
  end)

  it("keeps the text of long strings as it is", function()
    assert.equal("x = [[\na\nend]]", typed {"x = [[", "a", "end]]"})
  end)

  it("keeps an indent that the user chose", function()
    local first, rest = block.newline("    x = 1", 9)
    assert.equal("    x = 1\n    ", ("    x = 1"):sub(1, first - 1) .. rest)
  end)
end)

describe("a paste", function()
  it("loses the prompts and results of a session", function()
    assert.equal("x = 1\nfor i = 1, 3 do\n  x = x + i\nend",
      block.clean "> x = 1\r\n> for i = 1, 3 do\r\n>>   x = x + i\r\n>> end\r\n6\r\n")
    assert.equal("x = 1\ny = 2\nz = 3", block.clean "hecate> x = 1\nhecate> y = 2\nz\nhecate> z = 3\n")
    assert.equal("for i in x:iter() do\n  f(i)", block.clean ">>> for i in x:iter() do\n...   f(i)\n")
    assert.equal("x = 1\nf(x)", block.clean "x = 1\n> f(x)\n2\n") -- selected from behind the first prompt
  end)

  it("is left alone where it is Lua as it stands", function()
    for _, text in ipairs {"x = a\n> b", "f(...)", "for i = 1, 2 do\n\tprint(i)\nend", "  x = 1\n  y = 2",
      "return 'a' .. '> b'"} do
      assert.equal(text, block.clean(text))
    end
  end)

  it("has no control characters and no broken UTF-8", function()
    assert.equal("red?? é漢\tx", block.clean "\27[31mred\27[0m\0\1\7\127\xff\xfe é漢\tx\n\n")
    assert.equal("a\nb\nc", block.clean "\n\n  \na\r\nb\rc\n \n")
    local bytes = {}
    for i = 1, 4000 do bytes[i] = string.char(i * 7919 % 256) end
    local text = block.clean(table.concat(bytes))
    assert.truthy(utf8.len(text))
    assert.falsy(text:find "[%z\1-\8\11-\31]")
  end)
end)

-- ---- in a terminal ------------------------------------------------------------------------------

local in_terminal = needs(terminal.available, "tmux")

--- Opens a session; those that a test leaves open are closed after it.
local open = {}
local function start(options)
  local t = terminal.open(folder, options)
  open[#open + 1] = t
  return t
end

local function before()
  os.remove(folder .. "/history")
end
local function after()
  for _, t in ipairs(open) do t:close() end
  open = {}
end

describe("a block in the terminal", function()
  before_each(before)
  after_each(after)

  in_terminal("grows by Enter, is indented, and is edited in all its lines", function()
    session = start()
    session:enter "for i = 1, 2 do"
    session:wait "\n>>$"
    session:enter "print('n' .. i)"
    session:wait "\n>>   print[^\n]*\n>>$" -- what comes at once with Enter is not indented
    session:type "end"
    session:wait "\n> for i = 1, 2 do\n>>   print%('n' .. i%)\n>>   end$"
    session:keys("Up", "Up", "End", "BSpace", "BSpace", "BSpace", "BSpace")
    session:type "3 do"
    session:wait "> for i = 1, 3 do"
    session:keys "Enter"
    session:wait "\n>> end\nn1\nn2\nn3\n>$"
  end)

  in_terminal("Home, End, Ctrl-K and Ctrl-U stay in the line, Meta-Enter makes one", function()
    session = start()
    session:type "a = 1"
    session:keys "M-Enter"
    session:type "b = 22"
    session:keys "M-Enter"
    session:type "c = 3"
    session:wait "\n>> c = 3$"
    session:keys("Up", "Home", "Right", "C-k")
    session:type " = 20"
    session:wait "\n>> b = 20\n>> c = 3$"
    session:keys("Up", "End", "C-u")
    session:type "a = 10"
    session:keys "Enter"
    session:wait "\n>$"
    session:enter "a, b, c"
    session:wait "\n10%s+20%s+3\n>$"
  end)

  in_terminal("an error in the syntax is accepted and told", function()
    session = start()
    session:enter "for i = = 1"
    session:wait "unexpected symbol near '='\n>$"
  end)

  in_terminal("is recalled as a whole, and the arrows go through it", function()
    session = start()
    session:enter "first = 1"
    session:enter "do"
    session:wait "\n>>$"
    session:enter "second = 2"
    session:enter "end"
    session:wait ">> end\n>$"
    session:keys "Up"
    session:wait "> do\n>>   second = 2\n>> end\n> do\n>>   second = 2\n>> end$"
    session:keys("Down", "End")
    session:type "2"
    session:keys "Enter"
    session:enter "second"
    session:wait "\n22\n>$"
    session:keys("Up", "Up", "Up", "Up")
    session:wait "\n> first = 1$"
    session:keys("Down", "Down")
    session:wait "\n> do\n>>   second = 22\n>> end$"
  end)

  in_terminal("is found by its beginning and by Ctrl-R", function()
    session = start()
    session:enter "do local alpha = 'one'"
    session:wait "\n>>$"
    session:enter "print(alpha .. ' found') end"
    session:wait "one found\n>$"
    session:enter "beta = 2"
    session:wait "beta = 2\n>$"
    session:type "do"
    session:keys "Up"
    session:wait "> do local alpha = 'one'\n>>   print%(alpha .. ' found'%) end$"
    session:keys "C-c"
    session:wait "%^C\n>$"
    session:keys "C-r"
    session:type "alpha"
    session:wait "reverse%-i%-search[^\n]*alpha[^\n]*\n>>   print"
    session:keys "Enter"
    session:wait "\none found\n>$"
  end)

  in_terminal("goes by Ctrl-C, and from a search as well", function()
    session = start()
    session:enter "function f("
    session:wait "\n>>$"
    session:keys "C-c"
    session:wait "%^C\n>$"
    session:keys "C-r"
    session:type "zzz"
    session:keys "C-c"
    session:wait "%^C\n>$"
    session:keys("C-c", "C-c")
    session:enter "40 + 2"
    session:wait "\n42\n>$"
    session:keys "C-d"
    session:wait "exit code 0"
  end)

  in_terminal("stays in order when the window changes", function()
    session = start {width = 60, height = 20}
    session:enter "do local text ="
    session:wait "\n>>$"
    session:type("'" .. ("wide "):rep(14) .. "漢字'")
    session:wait "\n>> +'wide [^\n]*\n[^\n]*漢字'$"
    -- tmux moves the text by itself. That the session has drawn it anew as well shows in a letter that is typed then.
    session:resize(40, 20)
    session:type "x"
    session:wait "> do local text =\n>>   '[wide ]+\n[wide ]+漢字\n'x$" -- of 80 columns to the quote
    session:keys "BSpace"
    session:wait "漢字\n'$"
    session:resize(100, 20)
    session:type " print(#text) end"
    session:wait "> do local text =\n>> +'[wide ]+漢字' print%(#text%) end$"
    session:keys "Enter"
    session:wait "\n76\n>$"
  end)

  in_terminal("leaves no second copy behind when a window of tmux gets narrow and wide again", function()
    session = start {width = 80, height = 14}
    session:paste("function f(" .. ("a"):rep(60) .. ")\n  return " .. ("b"):rep(65) .. "\nend")
    session:wait "\n>> end$"
    session:resize(30, 14)
    session:type "x"
    session:wait "\nb+\n>> endx$"
    session:keys "BSpace"
    session:wait "\nb+\n>> end$"
    session:resize(80, 14)
    session:type "x"
    session:wait "\n>>   return b+\n>> endx$"
    session:keys "BSpace"
    local text = session:wait "\n>>   return b+\n>> end$"
    assert.equal(1, select(2, text:gsub(">> end", "")), text)
  end)

  in_terminal("is read line by line where the terminal can do no more", function()
    session = start {environment = "TERM=dumb"}
    session:enter "for i = 7, 8 do"
    session:wait "^[^\n]*\n[^\n]*\n> for i = 7, 8 do\n>>$"
    session:enter "print(i)"
    session:enter "end"
    session:wait "\n>> print%(i%)\n>> end\n7\n8\n>$"
  end)

  in_terminal("may be taller than the window", function()
    session = start {width = 60, height = 10}
    local lines = {"do"}
    for i = 1, 40 do lines[#lines + 1] = ("  v%d = %d"):format(i, i) end
    session:paste(table.concat(lines, "\n") .. "\nprint(v1 + v40) end\n")
    session:wait "v40 = 40\n>> print%(v1 %+ v40%) end$"
    for _ = 1, 41 do session:keys "Up" end
    session:wait "> do\n>>   v1 = 1\n"
    session:keys("Down", "End")
    session:type "00"
    session:keys "Enter"
    session:wait "v40 = 40\n>> print%(v1 %+ v40%) end\n140\n>$"
  end)
end)

describe("a paste in the terminal", function()
  before_each(before)
  after_each(after)

  in_terminal("is one block without prompts, run by Enter", function()
    session = start()
    session:paste "> local s = 0\n> for i = 1, 3 do\n>>   s = s + i\n>> end print('sum ' .. s)\nsum 6\n"
    session:wait "\n> local s = 0\n>> for i = 1, 3 do\n>>   s = s %+ i\n>> end print%('sum ' .. s%)$"
    session:keys "Enter"
    session:wait "\nsum 6\n>$"
  end)

  in_terminal("does no harm, whatever bytes it has", function()
    session = start()
    local bytes = {}
    for i = 1, 2000 do bytes[i] = string.char(i * 7919 % 256) end -- Ctrl-C, -D, -Z and -\ among them
    session:paste("x" .. table.concat(bytes):gsub("%z", "") .. "\3\3\26\28\4done")
    session:wait "done$"
    session:keys "C-c"
    session:wait "%^C\n>$"
    session:enter "6 * 7"
    session:wait "\n42\n>$"
  end)

  in_terminal("without marks is taken line by line", function()
    session = start()
    write("plain", "for i = 1, 2 do\n  print('p' .. i)\nend\n")
    session:tmux("load-buffer %s", terminal.quote(folder .. "/plain"))
    session:tmux "paste-buffer"
    session:wait "\np1\np2\n>$"
  end)
end)

describe("the user's inputrc", function()
  before_each(before)
  after_each(after)

  in_terminal("binds keys anew and cannot take the blocks apart", function()
    write("inputrc", '"\\e[A": previous-history\n"\\C-t": beginning-of-line\n"\\C-xu": history-search-backward\n' ..
      'set editing-mode emacs\n')
    session = start {environment = "INPUTRC=" .. folder .. "/inputrc"}
    session:enter "do"
    session:wait "\n>>$"
    session:enter "x = 5"
    session:wait "\n>>$"
    session:type "end"
    session:keys("Up", "C-t")
    session:type "y = 6;"
    session:wait "\n>> y = 6;  x = 5"
    session:keys "Enter"
    session:wait "\n>$"
    session:type "do"
    session:keys("C-x", "u")
    session:wait "\n> do\n>> y = 6;  x = 5\n>> end$"
    session:keys "C-c"
    session:enter "x + y"
    session:wait "\n11\n>$"
  end)
end)

describe("the history", function()
  before_each(before)
  after_each(after)

  in_terminal("of sessions at the same time loses nothing", function()
    local one, two = start(), start()
    for i = 1, 3 do
      one:enter(("one = %d"):format(i))
      two:enter(("two = %d"):format(i))
      two:wait(("two = %d\n>$"):format(i))
    end
    one:wait "one = 3\n>$"
    one:enter "do"
    one:enter "end"
    one:wait "\n>> end\n>$"
    local lines, counts = read "history", {one = 0, two = 0}
    for name in lines:gmatch "(%a+) = %d\n" do counts[name] = counts[name] + 1 end
    assert.same({one = 3, two = 3}, counts)
    assert.truthy(lines:find("do\\nend\n", 1, true), lines)
    local three = start()
    three:type "tw"
    three:keys "Up"
    three:wait "> two = 3$"
  end)

  in_terminal("is off where HECATE_HISTORY is empty", function()
    session = start {environment = "HECATE_HISTORY="}
    session:enter "kept = 1"
    session:wait "kept = 1\n>$"
    session:keys "C-d"
    session:wait "exit code 0"
    assert.falsy(read "history")
  end)

  in_terminal("that cannot be written is told of once", function()
    session = start {environment = "HECATE_HISTORY=/dev/null/history"}
    session:enter "a = 1"
    session:enter "b = 2"
    session:enter "'still ' .. 'here'"
    local text = session:wait "\nstill here\n>$"
    assert.equal(1, select(2, text:gsub("the history is not saved", "")))
  end)
end)
