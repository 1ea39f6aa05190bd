--- Sound beside torchaudio, in processor time (os.clock counts all threads):
--     BENCH_PYTHON=/path/to/python BENCH_SECONDS=600 BENCH_ROUNDS=3 hecate scripts/bench/audio.lua
-- A row is one piece of work on BENCH_SECONDS of a signal (an hour if not given). The peer is audio.py beside this
-- file, with torchaudio; without BENCH_PYTHON it is left out. The rounds of both take turns, and the least time of each
-- counts.
local seconds, rounds = tonumber(os.getenv "BENCH_SECONDS" or 3600), tonumber(os.getenv "BENCH_ROUNDS" or 3)
torch.set_num_threads(tonumber(os.getenv "BENCH_THREADS" or 1))
local T, F = torchaudio.transforms, torchaudio.functional

local function noise(rate) return torch.rand(1, seconds * rate) - 0.5 end

--- name → a function that makes the work, as a function.
local works = {
  {"mel spectrogram, 80 bands", function()
    local mel, x = T.MelSpectrogram {sample_rate = 16000, n_fft = 400, hop_length = 160, n_mels = 80}, noise(16000)
    return function() return mel(x) end
  end},
  {"MFCC, 40 of 80 bands", function()
    local mfcc = T.MFCC {sample_rate = 16000, n_mfcc = 40, melkwargs = {n_fft = 400, hop_length = 160, n_mels = 80}}
    local x = noise(16000)
    return function() return mfcc(x) end
  end},
  {"resample 44.1 to 16 kHz", function()
    local x = noise(44100)
    return function() return F.resample(x, 44100, 16000) end
  end},
  {"spectrogram, complex, n_fft 512", function()
    local spectrogram, x = T.Spectrogram {n_fft = 512, hop_length = 160, power = false}, noise(16000)
    return function() return spectrogram(x) end
  end},
  {"Kaldi's fbank, 40 bands", function()
    local x = noise(16000)
    return function() return torchaudio.compliance.kaldi.fbank(x, {num_mel_bins = 40}) end
  end},
  {"lowpass_biquad", function()
    local x = noise(16000)
    return function() return F.lowpass_biquad(x, 16000, 1000) end
  end},
  {"Griffin-Lim, 4 steps, a minute", function()
    local griffin, x = T.GriffinLim {n_fft = 512, hop_length = 128, n_iter = 4}, torch.rand(257, 7500)
    return function() return griffin(x) end
  end},
}

--- The processor time of one call.
local function once(work)
  collectgarbage()
  local start = os.clock()
  work()
  return os.clock() - start
end

local python = os.getenv "BENCH_PYTHON"
local function peer(i)
  local pipe = assert(io.popen(("BENCH_SECONDS=%d BENCH_THREADS=%d '%s' scripts/bench/audio.py %d"):format(seconds,
    torch.get_num_threads(), python, i - 1)))
  local text = pipe:read "a"
  pipe:close()
  return tonumber(text:match "([%d.e+-]+)%s*$")
end

print(("%-34s %10s %10s %8s"):format("", "hecate s", "peer s", "times"))
for i, entry in ipairs(works) do
  if not arg[1] or entry[1]:find(arg[1], 1, true) then
    local ours, theirs = math.huge, math.huge
    local work = torch.no_grad(entry[2])
    once(work)
    for _ = 1, rounds do
      ours = math.min(ours, torch.no_grad(once, work))
      if python then theirs = math.min(theirs, peer(i) or math.huge) end
    end
    print(("%-34s %10.3f %10.3f %8.2f"):format(entry[1], ours, theirs, theirs / ours))
  end
end
