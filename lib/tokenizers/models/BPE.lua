--- tokenizers.models.BPE(vocab: table = {}, merges: table = {}, dropout: number = nil, unk_token: string = nil,
-- continuing_subword_prefix: string = nil, end_of_word_suffix: string = nil, fuse_unk: bool = false, byte_fallback:
-- bool = false, ignore_merges: bool = false): Byte pair encoding: characters, put together by merges in their order.
-- vocab: a table from tokens to ids; merges: an array of {left, right}; dropout: the probability that a merge is
-- passed over; byte_fallback: characters that are not in the vocabulary become <0x00> and so on; ignore_merges: a
-- word that is in the vocabulary is one token.
local Model = require "tokenizers.models.model"

local BPE = torch.class("tokenizers.models.BPE", Model)

local PARAMETERS <const> = {{"vocab"}, {"merges"}, {"dropout"}, {"unk_token"}, {"continuing_subword_prefix"},
  {"end_of_word_suffix"}, {"fuse_unk"}, {"byte_fallback"}, {"ignore_merges"}}

function BPE:__init(...) self:_construct("BPE", PARAMETERS, ...) end

--- tokenizers.models.BPE.from_file(vocab: path, merges: path, options: table = {}) -> any: The model of a vocab.json
-- and a merges.txt, with the options of the constructor.
function BPE.from_file(vocab, merges, given)
  local files = require "tokenizers.models.files"
  local list = files.merges(merges, "BPE.from_file")
  return files.with(BPE, {vocab = files.vocab(vocab, "BPE.from_file"), merges = list}, given)
end

return BPE
