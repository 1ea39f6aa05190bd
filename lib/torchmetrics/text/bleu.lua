--- BLEU (Papineni et al. 2002): the share of the n-grams of the prediction that are in a target.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"
local sacre = require "torchmetrics.text.sacre"
local words = require "torchmetrics.text.words"

local function count(o, preds, target, split)
  local hits, totals, pred_length, target_length = {}, {}, 0, 0
  for n = 1, o.n_gram do hits[n], totals[n] = 0, 0 end
  for i, text in ipairs(preds) do
    local list, nearest, targets = split(text), nil, {}
    for k, item in ipairs(target[i]) do
      targets[k] = split(item)
      local length = #targets[k]
      if not nearest or math.abs(length - #list) < math.abs(nearest - #list) then nearest = length end
    end
    pred_length, target_length = pred_length + #list, target_length + nearest
    for n = 1, o.n_gram do
      local most = {}
      for _, words_of in ipairs(targets) do
        for key, times in pairs((words.ngrams(words_of, n))) do most[key] = math.max(most[key] or 0, times) end
      end
      local counts, total = words.ngrams(list, n)
      hits[n], totals[n] = hits[n] + words.common(counts, most), totals[n] + total
    end
  end
  local like = {dtype = "float64"}
  return {hits = torch.tensor(hits, like), totals = torch.tensor(totals, like), preds = pred_length,
    target = target_length}
end

local function weights_of(o)
  local list = o.weights
  if not list then
    list = {}
    for n = 1, o.n_gram do list[n] = 1 / o.n_gram end
  end
  if #list ~= o.n_gram then
    options.wrong(o._name, "weights", nil, ("an array of n_gram = %d numbers"):format(o.n_gram), list)
  end
  for _, w in ipairs(list) do
    if type(w) ~= "number" then options.wrong(o._name, "weights", nil, "an array of numbers", w) end
  end
  return list
end

local function compute(o, s)
  local hits, totals, sum = s.hits:tolist(), s.totals:tolist(), 0
  local weights = weights_of(o)
  for n = 1, o.n_gram do
    if hits[n] == 0 then return torch.tensor(0.0, {dtype = "float32"}) end
    local more = o.smooth and n > 1 and 1 or 0
    sum = sum + weights[n] * math.log((hits[n] + more) / (totals[n] + more))
  end
  local brevity = s.preds > s.target and 1 or math.exp(1 - s.target / s.preds)
  return torch.tensor(brevity * math.exp(sum), {dtype = "float32"})
end

local N_GRAM <const> = {"n_gram", kind = "positive", default = 4}
local SMOOTH <const> = {"smooth", kind = "boolean", default = false}
local WEIGHTS <const> = {"weights", kind = "table"}
local STATES <const> = {hits = "sum", totals = "sum", preds = "sum", target = "sum"}

rows.define {"bleu_score", class = "BLEUScore", family = "text", inputs = words.inputs,
  options = {N_GRAM, SMOOTH, WEIGHTS}, states = STATES, higher_is_better = true, compute = compute, check = weights_of,
  doc = "BLEU: the geometric mean over n of the shares of the n-grams that are in a target, less for short texts; "
    .. "target has an array of texts for each prediction.",
  update = function(o, preds, target)
    preds, target = words.corpus(o, preds, target)
    return count(o, preds, target, words.split)
  end,
  example = 'torchmetrics.functional.bleu_score({"the cat is on the mat"}, {{"a cat is on the mat"}})'}

rows.define {"sacre_bleu_score", class = "SacreBLEUScore", family = "text", inputs = words.inputs,
  options = {N_GRAM, SMOOTH, {"tokenize", kind = "string", choices = sacre.names, default = "13a"},
    {"lowercase", kind = "boolean", default = false}, WEIGHTS},
  states = STATES, higher_is_better = true, compute = compute, check = weights_of,
  doc = "BLEU with the words of SacreBLEU, by `tokenize`.",
  update = function(o, preds, target)
    preds, target = words.corpus(o, preds, target)
    return count(o, preds, target, function(text) return sacre.split(text, o.tokenize, o.lowercase) end)
  end}
