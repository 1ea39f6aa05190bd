--- torchtext.vocab.build_vocab_from_iterator(iterator: any, min_freq: count = 1, specials: string[] = nil,
-- special_first: bool = true, max_tokens: count = nil) -> torchtext.vocab.Vocab: The vocabulary of arrays of tokens,
-- an array of them or a function that gives one after another: the most frequent first, of equal ones in the order of
-- their bytes. max_tokens: at most so many, special ones too.
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"iterator"}, {"min_freq", kind = "count", default = 1},
  {"specials", kind = "table", default = {}}, {"special_first", kind = "boolean", default = true},
  {"max_tokens", kind = "count"}}

-- Calls f for each array of tokens.
local function each(source, f)
  if type(source) == "table" then for _, tokens in ipairs(source) do f(tokens) end return end
  if not options.is_callable(source) then
    options.wrong("build_vocab_from_iterator", "iterator", 1, "an array of arrays of tokens, or a function", source)
  end
  for tokens in source do f(tokens) end
end

local function count_tokens(source)
  local counts = {}
  each(source, function(tokens)
    if type(tokens) ~= "table" then
      options.wrong("build_vocab_from_iterator", "iterator", 1, "arrays of tokens", tokens)
    end
    for _, token in ipairs(tokens) do
      if type(token) ~= "string" then
        options.wrong("build_vocab_from_iterator", "iterator", 1, "arrays of strings", token)
      end
      counts[token] = (counts[token] or 0) + 1
    end
  end)
  return counts
end

return function(...)
  local given = options.read("build_vocab_from_iterator", PARAMETERS, ...)
  local counts, list = count_tokens(given.iterator), {}
  for token, count in pairs(counts) do list[#list + 1] = {token, count} end
  table.sort(list, function(a, b)
    if a[2] ~= b[2] then return a[2] > b[2] end
    return a[1] < b[1]
  end)
  if given.max_tokens then
    if given.max_tokens <= #given.specials then
      options.wrong("build_vocab_from_iterator", "max_tokens", 5, "more than the special tokens", given.max_tokens)
    end
    for i = #list, given.max_tokens - #given.specials + 1, -1 do list[i] = nil end
  end
  return require "torchtext.vocab.vocab"(list, {min_freq = given.min_freq, specials = given.specials,
    special_first = given.special_first})
end
