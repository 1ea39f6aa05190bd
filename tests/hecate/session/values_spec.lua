-- What the session shows and keeps: values, the last results, locals of inputs.
local torch = require "torch"
local Session = require "hecate.session"

--- A session with globals of its own, and what it wrote.
local function new(options)
  local out = {}
  local s
  options = options or {}
  options.env = options.env or setmetatable({}, {__index = _G})
  options.write = function(text) out[#out + 1] = text end
  options.write_error = function(text) out[#out + 1] = "! " .. text end
  s = Session.new(options)
  --- Runs inputs; returns what they wrote.
  return s, function(...)
    out = {}
    for _, text in ipairs {...} do s:run(text) end
    return (table.concat(out):gsub("\n$", ""))
  end
end

describe("an input", function()
  local s, run
  before_each(function() s, run = new() end)

  it("is an expression if it can be, else statements", function()
    assert.equal("42", run "6 * 7")
    assert.equal("1\ta\tnil", run "1, 'a', nil")
    assert.equal("", run "x = 5")
    assert.equal("5", run "= x")
    assert.equal("6", run "return x + 1")
    assert.equal("", run "(function() end)()")
    assert.equal("", run "")
    assert.equal("3", run "-- a comment\n3")
  end)

  it("may end with an expression behind a ;", function()
    assert.equal("complete", s:is_complete "y = 2; y")
    assert.equal("2\t4", run "y = 2; y, y * 2 -- ; of a comment")
    assert.equal("6", run "local z = 6; math.max(z, 5)")
    assert.equal("6", run "z")
    assert.equal("", run "y = function() local a = 1; return a end")
    assert.equal("", run "y = {1; 2}; for i = 1, 2 do y[1] = i; y[2] = i end")
    assert.equal("incomplete", s:is_complete "if y then y = 2; y")
    assert.equal("", run "y = 2; y = 3;")
  end)

  it("is silenced by ; at its end", function()
    assert.equal("", run "x = 1; return x;")
    assert.equal("", run "'text'; ")
    assert.equal("", run("9;"))
    assert.is_nil(s.env.ans)
  end)

  it("may be several, on lines of their own, as what is copied from a session", function()
    assert.equal("complete", s:is_complete "y = 1\nfor i = 1, 2 do\n  y = y + i\nend\ny")
    assert.equal("1\n4\na", run "y = 1\ny\nfor i = 1, 2 do\n  y = y + i\nend\ny\n\n'a'\n")
    assert.equal("7", run "local z = 7\nz")
    assert.equal("incomplete", s:is_complete "y = 1\nif y then")
    assert.equal("incomplete", s:is_complete "y = 1\nz =")
    assert.equal("invalid", s:is_complete "y = 1\nz = = 2")
    assert.equal("1\n! input[10]:1: boom", run "y = 1\ny\nerror 'boom'\ny = 2")
    assert.equal(1, s.env.y)
  end)

  it("is complete, incomplete or invalid", function()
    for text, expected in pairs {
      ["1 + 1"] = "complete", ["x = 1"] = "complete", [""] = "complete", ["for i = 1, 2 do"] = "incomplete",
      ["1 +"] = "incomplete", ["f("] = "incomplete", ["x = [["] = "incomplete", ["x = = 1"] = "invalid",
      ["= 1 +"] = "incomplete", ["= x = 1"] = "invalid", ["'open"] = "invalid",
      ["%time for i = 1, 2 do"] = "incomplete",
      ["%time for i = 1, 2 do end"] = "complete", ["%pwd"] = "complete", ["!ls ("] = "complete",
      ["?torch.sum"] = "complete",
      ["torch.sum?"] = "complete", ["x = !ls"] = "complete", ["--[["] = "incomplete",
    } do assert.equal(expected, s:is_complete(text), text) end
  end)

  it("returns its results and its error to who runs it", function()
    local result = s:execute "1, nil, 3"
    assert.same({n = 3, [1] = 1, [3] = 3}, result.results)
    assert.is_true(result.ok)
    assert.is_false(result.silent)
    result = s:execute "error('boom')"
    assert.is_false(result.ok)
    assert.equal("input[2]:1: boom", result.error)
    assert.equal("string", type(result.report))
    assert.equal("table", type(result.traceback))
  end)

  it("shows and remembers nothing when it is to be silent", function()
    assert.is_true(s:execute("5", {silent = true}).silent)
    assert.is_nil(s.env.ans)
    assert.equal(0, s.count)
  end)

  it("leaves its locals behind as globals", function()
    run "local a, b = 1, 2\nlocal function f() return a + b end\ndo local inner = 1 end"
    assert.equal("1\t2\t3\tnil", run "a, b, f(), inner or nil")
    run "local late = 7 error 'no'"
    assert.equal("7", run "late")
    run "local r = 4 return r"
    assert.equal("4", run "r")
    assert.is_nil(rawget(s.env, "__locals"))
  end)
end)

describe("a value", function()
  local s, run = new()

  it("appears as Lua writes it; strings are quoted in tables", function()
    assert.equal("1\t1.0\t-0.0\tinf\ttrue\tnil\ta\"b", run "1, 1.0, -0.0, 1/0, true, nil, 'a\"b'")
    assert.equal([[{"a\"b", "\n\t\000\\"}]], run [[{'a"b', "\n\t\0\\"}]])
    assert.equal('{"\\255"}', run [[{"\xff"}]])
    assert.equal('{"é"}', run '{"é"}')
  end)

  it("appears with sorted keys", function()
    assert.equal('{1, 2, "x", a = true, b = {c = 1}, ["d e"] = 2}',
      run "{1, 2, 'x', b = {c = 1}, a = true, ['d e'] = 2}")
    assert.equal('{[-1] = 1, [0] = 2, [2.5] = 3, z = 4, [false] = 6, [true] = 5}',
      run "{[true] = 5, [false] = 6, z = 4, [2.5] = 3, [0] = 2, [-1] = 1}")
    assert.equal("{}", run "{}")
    assert.equal("{[2] = 1}", run "{nil, 1}")
    assert.equal('{["end"] = 1, ended = 2}', run "{['end'] = 1, ended = 2}")
    assert.equal("{[tensor float32 (2×2)] = 1}", run "{[torch.zeros(2, 2)] = 1}")
  end)

  it("may hold itself and be deep", function()
    assert.equal("{self = {...}, x = 1}", run "(function() local t = {x = 1} t.self = t return t end)()")
    assert.equal("{{1}, {1}}", run "(function() local t = {1} return {t, t} end)()")
    assert.equal("{{{{{1}}}}}", run "{{{{{1}}}}}")
    assert.equal("{{{{{{...}}}}}}", run "{{{{{{1}}}}}}")
    assert.is_true(#run "(function() local t = {} for i = 1, 1e4 do t = {t} end return t end)()" < 100)
  end)

  it("is limited in its items and its width", function()
    local out = run "(function() local t = {} for i = 1, 1e5 do t[i] = i end return t end)()"
    assert.matches("1, 2, 3,", out)
    assert.matches("%.%.%. 99970 more\n}$", out)
    out = run "(function() local t = {} for i = 1, 1e5 do t['k' .. i] = i end return t end)()"
    assert.matches("k1 = 1,\n  k10 = 10,\n  k100 = 100,", out)
    assert.matches("%.%.%. 99970 more\n}$", out)
    for line in run "{('x'):rep(60), ('y'):rep(60), n = {('z'):rep(70), 1}}":gmatch "[^\n]+" do
      assert.is_true(#line <= 80, line)
    end
    assert.equal('{"' .. ("x"):rep(200) .. '"...}', (run "{('x'):rep(1e6)}":gsub("\n%s*", "")))
  end)

  it("runs nothing but __tostring", function()
    assert.equal("me", run "setmetatable({}, {__tostring = function() return 'me' end})")
    assert.equal("{me}", run "{setmetatable({}, {__tostring = function() return 'me' end})}")
    assert.equal("{1}", run "setmetatable({1}, {__index = error, __pairs = error, __len = error, __eq = error})")
    assert.matches("^! .*no", run "setmetatable({}, {__tostring = function() error('no') end})")
    assert.equal("5", run "5")
  end)

  it("is a function with its parameters and place", function()
    run "function f(a, b, ...) end"
    assert.equal(("function(a, b, ...) <input[%d]:1>"):format(s.count), run "f")
    assert.equal("{f = function(a, b, ...), g = function}", run "{f = f, g = print}")
    assert.matches("^function", run "torch.sum")
  end)

  it("is a module as PyTorch prints it, a tensor, a shape", function()
    assert.equal("Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=true)\n  (1): ReLU()\n)",
      run "nn.Sequential(nn.Linear(2, 3), nn.ReLU())")
    assert.equal("torch.Size({2, 3})", run "torch.zeros(2, 3).shape")
    assert.equal("{x = tensor float32 (2×3), y = tensor({1, 2})}",
      run "{x = torch.zeros(2, 3), y = torch.tensor({1, 2})}")
    assert.equal("torch.float32\tcpu", run "torch.float32, torch.zeros(1).device")
  end)

  it("of a milliard elements appears at once", function()
    local start = os.clock()
    assert.matches("^tensor%({0%.", run "torch.zeros(1):expand(1000000000)")
    assert.is_true(os.clock() - start < 2)
  end)

  it("has colours only when they are wanted", function()
    assert.falsy(run "{1, 'x', true}":find("\27", 1, true))
    local _, colored = new {color = true}
    local out = colored "{1, 'x', true}"
    assert.matches("\27%[32m\"x\"\27%[0m", out)
    assert.equal('{1, "x", true}', (out:gsub("\27%[[%d;]*m", "")))
  end)
end)

describe("the last results", function()
  local s, run
  before_each(function() s, run = new() end)

  it("are ans and _1 to _9", function()
    run "11"
    run "22, 'second'"
    run "x = 5"
    assert.equal("22\t22\t11", run "ans, _1, _2")
    for i = 1, 12 do run(tostring(i)) end
    assert.equal("12\t4\tnil", run "_1, _9, _10 or nil")
  end)

  it("serve the next input, however large they are", function()
    run "torch.zeros(5000000)"
    assert.equal("5000000", run "ans:numel()")
    assert.equal("5000000", run "_2:numel()")
  end)

  it("do not keep large tensors alive", function()
    collectgarbage()
    local before = torch._C.memory().bytes
    run "torch.zeros(5000000)"
    run "torch.zeros(5000000)[{{1, 2}}]" -- a view keeps its storage
    run "{deep = {torch.zeros(5000000)}}"
    run "torch.zeros(5000000, {requires_grad = true}):exp():sum()"
    run "function() return 1 end"
    assert.is_true(torch._C.memory().bytes - before > 15000000)
    run "y = 1"
    collectgarbage()
    collectgarbage()
    assert.is_true(torch._C.memory().bytes - before < 1000000)
    assert.equal("nil", run "ans")
  end)

  it("keep what is small, and what something else holds", function()
    run "torch.ones(3)"
    run "z = 1"
    collectgarbage()
    assert.equal("tensor({1., 1., 1.})", run "ans")
    run "big = torch.zeros(5000000)"
    run "big"
    run "z = 2"
    collectgarbage()
    assert.equal("true", run "rawequal(_1, big)")
  end)
end)

describe("names of Lua's own libraries", function()
  it("may be used for something else", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write [[
table, string, math, next, type, ipairs, pairs, require, torch = {5}, "text", 1, 2, 3, 4, 5, 6, 7
table, string
{nn.Linear(2, 1), 1}
m = nn.Linear(2, 1); m:load_state_dict(m:state_dict());
unknown.name
%who m
]]
    file:close()
    local pipe = assert(io.popen(("%s -i <%s 2>&1"):format(os.getenv "HECATE_BIN" or "build/hecate", path)))
    local text = pipe:read "a"
    pipe:close()
    os.remove(path)
    assert.equal([[
{5}	text
{Linear(in_features=2, out_features=1, bias=true), 1}
input[5]:1: 'unknown' is not defined
]], text:match "^.-defined\n")
    assert.matches("name +type", text)
    assert.is_nil(text:find "lib/")
  end)
end)
