--- Every slip of the table is answered in one line, with the file, the line and what to write instead.
local program = dofile "tests/hecate/program.lua"
local syntax = require "hecate.syntax"
teardown(program.remove)

local slips = {}
for _, name in ipairs {"syntax", "calls", "newcomers", "newcomers2", "newcomers3", "newcomers4"} do
  for _, slip in ipairs(dofile("tests/hecate/slips/" .. name .. ".lua")) do slips[#slips + 1] = slip end
end

--- The first line that a program writes to the standard error, but for warnings, and the rest.
local function told(code)
  program.write("slip.lua", code .. "\n")
  local _, errors = program.hecate("slip.lua")
  return ("\n" .. errors):gsub("\nwarning: [^\n]*", ""):match "^\nhecate: slip%.lua:([^\n]*)\n?(.*)$"
end

describe("a slip", function()
  for _, slip in ipairs(slips) do
    it("is answered: " .. slip[1]:gsub("\n", "; "):sub(1, 70), function()
      local first, rest = told(slip[1])
      assert.equal(slip[2], first)
      local line = tonumber(slip[2]:match "^%d+")
      local _, lines = (slip[1] .. "\n"):gsub("\n", "")
      assert.is_true(line <= lines + 1) -- of the program, or behind it
      assert.truthy(rest == "" or rest:find "^stack traceback:" or rest:find "^\t", rest)
    end)
  end

  it("is one of many", function() assert.is_true(#slips > 300) end)

  it("is answered in the session, in -e, on standard input and in modules", function()
    assert.equal("input[1]:1: unexpected symbol near '&'; write and for &&\n",
      select(2, program.hecate("-i", "x = a && b\n")))
    assert.equal("input[2]:1: forward: called with a dot; write net:forward(…), with a colon\n",
      select(2, program.hecate("-i", "net = nn.Linear(1, 1)\nnet.forward(torch.ones(1, 1))\n")))
    assert.matches("^hecate: %(command line%):1: syntax error near '%+'; write a = a %+ 1", select(2,
      program.hecate("-e 'a += 1'")))
    assert.matches("^hecate: stdin:2: syntax error near 'torch'; Lua has no import", select(2,
      program.hecate("-", "#!/usr/bin/hecate\nimport torch")))
    program.write("slipped.lua", "x = 1\nx += 2\n")
    program.write("main.lua", "require 'slipped'")
    assert.matches("slipped.lua:2: syntax error near '%+'; write x = x %+ 2", select(2, program.hecate("main.lua")))
  end)

  it("is not seen where a program is only unfinished, or wrong in Lua's own way", function()
    for _, code in ipairs {"f(", "x = ", "for i = 1, 3 do", "x = }", "local function", "if x then", "return 1 2",
      "x = 'open", "goto nowhere", "local x <nothing> = 1"} do
      local _, message = load(code, "=x")
      assert.equal(message, syntax.explain(message, nil, code))
    end
  end)

  it("is told of a file that is no program", function()
    program.write("model.pt", "PK\3\4" .. ("\0"):rep(22) .. string.pack("<I2I2", 16, 0) .. "archive/data.pkl" .. "\0\0")
    assert.matches("^hecate: model.pt: expected a program in Lua, got a zip file of torch.save of PyTorch\n", select(2,
      program.hecate("model.pt")))
  end)
end)

describe("a tensor of one element", function()
  it("is joined to texts as its number", function()
    assert.equal("loss 0.3", "loss " .. torch.tensor(0.3))
    assert.equal("0.3 is it", torch.tensor(0.3) .. " is it")
    assert.equal("30.5", torch.tensor(3) .. torch.tensor(0.5))
    assert.equal("x 0.1", "x " .. torch.tensor({{0.1}}, {dtype = "float64", requires_grad = true}))
    assert.equal("x 16777217", "x " .. torch.tensor(16777217))
    assert.equal("x 0.10000002", "x " .. torch.tensor(0.10000002))
    for _, dtype in ipairs {"float64", "float32", "float16", "bfloat16"} do
      assert.equal("-3.0 1e+20 inf", torch.tensor(-3, {dtype = dtype}) .. " " .. torch.tensor(1e20) .. " "
        .. torch.tensor(math.huge, {dtype = dtype})) -- as Lua writes floats
    end
    assert.equal("x true inf", "x " .. torch.tensor(true) .. " " .. torch.tensor(math.huge))
    for value, why in pairs {[torch.ones(2)] = "got a tensor float32 %(2%); write tostring%(x%)",
      [torch.empty(0)] = "got a tensor float32 %(0%); write"} do
      local ok, message = pcall(function() return "x " .. value end)
      assert.is_false(ok)
      assert.matches("slips_spec.lua:%d+: ..: only a tensor of one element is a text, " .. why, message)
    end
    assert.has_error(function() return torch.tensor(1) .. {} end)
  end)

  it("is compared with a number; others are told what to write", function()
    assert.is_true(torch.tensor(0.6) > 0.5)
    local x = torch.ones(2)
    for _, case in ipairs {{function() return x > 0.5 end, "x:gt(0.5)"}, {function() return x < 0.5 end, "x:lt(0.5)"},
      {function() return x >= 2 end, "x:ge(2)"}, {function() return 0.5 >= x end, "x:le(0.5)"},
      {function() return x < x end, "x:lt(y) or y:gt(x)"}, {function() return x <= x end, "x:le(y) or y:ge(x)"}} do
      local ok, message = pcall(case[1])
      assert.is_false(ok)
      assert.truthy(message:find("write " .. case[2] .. " to compare element by element", 1, true), message)
    end
  end)
end)

describe("a method called with a dot", function()
  it("says so, and computes nothing of its first argument", function()
    local x = torch.ones(2)
    for name, call in pairs {sum = function() return x.sum(1) end, add_ = function() return x.add_(1) end,
      max = function() return x.max(1) end, size = function() return x.size() end} do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.matches(("methods are called with a colon: x:%s%%(…%%)$"):format(name), message)
    end
    assert.equal(2, x.sum(x):item()) -- given its tensor, it is a function as any other
  end)
end)
