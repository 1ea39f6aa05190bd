--- tokenizers.models.WordPiece(vocab: table = {}, unk_token: string = "[UNK]", max_input_chars_per_word: count = 100,
-- continuing_subword_prefix: string = "##"): The longest token that a word begins with, then the longest one of the
-- rest, with the prefix. A word that does not end so, or is too long, becomes unk_token. vocab: a table from tokens
-- to ids.
local Model = require "tokenizers.models.model"

local WordPiece = torch.class("tokenizers.models.WordPiece", Model)

local PARAMETERS <const> = {{"vocab"}, {"unk_token"}, {"max_input_chars_per_word"}, {"continuing_subword_prefix"}}

function WordPiece:__init(...) self:_construct("WordPiece", PARAMETERS, ...) end

--- tokenizers.models.WordPiece.from_file(vocab: path, options: table = {}) -> any: The model of a vocab.txt, a token a
-- line, with the options of the constructor.
function WordPiece.from_file(vocab, given)
  local files = require "tokenizers.models.files"
  return files.with(WordPiece, {vocab = files.lines(vocab, "WordPiece.from_file")}, given)
end

return WordPiece
