--- Texts as words and characters, and the arguments of metrics of texts.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"

local words = {}

words.inputs = {{"preds", required = true}, {"target", required = true}}

function words.split(text)
  local list = {}
  for word in text:gmatch "%S+" do list[#list + 1] = word end
  return list
end

--- The code points of a text, as strings; bytes that are no UTF-8 are by themselves.
function words.characters(text)
  local list = {}
  if utf8.len(text) then
    for c in text:gmatch(utf8.charpattern) do list[#list + 1] = c end
  else
    for i = 1, #text do list[i] = text:sub(i, i) end
  end
  return list
end

--- First and last letters of alphabets whose small ones are so much further on.
local CAPITALS <const> = {{0xC0, 0xD6, 32}, {0xD8, 0xDE, 32}, {0x391, 0x3A1, 32}, {0x3A3, 0x3AB, 32},
  {0x400, 0x40F, 80}, {0x410, 0x42F, 32}}

local function small(character)
  local code = utf8.codepoint(character)
  for _, range in ipairs(CAPITALS) do
    if code >= range[1] and code <= range[2] then return utf8.char(code + range[3]) end
  end
  if code >= 0x100 and code <= 0x137 and code % 2 == 0 then return utf8.char(code + 1) end
end

--- In small letters: of the Latin, Greek and Cyrillic alphabets.
function words.lower(text)
  text = text:lower()
  if text:find "[\x80-\xff]" and utf8.len(text) then text = text:gsub("[\xC2-\xF4][\x80-\xBF]*", small) end
  return text
end

local function check_string(o, name, value)
  if type(value) ~= "string" then options.wrong(o._name, name, nil, "strings", value) end
  return value
end

local function list_of(o, name, value)
  if type(value) == "string" then return {value} end
  if type(value) ~= "table" then options.wrong(o._name, name, nil, "a string or an array of strings", value) end
  return value
end

--- Predictions and one target of each.
function words.pairs(o, preds, target)
  preds, target = list_of(o, "preds", preds), list_of(o, "target", target)
  paired.check_length(o, preds, target, "texts")
  for i, text in ipairs(preds) do
    check_string(o, "preds", text)
    check_string(o, "target", target[i])
  end
  return preds, target
end

--- Predictions and an array of targets of each. With `shared`, all of several targets are of a single prediction.
function words.corpus(o, preds, target, shared)
  local single = type(preds) == "string"
  preds, target = list_of(o, "preds", preds), list_of(o, "target", target)
  local plain = #target > 0
  for _, item in ipairs(target) do plain = plain and type(item) == "string" end
  if plain and (shared and #preds == 1 or single) then target = {target} end
  paired.check_length(o, preds, target, "texts")
  local lists = {}
  for i, text in ipairs(preds) do
    check_string(o, "preds", text)
    lists[i] = type(target[i]) == "string" and {target[i]} or target[i]
    if type(lists[i]) ~= "table" or #lists[i] == 0 then
      options.wrong(o._name, "target", 2, "an array of texts for each prediction", target[i])
    end
    for _, item in ipairs(lists[i]) do check_string(o, "target", item) end
  end
  return preds, lists
end

--- How many insertions, deletions and substitutions (each `cost`, 1) make one list of the other.
function words.distance(a, b, cost)
  cost = cost or 1
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal, word = row[0], a[i]
    row[0] = i
    for j = 1, #b do
      local best = diagonal + (word == b[j] and 0 or cost)
      local above, left = row[j] + 1, row[j - 1] + 1
      if above < best then best = above end
      if left < best then best = left end
      diagonal, row[j] = row[j], best
    end
  end
  return row[#b]
end

--- n-gram → how often it is in the list; and how many there are.
function words.ngrams(list, n)
  local counts, total = {}, math.max(#list - n + 1, 0)
  for i = 1, total do
    local key = n == 1 and list[i] or table.concat(list, "\0", i, i + n - 1)
    counts[key] = (counts[key] or 0) + 1
  end
  return counts, total
end

--- How many n-grams both have.
function words.common(a, b)
  local n = 0
  for key, count in pairs(a) do n = n + math.min(count, b[key] or 0) end
  return n
end

return words
