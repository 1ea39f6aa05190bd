-- NumPy's files. What NumPy wrote lies in tests/data/exchange/, by record_numpy.py there.
local torch = require "torch"
local files = dofile "tests/files.lua"

local recorded = "tests/data/exchange/"
local folder = files.capture("mktemp -d"):match "[^\n]+"
local file, archive = folder .. "/x.npy", folder .. "/x.npz"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
end
local zlib = pcall(require, "hecate.zlib")
local packed = needs(zlib, "zlib")

local CODES = {b1 = "bool", u1 = "uint8", i1 = "int8", i2 = "int16", i4 = "int32", i8 = "int64", u2 = "uint16",
  u4 = "uint32", u8 = "uint64", f2 = "float16", f4 = "float32", f8 = "float64", c8 = "complex64", c16 = "complex128"}

describe("torch.load of NumPy's files", function()
  packed("reads every dtype in both orders of bytes, and arrays of texts", function()
    local v = torch.load(recorded .. "arrays.npz")
    for code, dtype in pairs(CODES) do
      for _, order in ipairs {"little_", "big_"} do
        local x = v[order .. code]
        assert.equal(torch[dtype], x.dtype)
        assert.same({0, 1, 1}, x:to "complex128".real:tolist())
        assert.same({0, 0, 0}, x:to "complex128".imag:tolist())
      end
    end
    assert.same({{0, 1, 2}, {3, 4, 5}}, v.c:tolist())
    assert.same({{0, 1, 2}, {3, 4, 5}}, v.fortran:tolist())
    assert.same({1, 2}, v.fortran:stride())
    assert.equal(3, v.scalar:item())
    assert.equal(torch.zeros(0, 3).shape, v.nothing.shape)
    assert.same({{"añ", "b"}, {"ccc", ""}}, v.texts)
    assert.same({"x", "yy"}, v.bytes)
  end)

  packed("unpacks compressed ones", function()
    local v = torch.load(recorded .. "packed.npz")
    assert.equal(1000 * 999 / 2, v.w:sum():item())
    assert.equal("hello", v.s)
  end)

  it("reads every version, in memory and mapped", function()
    for version = 1, 3 do
      for _, mmap in ipairs {true, false} do
        local x = torch.load(("%sv%d.npy"):format(recorded, version), {mmap = mmap})
        assert.equal(torch.int16, x.dtype)
        assert.same({0, 1, 2, 3}, x:tolist())
      end
    end
    local x = torch.load(recorded .. "fortran.npy", {mmap = true})
    assert.same({{0, 1, 2}, {3, 4, 5}}, x:tolist())
    x:fill_(9)
    assert.equal(0, torch.load(recorded .. "fortran.npy")[1][1]:item())
    for _, mmap in ipairs {true, false} do
      local v = torch.load(recorded .. "plain.npz", {mmap = mmap})
      assert.same({0, 1, 2}, v.arr_0:tolist())
      assert.same({{1, 1}, {1, 1}}, v.x:tolist())
    end
    assert.equal("meta", tostring(torch.load(recorded .. "v1.npy", "meta").device))
  end)

  it("maps files beyond 4 GB", function() -- a sparse one, which takes no room on the disk
    local head = "{'descr': '<i2', 'fortran_order': False, 'shape': (1250000000, 2), }"
    head = head .. (" "):rep(128 - 10 - #head - 1) .. "\n"
    files.write(file, "\x93NUMPY\1\0" .. string.pack("<s2", head))
    assert(os.execute(("truncate -s %d %s"):format(128 + 5000000000, file)))
    local out <close> = assert(io.open(file, "r+b"))
    out:seek("end", -2)
    out:write "\7\0"
    out:close()
    local x = torch.load(file, {mmap = true})
    assert.same({0, 7}, x[-1]:tolist())
    x = nil
    os.remove(file)
  end)

  it("refuses by name what are no numbers", function()
    for name, words in pairs {objects = "refused: an array of dtype '|O': objects of Python (offset 10)",
      fields = "refused: an array with fields", long = "refused: an array of dtype '<f16': long doubles",
      raw = "refused: an array of dtype '|V2': structured or raw bytes; bfloat16 of others looks so",
      dates = "refused: an array of dtype '<M8[s]'"} do
      refused(("refused_%s.npy: %s"):format(name, words), torch.load, ("%srefused_%s.npy"):format(recorded, name))
    end
  end)

  it("says where a header is wrong", function()
    local function header(text, data) return "\x93NUMPY\1\0" .. string.pack("<s2", text) .. (data or "") end
    local function array(descr, order, shape, data)
      return header(("{'descr': %s, 'fortran_order': %s, 'shape': %s}"):format(descr, order, shape), data)
    end
    for bytes, words in pairs {
      ["\x93NUMPY\1"] = "no array of NumPy (offset 0)", ["\x93NUMPY\4\0\0\0\0\0"] = "version 4.0",
      ["\x93NUMPY\1\0\xff\xff{}"] = "a header of 65535 bytes", ["\x93NUMPY\2\0\0"] = "no array",
      [header("x")] = "a header that is no dict", ["\x93NUMPY\2\0\0\0\0"] = "the header ends early",
        [header "{}"] = "a header without a shape",
      [header "{'descr': }"] = "a damaged header", [header "{'shape': (1,), 'shape': (1,)}"] = "a damaged header",
      [array("'<f4'", "False", "(2,)", "1234")] = "the shape does not fit the bytes (offset ",
      [array("'<f4'", "False", "(1,)", "12345")] = "the shape does not fit the bytes",
      [array("'<f4'", "No", "(1,)", "1234")] = "without fortran_order", [array("'<f4'", "False", "1",
        "1234")] = "a damaged header",
      [array("'<f4'", "False", "(-1,)", "1234")] = "a shape with the size '-1'",
      [array("'<f4'", "False", "(1.0,)", "1234")] = "a shape with the size '1.0'",
      [array("'<f4'", "False", "(99999999999999999999,)", "")] = "a shape with the size",
      [array("'<f4'", "False", "(4611686018427387904, 4)", "")] = "the shape does not fit",
      [array("'<f4'", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)", "1234")] = "13 dimensions",
      [array("'|b1'", "False", "(2,)", "\1\2")] = "byte 2 at offset", [array("'<U9999'", "False", "()",
        "1")] = "does not fit",
      [array("'<U1'", "False", "(1,)", "\xff\xff\xff\x7f")] = "a bad character", [array("'<x4'", "False", "(1,)",
        "1234")] =
        "refused: an array of dtype '<x4'",
    } do
      files.write(file, bytes)
      refused("torch.load: " .. file .. ": ", torch.load, file)
      refused(words, torch.load, file)
    end
  end)
end)

describe("torch.save of NumPy's files", function()
  it("keeps dtype, shape and order", function()
    for _, dtype in pairs(CODES) do
      local x = torch.tensor({{0, 1, 1}, {1, 0, 1}}):to(dtype)
      for _, y in ipairs {x, x:t(), x[2], torch.zeros(0, 3):to(dtype), x[1][2]} do
        torch.save(y, file)
        local back = torch.load(file)
        assert.equal(y.dtype, back.dtype)
        assert.equal(y.shape, back.shape)
        assert.same(y:to "complex128":tolist(), back:to "complex128":tolist())
      end
    end
    torch.save(torch.zeros(2, 3):t(), file)
    assert.truthy(files.read(file):find("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }", 1, true))
    assert.equal(128 + 24, #files.read(file))
    for _, x in ipairs {7, 2.5, true} do
      torch.save(x, file)
      assert.equal(x, torch.load(file):item())
    end
  end)

  it("writes tables of arrays, packed where it is told so", function()
    local value = {torch.ones(2), x = torch.arange(5000), n = 3, ["a/b"] = torch.zeros(2, 2):t()}
    torch.save(value, archive)
    local size, v = #files.read(archive), torch.load(archive)
    assert.same({1, 1}, v.arr_0:tolist())
    assert.equal(5000 * 4999 // 2, v.x:sum():item())
    assert.equal(3, v.n:item())
    assert.equal(torch.zeros(2, 2).shape, v["a/b"].shape)
    if not zlib then return end
    torch.save(value, archive, {compressed = true})
    assert.is_true(#files.read(archive) < size / 2)
    assert.equal(5000 * 4999 // 2, torch.load(archive).x:sum():item())
  end)

  it("refuses what NumPy has not", function()
    refused("the value: NumPy has no bfloat16; x:to(\"float32\") has the same values", torch.save,
      torch.ones(2):bfloat16(),
      file)
    refused("x.npy: the value: an array of NumPy is a tensor or a number, got an array of 1", torch.save, {1}, file)
    refused("x.npz: x: an array of NumPy is a tensor or a number", torch.save, {x = "text"}, archive)
    refused("x.npz: the names of arrays are strings, got the key 2.5", torch.save, {[2.5] = 1}, archive)
  end)

  local program = os.getenv "PYTHON" or "python3"
  local check = needs(os.execute(program .. " -c 'import numpy' >/dev/null 2>&1"), "NumPy")
  check("is what NumPy opens", function()
    torch.save(torch.arange(6.0):reshape(2, 3):t(), file)
    torch.save({torch.ones(2), x = torch.arange(5), b = true}, archive)
    local pipe <close> = io.popen(([[%s -c '
import sys, numpy as n
a, z = n.load(sys.argv[1]), n.load(sys.argv[2])
print(a.tolist(), a.flags.f_contiguous, {k: (z[k].tolist(),
  str(z[k].dtype)) for k in z})' %s %s 2>&1]]):format(program, file,
      archive))
    assert.equal("[[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]] True {'arr_0': ([1.0, 1.0], 'float32'), 'b': (True, 'bool'), "
      .. "'x': ([0, 1, 2, 3, 4], 'int64')}\n", pipe:read "a")
  end)
end)
