-- torch.utils.data.idx: the reader of IDX files.
local torch = require "torch"
local c = require "torch.utils.data.idx"

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

local function fails(pattern, f, ...)
  local message = message_of(f, ...)
  assert(message:find(pattern), ("'%s' does not match '%s'"):format(message, pattern))
  assert.is_nil(message:find("\n"))
end

local folder

local function write(name, bytes)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

local read = dofile("tests/files.lua").read

local function gzip(bytes)
  local path = write("plain", bytes)
  os.execute(("gzip -nf '%s'"):format(path))
  return read(path .. ".gz")
end

-- A build without zlib reads plain files only, and says so.
local WITHOUT = "the file is packed: hecate.zlib needs zlib, and this Hecate was built without it (Debian: zlib1g-dev)"
local _, zlib = pcall(require, "hecate.zlib")
local has_zlib = not tostring(zlib):find("this Hecate was built without it", 1, true)

--- The bytes of a file as they are and, where it can be read, packed.
local function forms(bytes) return has_zlib and {bytes, gzip(bytes)} or {bytes} end

--- An IDX file of bytes 0, 1, 2, ... in shape (2, 3).
local SMALL = "\0\0\8\2" .. string.pack(">I4I4", 2, 3) .. "\0\1\2\3\4\5"

describe("IDX", function()
  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute(("mkdir '%s'"):format(folder))
  end)
  teardown(function() os.execute(("rm -r '%s'"):format(folder)) end)

  it("reads plain and packed files", function()
    for _, bytes in ipairs(forms(SMALL)) do
      local t = c.read_idx(write("a", bytes))
      assert.equal(torch.uint8, t.dtype)
      assert.same({{0, 1, 2}, {3, 4, 5}}, t:tolist())
    end
  end)
  if not has_zlib then
    it("names the package that a packed file needs", function()
      local path = write("a", gzip(SMALL))
      assert.equal(("read_idx: %s: %s"):format(path, WITHOUT), message_of(c.read_idx, path))
    end)
  end
  it("reads the wider types, big-endian", function()
    local t = c.read_idx(write("a", "\0\0\x0C\1" .. string.pack(">I4i4i4", 2, -7, 1 << 20)))
    assert.same({-7, 1 << 20}, t:tolist())
    t = c.read_idx(write("a", "\0\0\x0D\1" .. string.pack(">I4f", 1, 0.5)))
    assert.same({0.5}, t:tolist())
    t = c.read_idx(write("a", "\0\0\x0E\1" .. string.pack(">I4d", 1, 1e100)))
    assert.same({1e100}, t:tolist())
  end)
  it("grows past a first guess that was far too small", function()
    for _, bytes in ipairs(forms("\0\0\8\1" .. string.pack(">I4", 1000000) .. ("\7"):rep(1000000))) do
      assert.equal(7000000, c.read_idx(write("a", bytes)):sum():item())
    end
  end)
  it("reads files without elements", function()
    local t = c.read_idx(write("a", "\0\0\8\2" .. string.pack(">I4I4", 0, 28)))
    assert.same({0, 28}, {table.unpack(t.shape)})
  end)
  it("names file and offset of every truncation", function()
    for _, bytes in ipairs(forms(SMALL)) do
      for n = 0, #bytes - 1 do
        local path = write("short", bytes:sub(1, n))
        local message = message_of(c.read_idx, path)
        assert(message:find(path, 1, true) and message:find "offset %d+", message)
      end
    end
  end)
  it("survives any damaged byte", function()
    local damaged = 0
    for _, bytes in ipairs(forms(SMALL)) do
      for n = 1, #bytes do
        for bit = 0, 7 do
          local byte = string.char(bytes:byte(n) ~ (1 << bit))
          local path = write("flip", bytes:sub(1, n - 1) .. byte .. bytes:sub(n + 1))
          local ok, result = pcall(c.read_idx, path)
          if ok then
            assert.is_true(torch.is_tensor(result))
          else
            damaged = damaged + 1
            assert(result:find(path, 1, true), result)
          end
        end
      end
    end
    assert.is_true(damaged > (has_zlib and 100 or 50))
  end)
  it("does not believe a header", function()
    local huge = string.pack(">I4I4I4", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    local large = string.pack(">I4I4I4", 1000, 1000, 1000)
    for _, sizes in ipairs{huge, large} do
      local bytes = "\0\0\8\3" .. sizes .. "few"
      for _, form in ipairs(forms(bytes)) do fails("offset %d", c.read_idx, write("a", form)) end
    end
    if not has_zlib then return end
    -- a packed file that claims less than deflate could hold, but ends before
    fails("offset 8 of the unpacked data", c.read_idx,
      write("a", gzip("\0\0\8\1" .. string.pack(">I4", 20000))))
  end)
  it("refuses what follows the last element", function()
    fails("offset", c.read_idx, write("a", SMALL .. "x"))
    if not has_zlib then return end
    fails("after the last element %(offset 18 of the unpacked", c.read_idx, write("a", gzip(SMALL .. "x")))
  end)
  it("says what is wrong with the header", function()
    fails("not an IDX file but a text %(offset 0%)", c.read_idx, write("a", "hello, world"))
    fails("element type 0x07 %(offset 2%)", c.read_idx, write("a", "\0\0\7\1\0\0\0\0"))
    fails("dimensions, got 0 %(offset 3%)", c.read_idx, write("a", "\0\0\8\0"))
    fails("dimensions, got 200 %(offset 3%)", c.read_idx, write("a", "\0\0\8\200"))
  end)
  it("says that there is no such file", function()
    fails("read_idx: /no/such/file: No such file", c.read_idx, "/no/such/file")
    fails("not a file", c.read_idx, "/tmp")
    fails("'path' %(argument 1%)", c.read_idx)
    fails("^MNIST: /no/such/file", c.read_idx, "/no/such/file", "MNIST")
  end)
end)
