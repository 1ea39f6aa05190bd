--- Files of other formats are named as what they are by every reader that gets one.
local folder = io.popen "mktemp -d":read "l"
teardown(function() os.execute("rm -rf " .. folder) end)

local idx = require "torch.utils.data.idx"
local path = folder .. "/file"

local function write(bytes)
  local file <close> = assert(io.open(path, "wb"))
  file:write(bytes)
end

local zeros = ("\0"):rep(200)

--- The head of a zip file whose first entry has this name.
local function zip(name) return "PK\3\4" .. ("\0"):rep(22) .. string.pack("<I2I2", #name, 0) .. name .. zeros end

local header = '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}'
local formats = {
  ["a zip file of torch.save of PyTorch"] = zip "archive/data.pkl",
  ["a zip file of NumPy arrays (.npz)"] = zip "x.npy",
  ["a zip file, as torch.save of PyTorch writes"] = "PK\3\4\0\0\8\8\0\0" .. zeros,
  ["a pickle of torch.save of an old PyTorch"] = "\x80\2\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." .. zeros,
  ["a Python pickle"] = "\x80\4\x95" .. zeros, ["an HDF5 file"] = "\x89HDF\r\n\26\n" .. zeros,
  ["a NumPy array (.npy)"] = "\x93NUMPY\1\0v\0{'descr': '<f4'}\n", ["a GGUF file"] = "GGUF\3\0\0\0" .. zeros,
  ["an ONNX model"] = "\8\7\18\7pytorch\26\0051.9.0",
  ["a JSON text"] = ' {"a": [1, 2, 3]}\n', ["a text"] = "a,b\n1,2,3\n",
  ["a file of Torch7 (.t7)"] = "\4\0\0\0\1\0\0\0\3\0\0\0V 1" .. zeros,
  ["a file that xz packed"] = "\xfd7zXZ\0" .. zeros,
  ["a pointer of Git LFS, not the file itself"] = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
  ["a tar archive"] = "name" .. ("\0"):rep(253) .. "ustar\0" .. zeros, ["a PNG image"] = "\x89PNG\r\n\26\n" .. zeros,
  ["an HTML page"] = "<!DOCTYPE html>\n<html></html>", ["an empty file"] = "",
  ["an IDX file"] = "\0\0\8\1\0\0\0\3abc", ["a safetensors file"] = string.pack("<I8", #header) .. header .. "\0\0\0\0",
}

if not pcall(require, "torch.hdf5.library") then formats["an HDF5 file"] = nil end -- what opens it is not installed

-- What a reader of such a file is told to do.
local advice = {
  ["a file of Torch7 (.t7)"] = "Torch7's files cannot be read yet",
  ["an ONNX model"] = "ONNX models cannot be read yet",
  ["an IDX file"] = "torchvision.datasets.MNIST(folder) reads", ["a tar archive"] = "unpack it first",
  ["a JSON text"] = 'require "torch.json".decode(text) reads it',
}

-- These are read: what is wrong inside is told.
local read = {["a zip file of torch.save of PyTorch"] = "a zip file without its directory",
  ["a zip file of NumPy arrays (.npz)"] = "a zip file without its directory",
  ["a zip file, as torch.save of PyTorch writes"] = "a zip file without its directory",
  ["a pickle of torch.save of an old PyTorch"] = "0 is no opcode of pickle",
    ["a Python pickle"] = "no opcode of pickle",
  ["a NumPy array (.npy)"] = "a header of 118 bytes in a file of 27", ["a safetensors file"] = false,
    ["an HDF5 file"] = "hdf5"}

local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok)
  return text
end

describe("a file of another format", function()
  for format, bytes in pairs(formats) do
    it("is named: " .. format, function()
      write(bytes)
      assert.equal(format, torch._C.file_format(bytes))
      if read[format] then
        local text = message(torch.load, path)
        assert.truthy(text:find(path .. ": ", 1, true) and text:find(read[format], 1, true), text)
      elseif read[format] == nil then
        local text = message(torch.load, path)
        assert.truthy(text:find(path .. ": no safetensors file but " .. format .. " (offset", 1, true), text)
        if advice[format] then assert.truthy(text:find("; " .. advice[format], 1, true), text) end
      end
      if format ~= "an IDX file" and #bytes >= 4 then
        local text = message(idx.read_idx, path)
        local named = bytes:sub(1, 2) == "\0\0" or text:find("not an IDX file but " .. format, 1, true)
        assert.truthy(named, text)
      end
      if format ~= "a text" and format ~= "an empty file" then
        local text = message(gnuplot.live, {csv = path, resume = true, terminal = "none"})
        assert.truthy(text:find("no log but " .. format, 1, true), text)
      end
    end)
  end

  it("that is none of these is what it was", function()
    write(("\xff"):rep(100))
    assert.truthy(message(torch.load, path):find("a header of too many bytes", 1, true))
    assert.truthy(message(idx.read_idx, path):find("not an IDX file (offset 0)", 1, true))
    assert.is_nil(torch._C.file_format(("\xff"):rep(100)))
    local random = {}
    for i = 1, 600 do random[i] = string.char(i * 7919 % 251) end
    random = table.concat(random)
    for n = 0, 600 do torch._C.file_format(random:sub(1, n)) end -- no byte behind the end is read
    for _, bytes in pairs(formats) do
      for n = 0, #bytes do torch._C.file_format(bytes:sub(1, n)) end
    end
  end)
end)

describe("a safetensors file of others", function()
  local function load(text, data)
    write(string.pack("<I8", #text) .. text .. (data or ""))
    return torch.load(path)
  end
  local entry = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]%s}'
  local seven = string.pack("<f", 7)

  it("may have nulls and fields that nobody knows", function()
    for _, more in ipairs {',"note":{"x":null}', ',"note":null', ',"note":[null,{"a":[1.5,true]}]', ',"b":-1e300'} do
      assert.equal(7, load("{" .. entry:format(more) .. "}", seven).a:item())
    end
    for _, metadata in ipairs {"null", "{}", '{"format":"pt"}',
      '{"a":null}', '{"hecate":null}', '{"n":1,"l":[null]}'} do
      local r = load(('{"__metadata__":%s,%s}'):format(metadata, entry:format ""), seven)
      assert.equal(7, r.a:item())
      assert.is_nil(r.__metadata__)
    end
  end)

  it("may have no null in what counts", function()
    for _, text in ipairs {
      '{"a":null}', '{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}',
      '{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}',
      '{"a":{"dtype":"F32","shape":[null],"data_offsets":[0,4]}}',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":null}}',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,null]}}',
      "null", '{"__metadata__":3,' .. entry:format "" .. "}",
    } do
      assert.truthy(message(load, text, seven):find("(offset", 1, true), text)
    end
  end)

  it("names the dtype that is not there", function()
    for _, dtype in ipairs {"F4", "F6_E2M3", "F6_E3M2", "I4", "X"} do
      local text = ('{"a":{"dtype":"%s","shape":[8],"data_offsets":[0,4]}}'):format(dtype)
      assert.truthy(message(load, text, seven):find("tensor 'a': dtype " .. dtype .. " is not supported", 1, true))
    end
  end)
end)
