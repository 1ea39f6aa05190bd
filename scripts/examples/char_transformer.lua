--- A small transformer that learns to write like a text, letter by letter.
--
--     hecate scripts/examples/char_transformer.lua [--text FILE] [--steps N] [--small]
--
-- Without a file it reads the licence and the README of Hecate. Attention is written out here, in six lines.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns to write like a text.", {
  {"text", false, "the text"},
  {"steps", 600, "steps of training"},
  {"width", 64, "numbers that stand for a letter"},
  {"length", 200, "letters that are written at the end"},
}, {steps = 5, length = 20})

torch.manual_seed(1)
local CONTEXT, BATCH, HEADS, LAYERS = 64, 16, 4, 2

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local here = arg[0]:match "^(.*)/[^/]*$" or "."
local text = options.text and read(options.text) or read(here .. "/../../LICENSE") .. read(here .. "/../../README.md")

-- Letters as numbers from 1.
local letters, number = {}, {}
local codes = {}
for i = 1, #text do
  local letter = text:sub(i, i)
  if not number[letter] then
    letters[#letters + 1] = letter
    number[letter] = #letters
  end
  codes[i] = number[letter]
end
local all = torch.tensor(codes)

local Block = torch.class("Block", nn.Module)
function Block:__init(width)
  self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
  self.parts, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
  self.think = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
end

--- What each letter takes from itself and the letters before it.
function Block:attend(x)
  local n, t, width = table.unpack(x.shape)
  local parts = self.parts(x):reshape(n, t, 3, HEADS, width // HEADS):permute(3, 1, 4, 2, 5)
  local scores = parts[1]:matmul(parts[2]:transpose(3, 4)) / math.sqrt(width // HEADS)
  local later = torch.ones(t, t):triu(1):gt(0)
  local shares = torch.softmax(scores:masked_fill(later, -1e9), 4)
  return self.join(shares:matmul(parts[3]):transpose(2, 3):reshape(n, t, width))
end

function Block:forward(x)
  x = x + self:attend(self.before(x))
  return x + self.think(self.between(x))
end

local Writer = torch.class("Writer", nn.Module)
function Writer:__init(width)
  self.letters, self.places = nn.Embedding(#letters, width), nn.Embedding(CONTEXT, width)
  self.blocks = nn.Sequential()
  for i = 1, LAYERS do self.blocks:add_module(tostring(i - 1), Block(width)) end
  self.last, self.out = nn.LayerNorm(width), nn.Linear(width, #letters)
end

function Writer:forward(x)
  local h = self.letters(x) + self.places(torch.arange(1, x.shape[2] + 1))
  return self.out(self.last(self.blocks(h)))
end

local net = Writer(options.width)
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.AdamW(net:parameters(), {lr = 2e-3})
local mean
for step = 1, options.steps do
  local inputs, outputs = {}, {}
  for i = 1, BATCH do
    local at = torch.randint(1, #all - CONTEXT, {1}):item()
    inputs[i], outputs[i] = all:narrow(1, at, CONTEXT), all:narrow(1, at + 1, CONTEXT)
  end
  optimizer:zero_grad()
  local loss = criterion(net(torch.stack(inputs)):flatten(1, 2), torch.stack(outputs):flatten())
  loss:backward()
  nn.utils.clip_grad_norm_(net:parameters(), 1)
  optimizer:step()
  mean = mean and 0.95 * mean + 0.05 * loss:item() or loss:item()
  if step % 100 == 0 then print(("step %4d: %.2f bits a letter"):format(step, mean / math.log(2))) end
end
print(("%.2f bits a letter, of %.2f"):format(mean / math.log(2), math.log(#letters, 2)))

local written = {number[text:sub(1, 1)]}
net:eval()
torch.no_grad(function()
  for _ = 1, options.length do
    local seen = torch.tensor({table.unpack(written, math.max(1, #written - CONTEXT + 1))}):unsqueeze(1)
    local chance = torch.softmax(net(seen)[{1, -1}] / 0.8, 1)
    written[#written + 1] = torch.multinomial(chance, 1):item()
  end
end)
for i, code in ipairs(written) do written[i] = letters[code] end
print(table.concat(written))
