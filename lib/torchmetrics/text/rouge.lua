--- ROUGE (Lin 2004): the n-grams, or the longest common subsequence, that prediction and target share.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"
local stem = require "torchmetrics.text.porter"
local words = require "torchmetrics.text.words"

local KEYS <const> = {}
for n = 1, 9 do KEYS["rouge" .. n] = n end
KEYS.rougeL, KEYS.rougeLsum = "L", "Lsum"

--- The keys that are asked for, an array.
local function keys_of(o)
  local list = type(o.rouge_keys) == "table" and o.rouge_keys or {o.rouge_keys}
  for _, key in ipairs(list) do
    if not KEYS[key] then
      options.wrong(o._name, "rouge_keys", nil, "rouge1 to rouge9, rougeL, rougeLsum", key)
    end
  end
  if #list == 0 then options.wrong(o._name, "rouge_keys", nil, "at least one of them", o.rouge_keys) end
  return list
end

local function tokens(o, text)
  text = o.normalizer and o.normalizer(text) or text:lower():gsub("[^a-z0-9]+", " ")
  local list = o.tokenizer and o.tokenizer(text) or words.split(text)
  if type(list) ~= "table" then options.wrong(o._name, "tokenizer", nil, "a function that returns an array", list) end
  if not o.use_stemmer then return list end
  local stems = {}
  for i, word in ipairs(list) do stems[i] = #word > 3 and stem(word) or word end
  return stems
end

--- The sentences of a text, each as its words.
local function sentences(o, text)
  local list = {}
  for line in (text:gsub("([.!?]['\")]*)%s+(%f[%u\"'(])", "%1\n%2") .. "\n"):gmatch "([^\n]*)\n" do
    if line:find "%S" then list[#list + 1] = tokens(o, line) end
  end
  return list
end

local function measures(hits, n_pred, n_target)
  if n_pred == 0 or n_target == 0 or hits == 0 then return {0, 0, 0} end
  local precision, recall = hits / n_pred, hits / n_target
  return {2 * precision * recall / (precision + recall), precision, recall}
end

--- The table of the lengths of common subsequences; rows are the target's words.
local function common(pred, target)
  local t = {[0] = {}}
  for j = 0, #pred do t[0][j] = 0 end
  for i = 1, #target do
    local row, above = {[0] = 0}, t[i - 1]
    for j = 1, #pred do
      row[j] = target[i] == pred[j] and above[j - 1] + 1 or math.max(above[j], row[j - 1])
    end
    t[i] = row
  end
  return t
end

--- The positions of the target's words that a longest common subsequence has.
local function mark(pred, target, found)
  local t, i, j = common(pred, target), #pred, #target
  while i > 0 and j > 0 do
    if pred[i] == target[j] then
      found[j] = true
      i, j = i - 1, j - 1
    elseif t[j][i - 1] > t[j - 1][i] then i = i - 1
    else j = j - 1 end
  end
end

local function count_all(lists)
  local counts, n = {}, 0
  for _, list in ipairs(lists) do
    for _, word in ipairs(list) do counts[word], n = (counts[word] or 0) + 1, n + 1 end
  end
  return counts, n
end

local function summary_score(pred, target)
  local pred_counts, n_pred = count_all(pred)
  local target_counts, n_target = count_all(target)
  local hits = 0
  for _, sentence in ipairs(target) do
    local found = {}
    for _, other in ipairs(pred) do mark(other, sentence, found) end
    for j, word in ipairs(sentence) do
      if found[j] and (pred_counts[word] or 0) > 0 and target_counts[word] > 0 then
        hits = hits + 1
        pred_counts[word], target_counts[word] = pred_counts[word] - 1, target_counts[word] - 1
      end
    end
  end
  return measures(hits, n_pred, n_target)
end

local function score(o, kind, pred, target, pred_text, target_text)
  if kind == "Lsum" then return summary_score(sentences(o, pred_text), sentences(o, target_text)) end
  if kind == "L" then return measures(common(pred, target)[#target][#pred], #pred, #target) end
  local a, n_a = words.ngrams(pred, kind)
  local b, n_b = words.ngrams(target, kind)
  return measures(words.common(a, b), n_a, n_b)
end

--- Of the scores for several targets the best, or their mean.
local function accumulated(o, scores)
  if o.accumulate == "avg" then
    local mean = {0, 0, 0}
    for _, s in ipairs(scores) do for i = 1, 3 do mean[i] = mean[i] + s[i] / #scores end end
    return mean
  end
  local best = scores[1]
  for _, s in ipairs(scores) do if s[1] > best[1] then best = s end end
  return best
end

local function update(o, preds, target)
  preds, target = words.corpus(o, preds, target)
  local keys, sums = keys_of(o), {}
  for i, text in ipairs(preds) do
    local pred = tokens(o, text)
    for k, key in ipairs(keys) do
      local scores = {}
      for t, item in ipairs(target[i]) do scores[t] = score(o, KEYS[key], pred, tokens(o, item), text, item) end
      for m, value in ipairs(accumulated(o, scores)) do
        local at = (k - 1) * 3 + m
        sums[at] = (sums[at] or 0) + value
      end
    end
  end
  return {sums = torch.tensor(sums, {dtype = "float64"}), total = #preds}
end

local function compute(o, s)
  local result = {}
  for k, key in ipairs(keys_of(o)) do
    for m, what in ipairs {"fmeasure", "precision", "recall"} do
      result[key .. "_" .. what] = (s.sums[(k - 1) * 3 + m] / s.total):float()
    end
  end
  return result
end

local OPTIONS <const> = {{"accumulate", kind = "string", choices = {"avg", "best"}, default = "best"},
  {"use_stemmer", kind = "boolean", default = false}, {"normalizer", kind = "callable"},
  {"tokenizer", kind = "callable"}, {"rouge_keys", default = {"rouge1", "rouge2", "rougeL", "rougeLsum"}}}
rows.define {"rouge_score", class = "ROUGEScore", family = "text", inputs = words.inputs, options = OPTIONS,
  class_options = {OPTIONS[2], OPTIONS[3], OPTIONS[4], OPTIONS[1], OPTIONS[5]}, results = "any", check = keys_of,
  states = {sums = "sum", total = "sum"}, update = update, compute = compute, higher_is_better = true,
  doc = "ROUGE: {KEY_fmeasure =, KEY_precision =, KEY_recall =} of each of rouge_keys: rouge1 to rouge9, rougeL, "
    .. "rougeLsum (sentences end at . ! ? or a line)."}
