--- tokenizers.Encoding: The tokens of a text, or of two: what Tokenizer:encode gives. Its fields are arrays with an
-- entry for each token, made when they are read first: ids (from 1), tokens, type_ids (1: the first text, 2: the
-- second), offsets ({first, last}, the bytes of the text, as text:sub(first, last) takes them), bytes (the same
-- without tables), spans (start, end, start, end, …: characters from 0, the end excluded), attention_mask (0:
-- padding), special_tokens_mask (1: a special token or padding), word_ids and sequence_ids (from 1; false: none), and
-- overflowing, an array of encodings of what truncation left out. #encoding is the number of tokens.
local options = require "torch.utils.options"

-- Plain tables, for there are many of them: a class of torch.class would cost as much as the encoding of a line.
local Encoding, meta = {}, {__name = "tokenizers.Encoding"}
local core -- opened at first use

local CORE <const> = {ids = "ids", type_ids = "types", tokens = "tokens", spans = "spans", word_ids = "words",
  sequence_ids = "sequences", special_tokens_mask = "special", attention_mask = "mask"}

-- part: of the C part; first, second: the texts, or arrays of words.
function Encoding._new(part, first, second)
  core = core or require "tokenizers.core"
  return setmetatable({_core = part, _first = first, _second = second}, meta)
end

local function check_self(self, name)
  if getmetatable(self) ~= meta then options.wrong(name, "self", 1, "an encoding", self) end
end

local function field(self, name) return core.field(self._core, name) end

function meta:__len() return field(self, "n") end

-- How many bytes of a text are in front of its character k, from 0.
local function byte_finder(text)
  local n = utf8.len(text)
  if n == #text then return function(k) return k < n and k or n end end
  local starts, k = {}, 0
  for at in utf8.codes(text) do
    starts[k] = at - 1
    k = k + 1
  end
  starts[k] = #text
  return function(i) return starts[i] or #text end
end

local function make_bytes(self)
  local spans, sequences, words, special = self.spans, self.sequence_ids, self.word_ids, self.special_tokens_mask
  local finders, bytes = {}, {}
  local texts = {self._first, rawget(self, "_second")}
  for i = 1, #special do
    local from, to = spans[2 * i - 1], spans[2 * i]
    local text = texts[sequences[i] or 1] or ""
    if type(text) == "table" then text = words[i] and text[words[i]] or "" end
    local find = finders[text] or byte_finder(text)
    finders[text] = find
    bytes[2 * i - 1], bytes[2 * i] = find(from) + 1, find(to)
  end
  return bytes
end

local makers = {
  bytes = make_bytes,
  offsets = function(self)
    local bytes, offsets = self.bytes, {}
    for i = 1, #bytes // 2 do offsets[i] = {bytes[2 * i - 1], bytes[2 * i]} end
    return offsets
  end,
  n_sequences = function(self)
    local n = 1
    for _, sequence in ipairs(self.sequence_ids) do n = sequence == 2 and 2 or n end
    return n
  end,
  overflowing = function(self)
    local parts = {}
    for i = 1, field(self, "parts") do
      parts[i] = Encoding._new(core.part(self._core, i), self._first, self._second)
    end
    return parts
  end,
}

function meta:__index(name)
  local value = Encoding[name]
  if value ~= nil then return value end
  if CORE[name] then value = field(self, CORE[name])
  elseif makers[name] then value = makers[name](self) end
  if value ~= nil then rawset(self, name, value) end
  return value
end

local function position(name, parameter, value, index)
  local whole = options.integer(value)
  if not whole or whole < 1 then options.wrong(name, parameter, index, "a position, from 1", value) end
  return whole
end

local function sequence_index(name, value)
  if value == nil or value == 1 or value == 2 then return value or 1 end
  options.wrong(name, "sequence_index", 2, "1 or 2", value)
end

--- encoding:char_to_token(position: int, sequence_index: int = 1) -> int: The token that has byte `position` of the
-- text; nil: none.
function Encoding:char_to_token(at, sequence)
  check_self(self, "char_to_token")
  at, sequence = position("char_to_token", "position", at, 1), sequence_index("char_to_token", sequence)
  local bytes, sequences = self.bytes, self.sequence_ids
  for i = 1, #sequences do
    if sequences[i] == sequence and bytes[2 * i - 1] <= at and at <= bytes[2 * i] then return i end
  end
end

--- encoding:char_to_word(position: int, sequence_index: int = 1) -> int: The word that has byte `position` of the
-- text; nil: none.
function Encoding:char_to_word(at, sequence)
  check_self(self, "char_to_word")
  local token = self:char_to_token(at, sequence)
  return token and self.word_ids[token] or nil
end

--- encoding:token_to_sequence(token: int) -> int: The text that a token is of, 1 or 2; nil: of none.
function Encoding:token_to_sequence(token)
  check_self(self, "token_to_sequence")
  return self.sequence_ids[position("token_to_sequence", "token", token, 1)] or nil
end

--- encoding:token_to_chars(token: int) -> int, int: The first and the last byte of its text that a token stands for;
-- nil of a special one.
function Encoding:token_to_chars(token)
  check_self(self, "token_to_chars")
  if not self:token_to_sequence(token) then return nil end
  return self.bytes[2 * token - 1], self.bytes[2 * token]
end

--- encoding:token_to_word(token: int) -> int: The word that a token is of; nil: of none.
function Encoding:token_to_word(token)
  check_self(self, "token_to_word")
  return self.word_ids[position("token_to_word", "token", token, 1)] or nil
end

--- encoding:word_to_tokens(word: int, sequence_index: int = 1) -> int, int: The first and the last token of a word;
-- nil: it has none.
function Encoding:word_to_tokens(word, sequence)
  check_self(self, "word_to_tokens")
  word, sequence = position("word_to_tokens", "word", word, 1), sequence_index("word_to_tokens", sequence)
  local first, last
  for i, id in ipairs(self.word_ids) do
    if id == word and self.sequence_ids[i] == sequence then first, last = first or i, i end
  end
  return first, last
end

--- encoding:word_to_chars(word: int, sequence_index: int = 1) -> int, int: The first and the last byte of a word; nil:
-- it has no token.
function Encoding:word_to_chars(word, sequence)
  check_self(self, "word_to_chars")
  local first, last = self:word_to_tokens(word, sequence)
  if not first then return nil end
  return self.bytes[2 * first - 1], self.bytes[2 * last]
end

function meta:__tostring() return ("Encoding(%d tokens)"):format(#self) end

return Encoding
