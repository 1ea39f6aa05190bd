--- tokenizers.Tokenizer(model: any): From texts to ids and back: a normalizer, added tokens, a pre-tokenizer, a model,
-- a post-processor and a decoder. All but the model may be nil, and each is set by its name: tokenizer.normalizer =
-- tokenizers.normalizers.NFC(). encode_special_tokens = true: special tokens in a text are encoded as any other text.
local component = require "tokenizers.component"
local options = require "torch.utils.options"
local Encoding = require "tokenizers.Encoding"

local Tokenizer = torch.class "tokenizers.Tokenizer"
local core -- opened at first use

local PARTS <const> = {normalizer = "normalizers", pre_tokenizer = "pre_tokenizers", post_processor = "processors",
  decoder = "decoders"}

local function is_model(value) return (torch.typename(value) or ""):find "^tokenizers%.models%." ~= nil end

function Tokenizer:__init(model)
  if not is_model(model) then options.wrong("tokenizers.Tokenizer", "model", 1, "a model", model) end
  self.model = model
  self._added, self._ids, self._seen = {}, {}, {}
end

-- ---- the C part --------------------------------------------------------------------------------------

-- Whether something was set since the C part was made.
local function is_seen(self)
  local seen = self._seen
  return seen.model == self.model and seen.normalizer == self.normalizer and seen.pre_tokenizer == self.pre_tokenizer
    and seen.post_processor == self.post_processor and seen.added == #self._added
    and seen.truncation == self.truncation and seen.padding == self.padding
    and seen.encode_special_tokens == self.encode_special_tokens
end

local function check_parts(self)
  for name, family in pairs(PARTS) do
    if self[name] ~= nil and not component.is(self[name], family) then
      options.wrong("Tokenizer", name, nil, "a component of tokenizers." .. family, self[name])
    end
  end
  if not is_model(self.model) then options.wrong("Tokenizer", "model", nil, "a model", self.model) end
end

