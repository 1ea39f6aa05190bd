--- Where speech is in a recording, by the pretrained network of Silero (MIT licence): a transform of frames as a
-- convolution, four convolutions, and a cell that remembers.
--
--     hecate scripts/examples/vad.lua --weights silero_vad_16k.safetensors --sound recording.wav [--each]
--
-- Without weights it runs with random ones, which shows nothing but the way through it.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Finds speech in a file of sound.", {
  {"weights", false, "a file of Silero's weights (.safetensors)"},
  {"sound", false, "a file of sound"},
  {"threshold", 0.5, "how probable speech must be"},
  {"each", false, "prints the probability of each window of 32 milliseconds into this file"},
}, {})
local RATE <const>, WINDOW <const>, CONTEXT <const> = 16000, 512, 64

local Detector = torch.class("Detector", nn.Module)

function Detector:__init()
  self.stft_conv = nn.Conv1d(1, 258, 256, {stride = 128, bias = false})
  self.conv1 = nn.Conv1d(129, 128, 3, {padding = 1})
  self.conv2 = nn.Conv1d(128, 64, 3, {stride = 2, padding = 1})
  self.conv3 = nn.Conv1d(64, 64, 3, {stride = 2, padding = 1})
  self.conv4 = nn.Conv1d(64, 128, 3, {padding = 1})
  self.lstm_cell = nn.LSTMCell(128, 128)
  self.final_conv = nn.Conv1d(128, 1, 1)
end

--- What the window (1×576) sounds like: (1×128).
function Detector:encode(x)
  x = self.stft_conv(nn.functional.pad(x:unsqueeze(2), {0, CONTEXT}, "reflect"))
  x = (x:narrow(2, 1, 129):square() + x:narrow(2, 130, 129):square()):sqrt()
  for i = 1, 4 do x = self["conv" .. i](x):relu() end
  return x:squeeze(3)
end

--- The probability of speech in the window, and what is remembered: {h, c}.
function Detector:forward(x, state)
  local h, c
  if state then h, c = self.lstm_cell(self:encode(x), state)
  else h, c = self.lstm_cell(self:encode(x)) end
  return self.final_conv(h:unsqueeze(3):relu()):sigmoid():item(), {h, c}
end

--- One channel at 16 kHz.
local function recording()
  if not options.sound then return torch.randn(1, RATE) * 0.1 end
  local x, rate = torchaudio.load(options.sound)
  return torchaudio.functional.resample(x:mean(1, true), rate, RATE)
end

--- The probability of speech in each window.
local function probabilities(net, x)
  local rest = x:size(2) % WINDOW
  x = nn.functional.pad(x, {CONTEXT, rest > 0 and WINDOW - rest or 0})
  local list, state = {}, nil
  for at = 1, x:size(2) - CONTEXT, WINDOW do
    list[#list + 1], state = net(x:narrow(2, at, CONTEXT + WINDOW), state)
  end
  return list
end

torch.manual_seed(1)
local net = Detector():eval()
if options.weights then net:load_state_dict(torch.load(options.weights)) end
local found = torch.no_grad(probabilities, net, recording())

local speech, start = 0, nil
for i = 1, #found + 1 do
  local is_speech = found[i] and found[i] >= options.threshold
  if is_speech then speech, start = speech + 1, start or i
  elseif start then
    print(("%.2f to %.2f s"):format((start - 1) * WINDOW / RATE, (i - 1) * WINDOW / RATE))
    start = nil
  end
end
if options.each then
  local file <close> = assert(io.open(options.each, "w"))
  for _, p in ipairs(found) do file:write(("%.9g\n"):format(p)) end
end
print(("speech in %d of %d windows"):format(speech, #found))
