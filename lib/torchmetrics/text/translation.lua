--- The translation edit rate and the extended edit distance.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"
local sacre = require "torchmetrics.text.sacre"
local tercom = require "torchmetrics.text.tercom"
local words = require "torchmetrics.text.words"

-- ---- translation edit rate ----------------------------------------------------------------

--- Code points around which the option asian_support puts space, and those of marks.
local IDEOGRAPHS <const> = {{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x31C0, 0x31EF}, {0x2E80, 0x2EFF}, {0x3300, 0x33FF},
  {0xF900, 0xFAFF}, {0xFE30, 0xFE4F}, {0x3200, 0x3F22}}
local MARKS <const> = {{0x3001, 0x3002}, {0x3008, 0x3011}, {0x3014, 0x301F}, {0xFF61, 0xFF65}, {0x30FB, 0x30FB},
  {0xFF0E, 0xFF0E}, {0xFF0C, 0xFF0C}, {0xFF1F, 0xFF1F}, {0xFF1A, 0xFF1B}, {0xFF01, 0xFF02}, {0xFF08, 0xFF09}}

local function among(ranges, c)
  local code = utf8.codepoint(c)
  for _, range in ipairs(ranges) do if code >= range[1] and code <= range[2] then return true end end
end

local function each_wide(text, f)
  return utf8.len(text) and text:gsub("[\xE0-\xF4][\x80-\xBF]*", f) or text
end

local function prepared(o, text)
  text = text:match "^(.-)%s*$"
  if o.lowercase then text = words.lower(text) end
  if o.normalize then
    text = sacre.plain((" " .. text .. " "):gsub("\n%-", ""):gsub("\n", " "))
    text = text:gsub("%p", function(c) if not ("'-.,"):find(c, 1, true) then return " " .. c .. " " end end)
    text = text:gsub("'s ", " 's "):gsub("'s$", " 's")
    text = text:gsub("([^0-9])([.,])", "%1 %2 "):gsub("([.,])([^0-9])", " %1 %2"):gsub("([0-9])(%-)", "%1 %2 ")
    if o.asian_support then
      text = each_wide(text, function(c)
        if among(IDEOGRAPHS, c) or among(MARKS, c) then return " " .. c .. " " end
      end)
    end
  end
  if o.no_punctuation then
    text = text:gsub('[.,?:;!"()]', "")
    if o.asian_support then text = each_wide(text, function(c) if among(MARKS, c) then return "" end end) end
  end
  return words.split(text)
end

local function rate(edits, length)
  if edits == 0 then return 0 end
  return length > 0 and edits / length or 1
end

local function ter_update(o, preds, target)
  preds, target = words.corpus(o, preds, target, true)
  local s = {edits = 0, length = 0, sentences = {}}
  for i, text in ipairs(preds) do
    local pred, least, length = prepared(o, text), math.huge, 0
    for _, item in ipairs(target[i]) do
      local list = prepared(o, item)
      least, length = math.min(least, tercom.edits(list, pred)), length + #list
    end
    length = length / #target[i]
    s.edits, s.length = s.edits + least, s.length + length
    s.sentences[i] = torch.tensor({rate(least, length)}, {dtype = "float32"})
  end
  return s
end

local SENTENCES <const> = {"return_sentence_level_score", kind = "boolean", default = false}

rows.define {"translation_edit_rate", class = "TranslationEditRate", family = "text", inputs = words.inputs,
  options = {{"normalize", kind = "boolean", default = false}, {"no_punctuation", kind = "boolean", default = false},
    {"lowercase", kind = "boolean", default = true}, {"asian_support", kind = "boolean", default = false}, SENTENCES},
  states = {edits = "sum", length = "sum", sentences = "list"}, higher_is_better = false, update = ter_update,
  doc = "The translation edit rate: edits and shifts of blocks of words, per word of the targets; with "
    .. "return_sentence_level_score an array of those of the sentences, too.",
  compute = function(o, s)
    local value = torch.tensor(rate(s.edits, s.length), {dtype = "float32"})
    if o.return_sentence_level_score then return value, s.sentences end
    return value
  end}

-- ---- extended edit distance (Stanchev et al. 2019) ------------------------------------------

local ABBREVIATIONS <const> = {"Dr", "Jr", "Prof", "Rev", "Gen", "Mr", "Mt", "Mrs", "Ms"}

local function english(text)
  text = text:match "^(.-)%s*$":gsub("[.!?,]", " %0"):gsub("%s+", " ")
  text = text:gsub("(%d) ([.,]) (%d)", "%1%2%3")
  for _, short in ipairs(ABBREVIATIONS) do text = text:gsub(short .. " .", short .. ".") end
  text = text:gsub("e %. g %.", "e.g."):gsub("i %. e %.", "i.e."):gsub("U %. S %.", "U.S.")
  return " " .. text .. " "
end

local function eed(o, hyp, ref)
  local n, row, visits = #hyp, {}, {}
  for i = 0, n do row[i], visits[i] = 1, -1 end
  row[0] = 0
  for w = 1, #ref do
    local after, at = {}, 0
    after[0] = row[0] + 1
    for i = 1, n do
      after[i] = math.min(after[i - 1] + o.deletion, row[i - 1] + (hyp[i] == ref[w] and 0 or 1), row[i] + o.insertion)
      if after[i] < after[at] then at = i end
    end
    visits[at] = visits[at] + 1
    if ref[w] == " " then
      local jump = o.alpha + after[at]
      for i = 0, n do after[i] = math.min(after[i], jump) end
    end
    row = after
  end
  local sum = 0
  for i = 0, n do sum = sum + (visits[i] >= 0 and visits[i] or 1) end
  local coverage = o.rho * sum
  return math.min(1, (row[n] + coverage) / (#ref + coverage))
end

rows.define {"extended_edit_distance", class = "ExtendedEditDistance", family = "text", inputs = words.inputs,
  options = {{"language", kind = "string", choices = {"en", "ja"}, default = "en"}, SENTENCES,
    {"alpha", kind = "number", default = 2, least = 0}, {"rho", kind = "number", default = 0.3, least = 0},
    {"deletion", kind = "number", default = 0.2, least = 0}, {"insertion", kind = "number", default = 1, least = 0}},
  states = {scores = "cat"}, higher_is_better = false,
  doc = "The extended edit distance: edits of characters with jumps, and a penalty for what is visited often or never.",
  update = function(o, preds, target)
    if o.language == "ja" then options.raise(o._name .. ": 'language': \"ja\" is not in Hecate yet") end
    preds, target = words.corpus(o, preds, target, true)
    local scores = {}
    for i, text in ipairs(preds) do
      local hyp, best = words.characters(english(text)), math.huge
      for _, item in ipairs(target[i]) do best = math.min(best, eed(o, hyp, words.characters(english(item)))) end
      scores[i] = best
    end
    return {scores = torch.tensor(scores, {dtype = "float32"})}
  end,
  compute = function(o, s)
    if o.return_sentence_level_score then return s.scores:mean(), s.scores end
    return s.scores:mean()
  end}
