-- torch.hdf5, where libhdf5 is installed. What h5py wrote lies in tests/data/exchange/, by record_hdf5.py there.
local torch = require "torch"
local files = dofile "tests/files.lua"

local recorded = "tests/data/exchange/values.h5"
local folder = files.capture("mktemp -d"):match "[^\n]+"
local path = folder .. "/x.h5"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
  assert.is_nil(message:find("\n", 1, true))
end
local check = needs(pcall(require, "torch.hdf5.library"), "libhdf5")

local CODES = {i1 = "int8", u1 = "uint8", i2 = "int16", u2 = "uint16", i4 = "int32", u4 = "uint32", i8 = "int64",
  u8 = "uint64", f2 = "float16", f4 = "float32", f8 = "float64"}

describe("torch.hdf5", function()
  check("reads datasets of every type, groups and attributes", function()
    local function read(name, rows) return torch.hdf5.read(recorded, name, rows) end
    assert.same({{0, 1, 2}, {3, 4, 5}}, read "x":tolist())
    assert.same({0, 1, 2, 3}, read "/deep/er/y":tolist())
    assert.same({0, 1, 2, 3}, read "deep".er.y:tolist())
    assert.same({"añ", {"a", "bc"}, {{"ab", "c"}}}, {read "text", read "texts", read "fixed"})
    assert.equal(1.5, read "scalar":item())
    assert.same({true, false}, read "flag":tolist())
    assert.same({{1, 3}, {2, 0}}, {read "z".real:tolist(), read "z".imag:tolist()})
    for code, dtype in pairs(CODES) do
      assert.equal(torch[dtype], read("t_" .. code).dtype)
      assert.same({0, 1, 1}, read("t_" .. code):to "float64":tolist())
    end
    assert.equal(999 * 500, read "packed":sum():item())
    assert.same({{200, 299}, {300, 399}}, read("packed", {3, 4})[{{}, {1, 100, 99}}]:tolist())
    assert.equal(torch.zeros(1, 100).shape, read("packed", {10}).shape)
    assert.equal("a title", torch.hdf5.attributes(recorded).title)
    local list = torch.hdf5.attributes(recorded, "x")
    assert.same({2.5, {1, 2}, {"p", "q"}}, {list.scale, list.axes:tolist(), list.names})
    assert.equal("deep", torch.hdf5.list(recorded)[1])
    assert.same({"y"}, torch.hdf5.list(recorded, "deep/er"))
  end)

  check("refuses by name, with the file", function()
    refused("hdf5.read: " .. recorded .. ": fields: refused: elements with several fields", torch.hdf5.read, recorded,
      "fields")
    refused("hdf5.read: " .. recorded .. ": /fields: refused", torch.load, recorded)
    refused("nope: there is nothing of that name", torch.hdf5.read, recorded, "nope")
    refused("packed: rows 3 to 40 of 10", torch.hdf5.read, recorded, "packed", {3, 40})
    refused("text: rows of texts cannot be chosen", torch.hdf5.read, recorded, "text", {1, 1})
    refused("deep: a group has no rows", torch.hdf5.read, recorded, "deep", {1, 1})
    refused("'rows' (argument 3): expected {from, to}", torch.hdf5.read, recorded, "x", {1.5})
    refused("/nonexistent: No such file or directory", torch.hdf5.read, "/nonexistent")
    refused("README.md: no HDF5 file but a text", torch.hdf5.read, "README.md")
    files.write(path, files.read(recorded):sub(1, 3000))
    refused("torch.load" == "" or path, torch.load, path)
    refused("load: 'mmap'", torch.load, recorded, {mmap = true})
  end)

  check("leaves no file open, which other processes would find locked", function()
    local process = require "torch.utils.terminal".pid()
    torch.hdf5.write({x = torch.ones(3), g = {y = 1, s = {"a", "b"}}}, path, {attributes = {x = {key = "text", n = 1}}})
    torch.hdf5.read(path)
    torch.hdf5.attributes(path, "x")
    torch.hdf5.list(path, "g")
    assert.is_false(pcall(torch.hdf5.read, path, "x", {2, 9}))
    assert.equal("", files.capture(("ls -l /proc/%d/fd 2>&1 | grep x.h5"):format(process)))
  end)

  check("writes what comes back", function()
    local value = {x = torch.randn(600, 100), g = {y = torch.arange(3), s = "añ", l = {"a", "b"}, e = {}},
      b = torch.tensor {true,
      false}, z = torch.complex(torch.ones(2), torch.zeros(2)), n = 7, r = 2.5, none = torch.zeros(0, 3),
        t = torch.zeros(2, 3):t()}
    for _, dtype in ipairs {"bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16",
      "bfloat16", "float32", "float64", "complex64", "complex128"} do
      value["d_" .. dtype] = torch.tensor({0, 1, 1}):to(dtype)
    end
    for _, given in ipairs {{}, {compressed = true}} do
      torch.save(value, path, given)
      local v = torch.load(path)
      for key, x in pairs(value) do
        if torch.is_tensor(x) then
          assert.equal(x.dtype, v[key].dtype)
          assert.equal(x.shape, v[key].shape)
          assert.same(x:to "complex128".real:tolist(), v[key]:to "complex128".real:tolist())
        end
      end
      assert.same({7, 2.5, "añ", {"a", "b"}, {}}, {v.n:item(), v.r:item(), v.g.s, v.g.l, v.g.e})
    end
    torch.hdf5.write({x = torch.zeros(100000)}, path, {gzip = 9, attributes = {["/"] = {title = "t"}, x = {scale = 2.5,
      axes = torch.arange(2), names = {"p"}}}})
    assert.is_true(#files.read(path) < 20000)
    assert.equal("t", torch.hdf5.attributes(path).title)
    local list = torch.hdf5.attributes(path, "/x")
    assert.same({2.5, {0, 1}, {"p"}}, {list.scale, list.axes:tolist(), list.names})
  end)

  check("keeps the old file when it fails", function()
    torch.save({x = 1}, path)
    local before = files.capture("ls -A " .. folder)
    refused("hdf5.write: " .. path .. ": /a/f: cannot save a function", torch.save, {a = {f = print}}, path)
    refused("names in groups are strings without '/'", torch.save, {["a/b"] = 1}, path)
    refused("x: HDF5 has no torch.float8_e5m2", torch.save, {x = torch.ones(1):to "float8_e5m2"}, path)
    local t = {}
    t.t = t
    refused("a table inside of itself", torch.save, t, path)
    assert.equal(1, torch.load(path).x:item())
    assert.equal(before, files.capture("ls -A " .. folder))
    refused("hdf5.write: /nonexistent/x.h5: ", torch.save, {x = 1}, "/nonexistent/x.h5")
    refused("'gzip' (argument 3): expected a level from 0 to 9", torch.hdf5.write, {}, path, 10)
    refused("'value' (argument 1): expected a table", torch.hdf5.write, 1, path)
  end)
end)
