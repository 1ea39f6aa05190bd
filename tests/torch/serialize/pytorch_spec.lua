-- PyTorch's files and Python's pickles. What PyTorch wrote lies in tests/data/exchange/, by record_torch.py there.
local torch = require "torch"
local files = dofile "tests/files.lua"
local unpickle = require "torch.serialize.unpickle"
local python = require "torch.serialize.python"

local recorded = "tests/data/exchange/"
local folder = files.capture("mktemp -d"):match "[^\n]+"
local file = folder .. "/value.pt"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
end

local DTYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16",
  "float32", "float64", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"}

describe("torch.load of a file of PyTorch", function()
  for name, path in pairs {["the zip format"] = "values.pt", ["the legacy format"] = "values_legacy.pt"} do
    it("gives tensors and plain data: " .. name, function()
      local v = torch.load(recorded .. path)
      assert.same(torch.arange(24.0):reshape(2, 3, 4):tolist(), v.a:tolist())
      assert.same({1, 4, 12}, v.t:stride())
      v.a:fill_(7) -- t and row are views of the same storage
      assert.equal(7, v.t[4][3][2]:item())
      assert.same({7, 7, 7, 7}, v.row[1]:tolist())
      assert.equal(v.list, v.again)
      assert.same({1, 2.5, "x", nil, true, {1, 2}}, v.list)
      assert.equal("integer", math.type(v.list[1]))
      assert.is_true(v.od.w.requires_grad and torch._C.is_parameter(v.od.w))
      assert.equal(1 << 40, v.big)
      assert.equal(math.mininteger, v.least)
      assert.equal("\xff\0", v.bytes)
      assert.equal("(3+4j)", tostring(v.complex))
      assert.same({{}, {}, {2, 3}}, {v.empty, v.none, v.size})
      assert.equal(1.5, v.np_float)
      assert.equal(7, v.np_int)
      assert.equal(torch.float64, v.dtype)
      assert.equal("cuda:0", v.device)
      assert.same({{0, 1, 2}, {3, 4, 5}}, v.array:tolist())
      assert.equal(torch.int32, v.array.dtype)
      assert.same({{0, 1, 2}, {3, 4, 5}}, v.fortran:tolist())
      assert.is_true(v.grad.requires_grad and not torch._C.is_parameter(v.grad))
      for _, dtype in ipairs(DTYPES) do
        assert.equal(torch[dtype], v[dtype].dtype)
        assert.same({0, 1, 1}, v[dtype]:to(v[dtype]:is_complex() and "complex128" or "float64").real:tolist())
      end
    end)
  end

  it("brings tensors to the device that map_location names", function()
    for _, path in ipairs {"values.pt", "values_legacy.pt"} do
      local v = torch.load(recorded .. path, "meta")
      assert.equal("meta", tostring(v.a.device))
      assert.equal(torch.zeros(4, 3, 2).shape, v.t.shape)
    end
  end)

  it("maps storages with mmap: what is written to them stays in memory", function()
    local v = torch.load(recorded .. "values.pt", {mmap = true})
    v.a:fill_(9)
    assert.equal(9, v.row[1][1]:item())
    assert.equal(0, torch.load(recorded .. "values.pt").a[1][1][1]:item())
    refused("values_legacy.pt: a pickle cannot be mapped", torch.load, recorded .. "values_legacy.pt", {mmap = true})
  end)

  it("refuses by name what is no data, and runs nothing", function()
    refused("module.pt: refused: torch.nn.modules.linear.Linear; torch.load builds tensors and plain data only (offset",
      torch.load, recorded .. "module.pt")
    refused("refused: torch._utils._rebuild_qtensor;", torch.load, recorded .. "quantized.pt")
    refused("refused: posix.system;", torch.load, recorded .. "evil.pkl")
    refused("load: 'weights_only': expected true, got boolean false", torch.load, recorded .. "values.pt",
      {weights_only = false})
  end)
end)

