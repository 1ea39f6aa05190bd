-- The methods of a Tokenizer that change it: added tokens and lengths.
local options = require "torch.utils.options"

return function(Tokenizer)
  local AddedToken = require "tokenizers.AddedToken"

  -- ---- added tokens --------------------------------------------------------------------------------

  -- The id of a new token: behind the model, or behind the last added one.
  local function next_id(self)
    local size, max = self.model:get_vocab_size(), -1
    for _, id in pairs(self._ids) do max = math.max(max, id) end
    return math.max(size, max + 1)
  end

  local FLAGS <const> = {"content", "single_word", "lstrip", "rstrip", "normalized", "special"}

  local function is_same(a, b)
    for _, flag in ipairs(FLAGS) do if a[flag] ~= b[flag] then return false end end
    return true
  end

  -- Adds one; false where it is there already.
  local function add(self, token, next_free)
    local old = self._by_content and self._by_content[token.content]
    if token.content == "" or (old and is_same(old, token)) then return false end
    self._by_content = self._by_content or {}
    self._special = self._special or {}
    local id = self._ids[token.content]
    if not id then
      local found = self.model:token_to_id(token.content)
      id = found and found - 1 or next_free()
    end
    self._ids[token.content] = id
    token.id = id
    self._by_content[token.content] = token
    if token.special then self._special[token.content] = true end
    if old then
      local list = {}
      for i, other in ipairs(self._added) do list[i] = other == old and token or other end
      self._added, self._seen.added = list, nil
    else self._added[#self._added + 1] = token end
    return true
  end

  local function add_all(self, who, tokens, special)
    if type(tokens) ~= "table" or torch.typename(tokens) then
      options.wrong(who, "tokens", 1, "an array of strings or AddedTokens", tokens)
    end
    local n, last = 0, nil
    local function next_free()
      last = math.max(next_id(self), last and last + 1 or 0)
      return last
    end
    for _, token in ipairs(tokens) do
      if type(token) == "string" then token = AddedToken(token, {special = special}) end
      if torch.typename(token) ~= "tokenizers.AddedToken" then
        options.wrong(who, "tokens", 1, "an array of strings or AddedTokens", token)
      end
      local copy = {}
      for _, flag in ipairs(FLAGS) do copy[flag] = token[flag] end
      copy.special = copy.special or special
      if add(self, AddedToken(copy), next_free) then n = n + 1 end
    end
    return n
  end

  --- tokenizer:add_tokens(tokens: table) -> int: Adds strings or AddedTokens; how many were new. One that the model has
  -- keeps its id.
  function Tokenizer:add_tokens(tokens) return add_all(self, "add_tokens", tokens, false) end

  --- tokenizer:add_special_tokens(tokens: table) -> int: Adds strings or AddedTokens that decode can leave out.
  function Tokenizer:add_special_tokens(tokens) return add_all(self, "add_special_tokens", tokens, true) end

  -- A special token with an id of its own, from 1.
  function Tokenizer:_add_special(who, content, id)
    local whole = options.integer(id)
    if type(content) ~= "string" or not whole or whole < 1 or whole > 0x00FFFFFF then
      options.wrong(who, "special_tokens", nil, "a table from tokens to ids from 1 on", content)
    end
    add(self, AddedToken(content, {special = true}), function() return whole - 1 end)
  end

  -- ---- lengths -------------------------------------------------------------------------------------

  local function among(who, name, value, ...)
    for i = 1, select("#", ...) do if value == select(i, ...) then return value end end
    options.wrong(who, name, nil, table.concat({...}, " or "), value)
  end

  --- tokenizer:enable_truncation(max_length: count, stride: count = 0, strategy: string = "longest_first",
  -- direction: string = "right"): Encodings have at most so many tokens. What is left out is in their field
  -- overflowing, each part with `stride` tokens of the one before. strategy: "longest_first", "only_first" or
  -- "only_second"; direction: the side that is cut, "right" or "left".
  function Tokenizer:enable_truncation(...)
    local given = options.read("enable_truncation", {{"max_length", kind = "count", required = true},
      {"stride", kind = "count", default = 0}, {"strategy", kind = "string", default = "longest_first"},
      {"direction", kind = "string", default = "right"}}, ...)
    among("enable_truncation", "strategy", given.strategy, "longest_first", "only_first", "only_second")
    among("enable_truncation", "direction", given.direction, "right", "left")
    self.truncation = {max_length = given.max_length, stride = given.stride, strategy = given.strategy,
      direction = given.direction}
  end

  --- tokenizer:no_truncation(): Encodings may have any length.
  function Tokenizer:no_truncation() self.truncation = nil end

  local function set_padding(self, given)
    self.padding = given
    self._c_padding = given and {direction = given.direction, pad_id = given.pad_id - 1,
      pad_type_id = given.pad_type_id - 1, pad_token = given.pad_token, length = given.length,
      pad_to_multiple_of = given.pad_to_multiple_of}
  end

  --- tokenizer:enable_padding(direction: string = "right", pad_id: int = 1, pad_type_id: int = 1,
  -- pad_token: string = "[PAD]", length: count = nil, pad_to_multiple_of: count = nil): Encodings of a batch get the
  -- same length, that of the longest or `length`.
  function Tokenizer:enable_padding(...)
    local given = options.read("enable_padding", {{"direction", kind = "string", default = "right"},
      {"pad_id", kind = "positive", default = 1}, {"pad_type_id", kind = "positive", default = 1},
      {"pad_token", kind = "string", default = "[PAD]"}, {"length", kind = "count"},
      {"pad_to_multiple_of", kind = "count"}}, ...)
    among("enable_padding", "direction", given.direction, "right", "left")
    set_padding(self, given)
  end

  --- tokenizer:no_padding(): Encodings keep their lengths.
  function Tokenizer:no_padding() set_padding(self, nil) end

  require "tokenizers.file"(Tokenizer, add_all, set_padding)
  require "tokenizers.training"(Tokenizer)
  return Tokenizer
end
