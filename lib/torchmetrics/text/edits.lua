--- Metrics of texts by the edits that lead from the prediction to the target.
local rows = require "torchmetrics.rows"
local words = require "torchmetrics.text.words"

local function define(row)
  row.family, row.inputs, row.options = "text", words.inputs, row.options or {}
  return rows.define(row)
end

--- The sums over pairs of texts of edits, and of the lengths of prediction, target, and the longer one.
local function count(split)
  return function(o, preds, target)
    preds, target = words.pairs(o, preds, target)
    local s = {errors = 0, preds = 0, target = 0, longer = 0}
    for i, text in ipairs(preds) do
      local a, b = split(text), split(target[i])
      s.errors, s.preds, s.target = s.errors + words.distance(a, b), s.preds + #a, s.target + #b
      s.longer = s.longer + math.max(#a, #b)
    end
    return s
  end
end

local STATES <const> = {errors = "sum", preds = "sum", target = "sum", longer = "sum"}
local of_words <const>, of_characters <const> = count(words.split), count(words.characters)

local function value(x) return torch.tensor(x, {dtype = "float32"}) end
local function preserved(s)
  local right = s.longer - s.errors
  return right / s.target * (right / s.preds)
end

define {"word_error_rate", class = "WordErrorRate", states = STATES, update = of_words, higher_is_better = false,
  doc = "The edits of words per word of the target.",
  compute = function(_, s) return value(s.errors / s.target) end,
  example = 'torchmetrics.functional.word_error_rate("a cat sat", "the cat sat")'}
define {"char_error_rate", class = "CharErrorRate", states = STATES, update = of_characters, higher_is_better = false,
  doc = "The edits of characters per character of the target.",
  compute = function(_, s) return value(s.errors / s.target) end}
define {"match_error_rate", class = "MatchErrorRate", states = STATES, update = of_words, higher_is_better = false,
  doc = "The edits of words per word of the longer of prediction and target.",
  compute = function(_, s) return value(s.errors / s.longer) end}
define {"word_information_preserved", class = "WordInfoPreserved", states = STATES, update = of_words,
  higher_is_better = true, doc = "The share of right words in the target times that in the prediction.",
  compute = function(_, s) return value(preserved(s)) end}
define {"word_information_lost", class = "WordInfoLost", states = STATES, update = of_words, higher_is_better = false,
  doc = "1 less word_information_preserved.", compute = function(_, s) return value(1 - preserved(s)) end}

define {"edit_distance", class = "EditDistance", states = {distance = "cat"}, higher_is_better = false,
  options = {{"substitution_cost", kind = "positive", default = 1},
    {"reduction", kind = "string", choices = {"mean", "sum", "none"}, default = "mean"}},
  doc = "The edits of characters from each prediction to its target.",
  update = function(o, preds, target)
    preds, target = words.pairs(o, preds, target)
    local list = {}
    for i, text in ipairs(preds) do
      list[i] = words.distance(words.characters(text), words.characters(target[i]), o.substitution_cost)
    end
    return {distance = torch.tensor(list, {dtype = "int32"})}
  end,
  compute = function(o, s)
    if o.reduction == "none" then return s.distance end
    return o.reduction == "sum" and s.distance:sum() or s.distance:float():mean()
  end}
