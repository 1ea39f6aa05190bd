--- What a program says that Lua runs without a word, and that is surely not meant, is told before the program runs.
local program = dofile "tests/hecate/program.lua"
local lint = require "hecate.lint"
teardown(program.remove)

--- The warnings of a program, one a line: "LINE: TEXT".
local function told(text, env)
  local list = {}
  for i, warning in ipairs(lint.warnings(text, env)) do list[i] = ("%d: %s"):format(warning.line, warning.text) end
  return table.concat(list, "\n")
end

describe("a program that does not do what it says", function()
  for _, case in ipairs(dofile "tests/hecate/slips/silent.lua") do
    it("is warned of: " .. case[1]:gsub("\n", "; "):sub(1, 70), function() assert.equal(case[2], told(case[1])) end)
  end
end)

describe("a program that may mean what it says", function()
  for _, text in ipairs {
    "local x = torch.zeros(3)\nx = x:add(1)\nx:add_(1)\nprint(x:add(1))",
    "local x = torch.zeros(3)\nx:backward()\nx:requires_grad_()\nx:item()",
    "local set = Set()\nset:add(1)\nnet:to('cpu')\nlocal model = nn.Linear(1, 1)\nmodel:to('cpu')\nmodel:float()",
    "local x = torch.zeros(3)\nlocal function f(x)\n  x:add(1)\nend\nf(3)",
    "local x = torch.zeros(3)\nx = x:tolist()\nif x == 1 then print(x) end\nx:add(1)",
    "local t = os.clock()\nlocal x = torch.zeros(3)\nfor _ = 1, 9 do\n  x:add(1)\nend\nprint(os.clock() - t)",
    "local y = torch.zeros(3)\ntorch.add(y, 1, {out = y})",
    "local x = torch.zeros(3)\nif x == nil or x:size(1) == 3 or #x == 3 or x:item() == 0 then x = nil end",
    "local x, y = torch.zeros(3), torch.zeros(3)\nif x == y then print(x == y) end",
    "local x = torch.zeros(3)\nif x:gt(0):any():item() then print(x) end\nif torch.equal(x, x) then print(x) end",
    "local x = torch.zeros(3)\nlocal mask = x ~= nil and x:ne(1) or torch.ones(3)",
    "local best, at = torch.max(x, 2)\nprint(x:max(2):sum(), select(2, x:max(2)), math.max(1, 2), list:sort()[1])",
    "local x = torch.zeros(3)\nlocal f = x.sum\nprint(pcall(x.sum, x), row.item, x.T, x.grad, x.shape)",
    "local n, c = table.unpack(x.shape)\nlocal h, w = x.shape[1], x.shape[2]\nlocal a, b = grid:size()",
    "gnuplot.title('x')\nlocal gnuplot = {title = print}\ngnuplot.title = 'x'",
    "config.train = true\nlocal options = {eval = false}\noptions.eval = true",
    "if torch.cuda.is_available() then print(1) end\nlocal is_available = torch.cuda.is_available",
    "print [[\nx:add(1)\n]] -- local x = torch.zeros(3)",
    "function (", "x = = 3", "", "((((", "local", "for", "x:", "torch.max(x)[1", "local x = torch.zeros(3) x:add(1",
  } do
    it("is not: " .. text:gsub("\n", "; "):sub(1, 70), function() assert.equal("", told(text)) end)
  end

  it("is every program of Hecate", function()
    local list = assert(io.popen "ls scripts/*.lua scripts/examples/*.lua lib/*.lua lib/*/*.lua lib/*/*/*.lua")
    local n = 0
    for path in list:lines() do
      local file = assert(io.open(path, "rb"))
      assert.equal("", told(file:read "a"), path)
      file:close()
      n = n + 1
    end
    list:close()
    assert.is_true(n > 400)
  end)
end)

describe("a warning of a program", function()
  local TEXT <const> = "local x = torch.zeros(2)\nx:fill(3)\n"
  local SAID <const> = ":2: x:fill gives a new tensor, which is dropped: write x:fill_(…), or x = x:fill(…)\n"

  it("comes before it runs, with its place: of a file, of -e, of standard input", function()
    program.write("silent.lua", TEXT .. "io.stderr:write 'ran'")
    assert.equal("warning: silent.lua" .. SAID .. "ran", select(2, program.hecate("silent.lua")))
    assert.equal("warning: (command line)" .. SAID, select(2, program.hecate("-e '" .. TEXT .. "'")))
    assert.equal("warning: stdin" .. SAID, select(2, program.hecate("-", TEXT)))
  end)

  it("is turned off by HECATE_STRICT=0", function()
    program.write("silent.lua", TEXT)
    local out = assert(io.popen(("cd %s && HECATE_STRICT=0 %s silent.lua 2>&1"):format(program.folder, program.binary)))
    assert.equal("", out:read "a")
    out:close()
  end)

  it("is told of inputs of the session, which knows its tensors, and shows what an input gives", function()
    local _, errors = program.hecate("-i", "y = torch.ones(2)\nnet = nn.Linear(1, 1)\ny:fill(3)\n"
      .. "if y == 1 then print(1) end\nnet.eval = true\n")
    assert.equal("warning: input[4]:1: y is a tensor, which no number equals: write y:item() == …, or y:eq(…) for "
      .. "each element\nwarning: input[5]:1: net.eval is a method: write net:eval()\n", errors)
  end)
end)
