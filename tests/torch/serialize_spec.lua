-- torch.save and torch.load: round trips, sharing, atomicity, the exchange with Python's safetensors. Damaged and
-- hostile files are in tests/torch/load_spec.lua.
local torch = require "torch"
local files = dofile "tests/files.lua"

local folder = os.tmpname()
os.remove(folder)
os.execute("mkdir -p " .. folder)
local file = folder .. "/value.safetensors"

local function listing() return files.capture("ls -A " .. folder) end
local function round(value)
  torch.save(value, file)
  return torch.load(file)
end
local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
  return message
end

teardown(function() os.execute("rm -rf " .. folder) end)

describe("tables that are nested 100,000 times", function()
  it("are saved as safetensors, and refused by other formats in one line", function()
    local path, deep = os.tmpname(), {torch.ones(1)}
    for _ = 1, 100000 do deep = {deep} end
    for extension, words in pairs {pt = "torch.save: tables are nested more than 5000 deep; a file of safetensors",
      mat = "torch.save: tables are nested more than 100 deep"} do
      local ok, message = pcall(torch.save, {a = deep}, path .. "." .. extension)
      assert.is_false(ok)
      assert.matches(words, message)
    end
    if pcall(require, "torch.hdf5.library") then
      local ok, message = pcall(torch.hdf5.write, {a = deep}, path .. ".h5")
      assert.is_false(ok)
      assert.matches("tables are nested more than 100 deep$", message)
    end
    torch.save(deep, path .. ".safetensors")
    assert.equal(1, #torch.load(path .. ".safetensors"))
    os.remove(path .. ".safetensors")
    os.remove(path)
  end)
end)

describe("torch.save and torch.load", function()
  it("keep a tensor of every dtype, shape and layout", function()
    for _, dtype in ipairs{"bool", "uint8", "int32", "int64", "float32", "float64"} do
      local t = torch.arange(6):reshape(2, 3):to(dtype)
      local back = round(t)
      assert.equal(t.dtype, back.dtype)
      assert.is_true(torch.equal(t, back))
      assert.is_true(torch.equal(t.T, round(t.T)))
    end
    for _, shape in ipairs{{0}, {0, 3}, {1}, {1, 1, 1, 1}} do
      assert.equal(torch.zeros(shape).shape, round(torch.zeros(shape)).shape)
    end
    assert.equal(0, round(torch.tensor(3.5)).ndim)
    assert.equal(3.5, round(torch.tensor(3.5)):item())
  end)

  it("keep complex numbers exactly", function()
    local function complex(re, im)
      return torch.complex(torch.tensor(re, {dtype = "float64"}), torch.tensor(im, {dtype = "float64"})):item()
    end
    for _, parts in ipairs {{0.1, -2.0}, {-0.0, 5e-324}, {1 / 0, -1 / 0}, {0 / 0, 1e308}} do
      local z = complex(parts[1], parts[2])
      local back = round(z)
      assert.equal("torch.complex", torch.typename(back))
      assert.equal(tostring(z), tostring(back))
      assert.equal(tostring(z), tostring(round({deep = {1, z}}).deep[2]))
    end
    local z = complex(3.0, 4.0)
    local pair = round {z, z}
    assert.is_true(pair[1] == z and pair[2] == z)
    refused("cannot save a key that is a torch.complex", torch.save, {[z] = 1}, file)
    local leaf = torch.tensor({z}):requires_grad_(true)
    assert.is_true(round(leaf).requires_grad)
    assert.is_true(torch.equal(leaf, round(leaf)))
  end)

  it("keep numbers exactly", function()
    for _, x in ipairs{0, 1, -1, math.maxinteger, math.mininteger, 0.1, -0.0, 1e308, 5e-324, 1 / 0, -1 / 0, 3.0,
      1 << 53} do
      local back = round(x)
      assert.equal(x, back)
      assert.equal(math.type(x), math.type(back))
      assert.equal(tostring(x), tostring(back))
    end
    local nan = round(0 / 0)
    assert.is_true(nan ~= nan)
  end)

  it("keep strings of any bytes, booleans and nil", function()
    local all = {}
    for i = 0, 255 do all[i + 1] = string.char(i) end
    for _, s in ipairs{"", "plain", 'quote " and \\ and \n', "ünï→", "\0", "\xff\xfe", "\127", table.concat(all)} do
      assert.equal(s, round(s))
    end
    assert.is_true(round(true))
    assert.is_false(round(false))
    assert.is_nil(round(nil))
  end)

  it("keep nested tables with all kinds of keys", function()
    local value = {1, 2.5, "three", {4}, [10] = "ten", [-1] = "minus", [0.5] = "half", [true] = "yes", [false] = "no",
      name = {deep = {deeper = {}}}, ["a.b"] = 1, ["\xff"] = 2, __metadata__ = torch.ones(1)}
    assert.same({1, 2.5, "three", {4}}, {table.unpack(round(value), 1, 4)})
    local back = round(value)
    assert.equal("ten,minus,half,yes,no", table.concat({back[10], back[-1], back[0.5], back[true], back[false]}, ","))
    assert.same({deep = {deeper = {}}}, back.name)
    assert.equal(1, back["a.b"])
    assert.equal(2, back["\xff"])
    assert.equal(1, back.__metadata__:item())
  end)

  it("read the raw pairs of a table with a metatable", function()
    local t = setmetatable({a = 1}, {__index = {b = 2}, __pairs = function() error "not called" end})
    assert.same({a = 1}, round(t))
  end)

  it("keep shared tables and cycles", function()
    local shared = {1}
    local value = {a = shared, b = shared}
    value.self = value
    local back = round(value)
    assert.equal(back.a, back.b)
    assert.equal(back, back.self)
  end)

  it("keep shared tensors: the same one, and views of one storage", function()
    local t = torch.arange(6.0):reshape(2, 3)
    local back = round{t = t, again = t, row = t[2], column = t[{{}, 1}], whole = t:reshape(6)}
    assert.is_true(rawequal(back.t, back.again))
    back.t:fill_(7)
    assert.same({7, 7, 7}, back.row:tolist())
    assert.same({7, 7}, back.column:tolist())
    assert.same({7, 7, 7, 7, 7, 7}, back.whole:tolist())
    local slices = round{t[1], t[2]}
    assert.same({3, 4, 5}, slices[2]:tolist())
  end)

  it("write only what is seen of a storage", function()
    torch.save(torch.zeros(1000, 1000)[1], file)
    assert.is_true(#files.read(file) < 5000)
  end)

  it("keep requires_grad of leaves; what they load is a leaf", function()
    local w = torch.ones(2, {requires_grad = true})
    local back = round{w = w, tied = w, y = w * 2}
    assert.is_true(back.w.requires_grad and back.w.is_leaf)
    assert.is_true(rawequal(back.w, back.tied))
    assert.is_false(back.y.requires_grad)
  end)

  it("take nesting of any depth", function()
    local first = {}
    local last = first
    for _ = 1, 5000 do
      last.next = {}
      last = last.next
    end
    local n, t = 0, round(first)
    while t.next do n, t = n + 1, t.next end
    assert.equal(5000, n)
  end)

  it("write the names of a state dict as they are", function()
    local net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 1))
    local state = net:state_dict()
    torch.save(state, file)
    local text = files.read(file)
    for name in next, state do assert.truthy(text:find(('"%s":{"dtype":"F32"'):format(name), 1, true)) end
    local other = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 1))
    other:load_state_dict(torch.load(file))
    local x = torch.rand(4, 3)
    assert.is_true(torch.equal(net(x), other(x)))
  end)

  it("map a file, in which every tensor is aligned", function()
    local value = {a = torch.tensor{true, false, true}, b = torch.arange(100000.0),
      c = torch.ones(2, {dtype = "float64"}), d = torch.ones(3, {dtype = "int8"}),
      e = torch.complex(torch.ones(1), torch.ones(1)), f = torch.ones(1):half()}
    torch.save(value, file)
    local before = torch._C.memory().bytes
    local back = torch.load(file, {mmap = true})
    assert.is_true(torch._C.memory().bytes - before < 20000) -- the elements are not in memory of ours
    for name, t in pairs(value) do assert.is_true(torch.equal(t, back[name])) end
    back.b:fill_(7)
    assert.equal(99999, torch.load(file).b[-1]:item())
    assert.equal("meta", tostring(torch.load(file, "meta").b.device))
  end)

  it("carry texts for other readers", function()
    torch.save({1}, file, {metadata = {format = "pt", ["é"] = 'q"'}})
    local value, metadata = torch.load(file, {metadata = true})
    assert.same({{1}, {format = "pt", ["é"] = 'q"'}}, {value, metadata})
    assert.equal(1, select("#", torch.load(file)))
    for _, bad in ipairs {{a = 1}, {hecate = "x"}, {a = "\xff"}} do
      refused("save: 'metadata': expected names and texts", torch.save, 1, file, {metadata = bad})
    end
    refused("save: 'metadata': x.npy: only safetensors", torch.save, 1, "x.npy", {metadata = {}})
  end)

  it("name the place of what cannot be saved", function()
    refused("torch.save: model.layers[3].fn: cannot save a function", torch.save,
      {model = {layers = {1, 2, {fn = print}}}}, file)
    refused("torch.save: the value: cannot save a function", torch.save, print, file)
    refused("torch.save: out: cannot save a", torch.save, {out = io.stdout}, file)
    refused("torch.save: net: cannot save a nn.Linear; save its state_dict(), for files hold data only", torch.save,
      {net = nn.Linear(1, 1)}, file)
    refused("torch.save: the value: cannot save a optim.SGD; save its state_dict()", torch.save,
      optim.SGD({torch.ones(1, {requires_grad = true})}, {lr = 1}), file)
    refused("save: 'path' (argument 2): expected a string, got an array of 1; the value comes first: "
      .. "torch.save(value, path)", torch.save, file, {1})
    refused('torch.save: ["a b"]: cannot save a thread', torch.save, {["a b"] = coroutine.create(print)}, file)
    refused("torch.save: m: cannot save a key that is a table", torch.save, {m = {[{}] = 1}}, file)
    refused("'path' (argument 2): expected a string", torch.save, {})
    refused("'path' (argument 1): expected a string", torch.load)
  end)
