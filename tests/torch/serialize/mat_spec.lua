-- MATLAB's files. What another program wrote lies in tests/data/exchange/, by record_matlab.py there.
local torch = require "torch"
local files = dofile "tests/files.lua"

local recorded = "tests/data/exchange/"
local folder = files.capture("mktemp -d"):match "[^\n]+"
local path = folder .. "/x.mat"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
end
local zlib = pcall(require, "hecate.zlib")
local packed = needs(zlib, "zlib")

local CODES = {i1 = "int8", u1 = "uint8", i2 = "int16", u2 = "uint16", i4 = "int32", u4 = "uint32", i8 = "int64",
  u8 = "uint64", f4 = "float32", f8 = "float64"}

describe("torch.load of MATLAB's files", function()
  local function check(name)
    local v = torch.load(recorded .. name)
    assert.same({{0, 1, 2}, {3, 4, 5}}, v.x:tolist())
    assert.equal(torch.int16, v.three.dtype)
    assert.same({{12, 13, 14, 15}, {16, 17, 18, 19}, {20, 21, 22, 23}}, v.three[2]:tolist())
    assert.same({{7.5}}, v.n:tolist())
    assert.equal(torch.complex128, v.z.dtype)
    assert.same({{{1, 3}}, {{2, 0}}}, {v.z.real:tolist(), v.z.imag:tolist()})
    assert.same({{true, false}}, v.flag:tolist())
    assert.equal("añ𝒳", v.s)
    assert.same({"ab", "cd"}, v.rows)
    assert.same({{0, 1, 2}}, v.cell[1]:tolist())
    assert.equal("two", v.cell[2])
    assert.equal(torch.uint8, v.cell[3].dtype)
    assert.equal(2, v.grid[2][1]:item())
    assert.equal(torch.zeros(0, 3).shape, v.empty.shape)
    assert.same({1, "t"}, {v.st.a:item(), v.st.inner.b})
    assert.equal(2, v.sts[2].v:item())
    for code, dtype in pairs(CODES) do
      assert.equal(torch[dtype], v["t_" .. code].dtype)
      assert.same({{0, 1, 1}}, v["t_" .. code]:to "float64":tolist())
    end
  end
  it("gives tensors, strings, cells and structs", function() check "values.mat" end)
  packed("unpacks elements", function() check "packed.mat" end)
  it("maps numbers, and brings them to a device", function()
    assert.same({{0, 1, 2}, {3, 4, 5}}, torch.load(recorded .. "values.mat", {mmap = true}).x:tolist())
    assert.equal("meta", tostring(torch.load(recorded .. "values.mat", "meta").cell[1].device))
  end)

  it("refuses by name, and says where a file is wrong", function()
    if zlib then refused("refused: 'sp' is a sparse matrix", torch.load, recorded .. "sparse.mat") end
    local bytes = files.read(recorded .. "values.mat")
    for _, case in ipairs {{bytes:sub(1, 100), "too short for a file of MATLAB (offset 100)"},
      {bytes:sub(1, 126) .. "XX", "without the order of its bytes (offset 126)"},
      {bytes:sub(1, 124) .. "\0\2IM", "no file of MATLAB of level 5"},
      {bytes:sub(1, 132), "the file ends in the middle of an element (offset 128)"},
      {bytes:sub(1, 160), "reaches past the end (offset 128)"},
      {bytes:sub(1, 128) .. string.pack("<I4I4", 9, 8) .. ("\0"):rep(8), "an element of type 9 where an array"},
      {bytes:sub(1, 128) .. string.pack("<I4I4I4I4I4I4", 14, 16, 6, 8, 4, 0), "ends in the middle"},
    } do
      files.write(path, case[1])
      refused("torch.load: " .. path .. ": ", torch.load, path)
      refused(case[2], torch.load, path)
    end
  end)
end)

describe("torch.save of MATLAB's files", function()
  local value = {x = torch.arange(6.0):reshape(2, 3), t = torch.arange(24):reshape(2, 3, 4), n = 7.5, b = true,
    s = "añ𝒳", none = "", l = {1, "two", {3}}, st = {a = 1, b = {c = "d"}}, v = torch.ones(3), e = {},
    z = torch.complex(torch.ones(2), torch.zeros(2)), half = torch.zeros(2, 0), flags = torch.tensor {true, false}}
  local function check(given)
    torch.save(value, path, given)
    local v = torch.load(path)
    assert.is_true(torch.equal(value.x, v.x) and torch.equal(value.t, v.t))
    assert.same({{7.5}, {{true, false}}, {{true}}}, {v.n:tolist()[1], v.flags:tolist(), v.b:tolist()})
    assert.same({"añ𝒳", "", {}, "two", 3, "d"}, {v.s, v.none, v.e, v.l[2], v.l[3][1]:item(), v.st.b.c})
    assert.equal(torch.zeros(1, 3).shape, v.v.shape)
    assert.equal(torch.zeros(2, 0).shape, v.half.shape)
    assert.equal(torch.complex64, value.z.dtype)
    assert.same({{1, 1}}, v.z.real:tolist())
    for _, dtype in pairs(CODES) do
      torch.save({x = torch.tensor({{1, 0}, {0, 1}}):to(dtype):t()}, path, given)
      assert.equal(torch[dtype], torch.load(path).x.dtype)
    end
  end
  it("comes back", function() check(nil) end)
  packed("comes back packed", function() check {compressed = true} end)

  it("refuses what MATLAB has not", function()
    refused("x.mat: a file of MATLAB holds a table of variables, got float32 (2)", torch.save, torch.ones(2), path)
    refused("variables of MATLAB have names such as 'x_1', got the key a.b", torch.save, {["a.b"] = 1}, path)
    refused("x: MATLAB has no bfloat16; x:float() has the same values", torch.save, {x = torch.ones(1):bfloat16()},
      path)
    refused("x.y: cannot save a function", torch.save, {x = {y = print}}, path)
    refused("x: a table of MATLAB has items 1 to n, or fields", torch.save, {x = {1, a = 2}}, path)
    refused("x: a string that is no UTF-8", torch.save, {x = "\xff"}, path)
    local t = {}
    t.t = t
    refused("x.t: a table inside of itself", torch.save, {x = t}, path)
  end)

  local program = os.getenv "PYTHON" or "python3"
  local check_python = needs(os.execute(program .. " -c 'import scipy.io' >/dev/null 2>&1"), "SciPy")
  check_python("is what SciPy opens", function()
    torch.save({x = torch.arange(6.0):reshape(2, 3), s = "añ", l = {1, "b"}, st = {a = 2}}, path, {compressed = zlib})
    local pipe <close> = io.popen(([[%s -c '
import sys, scipy.io
v = scipy.io.loadmat(sys.argv[1])
print(v["x"].tolist(), v["s"][0], v["l"][0, 1][0], v["st"]["a"][0, 0].tolist())' %s 2>&1]]):format(program, path))
    assert.equal("[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] añ b [[2.0]]\n", pipe:read "a")
  end)
end)
