--- tokenizers.trainers.UnigramTrainer(vocab_size: count = 8000, special_tokens: table = {}, shrinking_factor: number =
-- 0.75, unk_token: string = nil, max_piece_length: count = 16, n_sub_iterations: count = 2, initial_alphabet: table =
-- {}, seed_size: count = 1000000): Frequent substrings, of which those go that the likelihood of the texts misses
-- least (Kudo, 2018).
local options = require "torch.utils.options"
local Trainer = require "tokenizers.trainers.trainer"

local UnigramTrainer = torch.class("tokenizers.trainers.UnigramTrainer", Trainer)

local PARAMETERS <const> = {{"vocab_size", kind = "count", default = 8000},
  {"special_tokens", kind = "table", default = {}}, {"shrinking_factor", kind = "number", default = 0.75},
  {"unk_token", kind = "string"}, {"max_piece_length", kind = "positive", default = 16},
  {"n_sub_iterations", kind = "positive", default = 2}, {"initial_alphabet", kind = "table", default = {}},
  {"seed_size", kind = "positive", default = 1000000}}

function UnigramTrainer:__init(...)
  self:_construct("UnigramTrainer", PARAMETERS, ...)
  if not (self.shrinking_factor > 0 and self.shrinking_factor < 1) then
    options.wrong("tokenizers.trainers.UnigramTrainer", "shrinking_factor", 3, "a number between 0 and 1",
      self.shrinking_factor)
  end
end

-- The characters of all words and of the alphabet.
local function characters_of(counter, alphabet)
  local seen, list = {}, {}
  local function add(text)
    for c in text:gmatch(utf8.charpattern) do
      if not seen[c] then
        seen[c] = true
        list[#list + 1] = c
      end
    end
  end
  for _, word in ipairs((require "tokenizers.core".counts(counter))) do add(word) end
  for _, c in ipairs(alphabet) do add(c:match(utf8.charpattern)) end
  table.sort(list)
  return list
end

-- The final pieces: every character, then the others in their order; by falling score.
local function choose(pieces, least, characters, size)
  local scores, inserted, list, penalty = {}, {["<UNK>"] = true}, {}, 0
  for _, piece in ipairs(pieces) do scores[piece[1]] = piece[2] end
  for _, c in ipairs(characters) do
    inserted[c] = true
    if scores[c] then list[#list + 1] = {c, scores[c]}
    else
      list[#list + 1] = {c, least + penalty}
      penalty = penalty + 0.0001
    end
  end
  for _, piece in ipairs(pieces) do
    if not inserted[piece[1]] then
      if #list >= size then break end
      inserted[piece[1]] = true
      list[#list + 1] = piece
    end
  end
  local place = {}
  for i, piece in ipairs(list) do place[piece] = i end
  table.sort(list, function(a, b)
    if a[2] ~= b[2] then return a[2] > b[2] end
    return place[a] < place[b]
  end)
  return list
end

function UnigramTrainer:_train(counter, model)
  local pieces, least = require "tokenizers.core".train_unigram(counter, {vocab_size = self.vocab_size,
    max_piece_length = self.max_piece_length, seed_size = self.seed_size, n_sub_iterations = self.n_sub_iterations,
    shrinking_factor = self.shrinking_factor})
  if not pieces then return nil, least end
  if #pieces == 0 then least = 0 end
  local special, unk_id = self:_special(), nil
  for i, token in ipairs(special) do if token == self.unk_token then unk_id = unk_id or i - 1 end end
  if self.unk_token and not unk_id then
    table.insert(special, 1, self.unk_token)
    unk_id = 0
  end
  local vocab = {}
  for i, token in ipairs(special) do vocab[i] = {token, 0.0} end
  local characters = characters_of(counter, self.initial_alphabet)
  for _, piece in ipairs(choose(pieces, least, characters, self.vocab_size - #special)) do
    vocab[#vocab + 1] = piece
  end
  return "Unigram", {vocab = vocab, unk_id = unk_id, byte_fallback = model.byte_fallback}
end

return UnigramTrainer
