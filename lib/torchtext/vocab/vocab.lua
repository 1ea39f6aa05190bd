--- torchtext.vocab.vocab(ordered_dict: table, min_freq: count = 1, specials: string[] = nil, special_first: bool =
-- true) -> torchtext.vocab.Vocab: The vocabulary of tokens that came at least min_freq times, and of special ones,
-- which come first or last. ordered_dict: an array of {token, count}, whose order stays, or a table from tokens to
-- counts, which are put in order by count and text.
local options = require "torch.utils.options"

local function in_order(counts)
  if #counts > 0 or next(counts) == nil then return counts end
  local list = {}
  for token, count in pairs(counts) do list[#list + 1] = {token, count} end
  table.sort(list, function(a, b)
    if a[2] ~= b[2] then return a[2] > b[2] end
    return a[1] < b[1]
  end)
  return list
end

return function(...)
  local given = options.read("vocab", {{"ordered_dict", kind = "table", required = true},
    {"min_freq", kind = "count", default = 1}, {"specials", kind = "table", default = {}},
    {"special_first", kind = "boolean", default = true}}, ...)
  for token, count in pairs(given.ordered_dict) do
    local pair = type(count) == "table" and count or {token, count}
    if type(pair[1]) ~= "string" or type(pair[2]) ~= "number" then
      options.wrong("vocab", "ordered_dict", 1, "an array of {token, count}, or a table from tokens to counts", count)
    end
  end
  local is_special, tokens = {}, {}
  for _, token in ipairs(given.specials) do is_special[token] = true end
  local function add_specials() for _, token in ipairs(given.specials) do tokens[#tokens + 1] = token end end
  if given.special_first then add_specials() end
  for _, pair in ipairs(in_order(given.ordered_dict)) do
    if pair[2] >= given.min_freq and not is_special[pair[1]] then tokens[#tokens + 1] = pair[1] end
  end
  if not given.special_first then add_specials() end
  return require "torchtext.vocab.Vocab"(tokens)
end
