--- torchtext.vocab.Vocab: Tokens and their indices, from 1: what torchtext.vocab.vocab and build_vocab_from_iterator
-- make. #vocab is the number of tokens, vocab(tokens) an array of their indices, vocab["token"] one of them (nil:
-- there is none).
local options = require "torch.utils.options"

local Vocab = torch.class "torchtext.vocab.Vocab"

-- tokens: an array of strings that differ.
function Vocab:__init(tokens)
  self._itos, self._stoi = {}, {}
  if type(tokens) ~= "table" then options.wrong("Vocab", "tokens", 1, "an array of strings", tokens) end
  for _, token in ipairs(tokens) do self:append_token(token) end
end

local function check_token(who, token)
  if type(token) ~= "string" then options.wrong(who, "token", 1, "a string", token) end
  return token
end

local function check_index(who, index, position, last)
  local whole = options.integer(index)
  if not whole or whole < 1 or whole > last then
    options.wrong(who, "index", position, ("an index from 1 to %d"):format(last), index)
  end
  return whole
end

function Vocab:__len() return #self._itos end
function Vocab:__getattr(name) return name:sub(1, 1) ~= "_" and self._stoi[name] or nil end

--- vocab:contains(token: string) -> bool: Whether a token is there.
function Vocab:contains(token) return self._stoi[check_token("contains", token)] ~= nil end

local function index_of(self, who, token)
  local index = self._stoi[check_token(who, token)] or self._default
  if not index then options.raise(("%s: '%s' is not in the vocabulary, and there is no default index"):format(who,
    token)) end
  return index
end

--- vocab:lookup_indices(tokens: string[]) -> int[]: The indices of tokens; those that are not there have the default
-- index.
function Vocab:lookup_indices(tokens)
  if type(tokens) ~= "table" then options.wrong("lookup_indices", "tokens", 1, "an array of strings", tokens) end
  local indices = {}
  for i, token in ipairs(tokens) do indices[i] = index_of(self, "lookup_indices", token) end
  return indices
end

--- vocab:forward(tokens: string[]) -> int[]: The indices of tokens, as vocab(tokens).
function Vocab:forward(tokens) return self:lookup_indices(tokens) end
function Vocab:__call(tokens)
  if type(tokens) == "string" then return index_of(self, "vocab", tokens) end
  return self:lookup_indices(tokens)
end

--- vocab:lookup_token(index: int) -> string: The token of an index.
function Vocab:lookup_token(index) return self._itos[check_index("lookup_token", index, 1, #self._itos)] end

--- vocab:lookup_tokens(indices: int[]) -> string[]: The tokens of indices, an array or a tensor of one dimension.
function Vocab:lookup_tokens(indices)
  if torch.is_tensor(indices) then indices = indices:tolist() end
  if type(indices) ~= "table" then options.wrong("lookup_tokens", "indices", 1, "an array of indices", indices) end
  local tokens = {}
  for i, index in ipairs(indices) do tokens[i] = self._itos[check_index("lookup_tokens", index, 1, #self._itos)] end
  return tokens
end

--- vocab:set_default_index(index: int): The index of tokens that are not there; nil: they are an error.
function Vocab:set_default_index(index)
  self._default = index ~= nil and check_index("set_default_index", index, 1, math.maxinteger) or nil
end

--- vocab:get_default_index() -> int: The index of tokens that are not there; nil: there is none.
function Vocab:get_default_index() return self._default end

--- vocab:insert_token(token: string, index: int): Puts a token at an index; those from there on move by one.
function Vocab:insert_token(token, index)
  check_token("insert_token", token)
  index = check_index("insert_token", index, 2, #self._itos + 1)
  if self._stoi[token] then
    options.raise(("insert_token: '%s' is in the vocabulary, with the index %d"):format(token, self._stoi[token]))
  end
  table.insert(self._itos, index, token)
  for i = index, #self._itos do self._stoi[self._itos[i]] = i end
end

--- vocab:append_token(token: string): Puts a token behind the last one.
function Vocab:append_token(token)
  check_token("append_token", token)
  if self._stoi[token] then
    options.raise(("append_token: '%s' is in the vocabulary, with the index %d"):format(token, self._stoi[token]))
  end
  self._itos[#self._itos + 1] = token
  self._stoi[token] = #self._itos
end

--- vocab:get_stoi() -> table: A table from tokens to indices.
function Vocab:get_stoi()
  local stoi = {}
  for token, index in pairs(self._stoi) do stoi[token] = index end
  return stoi
end

--- vocab:get_itos() -> string[]: The tokens in the order of their indices.
function Vocab:get_itos() return table.move(self._itos, 1, #self._itos, 1, {}) end

function Vocab:__tostring() return ("Vocab(%d tokens)"):format(#self) end

return Vocab
