--- chrF (Popović 2015): the F-measure of n-grams of characters, and with chrF++ of words.
local rows = require "torchmetrics.rows"
local words = require "torchmetrics.text.words"

local function separated(text)
  local list = {}
  for _, word in ipairs(words.split(text)) do
    local first, last = word:sub(1, 1), word:sub(-1)
    if #words.characters(word) == 1 then list[#list + 1] = word
    elseif last:find "%p" then
      list[#list + 1], list[#list + 2] = word:sub(1, -2), last
    elseif first:find "%p" then
      list[#list + 1], list[#list + 2] = first, word:sub(2)
    else list[#list + 1] = word end
  end
  return list
end

--- The n-grams of a text of each order, those of words behind those of characters: arrays of counts and of totals.
local function grams(o, text)
  if o.lowercase then text = words.lower(text) end
  local characters = words.characters(o.whitespace and text or text:match "^%s*(.-)%s*$":gsub(" ", ""))
  local counts, totals = {}, {}
  for n = 1, o.n_char_order do counts[n], totals[n] = words.ngrams(characters, n) end
  local list = separated(text)
  for n = 1, o.n_word_order do
    counts[o.n_char_order + n], totals[o.n_char_order + n] = words.ngrams(list, n)
  end
  return counts, totals
end

local function f_score(o, hits, preds, target)
  local sum, b = 0, o.beta ^ 2
  for n = 1, #hits do
    local precision = preds[n] > 0 and hits[n] / preds[n] or 0
    local recall = target[n] > 0 and hits[n] / target[n] or 0
    sum = sum + (1 + b) * precision * recall / math.max(b * precision + recall, 1e-16)
  end
  return sum / #hits
end

--- The target with the best score: its score, the matches, its totals.
local function best_target(o, counts, totals, targets)
  local best, hits, target_totals = 0, {}, {}
  for n = 1, #counts do hits[n], target_totals[n] = 0, 0 end
  for _, text in ipairs(targets) do
    local theirs, n_theirs = grams(o, text)
    local found = {}
    for n = 1, #counts do found[n] = words.common(theirs[n], counts[n]) end
    local score = f_score(o, found, totals, n_theirs)
    if score > best then best, hits, target_totals = score, found, n_theirs end
  end
  return best, hits, target_totals
end

local function update(o, preds, target)
  preds, target = words.corpus(o, preds, target, true)
  local orders = o.n_char_order + o.n_word_order
  local like = {dtype = "float64"}
  local s = {hits = torch.zeros(orders, like), preds = torch.zeros(orders, like), target = torch.zeros(orders, like)}
  local scores = {}
  for i, text in ipairs(preds) do
    local counts, totals = grams(o, text)
    local score, hits, theirs = best_target(o, counts, totals, target[i])
    scores[i] = score
    s.preds = s.preds + torch.tensor(totals, like)
    s.hits, s.target = s.hits + torch.tensor(hits, like), s.target + torch.tensor(theirs, like)
  end
  s.sentences = torch.tensor(scores, {dtype = "float32"})
  return s
end

rows.define {"chrf_score", class = "CHRFScore", family = "text", inputs = words.inputs, higher_is_better = true,
  options = {{"n_char_order", kind = "positive", default = 6}, {"n_word_order", kind = "count", default = 2},
    {"beta", kind = "number", default = 2, least = 0}, {"lowercase", kind = "boolean", default = false},
    {"whitespace", kind = "boolean", default = false},
    {"return_sentence_level_score", kind = "boolean", default = false}},
  states = {hits = "sum", preds = "sum", target = "sum", sentences = "cat"}, update = update,
  doc = "chrF++: the mean F-measure of n-grams of characters and of words (chrF: n_word_order = 0); with "
    .. "return_sentence_level_score those of the sentences, too.",
  compute = function(o, s)
    local value = f_score(o, s.hits:tolist(), s.preds:tolist(), s.target:tolist())
    value = torch.tensor(value, {dtype = "float32"})
    if o.return_sentence_level_score then return value, s.sentences end
    return value
  end}
