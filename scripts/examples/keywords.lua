--- A classifier of spoken words that do not exist: two vowels each, sung by a voice that is made here of pulses and
-- resonances, with noise.
--
--     hecate scripts/examples/keywords.lua [--epochs N] [--noise DECIBELS] [--out FILE.png] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Trains a network that tells made-up words apart by their sound.", {
  {"epochs", 8, "passes over the training set"},
  {"words", 1200, "words in the training set"},
  {"noise", -8, "decibels between voice and noise"},
  {"out", false, "a picture of the confusion matrix (.png)"},
}, {epochs = 3, words = 480})
local F = torchaudio.functional
local RATE <const>, LENGTH <const> = 8000, 4096

torch.manual_seed(1)

-- The resonances of vowels in Hz (Peterson, Barney 1952).
local vowels = {a = {730, 1090, 2440}, i = {270, 2290, 3010}, u = {300, 870, 2240}}
local names = {"ai", "ia", "au", "ua", "iu", "ui"}

--- Pulses of voices (n×LENGTH), whose pitches are drawn from 90 to 220 Hz and fall a little.
local function pulses(n)
  local t = torch.arange(LENGTH, {dtype = "float32"}) / RATE
  local pitch = torch.rand(n, 1) * 130 + 90
  local phase = pitch * (t - 0.1 * t * t)
  return torch.nn.functional.pad(phase:floor():diff(), {1, 0})
end

--- x (n×LENGTH) through a resonance at `frequency` Hz (n), of `width` Hz.
local function resonate(x, frequency, width)
  local r = math.exp(-math.pi * width / RATE)
  local a = torch.stack({torch.ones_like(frequency), torch.cos(frequency * (2 * math.pi / RATE)) * (-2 * r),
    torch.full_like(frequency, r * r)}, 2)
  local b = torch.tensor({1 - r, 0, 0}):expand({#frequency, 3})
  return F.lfilter(x, a, b, {clamp = false})
end

--- A vowel of n voices: the letters say which; each throat has another length.
local function sing(source, letters, throat)
  local x = source
  for formant = 1, 3 do
    local frequencies = {}
    for i, letter in ipairs(letters) do frequencies[i] = vowels[letter][formant] end
    x = resonate(x, torch.tensor(frequencies, {dtype = "float32"}) * throat, 40 + 30 * formant)
  end
  return x / x:abs():amax(2, true)
end

--- n words (n×LENGTH) with noise, and their classes.
local function speak(n)
  local classes = torch.randint(1, #names + 1, {n})
  local first, second = {}, {}
  for i, class in ipairs(classes:tolist()) do first[i], second[i] = names[class]:sub(1, 1), names[class]:sub(2) end
  local source, throat = pulses(n), 0.9 + 0.2 * torch.rand(n)
  local turn = (torch.linspace(0, 1, LENGTH) - 0.35 - 0.3 * torch.rand(n, 1)) * 20
  local blend = turn:sigmoid()
  local voice = sing(source, first, throat) * (1 - blend) + sing(source, second, throat) * blend
  voice = torchaudio.transforms.Fade(400, 400)(voice) * 0.5
  return F.add_noise(voice, torch.randn_like(voice), torch.full({n}, options.noise)), classes
end

local mfcc = torchaudio.transforms.MFCC {sample_rate = RATE, n_mfcc = 13,
  melkwargs = {n_fft = 256, hop_length = 128, n_mels = 23}}
local function features(n)
  local x, classes = speak(n)
  return torch.utils.data.TensorDataset(F.sliding_window_cmn(mfcc(x):transpose(1, 2), 100, {center = true})
    :transpose(1, 2):contiguous() / 10, classes)
end

local train_set, test_set = features(options.words), features(300)
local net = nn.Sequential(nn.Conv1d(13, 32, 5, {padding = 2}), nn.ReLU(), nn.MaxPool1d(4),
  nn.Conv1d(32, 64, 3, {padding = 1}), nn.ReLU(), nn.Flatten(), nn.Linear(64 * 8, #names))
local optimizer = optim.AdamW(net:parameters(), {lr = 2e-3})
local criterion = nn.CrossEntropyLoss()

local function answers()
  local x, right = table.unpack(test_set.tensors)
  return right, torch.no_grad(function() return net(x):argmax(2) end)
end

for epoch = 1, options.epochs do
  local sum, n = 0, 0
  for x, y in torch.utils.data.DataLoader(train_set, {batch_size = 32, shuffle = true}):iter() do
    optimizer:zero_grad()
    local loss = criterion(net(x), y)
    loss:backward()
    optimizer:step()
    sum, n = sum + loss:item(), n + 1
  end
  local right, found = answers()
  print(("epoch %d: loss %.4f, %.1f %% of the test words right"):format(epoch, sum / n,
    100 * right:eq(found):float():mean():item()))
end

if options.out then
  gnuplot.pngfigure(options.out)
  local right, found = answers()
  gnuplot.confusion(right, found, {labels = names})
  gnuplot.close()
end
