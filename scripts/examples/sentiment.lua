--- A classifier of sentences: which words, and which pairs of words, make a sentence one of praise?
--
--     hecate scripts/examples/sentiment.lua [--train FILE --test FILE] [--epochs N] [--out FILE.png] [--small]
--
-- A file has a line for each sentence: its label, a space, its words. Without files it makes up sentences.
-- The model is linear in what it finds: an EmbeddingBag adds up a number for each word and each pair of neighbours.
-- It starts from how much more frequent each is in one class than in the other (naive Bayes; S. Wang and C. Manning,
-- "Baselines and Bigrams", 2012), and learns the rest.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns which sentences praise.", {
  {"train", false, "sentences to learn from"},
  {"test", false, "sentences to be asked"},
  {"epochs", 4, "passes over the sentences"},
  {"lr", 2e-3, "learning rate of Adam"},
  {"seed", 1, "seed of all random numbers"},
  {"out", false, "a picture of the loss (.png)"},
}, {epochs = 2})
torch.manual_seed(options.seed)

-- ---- sentences -------------------------------------------------------------------------

--- The sentences of a file: a list of {label, words}.
local function read(path)
  local sentences = {}
  for line in io.lines(path) do
    local label, text = line:match "^(%S+)%s+(.+)$"
    if label == nil then error(("%s:%d: expected a label and words"):format(path, #sentences + 1), 0) end
    local words = {"<"} -- where the sentence begins
    for word in text:lower():gmatch "%S+" do words[#words + 1] = word end
    sentences[#sentences + 1] = {label = label, words = words}
  end
  return sentences
end

--- Sentences of a small grammar; "not" turns a judgement round, so that words alone do not tell the class.
local function make_up(n)
  local function one_of(list) return list[torch.randint(1, #list + 1, {1}):item()] end
  local good, bad = {"fine", "moving", "witty", "honest"}, {"dull", "empty", "loud", "tired"}
  local sentences = {}
  for i = 1, n do
    local positive, turned = torch.rand(1):item() < 0.5, torch.rand(1):item() < 0.4
    local judgement = one_of((positive ~= turned) and good or bad)
    sentences[i] = {label = positive and "1" or "0", words = {"<", one_of {"a", "this", "the"},
      one_of {"film", "story", "play"}, "is", turned and "not" or "so", judgement, one_of {".", "!", "indeed"}}}
  end
  return sentences
end

local train = options.train and read(options.train) or make_up(600)
local test = options.test and read(options.test) or make_up(200)

-- ---- from words to numbers ---------------------------------------------------------------

--- Calls f with each word of a sentence and each pair of neighbours, each once.
local function each_feature(sentence, f)
  local seen = {}
  local function once(name)
    if not seen[name] then seen[name] = true f(name) end
  end
  for i, word in ipairs(sentence.words) do
    once(word)
    if i > 1 then once(sentence.words[i - 1] .. " " .. word) end
  end
end

local labels, label_of = {}, {}
for _, sentence in ipairs(train) do
  if not label_of[sentence.label] then
    labels[#labels + 1] = sentence.label
    label_of[sentence.label] = #labels
  end
end
table.sort(labels)
for i, label in ipairs(labels) do label_of[label] = i end

local number, count = {}, 0 -- the position of each feature in the embedding
for _, sentence in ipairs(train) do
  each_feature(sentence, function(name)
    if not number[name] then
      count = count + 1
      number[name] = count
    end
  end)
end

--- A sentence as a data set has it: the positions of its features, and its class. Unknown words say nothing.
local function encode(sentences)
  local items = {}
  for i, sentence in ipairs(sentences) do
    local at = {}
    each_feature(sentence, function(name) at[#at + 1] = number[name] end)
    local class = label_of[sentence.label] or error("a label that was not learned: " .. sentence.label, 0)
    items[i] = {torch.tensor(at, {dtype = "int64"}), class}
  end
  return items
end

--- Sentences of different lengths side by side: all positions in a row, and where each sentence begins.
local function collate(items)
  local positions, starts, classes, at = {}, {}, {}, 1
  for i, item in ipairs(items) do
    positions[i], starts[i], classes[i] = item[1], at, item[2]
    at = at + item[1]:numel()
  end
  return torch.cat(positions), torch.tensor(starts), torch.tensor(classes)
end

local Sentences = torch.class("Sentences", torch.utils.data.Dataset)
function Sentences:__init(sentences) self.items = encode(sentences) end
function Sentences:__len() return #self.items end
function Sentences:__getitem(i) return self.items[i] end

local DataLoader = torch.utils.data.DataLoader
local train_loader = DataLoader(Sentences(train), {batch_size = 50, shuffle = true, collate_fn = collate})
local test_loader = DataLoader(Sentences(test), {batch_size = 500, collate_fn = collate})
print(("%d sentences, %d words and pairs, %d classes"):format(#train, count, #labels))

-- ---- the model ---------------------------------------------------------------------------

local Linear = torch.class("BagOfFeatures", nn.Module)
function Linear:__init(features, classes, start)
  self.bag = nn.EmbeddingBag(features, classes, {mode = "sum"})
  self.bias = nn.Parameter(torch.zeros(classes))
  torch.no_grad(function() self.bag.weight:copy_(start) end)
end
function Linear:forward(positions, starts) return self.bag(positions, starts) + self.bias end

--- The logarithm of how frequent each feature is in a class, beside its mean over the classes.
local function log_ratios()
  local frequency = torch.ones(count, #labels)
  for positions, starts, classes in train_loader:iter() do
    local ends = torch.cat({starts[{{2, -1}}], torch.tensor({positions:numel() + 1})})
    local each = torch.repeat_interleave(classes, ends - starts)
    frequency:index_put_({positions, each}, torch.ones(positions:numel()), {accumulate = true})
  end
  local logs = (frequency / frequency:sum(1, true)):log()
  return logs - logs:mean(2, true)
end

local model = Linear(count, #labels, log_ratios() * 0.5)
local criterion = nn.CrossEntropyLoss()
local optimizer = optim.Adam(model:parameters(), {lr = options.lr})

local function accuracy()
  model:eval()
  local right = 0
  torch.no_grad(function()
    for positions, starts, classes in test_loader:iter() do
      right = right + model(positions, starts):argmax(2):eq(classes):sum():item()
    end
  end)
  return right / #test
end

local curve = (options.out or not options.small) and gnuplot.live{title = "loss", file = options.out or nil}
print(("naive Bayes alone: %.2f %% of the test sentences right"):format(100 * accuracy()))
for epoch = 1, options.epochs do
  model:train()
  local sum, n = 0, 0
  for positions, starts, classes in train_loader:iter() do
    optimizer:zero_grad()
    local loss = criterion(model(positions, starts), classes)
    loss:backward()
    optimizer:step()
    sum, n = sum + loss:item(), n + 1
  end
  if curve then curve:add("train", epoch, sum / n) end
  print(("epoch %2d: loss %.4f, test accuracy %.2f %%"):format(epoch, sum / n, 100 * accuracy()))
end
if curve then curve:close() end

-- What it learned to say, in the words with the largest numbers.
local difference = model.bag.weight:detach()
difference = difference:select(2, #labels) - difference:select(2, 1)
local names = {}
for name, at in pairs(number) do names[at] = name end
for _, side in ipairs {{label = labels[#labels], largest = true}, {label = labels[1], largest = false}} do
  local _, at = difference:topk(math.min(8, count), 1, side.largest)
  local words = {}
  for i, position in ipairs(at:tolist()) do words[i] = names[position] end
  print(("most like '%s': %s"):format(side.label, table.concat(words, ", ")))
end
