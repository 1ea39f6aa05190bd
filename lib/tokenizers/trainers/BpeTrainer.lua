--- tokenizers.trainers.BpeTrainer(vocab_size: count = 30000, min_frequency: count = 0, special_tokens: table = {},
-- limit_alphabet: count = nil, initial_alphabet: table = {}, continuing_subword_prefix: string = nil,
-- end_of_word_suffix: string = nil, max_token_length: count = nil): Byte pair encoding (Sennrich et al., 2016): again
-- and again the most frequent pair becomes a token, until there are vocab_size or none is there min_frequency times.
local Trainer = require "tokenizers.trainers.trainer"

local BpeTrainer = torch.class("tokenizers.trainers.BpeTrainer", Trainer)

local PARAMETERS <const> = {{"vocab_size", kind = "count", default = 30000},
  {"min_frequency", kind = "count", default = 0}, {"special_tokens", kind = "table", default = {}},
  {"limit_alphabet", kind = "count"}, {"initial_alphabet", kind = "table", default = {}},
  {"continuing_subword_prefix", kind = "string"}, {"end_of_word_suffix", kind = "string"},
  {"max_token_length", kind = "count"}}

function BpeTrainer:__init(...) self:_construct("BpeTrainer", PARAMETERS, ...) end

-- Tokens and merges of the words of a counter, or nil and what is wrong.
function BpeTrainer:_merges(counter)
  return require "tokenizers.core".train_bpe(counter, {vocab_size = self.vocab_size,
    min_frequency = self.min_frequency, limit_alphabet = self.limit_alphabet, alphabet = self.initial_alphabet,
    continuing_subword_prefix = self.continuing_subword_prefix, end_of_word_suffix = self.end_of_word_suffix,
    max_token_length = self.max_token_length, special = self:_special()})
end

-- The description of a model like 'model', with what was learned.
function BpeTrainer:_train(counter, model)
  local tokens, merges = self:_merges(counter)
  if not tokens then return nil, merges end
  local vocab = {}
  for i, token in ipairs(tokens) do vocab[token] = i - 1 end
  return "BPE", {vocab = vocab, merges = merges, dropout = model.dropout, unk_token = model.unk_token,
    fuse_unk = model.fuse_unk, byte_fallback = model.byte_fallback, ignore_merges = model.ignore_merges,
    continuing_subword_prefix = self.continuing_subword_prefix, end_of_word_suffix = self.end_of_word_suffix}
end

return BpeTrainer
