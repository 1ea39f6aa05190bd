-- torch.load: what is no file, foreign files, damaged and hostile ones. Round trips are in
-- tests/torch/serialize_spec.lua.
local torch = require "torch"
local files = dofile "tests/files.lua"

local folder = files.capture("mktemp -d"):match "[^\n]+"
local file = folder .. "/value.safetensors"

--- A safetensors file from its header and data.
local function pack(header, data) return string.pack("<s8", header) .. (data or "") end
local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
end

teardown(function() os.execute("rm -rf " .. folder) end)

describe("torch.load", function()
  local function load_bytes(bytes)
    files.write(file, bytes)
    return pcall(torch.load, file)
  end
  local function bad(pattern, bytes)
    local ok, message = load_bytes(bytes)
    assert.is_false(ok, "loaded: " .. pattern)
    assert.equal("string", type(message))
    assert.truthy(message:find(file, 1, true), message)
    assert.truthy(message:find(pattern, 1, true), message)
  end

  it("says which file is missing or no file", function()
    refused("torch.load: /nonexistent/x: No such file or directory", torch.load, "/nonexistent/x")
    refused("torch.load: " .. folder .. ": not a regular file", torch.load, folder)
    os.execute("mkfifo " .. folder .. "/pipe")
    refused("not a regular file", torch.load, folder .. "/pipe")
  end)

  it("reads a foreign file as a table of tensors", function()
    local entry = '"a.b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    local ok, t = load_bytes(pack('{"__metadata__":{"format":"pt"},' .. entry .. '}',
      string.pack("<ff", 1.5, 2)))
    assert.is_true(ok, t)
    assert.same({1.5, 2}, t["a.b"]:tolist())
    ok, t = load_bytes(pack("{}"))
    assert.is_true(ok, t)
    assert.is_nil(next(t))
  end)

  it("refuses damaged headers", function()
    bad("(offset 0)", "")
    bad("(offset 3)", "abc")
    bad("offset 0", ("\xff"):rep(8))
    bad("offset 0", string.pack("<I8", 1 << 62) .. "{}")
    bad("offset 0", string.pack("<I8", 1000) .. "{}")
    bad("offset", pack("not json"))
    bad("offset", pack("[1,2]"))
    bad("offset", pack('{"a":1}'))
    bad("offset", pack('{"a":'))
    bad("twice", pack('{"a":{},"a":{}}'))
    bad("too deep", pack(("["):rep(100000)))
    bad("offset", pack('{"a\n":1}'))
    bad("offset", pack('{"\\ud800":1}'))
    bad("offset", pack("{} x"))
  end)

  it("refuses tensors that are not what they say", function()
    local function entry(dtype, shape, from, to)
      return ('{"dtype":"%s","shape":%s,"data_offsets":[%s,%s]}'):format(dtype, shape, from, to)
    end
    local eight = ("\0"):rep(8)
    local function one(...) return pack('{"a":' .. entry(...) .. "}", eight) end
    bad("offset", one("F32", "[3]", 0, 8))
    bad("offset", one("F32", "[2]", 0, 16))
    bad("offset", one("F32", "[2]", 8, 0))
    bad("offset", one("F32", "[-2]", 0, 8))
    bad("offset", one("F32", "[2.0]", 0, 8))
    bad("offset", one("F32", "2", 0, 8))
    bad("offset", one("F32", "[2]", -8, 0))
    bad("offset", one("F32", "[1]", 4, 8))
    bad("offset", one("F32", "[1]", 0, 4))
    bad("offset", one("F32", "[4611686018427387904,4]", 0, 8))
    bad("offset", one("F32", "[1,1,1,1,1,1,1,1,1,1,1,1,2]", 0, 8))
    bad("offset", one("F32", "[2]", 0, "9223372036854775807"))
    bad("offset", one("F32", "[2]", 0, "1e30"))
    bad("F6_E2M3", one("F6_E2M3", "[8]", 0, 6)) -- a dtype of the format that we do not have
    bad("offset", pack('{"a":' .. entry("F32", "[1]", 0, 4) .. ',"b":' .. entry("F32", "[2]", 0, 8) .. "}", eight))
    bad("offset", one("F32", "[4611686018427387904,4611686018427387904,0]", 0, 0))
  end)

  it("refuses bytes that are no booleans, with their offset", function()
    local header = '{"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}'
    bad(("offset %d"):format(8 + #header + 1), pack(header, "\1\2\0"))
  end)

  it("refuses descriptions that do not fit", function()
    local function described(text)
      return pack(('{"__metadata__":{"hecate":%s},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'):format(
        '"' .. text:gsub('"', '\\"') .. '"'), ("\0"):rep(8))
    end
    local function value(v, tables, tensors)
      return described(('{"value":%s,"tables":[%s],"tensors":[%s]}'):format(v, tables or "", tensors or ""))
    end
    local ok, v = load_bytes(value("7"))
    assert.is_true(ok, v)
    assert.equal(7, v)
    bad("offset", described("no json"))
    bad("offset", described("[]"))
    bad("offset", value('{"t":1}'))
    bad("offset", value('{"x":1}'))
    bad("offset", value('{"q":1}'))
    bad("offset", value('{"f":"os.exit()"}'))
    bad("offset", value('{"b":"0g"}'))
    bad("offset", value('{"t":1}', "5"))
    bad("offset", value('{"t":1}', '{"a":[],"h":[[{"n":true},1]]}'))
    bad("offset", value('{"t":1}', '{"a":[],"h":[[{"f":"nan"},1]]}'))
    bad("offset", value('{"t":1}', '{"a":[],"h":[[{"c":["0x1p+0","0x1p+0"]},1]]}'))
    for _, parts in ipairs {'[]', '["0x1p+0"]', '["0x1p+0","1"]', '[1,2]', '"nan"', '1', 'true',
      '["0x1p+0","0x1p+0","0x1p+0"]'} do
      bad("a bad", value('{"c":' .. parts .. '}'))
    end
    bad("offset", value('{"t":1}', '{"a":[],"h":[[{"t":1},1]]}'))
    bad("offset", value('{"x":1}', "", '{"x":"y"}'))
    for _, view in ipairs{'"o":0,"z":[3],"d":[1]', '"o":-1,"z":[1],"d":[1]', '"o":0,"z":[2],"d":[-1]',
      '"o":2,"z":[1],"d":[1]',
      '"o":0,"z":[2],"d":[9223372036854775807]', '"o":9223372036854775807,"z":[2],"d":[1]', '"o":0,"z":[2]',
      '"o":0,"z":[4294967296,4294967296,2],"d":[0,0,0]',
        '"o":0,"z":[1,1,1,1,1,1,1,1,1,1,1,1,1],"d":[1,1,1,1,1,1,1,1,1,1,1,1,1]'} do
      bad("offset", value('{"x":1}', "", '{"x":"x",' .. view .. "}"))
    end
    bad("offset", value('{"x":1}', "", '{"x":"x","g":1}'))
  end)

  -- A value with everything in it, small enough for a test of each byte.
  local function sample()
    local t = torch.arange(6.0):reshape(2, 3)
    local value = {t, t[2], torch.tensor{true, false}, 1.5, "\xff",
      name = {w = torch.ones(2, {requires_grad = true}), n = 3}}
    value.self = value
    torch.save(value, file)
    return files.read(file)
  end

  it("refuses every truncation and any byte more", function()
    local bytes = sample()
    for n = 0, #bytes - 1 do
      local ok, message = load_bytes(bytes:sub(1, n))
      assert.is_false(ok)
      assert.truthy(type(message) == "string" and message:find("offset", 1, true), message)
    end
    assert.is_false((load_bytes(bytes .. "\0")))
    assert.is_true((load_bytes(bytes)))
  end)

  it("answers 2000 random changes with an error or a value", function()
    local bytes = sample()
    local state = 12345
    local function random(n)
      state = (state * 1103515245 + 12345) & 0x7fffffff
      return (state >> 8) % n
    end
    for _ = 1, 2000 do
      local at = random(#bytes) + 1
      local ok, message = load_bytes(bytes:sub(1, at - 1) .. string.char(random(256)) .. bytes:sub(at + 1))
      if not ok then assert.truthy(type(message) == "string" and message:find("torch.load: ", 1, true), message) end
    end
  end)
end)