local function added_list(self, steps)
  local list, sorted = {}, {}
  for _, special in ipairs {true, false} do -- of two that look the same behind the normalizer the first one counts
    for _, token in ipairs(self._added) do if token.special == special then sorted[#sorted + 1] = token end end
  end
  self._shown = {}
  for i, token in ipairs(sorted) do
    local content = token.content
    if token.normalized and steps then content = core.apply(steps, content) or content end
    if content ~= token.content then self._shown[token.id + 1] = content end
    list[i] = {content = token.content, normalized_content = content, id = token.id, single_word = token.single_word,
      lstrip = token.lstrip, rstrip = token.rstrip, normalized = token.normalized, special = token.special}
  end
  return list
end

-- The text of an id: of an added token as the normalizer leaves it, in which form it is found; nil: there is none.
local function text_of(self, current, id) return self._shown[id] or core.text(current, id) end

-- The C part as the fields are now.
function Tokenizer:_current()
  if is_seen(self) then return self._core end
  check_parts(self)
  core = core or require "tokenizers.core"
  local seen = self._seen
  if seen.model ~= self.model then self._core = core.tokenizer(self.model._core) end
  local normalizer = self.normalizer and self.normalizer._steps(self.normalizer)
  local pre_tokenizer = self.pre_tokenizer and self.pre_tokenizer._steps(self.pre_tokenizer)
  local process = self.post_processor and self.post_processor._process(self.post_processor)
  local _, why = core.configure(self._core, {normalizer = normalizer, pre_tokenizer = pre_tokenizer,
    added = added_list(self, normalizer), process = process, truncation = self.truncation, padding = self._c_padding,
    encode_special_tokens = self.encode_special_tokens})
  if why then options.raise("Tokenizer: " .. why) end
  for _, name in ipairs {"model", "normalizer", "pre_tokenizer", "post_processor", "truncation", "padding",
    "encode_special_tokens"} do seen[name] = self[name] end
  seen.added = #self._added
  return self._core
end

-- ---- texts -------------------------------------------------------------------------------------------

-- A text, or words, that can be encoded.
local function check_input(who, name, position, value, words)
  if not words then return component.text(who, name, position, value) end
  if type(value) ~= "table" then options.wrong(who, name, position, "an array of words", value) end
  for _, word in ipairs(value) do component.text(who, name, position, word) end
  return value
end

local function seed_of(self)
  local dropout = self.model.dropout
  return dropout and dropout > 0 and torch.randint(1, 1 << 53, {1}):item() or 0
end

local FLAGS <const> = {{"is_pretokenized", kind = "boolean", default = false},
  {"add_special_tokens", kind = "boolean", default = true}}
local PARAMETERS <const> = {{"sequence"}, {"pair"}, FLAGS[1], FLAGS[2]}

--- tokenizer:encode(sequence: any, pair: any = nil, is_pretokenized: bool = false,
-- add_special_tokens: bool = true) -> any: The tokens of a text, or of two. is_pretokenized: they are
-- arrays of words.
function Tokenizer:encode(...)
  local first, second, words, special = ..., nil, false, true
  if select("#", ...) ~= 1 or type(first) ~= "string" then
    local given = options.read("encode", PARAMETERS, ...)
    first, second, words, special = given.sequence, given.pair, given.is_pretokenized, given.add_special_tokens
  end
  check_input("encode", "sequence", 1, first, words)
  if second ~= nil then check_input("encode", "pair", 2, second, words) end
  local current = self:_current()
  local part, why = core.encode(current, first, second, special, seed_of(self))
  if not part then options.raise("encode: " .. why) end
  return Encoding._new(part, first, second)
end

-- The texts of a batch, and the second ones or nil.
local function read_batch(list, words)
  local firsts, seconds, any = {}, {}, false
  if type(list) ~= "table" then options.wrong("encode_batch", "input", 1, "an array of texts", list) end
  for i, item in ipairs(list) do
    local place = ("input[%d]"):format(i)
    local is_pair = type(item) == "table" and (not words or type(item[1]) == "table")
    if is_pair and #item ~= 2 then options.wrong("encode_batch", place, 1, "a text or a pair of texts", item) end
    firsts[i] = check_input("encode_batch", place, 1, is_pair and item[1] or item, words)
    if is_pair then seconds[i], any = check_input("encode_batch", place, 1, item[2], words), true end
  end
  return firsts, any and seconds or nil
end

--- tokenizer:encode_batch(input: table, is_pretokenized: bool = false, add_special_tokens: bool = true) -> table: The
-- encodings of an array of texts, or of pairs {first, second}, by the threads of torch.set_num_threads. Padding makes
-- them as long as the longest.
function Tokenizer:encode_batch(...)
  local given = options.read("encode_batch", {{"input"}, FLAGS[1], FLAGS[2]}, ...)
  local firsts, seconds = read_batch(given.input, given.is_pretokenized)
  local current = self:_current()
  local parts, why, place = core.encode_batch(current, firsts, seconds, given.add_special_tokens,
    torch.get_num_threads(), seed_of(self))
  if not parts then options.raise(("encode_batch: 'input'[%d]: %s"):format(place, why)) end
  for i, part in ipairs(parts) do parts[i] = Encoding._new(part, firsts[i], seconds and seconds[i]) end
  return parts
end

-- ---- back to texts -----------------------------------------------------------------------------------

local function ids_of(who, ids)
  if torch.is_tensor(ids) then ids = ids:tolist() end
  if type(ids) ~= "table" then options.wrong(who, "ids", 1, "an array of ids", ids) end
  return ids
end

local DECODING <const> = {{"ids"}, {"skip_special_tokens", kind = "boolean", default = true}}

function Tokenizer:_decode(who, ids, skip)
  local current, tokens = self:_current(), {}
  for _, id in ipairs(ids_of(who, ids)) do
    local whole = options.integer(id)
    if not whole or whole < 1 then options.wrong(who, "ids", 1, "ids from 1 on", id) end
    local text = text_of(self, current, whole)
    if text and not (skip and self._special and self._special[text]) then tokens[#tokens + 1] = text end
  end
  if self.decoder then return self.decoder:decode(tokens) end
  return table.concat(tokens, " ")
end

--- tokenizer:decode(ids: any, skip_special_tokens: bool = true) -> string: The text of ids, an array or a tensor of
-- one dimension. Ids that there are not are left out.
function Tokenizer:decode(...)
  local given = options.read("decode", DECODING, ...)
  return self:_decode("decode", given.ids, given.skip_special_tokens)
end

--- tokenizer:decode_batch(sequences: any, skip_special_tokens: bool = true) -> string[]: The texts of arrays of ids.
function Tokenizer:decode_batch(...)
  local given = options.read("decode_batch", {{"sequences"}, DECODING[2]}, ...)
  local texts = {}
  for i, ids in ipairs(ids_of("decode_batch", given.sequences)) do
    texts[i] = self:_decode("decode_batch", ids, given.skip_special_tokens)
  end
  return texts
end

-- ---- tokens ------------------------------------------------------------------------------------------

--- tokenizer:token_to_id(token: string) -> int: The id of a token of the model or of an added one; nil: there is none.
function Tokenizer:token_to_id(token)
  if type(token) ~= "string" then options.wrong("token_to_id", "token", 1, "a string", token) end
  return (require "tokenizers.core".id(self:_current(), token))
end

--- tokenizer:id_to_token(id: int) -> string: The token of an id; nil: there is none.
function Tokenizer:id_to_token(id)
  local whole = options.integer(id)
  if not whole then options.wrong("id_to_token", "id", 1, "an integer", id) end
  return (text_of(self, self:_current(), whole))
end

local WITH <const> = {{"with_added_tokens", kind = "boolean", default = true}}

--- tokenizer:get_vocab(with_added_tokens: bool = true) -> table: A table from tokens to ids.
function Tokenizer:get_vocab(...)
  local given = options.read("get_vocab", WITH, ...)
  local vocab = self.model:get_vocab()
  if given.with_added_tokens then for token, id in pairs(self._ids) do vocab[token] = id + 1 end end
  return vocab
end

--- tokenizer:get_vocab_size(with_added_tokens: bool = true) -> int: How many tokens there are.
function Tokenizer:get_vocab_size(...)
  local n = self.model:get_vocab_size()
  if not options.read("get_vocab_size", WITH, ...).with_added_tokens then return n end
  for token in pairs(self._ids) do if not self.model:token_to_id(token) then n = n + 1 end end
  return n
end

--- tokenizer:get_added_tokens_decoder() -> table: The added tokens by their ids.
function Tokenizer:get_added_tokens_decoder()
  local tokens = {}
  for _, token in ipairs(self._added) do tokens[token.id + 1] = token end
  return tokens
end

--- tokenizer:num_special_tokens_to_add(is_pair: bool) -> int: How many special tokens come around a text, or two.
function Tokenizer:num_special_tokens_to_add(is_pair)
  return self.post_processor and self.post_processor:num_special_tokens_to_add(is_pair) or 0
end

return require "tokenizers.settings"(Tokenizer)