describe("torch.load of a pickle", function()
  for protocol = 0, 5 do
    it("of protocol " .. protocol, function()
      local v = torch.load(("%splain%d.pkl"):format(recorded, protocol))
      local x = v.x
      assert.equal(x, v.same)
      assert.same({1, 2.5, -7, 1 << 33, "text é", "q'uote\"\n", nil, {1}, {}, {k = {1, 2}}, "by\xfe", true, false,
        1e-300,
        1 / 0, {5}, {3}, "zz", -1, 70000}, table.move(x, 1, 20, 1, {}))
      assert.same({0, 1, 2}, x[21]:tolist())
      assert.equal(0.5, x[22])
    end)
  end

  local function read(bytes)
    local reader = torch._C.open_bytes(bytes, "torch.load", "x.pkl")
    return (unpickle(reader, 0, #bytes, {globals = python.globals}))
  end
  it("names what is wrong and where", function()
    for bytes, words in pairs {
      [""] = "ends in the middle of a value (offset 0)", ["."] = "takes more values than it gave (offset 0)",
      ["]."] = false, ["](K\1"] = "ends in the middle of a value (offset 4)", ["a"] = "takes more values",
        ["t."] = "the mark",
      ["K\1K\2a."] = "appends to what is no list", ["](K\1u."] = "sets items of what is no dict",
      ["}(K\1u."] = "a key without a value", ["}(NK\1u."] = "a dict with the key None",
      ["}(G\x7f\xf8\0\0\0\0\0\0K\1u."] = "a dict with the key", ["h\1."] = "what it has not remembered",
      ["cos\nsystem\n."] = "refused: os.system; ", ["ccollections\nOrderedDict\n."] = "the class or function",
      ["]ccollections\nOrderedDict\na."] = "refused: the class or function collections.OrderedDict as a value",
      ["K\1K\2R."] = "calls what is no function",
        ["ccollections\nOrderedDict\nK\2R."] = "calls with what is no tuple",
        ["K\1)R."] = "calls what is no function",
      ["\x80\6."] = "a pickle of protocol 6", ["\x8a\9\0\0\0\0\0\0\0\0\1."] = "more than 64 bits",
      ["I99999999999999999999\n."] = "more than 64 bits", ["F0x10\n."] = "no number", ["Sx\n."] = "without its quotes",
      ["X\xff\xff\xff\xffab."] = "ends in the middle of a value",
        ["\x8d\xff\xff\xff\xff\xff\xff\xff\xff"] = "negative length",
      ["(i"] = "refused: the opcode INST of pickle", ["\x99"] = "153 is no opcode of pickle (offset 0)",
      ["(ccollections\nOrderedDict\n)R."] = false, ["Vx\n)Q."] = "a persistent id",
      ["ccollections\nOrderedDict\n]R."] = "calls with what is no tuple", ["(I1\nx\n"] = "120 is no opcode",
      ["]\x94h\0b."] = "the state of an object that is no plain data",
    } do
      local ok, message = pcall(read, bytes)
      if words == false then assert.is_true(ok, message)
      else
        assert.is_false(ok, words)
        assert.truthy(message:find("torch.load: x.pkl: ", 1, true), message)
        assert.truthy(message:find(words, 1, true), message)
        assert.truthy(message:find "%(offset %d+%)$", message)
      end
    end
  end)
  it("with strings and integers of old protocols", function()
    assert.equal("a\nb\x01\xff'", read "S'a\\nb\\x01\\xff\\''\n.")
    assert.equal("é→", read "V\\u00e9\\u2192\n.")
    assert.equal(-12, read "I-12\n.")
    assert.equal(true, read "I01\n.")
    assert.equal(5, read "L5L\n.")
    assert.equal(-1, read "\x8a\1\xff.")
    assert.equal(0, read "\x8a\0.")
    assert.equal(1e5, read "F1e5\n.")
  end)
end)

describe("torch.save of a .pt file", function()
  local value
  setup(function()
    local a = torch.arange(24.0):reshape(2, 3, 4)
    value = {a = a, t = a:transpose(1, 3), row = a[2], list = {1, 2.5, "x", true, {}}, bytes = "\xff\0é",
      text = "é→",
      z = torch.complex(torch.tensor(1.5), torch.tensor(-2.0)):item(), mixed = {1, 2, k = 3, [10] = "ten"},
      big = math.maxinteger, least = math.mininteger, inf = 1 / 0, p = nn.Parameter(torch.ones(3)),
      g = torch.ones(2):requires_grad_(), slice = torch.zeros(100, 100)[3], empty = torch.zeros(0, 3),
      scalar = torch.tensor(3.5), no = false, [2.5] = "half", [true] = "yes"}
    for _, dtype in ipairs(DTYPES) do value["d_" .. dtype] = torch.tensor({0, 1, 1}):to(dtype) end
    value.self, value.again = value, value.list
    torch.save(value, file)
  end)

  it("comes back as it was", function()
    local v = torch.load(file)
    assert.equal(v, v.self)
    assert.equal(v.list, v.again)
    for key, x in pairs(value) do
      if torch.is_tensor(x) then
        assert.equal(x.dtype, v[key].dtype)
        assert.equal(x.shape, v[key].shape)
        assert.same(x:stride(), v[key]:stride())
        assert.equal(x.requires_grad, v[key].requires_grad)
        assert.same(x:to "complex128":tolist(), v[key]:to "complex128":tolist())
      elseif type(x) ~= "table" then assert.equal(tostring(x), tostring(v[key])) end
    end
    assert.same({1, 2, k = 3, [10] = "ten"}, v.mixed)
    assert.is_true(torch._C.is_parameter(v.p) and not torch._C.is_parameter(v.g))
    v.a:fill_(5)
    assert.same({5, 5, 5, 5}, v.row[1]:tolist())
    assert.is_true(#files.read(file) < 12000) -- of slice the row alone
  end)

  it("is read damaged or says where", function()
    local bytes = files.read(file)
    for at = 1, #bytes, 37 do
      files.write(file, bytes:sub(1, at - 1) .. string.char(bytes:byte(at) ~ 0x55) .. bytes:sub(at + 1))
      local ok, message = pcall(torch.load, file)
      if not ok then assert.truthy(message:find("torch.load: " .. file .. ": ", 1, true), message) end
    end
    for at = 0, #bytes - 1, 149 do
      files.write(file, bytes:sub(1, at))
      refused("torch.load: " .. file .. ": ", torch.load, file)
    end
    files.write(file, bytes)
  end)

  it("refuses what has no elements", function()
    refused("torch.save: x: a tensor on meta has no elements", torch.save, {x = torch.zeros(2, {device = "meta"})},
      file)
    refused("torch.save: x[1]: cannot save a function", torch.save, {x = {print}}, file)
    refused("save: 'compressed': " .. file .. ": only .npz, .mat and .h5 files", torch.save, 1, file,
      {compressed = true})
    refused("save: 'format': expected safetensors, pt, npy, npz, csv, mat or h5, got string 'zip'",
      torch.save, 1, file,
      {format = "zip"})
    torch.save(7, folder .. "/any.pt", {format = "safetensors"})
    assert.equal("a safetensors file", torch._C.file_format(files.read(folder .. "/any.pt")))
    assert.equal(7, torch.load(folder .. "/any.pt"))
    refused("save: 'compressed' (argument 3): expected a boolean", torch.save, 1, file, 7)
  end)

  local function saved_optimizer()
    local p = nn.Parameter(torch.ones(2))
    local opt = torch.optim.Adam({p}, {lr = 0.5, fused = true})
    p.grad = torch.tensor({1.0, -1})
    opt:step()
    torch.save(opt:state_dict(), folder .. "/optimizer.pt")
    return opt
  end
  it("has the state of an optimiser as a dict", function()
    local opt = saved_optimizer()
    assert.equal("}", files.read(folder .. "/optimizer.pt"):match "state[^}%]]*([}%]])")
    local other = torch.optim.Adam({nn.Parameter(torch.ones(2))})
    other:load_state_dict(torch.load(folder .. "/optimizer.pt"))
    assert.same({0.5, true}, {other.param_groups[1].lr, other.param_groups[1].fused})
    assert.same(opt:state_dict().state[1].exp_avg:tolist(), other:state_dict().state[1].exp_avg:tolist())
  end)

  local program = os.getenv "PYTHON" or "python3"
  local there = os.execute(program .. " -c 'import torch' >/dev/null 2>&1")
  local check = needs(there, "PyTorch")
  check("is what PyTorch opens", function()
    local pipe <close> = io.popen(([[%s -c '
import sys, torch, zipfile
v = torch.load(sys.argv[1])
print(zipfile.ZipFile(sys.argv[1]).testzip(), v["self"] is v, v["a"].data_ptr() == v["t"].data_ptr(), v["list"], v["z"])
print(v["t"].stride(), type(v["p"]).__name__, v["bytes"], v["mixed"])
for k in v:
  if isinstance(k, str) and k.startswith("d_"):
    assert str(v[k].dtype) == "torch." + k[2:] and v[k].real.float().sum() == 2, k
' %s 2>/dev/null]]):format(program, file))
    assert.equal([[None True True [1, 2.5, 'x', True, {}] (1.5-2j)
(1, 4, 12) Parameter b'\xff\x00\xc3\xa9' {1: 1, 2: 2, 10: 'ten', 'k': 3}
]], pipe:read "a")
  end)
  check("has states that PyTorch's optimisers load", function()
    saved_optimizer()
    local pipe <close> = io.popen(([[%s -c '
import sys, torch
p = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.Adam([p])
opt.load_state_dict(torch.load(sys.argv[1]))
p.grad = torch.ones(2)
opt.step()
group, state = opt.param_groups[0], opt.state[p]
print(group["lr"], group["fused"], int(state["step"]), state["exp_avg"].tolist())
' %s 2>/dev/null]]):format(program, folder .. "/optimizer.pt"))
    assert.matches("^0.5 True 2 %[0.1[89]%d*, 0.0%d*%]\n$", pipe:read "a")
  end)
end)