end)

describe("torch.save, when it fails,", function()
  it("keeps the old file and leaves nothing beside it", function()
    torch.save("old", file)
    local before = listing()
    refused("cannot save a function", torch.save, {torch.ones(3), print}, file)
    assert.equal(before, listing())
    assert.equal("old", torch.load(file))
  end)

  it("removes the temporary file at once", function()
    -- the target becomes a folder's name: rename refuses
    local target = folder .. "/taken"
    os.execute("mkdir -p " .. target)
    local before = listing()
    refused(target, torch.save, torch.ones(3), target)
    assert.equal(before, listing())
  end)

  it("says in one line why a path cannot be written", function()
    refused("torch.save: /nonexistent/x.st: No such file or directory", torch.save, 1, "/nonexistent/x.st")
    refused("torch.save: /dev/full: No space left on device", torch.save, torch.ones(10), "/dev/full")
    refused("torch.save: " .. folder .. ": Is a directory", torch.save, 1, folder)
    refused("Not a directory", torch.save, 1, file .. "/x")
    local ok, message = pcall(torch.save, 1, folder .. "/a\0b")
    assert.is_false(ok)
    assert.truthy(message:find("zero byte", 1, true))
  end)

  it("makes the file that a symbolic link to nothing names, and files of the longest names", function()
    os.execute(("cd %s && mkdir -p sub && ln -sf sub/new dangling && ln -sf dangling twice && ln -sf loop loop"):format(
      folder))
    torch.save(7, folder .. "/twice")
    assert.equal(7, torch.load(folder .. "/sub/new"))
    assert.error_matches(function() torch.save(7, folder .. "/loop") end, "loop: ")
    local longest = folder .. "/" .. ("n"):rep(255)
    torch.save(8, longest)
    assert.equal(8, torch.load(longest))
  end)

  it("follows a symbolic link and keeps the permissions", function()
    os.execute(("cd %s && echo x > real && chmod 640 real && ln -sf real link"):format(folder))
    torch.save(5, folder .. "/link")
    assert.equal(5, torch.load(folder .. "/real"))
    local pipe <close> = io.popen(("stat -c %%a%%F %s/real %s/link"):format(folder, folder))
    assert.equal("640regular file\n777symbolic link\n", pipe:read "a")
  end)
end)

