-- Completion: what is offered, what is never run, and how it looks in a terminal.
local complete = require "hecate.session.complete"
local terminal = dofile "tests/terminal.lua"
local torch = require "torch"
local has_help = pcall(require, "hecate.help")

local env

--- The candidates at the end of the text (or at "|"), and the whole answer.
local function offered(text)
  local cursor = text:find("|", 1, true)
  local line = text:gsub("|", "", 1)
  local answer = complete(line, cursor and cursor - 1 or #line, env)
  assert(answer.start >= 1 and answer.start <= answer.finish + 1 and answer.finish <= #line)
  return answer.matches, answer
end

local function has(list, text)
  for _, match in ipairs(list) do
    if match == text then return true end
  end
  return false
end

--- Asserts the exact candidates.
local function offers(text, ...) assert.same({...}, (offered(text)), text) end

before_each(function()
  env = setmetatable({
    config = {learning_rate = 0.5, nested = {value = 11}, ["odd key"] = 3, {first = 1, deeper = {z = 2}}, 5},
    t = torch.zeros(2, 3), torch = torch, nn = torch.nn, F = torch.nn.functional, optim = torch.optim,
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU()),
    string = string, io = io, require = require, print = print,
  }, {__index = _G})
end)

describe("completion offers", function()
  it("keywords, globals and fields", function()
    offers("conf", "config")
    offers("whil", "while")
    offers("config.lea", "learning_rate")
    offers("config.nested.v", "value")
    offers("1 + string.forma", "format")
    offers("x = {config.ne", "nested")
    offers("if config.lea| then", "learning_rate")
    local _, answer = offered "print(config.nes"
    assert.equal(14, answer.start)
    assert.equal(16, answer.finish)
  end)

  it("keys of tables, strings and integers", function()
    offers('config["odd', 'odd key"]')
    offers("config['lea", "learning_rate']")
    offers("config[1].", "deeper", "first")
    offers("config[1].deeper.", "z")
    offers('config["nested"].v', "value")
    local keys = offered "config["
    assert.same({"1]", "2]", '"learning_rate"]', '"nested"]', '"odd key"]'}, keys)
    env.state = env.model:state_dict()
    offers('state["0.', '0.bias"]', '0.weight"]')
  end)

  it("methods and attributes of tensors and modules", function()
    offers("t:resha", "reshape", "reshape_as")
    offers("t.sha", "shape")
    assert.falsy(has(offered "t:sha", "shape"))
    offers("t[1]:reshap", "reshape", "reshape_as")
    offers("t.T:contig", "contiguous")
    offers("model:forwa", "forward")
    offers("model[1].weig", "weight")
    offers("model[1].weight:contig", "contiguous")
    offers("io.stdout:setv", "setvbuf")
    offers("('x'):rep", "rep")
  end)

  it("what a call returns, where that is known", function()
    offers("torch.rand(3, 4):contig", "contiguous")
    offers("t:sum(1):mul(2):contig", "contiguous")
    offers("nn.Linear(2, 3):forwa", "forward")
    offers('require "torch".nn.Linea', "Linear")
    offers("config.nested(1).va")
  end)

  it("the names of a state", function()
    offers('model:state_dict()["0.w', '0.weight"]')
    offers('model:state_dict()["0.weight"]:contig', "contiguous")
    offers('nn.Linear(2, 3):state_dict()["w')
  end)

  it("classes made in Lua, with their parents", function()
    env.Net = torch.class("Net", torch.nn.Module)
    function env.Net:shrink() end
    env.net = env.Net()
    env.net.width = 3
    offers("net:shri", "shrink")
    offers("net.wid", "width")
    offers("net:state_d", "state_dict")
    offers("Net():shri", "shrink")
  end)

  it("local names of the block, with what their text tells of them", function()
    offers("local alpha, alpine <const> = 1, 2\nal", "alpha", "alpine")
    offers("function f(first_one, second)\n  return fir", "first_one")
    offers("for index_of_it, v in pairs(t) do ind", "index_of_it")
    offers("local function helper_of_it() end hel", "helper_of_it")
    offers("do local hidden_one = 1 end hid")
    offers("if x then local inner = 1 else inn")
    offers("local m = model[1]\nlocal w = m.weight\nw:contig", "contiguous")
    offers("local config = t\nconfig:contig", "contiguous")
    offers("local config = config\nconfig.lea", "learning_rate")
    offers("local x = x.")
    offers("function Net:forward(x) sel", "select", "self")
  end)

  it("named arguments with their defaults, and signatures", function()
    local list, answer = offered "torch.sum(t, {keep"
    assert.same({"keepdim = false"}, list)
    assert.truthy(answer.signature:find("torch.sum(", 1, true), answer.signature)
    assert.falsy(has(offered "torch.sum(t, {keepdim = true, ", "keepdim = false"))
    list, answer = offered "torch.sum("
    assert.same({}, list)
    assert.truthy(answer.signature:find("keepdim", 1, true))
    _, answer = offered "t:sum("
    assert.falsy(answer.signature:find("input", 1, true), answer.signature)
    _, answer = offered "print(torch.sum(t, {dim = 1}), "
    assert.falsy(answer.signature and answer.signature:find("torch.sum", 1, true))
    function env.mine(width, height) return width, height end
    _, answer = offered "mine(3, "
    assert.truthy(answer.signature:find("mine(width, height)", 1, true), answer.signature)
  end)

  local with_help = needs(has_help, "hecate.help")
  with_help("named arguments of modules and optimisers", function()
    offers("nn.Conv2d(3, 16, 3, {str", "stride = 1")
    local list = offered "nn.Conv2d(3, 16, 3, {pa"
    assert.truthy(#list == 2 and list[1] == "padding = 0" and list[2] == 'padding_mode = "zeros"', list[1])
    assert.truthy(has(offered "optim.SGD(model:parameters(), {mom", "momentum = 0.0")
      or has(offered "optim.SGD(model:parameters(), {mom", "momentum = 0"))
    local _, answer = offered "nn.Conv2d("
    assert.truthy(answer.signature:find("kernel_size", 1, true), answer.signature)
  end)

  it("the choices of an argument, dtypes and devices", function()
    offers('F.cross_entropy(x, y, {reduction = "', 'none"', 'mean"', 'sum"')
    offers("torch.sum(t, {dtype = 'float6", "float64'")
  end)

  it("modules after require and files in other strings", function()
    assert.truthy(has(offered 'require "torch.n', 'torch.nn"'))
    assert.truthy(has(offered "local x = require('strin", "string'"))
    local folder = terminal.capture "mktemp -d"
    local file <close> = assert(io.open(folder .. "/some module.lua", "w"))
    os.execute("mkdir " .. folder .. "/some_folder")
    offers(('io.open("%s/some'):format(folder), folder .. '/some module.lua"', folder .. "/some_folder/")
    offers(('io.open("%s/none/'):format(folder))
    local path = package.path
    package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua"
    assert(io.open(folder .. "/some_folder/init.lua", "w")):close()
    local found = offered 'require "some_'
    package.path = path
    os.execute("rm -rf " .. terminal.quote(folder))
    assert.same({'some_folder"'}, found)
  end)

  it("commands and the files they name", function()
    local folder <close> = setmetatable({path = terminal.capture "mktemp -d"}, {__close = function(self)
      os.execute("rm -rf " .. terminal.quote(self.path))
    end})
    assert(io.open(folder.path .. "/train.lua", "w")):close()
    assert(io.open(folder.path .. "/two words.lua", "w")):close()
    offers("%timei", "timeit")
    offers("% timei", "timeit")
    offers("%run " .. folder.path .. "/t", folder.path .. "/train.lua")
    offers('%run "' .. folder.path .. "/two", folder.path .. '/two words.lua"')
    offers("!ls -l " .. folder.path .. "/tr", folder.path .. "/train.lua")
    offers("x = !ls -l " .. folder.path .. "/tr", folder.path .. "/train.lua")
    offers("%time config.lea", "learning_rate")
    offers("%edit confi", "config")
  end)

  it("nothing in comments, after numbers, or for what nobody knows", function()
    for _, text in ipairs {"-- conf", "--[[ conf", "x = 1 -- t.", "1.", "unknown.field.", "unknown:", "(a + b).",
      'unknown["'} do
      assert.same({}, (offered(text)), text)
    end
    offers("x.. conf", "config")
    offers("a = 'conf' .. conf", "config")
  end)
end)

describe("completion is safe:", function()
  it("it runs nothing of the program", function()
    local ran = 0
    local function run() ran = ran + 1 end
    local hostile = setmetatable({}, {__index = run, __pairs = run, __len = run, __call = run, __metatable = "locked",
      __tostring = run, __eq = run, __name = "x", __lazy = {a = true}})
    env.hostile = hostile
    env.lazy = setmetatable({}, {__index = function() run() return {} end, __lazy = {inside = true}})
    function env.call() run() return {field = 1} end
    for _, text in ipairs {"hostile.", "hostile:", "hostile.a.b", "hostile[", 'hostile["', "hostile(", "hostile{",
      "hostile[1].",
      "lazy.inside.", "call().", "call()[1].", "call(1, {", "local x = call()\nx.", "(call()).", "hostile:m(1):"} do
      offered(text)
    end
    assert.equal(0, ran)
  end)

  it("cycles and rings of metatables end", function()
    local a, b = {one = 1}, {two = 2}
    setmetatable(a, {__index = b})
    setmetatable(b, {__index = a})
    a.self = a
    env.ring = a
    offers("ring.self.self.tw", "two")
    local text = {}
    for i = 1, 300 do text[i] = ("local a%d = a%d"):format(i, i + 1) end
    offered(table.concat(text, "\n") .. "\na1.")
    offered("local a = b\nlocal b = a\na.")
  end)

  it("any text has an answer", function()
    local pieces = {"t", ".", ":", "[", "]", "(", ")", "{", "}", '"', "'", "[[", "]]", "--", "function", "end", "local",
      "for", "in",
      "=", ",", " ", "\n", "1", "nn", "Linear", "torch", "\\", "\0", "é", "\xff", "do", "...", "config", "<", "goto"}
    local state = 12345
    for _ = 1, 1500 do
      local text = {}
      for k = 1, 12 do
        state = (state * 1103515245 + 12345) % 2147483648
        text[k] = pieces[state // 65536 % #pieces + 1]
      end
      offered((table.concat(text):gsub("|", "")))
    end
  end)

  it("a hundred thousand globals are few", function()
    for i = 1, 100000 do env["global_" .. i] = i end
    local start = os.clock()
    local list = offered "global_9999"
    assert.equal(11, #list)
    assert.equal(100000, #offered "global_")
    assert.truthy(os.clock() - start < (os.getenv "ASAN_OPTIONS" and 20 or 3), os.clock() - start)
  end)
end)

-- ---- in a terminal -----------------------------------------------------------------------------

local in_terminal = needs(terminal.available, "tmux")

describe("Tab in the terminal", function()
  local folder, session
  setup(function() folder = terminal.capture "mktemp -d" end)
  teardown(function() os.execute("rm -rf " .. terminal.quote(folder)) end)
  before_each(function() session = terminal.open(folder) end)
  after_each(function() session:close() end)

  in_terminal("completes, lists, and indents", function()
    session:type "torch.nn.Linea"
    session:keys "Tab"
    session:wait "> torch.nn.Linear$"
    session:keys "C-c"
    session:enter "config = {alpha = 1, alpine = 2}"
    session:type "config.a"
    session:keys "Tab"
    session:wait "> config.alp$"
    session:keys("Tab", "Tab")
    session:wait "\nalpha +alpine\n> config.alp$"
    session:type "i"
    session:keys("Tab", "Enter")
    session:wait "> config.alpine\n2\n>$"
    session:keys "Tab"
    session:type "x"
    session:wait "\n>   x$"
  end)

  in_terminal("tells of the call around the cursor", function()
    session:enter "function area(width, height) return width * height end"
    session:type "area("
    session:keys "Tab"
    session:wait "\narea%(width, height%)\n> area%($"
    session:type "3, 4)"
    session:keys "Enter"
    session:wait "\n12\n>$"
    session:type "F.cross_entropy(x, y, {reduction = '"
    session:keys("Tab", "Tab")
    session:wait "cross_entropy%(input.*\nmean' +none' +sum'\n> F.cross_entropy%(x, y, {reduction = '$"
  end)

  in_terminal("works in any line of a block", function()
    session:enter "local settings = torch.rand(3)"
    session:enter "do local weights_of_it = torch.rand(3)"
    session:wait "\n>>$"
    session:type "print(weig"
    session:keys "Tab"
    session:type ":contig"
    session:keys "Tab"
    session:type "():sum():item() >= 0)"
    session:keys "Enter"
    session:wait "\n>>$"
    session:enter "end"
    session:wait "print%(weights_of_it:contiguous%(%):sum%(%):item%(%) >= 0%)\n>> end\ntrue\n>$"
  end)
end)
