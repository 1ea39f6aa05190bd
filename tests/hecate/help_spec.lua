-- The help: every public name is described, every example runs, and what a person asks in
-- the session is answered.
local comment = require "hecate.help.comment"
local help = require "hecate.help"
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"
local signature = require "hecate.help.signature"
local types = require "hecate.help.types"

local binary = os.getenv "HECATE_BIN" or "build/hecate"

local capture = dofile("tests/files.lua").capture

local folder
setup(function() folder = capture "mktemp -d":gsub("\n", "") end)
teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function write(name, text)
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
end

describe("the registry", function()
  local index = registry.index()

  it("finds what is there", function()
    for _, name in ipairs {"torch.sum", "torch.Tensor.add_", "torch.Tensor.shape", "nn.Linear", "nn.Module.apply",
      "nn.functional.relu", "nn.init.xavier_uniform_", "optim.Adam", "gnuplot.plot", "torch.utils.data.DataLoader",
      "torch.utils.data.DataLoader.iter", "torch.autograd.grad", "torchvision.datasets.MNIST", "torch.float32"} do
      assert.truthy(index.by_name[name] or name == "nn.functional.relu" and index.by_name["torch.relu"], name)
    end
    assert.is_true(#index.list > 400)
  end)

  it("misses no function of torch, nn, optim or tensors", function()
    local methods = getmetatable(torch.zeros(0)).__methods
    for prefix, t in pairs {["torch."] = torch, ["nn."] = nn, ["nn.functional."] = F, ["optim."] = optim,
      ["torch.Tensor."] = methods} do
      for key, value in next, t do
        if type(value) == "function" and key:find "^%a" then
          assert.truthy(index.by_name[prefix .. key], prefix .. key)
        end
      end
    end
  end)

  it("knows that other names mean the same", function()
    assert.equal("torch.mul", index.by_name["torch.multiply"].alias.name)
    assert.equal("nn.Module.add_module", index.by_name["nn.Module.register_module"].alias.name)
  end)
end)

describe("the description of", function()
  local index = registry.index()
  for _, library in ipairs(index.libraries) do
    if not library.name:find "^torch%.profiler%.Profiler" then -- tables of constants
      it(library.name .. " is there", function()
        assert.is_true(record.of(index.by_name[library.name], index).documented)
      end)
    end
  end
  for _, entry in ipairs(index.list) do
    it(entry.name .. " is there and names known types", function()
      local found = record.of(entry, index)
      assert.is_true(found.documented and found.doc ~= "", entry.name .. ": no description")
      if entry.kind == "function" or entry.kind == "method" or entry.kind == "class" then
        assert.is_string(found.signature, entry.name .. ": no signature")
      end
      for _, part in ipairs(found.overloads or {found}) do
        for _, arg in ipairs(part.args) do
          assert.is_true(arg.type == nil or types.known(arg.type),
            ("%s: unknown type '%s'"):format(entry.name, arg.type))
        end
        for _, result in ipairs(part.results or {}) do
          assert.is_true(types.known(result), entry.name .. ": " .. result)
        end
      end
    end)
  end
end)

describe("the example of", function()
  local index = registry.index()
  for _, entry in ipairs(index.list) do
    local found = not entry.alias and record.of(entry, index)
    if found and found.example and not found.op then
      it(entry.name .. " runs", function()
        local env = setmetatable({print = function(...) return select("#", ...) end}, {__index = _G})
        local chunk = load("return " .. found.example, "=example", "t", env)
          or assert(load(found.example, "=example", "t", env))
        for _, value in ipairs {chunk()} do assert.is_string(tostring(value)) end
      end)
    end
  end
end)

-- The names in a C comment are typed beside the option table that reads them: they agree.
describe("the signature in the comment of", function()
  local index = registry.index()
  for _, name in ipairs {"nn.init.normal_", "nn.init.uniform_", "nn.init.constant_", "nn.init.xavier_normal_",
    "nn.init.kaiming_uniform_",
    "nn.init.calculate_gain", "nn.utils.clip_grad_norm_", "nn.utils.clip_grad_value_", "nn.Parameter"} do
    it(name .. " is that of the code", function()
      local _, message = pcall(index.by_name[name].value, {no_such_option = 1})
      local known = message:match "%(known: (.-)%)"
      assert.is_string(known, message)
      local names = {}
      for i, arg in ipairs(record.of(index.by_name[name], index).args) do names[i] = arg.name end
      assert.equal(known, table.concat(names, ", "))
    end)
  end
end)

describe("signatures", function()
  it("are read with types, defaults, names and results", function()
    local text = "f.g(a: Tensor, b: dims = nil, *, c: none|mean = mean) -> Tensor, Positions: text"
    local name, args, results, behind = signature.read(text)
    assert.equal("f.g", name)
    assert.same({"Tensor", "Positions"}, results)
    assert.equal(": text", text:sub(behind))
    assert.equal(3, #args)
    assert.is_nil(args[1].default)
    assert.equal("nil", args[2].default)
    assert.is_true(args[2].position)
    assert.is_true(args[3].keyword)
    assert.same({"none", "mean"}, args[3].choices)
    assert.equal('"mean"', args[3].default)
    assert.equal('f.g(a, b = nil, {c = "mean"}) -> Tensor, Positions', signature.format(name, args, results))
  end)

  it("keep braces, brackets and strings of defaults together", function()
    local _, args = signature.read 'f(x, {a = {1, 2}, b = "y, z", c =}, ...)'
    assert.equal(5, #args)
    assert.equal("{1, 2}", args[2].default)
    assert.equal('"y, z"', args[3].default)
    assert.equal("nil", args[4].default)
    assert.equal("...", args[5].name)
    assert.is_nil(signature.read "not a signature")
  end)

  it("of one line are what completion shows", function()
    assert.equal("torch.sum(input, dim = nil, keepdim = false, {dtype = nil}) -> Tensor", help.signature "torch.sum")
    assert.equal("x:sum(dim = nil, keepdim = false, {dtype = nil}) -> Tensor", help.signature "x:sum")
    assert.matches("^nn.Linear%(in_features, out_features, bias = true", help.signature "nn.Linear")
    assert.matches("^optim.Adam%(params, lr = 0.001, betas = {0.9, 0.999}", help.signature "optim.Adam")
    assert.is_nil(help.signature "torch.float32")
  end)
end)

describe("a comment", function()
  it("has a head, a text, notes of arguments, an example and others to see", function()
    local found = comment.parse("f.g(a, b = 1) -> int: Adds.\nMore.\n- `a` (int): the first,\n  of two\n" ..
      "- `b`: the second\n"
      .. "Shape: (N) → ()\nExample: f(1)\nSee: f.h, k")
    assert.equal("f.g", found.heads[1].name)
    assert.equal("Adds.\nMore.\nShape: (N) → ()", found.doc)
    assert.equal("the first, of two", found.args.a.doc)
    assert.equal("int", found.args.a.type)
    assert.equal("the second", found.args.b.doc)
    assert.equal("(N) → ()", found.shapes)
    assert.equal("f(1)", found.example)
    assert.same({"f.h", "k"}, found.see)
  end)

  it("may have no head, and an example of several lines", function()
    local found = comment.parse "Doubles: twice.\nExample:\n    local a = 1\n    return a\nmore"
    assert.same({}, found.heads)
    assert.equal("Doubles: twice.\nmore", found.doc)
    assert.equal("local a = 1\nreturn a", found.example)
  end)
end)

describe("help", function()
  it("tells the arguments as data", function()
    local found = help.lookup "nn.CrossEntropyLoss"
    assert.equal("class", found.kind)
    assert.equal("reduction", found.args[3].name)
    assert.same({"none", "mean", "sum"}, found.args[3].choices)
    assert.equal('"mean"', found.args[3].default)
    assert.equal("ignore_index", found.args[2].name)
    assert.matches("%(N, C%)", found.shapes)
    assert.matches("linear.lua$", help.lookup "nn.Linear".source.file)
    assert.same({"nn.functional.cross_entropy"}, found.see_also)
  end)

  it("tells all forms of an overloaded op", function()
    local found = help.lookup "torch.max"
    assert.equal(3, #found.overloads)
    local shown = help.text(found)
    for _, part in ipairs {"torch.max(input)", "torch.max(input, dim, keepdim = false) -> Tensor, Positions",
      "torch.max(input, other)"} do
      assert.truthy(shown:find(part, 1, true), part)
    end
  end)

  it("finds bare names, methods of values, and values under other names", function()
    assert.equal("torch.relu", help.lookup "relu".name)
    assert.equal("nn.functional.mse_loss", help.lookup "F.mse_loss".name)
    assert.equal("nn.Linear", help.lookup "torch.nn.Linear".name)
    local env = {x = torch.zeros(2, 3), model = nn.Sequential(nn.Linear(3, 2)), total = torch.sum, T = {f = torch.cos}}
    assert.equal("torch.Tensor.add_", help.lookup("x:add_", env).name)
    assert.equal("torch.Tensor.shape", help.lookup("x.shape", env).name)
    assert.equal("nn.Module.parameters", help.lookup("model:parameters", env).name)
    assert.equal("torch.sum", help.lookup("total", env).name)
    assert.equal("torch.cos", help.lookup("T.f", env).name)
    assert.matches("tensor float32 %(2×3%)", help.lookup("x", env).doc)
    assert.matches("Linear%(in_features=3", help.lookup("model", env).value)
    assert.is_nil(help.lookup("nothing.of.the.kind", env))
    assert.is_nil(help.lookup("1 + 1", env))
  end)

  it("does not run the program to look something up", function()
    local env = {trap = setmetatable({}, {__index = function() error "it ran" end})}
    assert.is_nil(help.lookup("trap.field", env))
    assert.equal("value", help.lookup("trap", env).kind)
  end)

  it("reads the comments of the user's own functions and classes", function()
    write("mine.lua", [[
--- Squares a number, however large.
-- - `n` (number): what is squared
-- Example: square(3)
local function square(n, ...) return n * n end
local plain = function(a, b) return a end
--- A net of mine.
local Net = torch.class("Net", nn.Module)
--- Sets the width.
function Net:__init(width) self.width = width end
--- Looks twice.
function Net:look(x) return x end
return {square = square, plain = plain, Net = Net}]])
    local env = {mine = dofile(folder .. "/mine.lua")}
    local found = help.lookup("mine.square", env)
    assert.equal("Squares a number, however large.", found.doc)
    assert.equal("mine.square(n, ...)", found.signature)
    assert.equal("what is squared", found.args[1].doc)
    assert.equal("square(3)", found.example)
    assert.equal("mine.plain(a, b)", help.lookup("mine.plain", env).signature)
    assert.equal("A net of mine.", help.lookup("mine.Net", env).doc)
    assert.equal("mine.Net(width)", help.lookup("mine.Net", env).signature)
    assert.equal("Looks twice.", help.lookup("mine.Net.look", env).doc)
    local code, place = help.source("mine.square", env)
    assert.matches("^%-%-%- Squares.*return n %* n end$", code)
    assert.equal(4, place.line)
    assert.equal("mine.square(n, ...)", help.lookup("mine.square", env).signature)
    assert.equal("square(n, ...)", help.describe(env.mine.square, {square = env.mine.square}).signature)
  end)

  it("shows the source: of Lua, of rows, and where C has none", function()
    assert.matches('^op {"sum", .*unreduce', help.source "torch.sum")
    assert.matches("function%(input, other, rtol", help.source "torch.allclose")
    local row, place = help.source "nn.Linear"
    assert.matches('^layer {"Linear", .*F.linear%(input, m.weight, m.bias%)', row)
    assert.equal("lib/torch/nn/layers/linear.lua", place.file)
    local none, reason = help.source "nn.Sequential"
    assert.is_nil(none)
    assert.matches("made in C: lib/torch/nn/containers.c:%d+", reason)
  end)

  it("searches names and descriptions, and mends mistyped ones", function()
    local names = {}
    for _, found in ipairs(help.search "*norm*") do names[found.name] = true end
    assert.is_true(names["nn.BatchNorm2d"] and names["torch.norm"])
    assert.is_nil(names["torch.sum"])
    names = {}
    for _, found in ipairs(help.search "Kingma") do names[#names + 1] = found.name end
    assert.same({"optim.Adam", "optim.Adamax", "nn.utils.parametrizations.weight_norm"}, names)
    assert.equal("torch.sum", help.nearest "torch.summ")
    assert.equal("nn.Linear", help.nearest "nn.Linaer")
    assert.equal("nn.Conv2d", help.nearest "Conv2D")
    assert.is_nil(help.nearest "xyzzyplugh")
  end)

  it("fits the width and colours only on request", function()
    local found = help.lookup "nn.Conv2d"
    for line in help.text(found, {width = 50}):gsub("\n  Example.*$", ""):gmatch "[^\n]+" do
      assert.is_true(utf8.len(line) <= 50, line)
    end
    assert.is_nil(help.text(found, {width = 80}):find "\27")
    assert.truthy(help.text(found, {width = 80, color = true}):find("\27[1m", 1, true))
  end)
end)

describe("what is listed of a name", function()
  it("is a whole sentence, never its signature", function()
    local registry, record = require "hecate.help.registry", require "hecate.help.record"
    local text = require "hecate.help.text"
    local index, count = registry.index(), 0
    for name, entry in pairs(index.by_name) do
      if entry.kind ~= "library" then
        local found = record.of(entry.alias or entry, index)
        local summary = text.summary(found)
        assert.is_nil(summary:find "[%s(]al$" or summary:find "[^%w]e%.g$", name .. ": " .. summary)
        assert.is_nil(summary:find("^" .. found.name:gsub("%p", "%%%0") .. "%("), name .. ": " .. summary)
        count = count + 1
      end
    end
    assert.is_true(count > 2000)
  end)
end)

describe("a line of the session", function()
  it("is a question in all its forms, or none", function()
    for _, line in ipairs {"?torch.sum", "? torch.sum", "torch.sum?", "  torch.sum?  "} do
      assert.matches("^torch.sum%(input", help.query(line, _G))
    end
    assert.matches('op {"sum"', help.query("??torch.sum", _G), 1, true)
    assert.matches('op {"sum"', help.query("torch.sum??", _G), 1, true)
    assert.matches("BatchNorm2d", help.query("?*norm*", _G))
    assert.matches("apropos", help.query("?", _G))
    assert.matches("did you mean 'torch.sum'", help.query("?torch.summ", _G))
    for _, line in ipairs {"torch.sum(x)", "x = 1", "f() ?", "'what?'", "???torch.sum", ""} do
      assert.is_nil(help.query(line, _G), line)
    end
  end)

  it("is answered where it is typed; help and apropos are functions", function()
    write("input", "?torch.sum\nx = torch.zeros(2, 3)\nx?\nx.shape?\nhelp(nn.ReLU)\napropos('Kingma')\n'why?'\n" ..
      "?nothing_such\n")
    local out = capture(("'%s' -i <%s/input 2>&1"):format(binary, folder))
    for _, part in ipairs {"torch.sum(input, dim = nil", "tensor float32 (2×3)", "The size of each dimension",
      "nn.ReLU(inplace = false)",
      "optim.Adam", "why?", "Nothing is called 'nothing_such'"} do
      assert.truthy(out:find(part, 1, true), part .. " is not in\n" .. out)
    end
    assert.is_nil(out:find("unexpected symbol", 1, true), out)
  end)

  local in_terminal = needs(os.execute "command -v tmux >/dev/null", "tmux")
  in_terminal("is answered in a terminal, in its width", function()
    local socket = folder .. "/socket"
    local function tmux(command) return capture(("tmux -S '%s' -f /dev/null %s 2>&1"):format(socket, command)) end
    local function wait(pattern)
      local last, text = os.time() + (tonumber(os.getenv "HECATE_TEST_DEADLINE") or 20), nil
      repeat
        text = tmux "capture-pane -p -J"
        if text:find(pattern) then return text end
        os.execute "sleep 0.05"
      until os.time() > last
      error(("the screen does not show %q:\n%s"):format(pattern, text), 2)
    end
    local path = binary:find "^/" and binary or capture "pwd":gsub("\n", "") .. "/" .. binary
    tmux(("new-session -d -x 60 -y 40 'cd %s; LC_ALL=C.UTF-8 HECATE_HISTORY=%s/history INPUTRC=/dev/null %s; " ..
      "exec sleep 100'")
      :format(folder, folder, path))
    local ok, message = pcall(function()
      wait "\n> *"
      tmux "send-keys -l '?nn.Conv2d'"
      tmux "send-keys Enter"
      wait "padding_mode  what stands around the image; one of"
      tmux "send-keys -l 'help(torch.relu)'"
      tmux "send-keys Enter"
      wait "torch.relu%(input%)"
    end)
    tmux "kill-server"
    assert(ok, message)
  end)

  it("does not slow the start of scripts", function()
    local out = capture(("'%s' -e \"for name in pairs(package.loaded) do if name:find '^hecate' then " ..
      "print(name) end end\""):format(binary))
    assert.equal("hecate.lint\n", out) -- which looks at the program
  end)
end)

describe("the contents of a library", function()
  it("are listed with a line each", function()
    for name, part in pairs {nn = "\nLinear +y = x Wᵀ %+ b\n", torch = "\nsum +The sum of the",
      optim = "\nAdam +p", gnuplot = "\nplot +", ["nn.functional"] = "\nrelu +", ["torch.Tensor"] = "\nadd_ +In place:",
      ["torch.utils.data"] = "\nDataLoader +Batches"} do
      for _, width in ipairs {80, 50} do
        local text = help.query("?" .. name, _G, {width = width})
        if name ~= "nn.functional" then assert.matches(part, text) end
        for line in text:match "\n%u%l+\n.*":gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= width, line) end
      end
    end
    assert.matches("\nLibraries\n.*\nnn +Modules", help.query("?torch", _G, {width = 80}))
  end)

  it("tell the choices of an argument", function()
    assert.matches('reduction +what becomes[^\n]*; one of "none", "mean", "sum"; default',
      help.query("?nn.CrossEntropyLoss", _G, {width = 100}))
    assert.matches('reduction +[^\n]*"none", "mean", "sum"; default "mean"',
      help.query("?F.nll_loss", _G, {width = 100}))
  end)
end)
