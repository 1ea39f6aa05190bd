--- tokenizers.trainers.WordLevelTrainer(vocab_size: count = 30000, min_frequency: count = 0, special_tokens: table =
-- {}): The most frequent words, of equal ones in the order of their bytes.
local Trainer = require "tokenizers.trainers.trainer"

local WordLevelTrainer = torch.class("tokenizers.trainers.WordLevelTrainer", Trainer)

local PARAMETERS <const> = {{"vocab_size", kind = "count", default = 30000},
  {"min_frequency", kind = "count", default = 0}, {"special_tokens", kind = "table", default = {}}}

function WordLevelTrainer:__init(...) self:_construct("WordLevelTrainer", PARAMETERS, ...) end

function WordLevelTrainer:_train(counter, model)
  local words, counts = require "tokenizers.core".counts(counter)
  local order, vocab, n = {}, {}, 0
  for i = 1, #words do order[i] = i end
  table.sort(order, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return words[a] < words[b]
  end)
  local function add(token)
    if n < self.vocab_size and not vocab[token] then vocab[token], n = n, n + 1 end
  end
  for _, token in ipairs(self:_special()) do add(token) end
  for _, i in ipairs(order) do if counts[i] >= self.min_frequency then add(words[i]) end end
  return "WordLevel", {vocab = vocab, unk_token = model.unk_token}
end

return WordLevelTrainer
