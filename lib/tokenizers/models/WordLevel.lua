--- tokenizers.models.WordLevel(vocab: table = {}, unk_token: string = "<unk>"): Each word is one token; words that are
-- not in the vocabulary, a table from tokens to ids, become unk_token.
local Model = require "tokenizers.models.model"

local WordLevel = torch.class("tokenizers.models.WordLevel", Model)

function WordLevel:__init(...) self:_construct("WordLevel", {{"vocab"}, {"unk_token"}}, ...) end

--- tokenizers.models.WordLevel.from_file(vocab: path, options: table = {}) -> any: The model of a vocab.json, with the
-- options of the constructor.
function WordLevel.from_file(vocab, given)
  local files = require "tokenizers.models.files"
  return files.with(WordLevel, {vocab = files.vocab(vocab, "WordLevel.from_file")}, given)
end

return WordLevel
