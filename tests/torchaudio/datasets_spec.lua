-- torchaudio.datasets: small sets made here in their published layouts.
local there = pcall(require, "torchaudio.file")
local test = needs(there, "libsndfile")
local datasets = torchaudio.datasets

local folder
setup(function()
  folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
end)
teardown(function() os.execute("rm -rf " .. folder) end)

--- A file of n equal numbers, in folders that are made for it.
local function sound(path, n, value)
  path = folder .. "/" .. path
  os.execute(("mkdir -p '%s'"):format(path:match "^(.*)/"))
  torchaudio.save(path, torch.full({1, n}, value, {dtype = "float32"}), 16000)
end
local function write(path, text)
  local file <close> = assert(io.open(folder .. "/" .. path, "w"))
  file:write(text)
end

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
end

describe("torchaudio.datasets", function()
  test("SPEECHCOMMANDS", function()
    local base = "SpeechCommands/speech_commands_v0.02/"
    sound(base .. "yes/0a1b_nohash_0.wav", 10, 0.25)
    sound(base .. "yes/0a1b_nohash_1.wav", 11, 0.5)
    sound(base .. "no/ffff_nohash_0.wav", 12, 0.75)
    sound(base .. "_background_noise_/hum.wav", 13, 0)
    write(base .. "validation_list.txt", "yes/0a1b_nohash_1.wav\n")
    write(base .. "testing_list.txt", "no/ffff_nohash_0.wav\n")
    local set = datasets.SPEECHCOMMANDS(folder)
    assert.equal(3, #set)
    local wave, rate, label, speaker, number = table.unpack(set[3])
    assert.same({1, 11}, {table.unpack(wave.shape)})
    assert.equal(0.5, wave[{1, 1}]:item())
    assert.same({16000, "yes", "0a1b", 1}, {rate, label, speaker, number})
    for subset, expected in pairs {training = "yes", validation = "yes", testing = "no"} do
      local part = datasets.SPEECHCOMMANDS(folder, {subset = subset})
      assert.equal(1, #part)
      assert.equal(expected, part[1][3])
    end
    fails("SPEECHCOMMANDS: 'subset' (argument 5): expected", datasets.SPEECHCOMMANDS, folder, {subset = "all"})
    fails("/nowhere/SpeechCommands/speech_commands_v0.02: no such folder", datasets.SPEECHCOMMANDS, "/nowhere")
    fails("SPEECHCOMMANDS: position 4 is outside 1 to 3", function() return set[4] end)
  end)

  test("LIBRISPEECH", function()
    local base = "LibriSpeech/dev-clean/84/121123/"
    sound(base .. "84-121123-0000.flac", 20, 0.5)
    sound(base .. "84-121123-0001.flac", 30, 0.5)
    write(base .. "84-121123.trans.txt", "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT IN LESS\n")
    local set = datasets.LIBRISPEECH(folder, "dev-clean")
    assert.equal(2, #set)
    local wave, rate, text, speaker, chapter, number = table.unpack(set[2])
    assert.same({1, 30}, {table.unpack(wave.shape)})
    assert.same({16000, "BUT IN LESS", 84, 121123, 1}, {rate, text, speaker, chapter, number})
    write(base .. "84-121123.trans.txt", "84-121123-0000 GO\n")
    fails("no text of 84-121123-0001", function() return datasets.LIBRISPEECH(folder, "dev-clean")[2] end)
  end)

  test("YESNO", function()
    sound("waves_yesno/0_1_0_1_0_0_1_1.wav", 9, 0)
    local set = datasets.YESNO(folder)
    assert.equal(1, #set)
    assert.same({0, 1, 0, 1, 0, 0, 1, 1}, set[1][3])
  end)

  test("AudioFolder, and a loader over it", function()
    for i, name in ipairs {"a/x.wav", "a/y.wav", "b/deep/z.flac"} do sound("sounds/" .. name, 8, i / 8) end
    write("sounds/a/notes.txt", "no sound")
    local set = datasets.AudioFolder(folder .. "/sounds", {transform = function(wave) return wave * 2 end})
    assert.equal(3, #set)
    assert.same({"a", "b"}, set.classes)
    local classes = {}
    for wave, _, class in torch.utils.data.DataLoader(set, {batch_size = 3}):iter() do
      assert.same({3, 1, 8}, {table.unpack(wave.shape)})
      classes = class:tolist()
    end
    assert.same({1, 1, 2}, classes)
    assert.near(0.5, set[2][1][{1, 1}]:item(), 1e-4)
    fails("no files of sound in folders of classes", datasets.AudioFolder, folder .. "/sounds/b/deep")
    fails("AudioFolder: 'root' (argument 1): expected a string", datasets.AudioFolder)
  end)
end)
