-- What models share. A model keeps its options as a tokenizer.json has them, and its vocabulary in C.
local json = require "torch.json"
local options = require "torch.utils.options"
local ordered = require "tokenizers.ordered"

local Model = torch.class "tokenizers.models.Model"

-- Fields of the files: {NAME, KIND, DEFAULT}, in their order; "vocab" and "merges" come from C.
local fields <const> = {
  BPE = {{"dropout", "fraction", json.null}, {"unk_token", "text", json.null},
    {"continuing_subword_prefix", "text", json.null}, {"end_of_word_suffix", "text", json.null},
    {"fuse_unk", "boolean", false}, {"byte_fallback", "boolean", false}, {"ignore_merges", "boolean", false}, {"vocab"},
    {"merges"}},
  WordPiece = {{"unk_token", "text", "[UNK]"}, {"continuing_subword_prefix", "text", "##"},
    {"max_input_chars_per_word", "count", 100}, {"vocab"}},
  Unigram = {{"unk_id", "count", json.null}, {"vocab"}, {"byte_fallback", "boolean", false}},
  WordLevel = {{"vocab"}, {"unk_token", "text", "<unk>"}},
}
local kinds <const> = {
  text = {"a string", function(v) return type(v) == "string" and utf8.len(v) ~= nil and not v:find "\0" end},
  boolean = {"true or false", function(v) return type(v) == "boolean" end},
  count = {"an integer, 0 or more", function(v) return options.integer(v) and v >= 0 and v <= 0x0FFFFFFF end},
  fraction = {"a number from 0 to 1", function(v) return type(v) == "number" and v >= 0 and v <= 1 end},
}

-- Sets the options and makes the C part; 'description' has the form of the files; wrong(place, what) raises.
function Model:_set(type_name, description, wrong)
  local spec = {type = type_name, vocab = description.vocab, merges = description.merges}
  for _, field in ipairs(fields[type_name]) do
    local key, kind = field[1], kinds[field[2]]
    if kind then
      local value = description[key]
      if value == nil or (value == json.null and field[3] ~= json.null) then value = field[3] end
      if value ~= json.null then
        if not kind[2](value) then
          wrong("." .. key, ("expected %s, got %s"):format(kind[1], options.describe(value)))
        end
        spec[key] = value
      end
      self[key] = value ~= json.null and value or nil
    end
  end
  for _, key in ipairs {"vocab", type_name == "BPE" and "merges" or nil} do
    if type(spec[key]) ~= "table" then wrong("", ("expected the key '%s'"):format(key)) end
  end
  self.type = type_name
  local core, why = require "tokenizers.core".model(spec)
  if not core then wrong(nil, why) end
  self._core = core
end

-- A model from the 'model' of a tokenizer.json.
function Model._read(spec, wrong)
  if type(spec) ~= "table" then wrong("model", "expected an object") end
  local name = spec.type
  if name == nil then -- older files do not tell
    name = spec.merges and "BPE" or spec.continuing_subword_prefix and "WordPiece"
      or spec.vocab and spec.vocab[1] and "Unigram" or "WordLevel"
  end
  if not fields[name] then
    wrong("model.type", ("expected BPE, WordPiece, Unigram or WordLevel, got %s"):format(options.describe(name)))
  end
  local self = require("tokenizers.models." .. name)(false)
  self:_set(name, spec, function(place, what) wrong(place and "model" .. place, what) end)
  return self
end

local function vocab_json(core)
  local tokens, n = require "tokenizers.core".tokens(core)
  local list = {}
  for id = 1, n do if tokens[id] then list[#list + 1] = {tokens[id], id - 1} end end
  return ordered.object(list)
end

local function scores_json(core)
  local tokens, scores = require "tokenizers.core".tokens(core), require "tokenizers.core".scores(core)
  local list = {}
  for i, token in ipairs(tokens) do list[i] = ordered.array {token, scores[i]} end
  return ordered.array(list)
end

local function merges_json(core)
  local merges, list, ranks = require "tokenizers.core".merges(core), {}, {}
  for rank in pairs(merges) do ranks[#ranks + 1] = rank end
  table.sort(ranks)
  for i, rank in ipairs(ranks) do list[i] = ordered.array(merges[rank]) end
  return ordered.array(list)
end

-- The model as ordered JSON.
function Model:_json()
  local list = {{"type", self.type}}
  for _, field in ipairs(fields[self.type]) do
    local key, value = field[1], self[field[1]]
    if key == "vocab" then value = self.type == "Unigram" and scores_json(self._core) or vocab_json(self._core)
    elseif key == "merges" then value = merges_json(self._core)
    elseif value == nil then value = field[3] end
    if field[2] == "fraction" and value ~= json.null then value = value + 0.0 end
    list[#list + 1] = {key, value}
  end
  return ordered.object(list)
end

-- Whether the only argument has the options by their names; else it is a vocabulary.
local function has_names(value)
  if type(value) ~= "table" or #value > 0 then return false end
  for _, item in pairs(value) do if math.type(item) ~= "integer" then return true end end
  return false
end

-- The options of a constructor: ids of 'vocab' count from 1 there. `false` makes an empty object, for _read.
function Model:_construct(type_name, parameters, ...)
  if (...) == false then return end
  local full, given = "tokenizers.models." .. type_name
  if select("#", ...) == 1 and has_names(...) then given = options.read(full, parameters, nil, ...)
  else given = options.read(full, parameters, ...) end
  local vocab = given.vocab or {}
  if type(vocab) ~= "table" then options.wrong(full, "vocab", 1, "a table from tokens to ids", vocab) end
  if type_name ~= "Unigram" then
    given.vocab = {}
    for token, id in pairs(vocab) do
      local whole = options.integer(id)
      if type(token) ~= "string" or not whole or whole < 1 then
        options.raise(("%s: 'vocab': '%s': expected an id from 1 on, got %s"):format(full, tostring(token),
          options.describe(id)))
      end
      given.vocab[token] = whole - 1
    end
  else given.vocab = vocab end
  if type_name == "BPE" then given.merges = given.merges or {} end
  if given.unk_id then given.unk_id = given.unk_id - 1 end
  self:_set(type_name, given, function(place, what)
    options.raise(("%s: %s%s"):format(full, place and place ~= "" and "'" .. place:sub(2) .. "': " or "", what))
  end)
end

--- model:token_to_id(token: string) -> int: The id of a token; nil where the model does not have it.
function Model:token_to_id(token)
  if type(token) ~= "string" then options.wrong("token_to_id", "token", 1, "a string", token) end
  return (require "tokenizers.core".find(self._core, token))
end

--- model:id_to_token(id: int) -> string: The token of an id; nil where the model does not have it.
function Model:id_to_token(id)
  local whole = options.integer(id)
  if not whole then options.wrong("id_to_token", "id", 1, "an integer", id) end
  self._tokens = self._tokens or require "tokenizers.core".tokens(self._core)
  return self._tokens[whole]
end

--- model:get_vocab_size() -> int: How many tokens the model has.
function Model:get_vocab_size() return require "tokenizers.core".size(self._core) end

--- model:get_vocab() -> table: A table from tokens to ids.
function Model:get_vocab()
  local vocab = {}
  for id, token in pairs((require "tokenizers.core".tokens(self._core))) do vocab[token] = id end
  return vocab
end

return Model
