--- Metrics of answers to questions and of language models.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"
local words = require "torchmetrics.text.words"

-- ---- SQuAD -------------------------------------------------------------------------------

--- Small letters without punctuation and articles, as words.
local function normal(text)
  text = " " .. words.lower(text):gsub("%p", "") .. " "
  for _, article in ipairs {"a", "an", "the"} do text = text:gsub("%f[%w_]" .. article .. "%f[^%w_]", " ") end
  return words.split(text)
end

local function f1(pred, truth)
  if #pred == 0 or #truth == 0 then return #pred == #truth and 1 or 0 end
  local same = words.common((words.ngrams(pred, 1)), (words.ngrams(truth, 1)))
  if same == 0 then return 0 end
  local precision, recall = same / #pred, same / #truth
  return 2 * precision * recall / (precision + recall)
end

local function as_list(o, name, value, fields)
  if type(value) == "table" and value.id ~= nil then value = {value} end
  if type(value) ~= "table" then options.wrong(o._name, name, nil, fields, value) end
  for _, item in ipairs(value) do
    if type(item) ~= "table" or item.id == nil then options.wrong(o._name, name, nil, fields, item) end
  end
  return value
end

local function squad(o, preds, target)
  local answers, s = {}, {f1 = 0, exact = 0, total = 0}
  for _, item in ipairs(as_list(o, "preds", preds, "{prediction_text =, id =}")) do
    if type(item.prediction_text) ~= "string" then
      options.wrong(o._name, "preds", 1, "{prediction_text =, id =}", item)
    end
    answers[item.id] = normal(item.prediction_text)
  end
  local form = "{answers = {text = {…}}, id =}"
  for _, item in ipairs(as_list(o, "target", target, form)) do
    local texts = type(item.answers) == "table" and item.answers.text
    if type(texts) ~= "table" or #texts == 0 then options.wrong(o._name, "target", 2, form, item) end
    s.total = s.total + 1
    local pred, best, exact = answers[item.id], 0, 0
    if not pred then options.warn(("%s: question %s has no answer, which counts 0"):format(o._name, item.id)) end
    for _, text in ipairs(pred and texts or {}) do
      local truth = normal(text)
      best = math.max(best, f1(pred, truth))
      if table.concat(pred, " ") == table.concat(truth, " ") then exact = 1 end
    end
    s.f1, s.exact = s.f1 + best, s.exact + exact
  end
  return s
end

rows.define {"squad", class = "SQuAD", family = "text", inputs = words.inputs, results = "any", higher_is_better = true,
  states = {f1 = "sum", exact = "sum", total = "sum"}, update = squad,
  doc = "The metrics of SQuAD in percent, {exact_match =, f1 =}: preds {prediction_text =, id =} and target "
    .. "{answers = {text = {…}}, id =}, or arrays of them.",
  compute = function(_, s)
    local like = {dtype = "float32"}
    return {exact_match = torch.tensor(100 * s.exact / s.total, like), f1 = torch.tensor(100 * s.f1 / s.total, like)}
  end}

-- ---- perplexity ----------------------------------------------------------------------------

local function perplexity(o, preds, target)
  if not torch.is_tensor(preds) or preds.ndim ~= 3 or not preds:is_floating_point() then
    options.wrong(o._name, "preds", 1, "scores (N, L, vocabulary)", preds)
  end
  local n, length, vocabulary = table.unpack(preds.shape)
  if not torch.is_tensor(target) or target.ndim ~= 2 or target:size(1) ~= n or target:size(2) ~= length
    or target:is_floating_point() then
    options.wrong(o._name, "target", 2, ("tokens (%d, %d)"):format(n, length), target)
  end
  local y = target:reshape(-1):long()
  local keep = o.ignore_index and y:ne(o.ignore_index) or torch.ones_like(y):ne(0)
  local bad = keep:logical_and(y:lt(1):logical_or(y:gt(vocabulary)))
  if bad:any():item() then
    options.raise(("%s: 'target' (argument 2): expected tokens from 1 to %d, got %d"):format(o._name, vocabulary,
      y:masked_select(bad)[1]:item()))
  end
  local scores = preds:reshape(-1, vocabulary):log_softmax(2)
  local own = scores:gather(2, y:masked_fill(keep:logical_not(), 1):unsqueeze(2)):squeeze(2)
  return {sum = -own:masked_select(keep):sum(), total = keep:sum()}
end

rows.define {"perplexity", class = "Perplexity", family = "text", options = {{"ignore_index", kind = "integer"}},
  inputs = paired.inputs,
  states = {sum = "sum", total = "sum"}, update = perplexity, higher_is_better = false, differentiable = true,
  doc = "exp of the mean negative log-likelihood of the tokens: preds are scores (N, L, V), target tokens (N, L).",
  compute = function(_, s) return (s.sum / s.total):exp() end}
