--- An LSTM that learns to write like a text, letter by letter, with its loss on text that it has not seen.
--
--     hecate scripts/examples/char_lstm.lua [--text FILE] [--steps N] [--out FILE.png] [--small]
--
-- Without a file it reads the licence and the README of Hecate. The batch is BATCH places of the text that are read on
-- side by side: the state of the LSTM goes on from step to step (truncated backpropagation through time).
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns to write like a text.", {
  {"text", false, "the text; its last tenth is for validation"},
  {"steps", 3000, "steps of training"},
  {"width", 320, "width of the LSTM"},
  {"length", 400, "letters that are written at the end"},
  {"seed", 1, "seed of all random numbers"},
  {"out", false, "a picture of the losses (.png)"},
}, {steps = 10, width = 32, length = 40})
torch.manual_seed(options.seed)
local BATCH, LENGTH, REPORT = 32, 64, 250

local here = arg[0]:match "^(.*)/[^/]*$" or "."
local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end
local text = options.text and read(options.text) or read(here .. "/../../LICENSE") .. read(here .. "/../../README.md")

-- Letters as numbers from 1, in the order of their codes.
local seen, letters, number = {}, {}, {}
for letter in text:gmatch "." do seen[letter] = true end
if text:find "\n" then seen["\n"] = true end
for letter in pairs(seen) do letters[#letters + 1] = letter end
table.sort(letters)
for i, letter in ipairs(letters) do number[letter] = i end
local codes = {}
for i = 1, #text do codes[i] = number[text:sub(i, i)] end
local all = torch.tensor(codes, {dtype = "int64"})
local train, validation = all:narrow(1, 1, #all - #all // 10), all:narrow(1, #all - #all // 10 + 1, #all // 10)

if #train < BATCH * LENGTH + 1 then
  error(("the text has %d letters, and %d are needed"):format(#text, (BATCH * LENGTH + 1) * 10 // 9 + 1), 0)
end

local Writer = torch.class("CharLSTM", nn.Module)
function Writer:__init(letters, width)
  self.letters = nn.Embedding(letters, 64)
  self.lstm = nn.LSTM(64, width, {num_layers = 2, batch_first = true, dropout = 0.2})
  self.drop = nn.Dropout(0.2)
  self.out = nn.Linear(width, letters)
end
--- x: positions of letters (n, t). Scores of the next letter (n, t, letters), and the state to go on with.
function Writer:forward(x, state)
  local h, after = self.lstm(self.letters(x), state)
  return self.out(self.drop(h)), after
end

--- A text as `rows` texts side by side: (rows, length), and what comes one letter later.
local function side_by_side(text, rows)
  local length = (#text - 1) // rows
  return text:narrow(1, 1, rows * length):reshape(rows, length), text:narrow(1, 2, rows * length):reshape(rows, length)
end

local function detached(state) return {state[1]:detach(), state[2]:detach()} end

local net = Writer(#letters, options.width)
local criterion = nn.CrossEntropyLoss()

--- Mean loss of a letter in nats over a text.
local function evaluate(text)
  net:eval()
  local inputs, outputs = side_by_side(text, 8)
  local sum, n, state = 0, 0, nil
  torch.no_grad(function()
    for at = 1, inputs.shape[2] - 1, 256 do
      local t = math.min(256, inputs.shape[2] - at + 1)
      local scores
      scores, state = net(inputs:narrow(2, at, t), state)
      sum = sum + criterion(scores:flatten(1, 2), outputs:narrow(2, at, t):flatten()):item() * t
      n = n + t
    end
  end)
  net:train()
  return sum / n
end

local optimizer = optim.AdamW(net:parameters(), {lr = 4e-3})
local schedule = optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, {total_steps = options.steps + 1, pct_start = 0.1})
local curve = (options.out or not options.small) and gnuplot.live{title = "nats a letter", file = options.out or nil}
local inputs, outputs = side_by_side(train, BATCH)
local at, state, mean = 1, nil, nil
for step = 1, options.steps do
  if at + LENGTH - 1 > inputs.shape[2] then at, state = 1, nil end -- the next pass over the text
  optimizer:zero_grad()
  local scores, after = net(inputs:narrow(2, at, LENGTH), state)
  local loss = criterion(scores:flatten(1, 2), outputs:narrow(2, at, LENGTH):flatten())
  loss:backward()
  nn.utils.clip_grad_norm_(net:parameters(), 1)
  optimizer:step()
  schedule:step()
  at, state = at + LENGTH, detached(after)
  mean = mean and 0.98 * mean + 0.02 * loss:item() or loss:item()
  if curve and step % 10 == 0 then curve:add("train", step, mean) end
  if step % REPORT == 0 then
    local held = evaluate(validation)
    if curve then curve:add("validation", step, held) end
    print(("step %4d: %.3f nats a letter, validation %.3f"):format(step, mean, held))
  end
end
if curve then curve:close() end
print(("validation: %.3f nats a letter, of %.3f"):format(evaluate(validation), math.log(#letters)))

-- One letter after the other, each drawn by its chance.
net:eval()
local written, state_now = {}, nil
local letter = number["\n"] or 1
torch.no_grad(function()
  for i = 1, options.length do
    local scores
    scores, state_now = net(torch.tensor({{letter}}), state_now)
    letter = torch.multinomial(torch.softmax(scores:flatten() / 0.8, 1), 1):item()
    written[i] = letters[letter]
  end
end)
print(table.concat(written))
