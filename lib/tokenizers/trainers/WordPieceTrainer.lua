--- tokenizers.trainers.WordPieceTrainer(vocab_size: count = 30000, min_frequency: count = 0, special_tokens: table =
-- {}, limit_alphabet: count = nil, initial_alphabet: table = {}, continuing_subword_prefix: string = "##",
-- end_of_word_suffix: string = nil, max_token_length: count = nil): The tokens that byte pair encoding makes, for
-- WordPiece.
local Trainer = require "tokenizers.trainers.trainer"
local BpeTrainer = require "tokenizers.trainers.BpeTrainer"

local WordPieceTrainer = torch.class("tokenizers.trainers.WordPieceTrainer", Trainer)

local PARAMETERS <const> = {{"vocab_size", kind = "count", default = 30000},
  {"min_frequency", kind = "count", default = 0}, {"special_tokens", kind = "table", default = {}},
  {"limit_alphabet", kind = "count"}, {"initial_alphabet", kind = "table", default = {}},
  {"continuing_subword_prefix", kind = "string", default = "##"}, {"end_of_word_suffix", kind = "string"},
  {"max_token_length", kind = "count"}}

function WordPieceTrainer:__init(...) self:_construct("WordPieceTrainer", PARAMETERS, ...) end

function WordPieceTrainer:_train(counter, model)
  local tokens, why = BpeTrainer {vocab_size = self.vocab_size, min_frequency = self.min_frequency,
    special_tokens = self.special_tokens, limit_alphabet = self.limit_alphabet,
    initial_alphabet = self.initial_alphabet, continuing_subword_prefix = self.continuing_subword_prefix,
    end_of_word_suffix = self.end_of_word_suffix, max_token_length = self.max_token_length}:_merges(counter)
  if not tokens then return nil, why end
  local vocab = {}
  for i, token in ipairs(tokens) do vocab[token] = i - 1 end
  return "WordPiece", {vocab = vocab, unk_token = model.unk_token,
    continuing_subword_prefix = self.continuing_subword_prefix,
    max_input_chars_per_word = model.max_input_chars_per_word}
end

return WordPieceTrainer