describe("Python's safetensors", function()
  local function python(code, ...)
    local pipe <close> = io.popen(("%s -c '%s' %s 2>&1"):format(os.getenv "PYTHON" or "python3", code,
      table.concat({...}, " ")))
    return pipe:read "a"
  end
  local there = os.execute((os.getenv "PYTHON" or "python3") .. " -c 'import safetensors.numpy' >/dev/null 2>&1")
  local check = needs(there, "safetensors and NumPy for Python")

  check("opens our files and we open its", function()
    torch.save({["a.weight"] = torch.arange(6.0):reshape(2, 3), ["b.bias"] = torch.tensor{1, 2},
      ok = torch.tensor{true}}, file)
    assert.equal("a.weight float32 [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]\nb.bias int64 [1, 2]\nok bool [True]\n", python([[
import sys, safetensors.numpy as s
for k, v in sorted(s.load_file(sys.argv[1]).items()): print(k, v.dtype, v.tolist())]], file))
    assert.equal("", python([==[
import sys, numpy as n, safetensors.numpy as s
s.save_file({"x": n.array([[1.5, 2]]), "u": n.array([7], n.uint8), "e": n.zeros((0, 3), n.float32)}, sys.argv[1],
  {"k": "v"})]==], file))
    local back = torch.load(file)
    assert.same({{1.5, 2}}, back.x:tolist())
    assert.equal(torch.float64, back.x.dtype)
    assert.same({7}, back.u:tolist())
    assert.equal(torch.zeros(0, 3).shape, back.e.shape)
  end)
end)
