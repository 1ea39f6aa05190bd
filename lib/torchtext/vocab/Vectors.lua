--- torchtext.vocab.Vectors(name: path, cache: string = nil, unk_init: function = nil, max_vectors: count = nil):
-- Vectors of words from a text file (GloVe, fastText, word2vec): a word and its numbers a line, and maybe a first
-- line with both counts. Its fields: itos (the words), stoi (their indices, from 1), vectors (a tensor words × dim),
-- dim. #vectors is the number of words, vectors["word"] the vector of one. cache: the folder of the file; unk_init:
-- what makes the vector of an unknown word of a tensor of zeros; max_vectors: only the first ones are read.
local options = require "torch.utils.options"

local Vectors = torch.class "torchtext.vocab.Vectors"

local PARAMETERS <const> = {{"name", kind = "string", required = true}, {"cache", kind = "string"},
  {"unk_init", kind = "callable"}, {"max_vectors", kind = "count"}}

function Vectors:__init(name, ...)
  if type(name) == "table" and name.itos then -- of a reader
    for key, value in pairs(name) do self[key] = value end
    return
  end
  local given = options.read("Vectors", PARAMETERS, name, ...)
  local path = given.cache and given.cache .. "/" .. given.name or given.name
  local read = require "torchtext.vocab.text_vectors"
  for key, value in pairs(read(path, "Vectors", given.max_vectors)) do self[key] = value end
  self.unk_init = given.unk_init
end

function Vectors:__len() return #self.itos end

-- The vector of a word that is not there.
local function unknown(self, word)
  if self._unknown then return self._unknown(word) end
  local zeros = torch.zeros(self.dim)
  local made = self.unk_init and self.unk_init(zeros)
  if made == nil then return zeros end
  if not torch.is_tensor(made) then
    options.wrong("Vectors", "unk_init", nil, "a function that gives a tensor", made)
  end
  return made
end

function Vectors:__getattr(name)
  if name == "unk_init" or name:sub(1, 1) == "_" then return nil end
  return self:get_vecs_by_tokens(name)
end

local function row_of(self, token, lower)
  local row = self.stoi[token] or lower and self.stoi[token:lower()]
  if row then return self.vectors[row] end
  return unknown(self, token)
end

--- vectors:get_vecs_by_tokens(tokens: any, lower_case_backup: bool = false) -> Tensor: The vector of a word, or one
-- row for each of an array of words. lower_case_backup: a word that is not there is looked up in small letters.
function Vectors:get_vecs_by_tokens(...)
  local given = options.read("get_vecs_by_tokens", {{"tokens"},
    {"lower_case_backup", kind = "boolean", default = false}}, ...)
  local tokens, lower = given.tokens, given.lower_case_backup
  if type(tokens) == "string" then return row_of(self, tokens, lower) end
  if type(tokens) ~= "table" then
    options.wrong("get_vecs_by_tokens", "tokens", 1, "a string or an array of strings", tokens)
  end
  local rows = {}
  for i, token in ipairs(tokens) do
    if type(token) ~= "string" then
      options.wrong("get_vecs_by_tokens", "tokens", 1, "a string or an array of strings", token)
    end
    rows[i] = row_of(self, token, lower)
  end
  if #rows == 0 then return torch.empty(0, self.dim) end
  return torch.stack(rows)
end

-- ---- neighbours ------------------------------------------------------------------------------------

local function unit(x) return x / x:norm():clamp(1e-12) end

-- The rows with length 1.
local function directions(self)
  if not self._directions then
    self._directions = self.vectors / self.vectors:norm(2, 2, true):clamp(1e-12)
  end
  return self._directions
end

-- The words whose directions are nearest to a vector, without some: an array of {word, cosine}.
local function nearest(self, vector, n, without)
  local cosines = directions(self):mv(unit(vector:to(self.vectors.dtype)))
  local k = math.min(#self.itos, n + #without)
  local values, places = cosines:topk(k)
  local list, skip = {}, {}
  for _, word in ipairs(without) do skip[word] = true end
  values, places = values:tolist(), places:tolist()
  for i = 1, k do
    local word = self.itos[places[i]]
    if not skip[word] and #list < n then list[#list + 1] = {word, values[i]} end
  end
  return list
end

local function check_word(self, who, name, position, word)
  if type(word) ~= "string" then options.wrong(who, name, position, "a string", word) end
  if not self.stoi[word] and not self._unknown then
    options.raise(("%s: '%s' (argument %d): there is no vector of '%s'"):format(who, name, position, word))
  end
  return row_of(self, word, false)
end

--- vectors:most_similar(word: any, n: positive = 10) -> table: The words whose vectors have the greatest cosine with
-- that of a word, or with a tensor: an array of {word, cosine}.
function Vectors:most_similar(...)
  local given = options.read("most_similar", {{"word"}, {"n", kind = "positive", default = 10}}, ...)
  if torch.is_tensor(given.word) then
    if given.word.ndim ~= 1 or given.word.shape[1] ~= self.dim then
      options.wrong("most_similar", "word", 1, ("a string or a tensor of %d numbers"):format(self.dim), given.word)
    end
    return nearest(self, given.word, given.n, {})
  end
  return nearest(self, check_word(self, "most_similar", "word", 1, given.word), given.n, {given.word})
end

--- vectors:analogy(a: string, b: string, c: string, n: positive = 1) -> table: What is to c as b is to a: the words
-- nearest to b - a + c of vectors of length 1, an array of {word, cosine}.
function Vectors:analogy(...)
  local given = options.read("analogy", {{"a"}, {"b"}, {"c"}, {"n", kind = "positive", default = 1}}, ...)
  local parts = {}
  for i, name in ipairs {"a", "b", "c"} do parts[i] = unit(check_word(self, "analogy", name, i, given[name])) end
  return nearest(self, parts[2] - parts[1] + parts[3], given.n, {given.a, given.b, given.c})
end

--- vectors:similarity(a: string, b: string) -> number: The cosine of the vectors of two words.
function Vectors:similarity(a, b)
  local x, y = check_word(self, "similarity", "a", 1, a), check_word(self, "similarity", "b", 2, b)
  return unit(x):dot(unit(y)):item()
end

function Vectors:__tostring() return ("Vectors(%d words of %d numbers)"):format(#self, self.dim) end

return Vectors
