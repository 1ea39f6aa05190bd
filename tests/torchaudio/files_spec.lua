-- torchaudio.load, save, info and stream: files of sound by libsndfile, if it is installed.
local there = pcall(require, "torchaudio.file")
local test = needs(there, "libsndfile")

local folder
setup(function()
  folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
end)
teardown(function() os.execute("rm -rf " .. folder) end)

local function at(name) return folder .. "/" .. name end
local function bytes(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end
local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end
local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
  assert.is_nil(message:find "\n")
end

local function tones(frames, rate)
  local t = torch.arange(frames, {dtype = "float32"}) / rate
  return torch.stack({torch.sin(2 * math.pi * 300 * t) * 0.5, torch.sin(2 * math.pi * 500 * t) * 0.25})
end

describe("torchaudio's files", function()
  test("keep signals bit by bit where the encoding has the numbers", function()
    for _, name in ipairs {"x.wav", "x.aiff", "x.caf", "x.w64", "x.au"} do
      for dtype, x in pairs {float32 = tones(100, 8000), float64 = tones(100, 8000):double() / 3,
        int16 = torch.tensor({{-32768, 0, 1, 32767}}):to("int16"),
        int32 = torch.tensor({{-2 ^ 31, 5, 2 ^ 31 - 1}}):to("int32")} do
        torchaudio.save(at(name), x, 22050)
        local y, rate = torchaudio.load(at(name), {normalize = false})
        assert.equal(22050, rate)
        assert.is_true(torch.equal(x, y), name .. " " .. dtype)
        local info = torchaudio.info(at(name))
        assert.same({22050, x:size(2), x:size(1)}, {info.sample_rate, info.num_frames, info.num_channels})
      end
    end
    local x = torch.tensor({{0, 1, 128, 255}}):to("uint8")
    torchaudio.save(at "x.wav", x, 8000)
    assert.is_true(torch.equal(x, (torchaudio.load(at "x.wav", {normalize = false}))))
    assert.equal("PCM_U", torchaudio.info(at "x.wav").encoding)
  end)

  test("have numbers in [-1, 1] unless those of the file are asked for", function()
    torchaudio.save(at "x.wav", torch.tensor({{-32768, 0, 16384}}):to("int16"), 8000)
    local x = torchaudio.load(at "x.wav")
    assert.equal(torch.float32, x.dtype)
    assert.is_true(torch.equal(torch.tensor({{-1, 0, 0.5}}), x))
    torchaudio.save(at "y.wav", torch.tensor({{-3, 0.5, 3}}), 8000, {encoding = "PCM_S", bits_per_sample = 16})
    assert.is_true(torch.allclose(torch.tensor({{-1, 0.5, 1}}), (torchaudio.load(at "y.wav")), {atol = 1e-4}))
  end)

  test("are read in parts", function()
    local x = tones(1000, 8000)
    torchaudio.save(at "x.wav", x, 8000)
    local part = torchaudio.load(at "x.wav", 100, 50)
    assert.is_true(torch.equal(x:narrow(2, 101, 50), part))
    assert.is_true(torch.equal(x:t(), (torchaudio.load(at "x.wav", {channels_first = false}))))
    assert.same({2, 10}, {table.unpack(torchaudio.load(at "x.wav", 990, 50).shape)})
    assert.same({2, 0}, {table.unpack(torchaudio.load(at "x.wav", 1000).shape)})
    fails("frame_offset = 1001 is behind the end: there are 1000 frames", torchaudio.load, at "x.wav", 1001)
    fails("load: 'num_frames': expected a positive integer, or -1 for all, got number 0", torchaudio.load, at "x.wav",
      0, 0)
  end)

  test("are streamed, one chunk in memory at a time", function()
    local x = tones(1000, 8000)
    torchaudio.save(at "x.flac", x, 8000, {bits_per_sample = 24})
    local parts, sizes = {}, {}
    for chunk, rate in torchaudio.stream(at "x.flac", 300) do
      assert.equal(8000, rate)
      parts[#parts + 1], sizes[#sizes + 1] = chunk, chunk:size(2)
    end
    assert.same({300, 300, 300, 100}, sizes)
    assert.is_true(torch.allclose(x, torch.cat(parts, 2), {atol = 1e-6}))
    local n = 0
    for chunk in torchaudio.stream(at "x.flac", {frames = 64, frame_offset = 10, num_frames = 100,
      channels_first = false}) do
      n = n + chunk:size(1)
      assert.equal(2, chunk:size(2))
    end
    assert.equal(100, n)
    for _ in torchaudio.stream(at "x.flac", 10) do break end
    assert.same({}, (function(list)
      for line in io.popen("ls -l /proc/self/fd | grep -c x.flac"):lines() do if line ~= "0" then list[1] = line end end
      return list
    end) {})
  end)

  test("may lose what ears do not miss", function()
    local x = tones(16000, 16000)
    for _, case in ipairs {{"x.flac", 1e-4, "FLAC"}, {"x.ogg", 0.1, "VORBIS"}, {"x.opus", 0.1, "OPUS"},
      {"x.mp3", 0.1, "MP3"}} do
      local name, most, encoding = table.unpack(case)
      local rate = 16000
      torchaudio.save(at(name), x, rate)
      local y, got = torchaudio.load(at(name))
      local info = torchaudio.info(at(name))
      assert.equal(encoding, info.encoding)
      if encoding ~= "MP3" and encoding ~= "OPUS" then
        assert.equal(rate, got)
        assert.same({2, 16000}, {table.unpack(y.shape)})
        assert.is_true((x - y):abs():mean():item() < most, name)
      end
      assert.near(x:square():mean():item(), y:square():mean():item(), 0.02, name)
    end
    torchaudio.save(at "low.ogg", x, 16000, {compression = 1})
    torchaudio.save(at "high.ogg", x, 16000, {compression = 0})
    assert.is_true(#bytes(at "low.ogg") < #bytes(at "high.ogg"))
  end)

  test("say what is wrong", function()
    fails("load: 'uri' (argument 1): expected a string, got nothing", torchaudio.load)
    fails("/nowhere.wav", torchaudio.load, "/nowhere.wav")
    write(at "text.wav", "this is no sound")
    fails("load: " .. at "text.wav" .. ": ", torchaudio.load, at "text.wav")
    write(at "empty.wav", "")
    fails("info: " .. at "empty.wav" .. ": ", torchaudio.info, at "empty.wav")
    torchaudio.save(at "x.wav", tones(1000, 8000), 8000)
    write(at "cut.wav", bytes(at "x.wav"):sub(1, 3000))
    fails("cut.wav: cut off: the header says 8000 bytes of sound, and there are 29", torchaudio.load, at "cut.wav")
    torchaudio.save(at "x.flac", torch.rand(1, 20000) - 0.5, 8000)
    write(at "cut.flac", bytes(at "x.flac"):sub(1, 9000))
    fails("cut.flac: ", torchaudio.load, at "cut.flac")
    fails("save: 'uri' (argument 1): expected one of wav, flac", torchaudio.save, at "x.txt", tones(10, 8000), 8000)
    fails("save: 'format' (argument 5): expected one of wav", torchaudio.save, at "x", tones(10, 8000), 8000,
      {format = "zip"})
    fails("save: 'sample_rate' (argument 3): expected a positive integer", torchaudio.save, at "x.wav", tones(10, 8000),
      0)
    fails("save: 'src' (argument 2): expected 1 to 1024 channels", torchaudio.save, at "x.wav", torch.zeros(0, 5), 8000)
    fails("save: 'src' (argument 2): expected floats, uint8, int16 or int32", torchaudio.save, at "x.wav",
      torch.ones(1, 5):to("int64"), 8000)
    fails("save: " .. at "y.flac" .. ": a flac file has no such encoding", torchaudio.save, at "y.flac",
      tones(10, 8000), 8000, {encoding = "VORBIS"})
    fails("no/x.wav", torchaudio.save, at "no/x.wav", tones(10, 8000), 8000)
    assert.is_nil(io.open(at "y.flac"))
    fails("stream: 'frames' (argument 2): expected a positive integer", torchaudio.stream, at "x.wav", 0)
  end)

  test("with an absurd header are refused", function()
    torchaudio.save(at "x.wav", tones(10, 8000), 8000)
    local text = bytes(at "x.wav")
    for _, case in ipairs {{23, "<I2", 0}, {23, "<I2", 60000}, {25, "<I4", 0}} do
      local place, form, value = table.unpack(case)
      local field = string.pack(form, value)
      write(at "odd.wav", text:sub(1, place - 1) .. field .. text:sub(place + #field))
      fails("load: " .. at "odd.wav", torchaudio.load, at "odd.wav")
    end
  end)
end)
