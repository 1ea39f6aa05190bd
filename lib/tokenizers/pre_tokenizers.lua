--- tokenizers.pre_tokenizers: What splits texts into words, which the model then splits into tokens.
local component = require "tokenizers.component"
local json = require "torch.json"
local options = require "torch.utils.options"

local pre_tokenizers, methods = {}, {}
component.family("pre_tokenizers", "a pre-tokenizer", methods)
local steps_of = setmetatable({}, {__mode = "k"})

local types = {
  Whitespace = {}, WhitespaceSplit = {}, BertPreTokenizer = {}, UnicodeScripts = {},
  ByteLevel = {{"add_prefix_space", "boolean", true}, {"trim_offsets", "boolean", true},
    {"use_regex", "boolean", true}},
  Metaspace = {{"replacement", "char", "▁"}, {"prepend_scheme", "string", "always"}, {"split", "boolean", true}},
  CharDelimiterSplit = {{"delimiter", "char"}},
  Punctuation = {{"behavior", "string", "Isolated"}},
  Digits = {{"individual_digits", "boolean", false}},
  Split = {{"pattern", "pattern"}, {"behavior", "string"}, {"invert", "boolean", false}},
  FixedLength = {{"length", "positive", 5}},
  Sequence = {{"pretokenizers", "list"}},
}
for name, fields in pairs(types) do component.define("pre_tokenizers", name, fields) end

local BEHAVIORS <const> = {Removed = "removed", Isolated = "isolated", Contiguous = "contiguous",
  MergedWithPrevious = "merged_with_previous", MergedWithNext = "merged_with_next"}
local SCHEMES <const> = {always = true, first = true, never = true}

-- The pattern of GPT-2.
local WORDS <const> = [['s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+]]

local function behavior(name, wrong)
  return BEHAVIORS[name] or wrong(("'behavior': expected Removed, Isolated, Contiguous, MergedWithPrevious or "
    .. "MergedWithNext, got '%s'"):format(name))
end

local compile
local compilers = {
  Whitespace = function(add) add {kind = "words"} end,
  WhitespaceSplit = function(add) add {kind = "split", mask = "space", behavior = "removed"} end,
  BertPreTokenizer = function(add)
    add {kind = "split", mask = "space", behavior = "removed"}
    add {kind = "split", mask = "punctuation", behavior = "isolated"}
  end,
  UnicodeScripts = function(add) add {kind = "scripts"} end,
  ByteLevel = function(add, p)
    if p.add_prefix_space then add {kind = "prefix", content = " "} end
    if p.use_regex then add {kind = "split", pattern = WORDS, behavior = "isolated"} end
    add {kind = "bytes"}
  end,
  Metaspace = function(add, p, wrong)
    if not SCHEMES[p.prepend_scheme] then
      wrong(("'prepend_scheme': expected always, first or never, got '%s'"):format(p.prepend_scheme))
    end
    add {kind = "replace", pattern = " ", literal = true, content = p.replacement}
    if p.prepend_scheme ~= "never" then
      add {kind = "prefix", content = p.replacement, first = p.prepend_scheme == "first"}
    end
    if p.split then
      add {kind = "split", pattern = p.replacement, literal = true, behavior = "merged_with_next"}
    end
  end,
  CharDelimiterSplit = function(add, p)
    add {kind = "split", pattern = p.delimiter, literal = true, behavior = "removed"}
  end,
  Punctuation = function(add, p, wrong)
    add {kind = "split", mask = "punctuation", behavior = behavior(p.behavior, wrong)}
  end,
  Digits = function(add, p)
    add {kind = "split", mask = "number", behavior = p.individual_digits and "isolated" or "contiguous"}
  end,
  Split = function(add, p, wrong)
    add {kind = "split", pattern = p.pattern.String or p.pattern.Regex, literal = p.pattern.String ~= nil,
      behavior = behavior(p.behavior, wrong), invert = p.invert}
  end,
  FixedLength = function(add, p) add {kind = "fixed", length = p.length} end,
  Sequence = function(add, p, wrong) for _, item in ipairs(p.pretokenizers) do compile(add, item, wrong) end end,
}
function compile(add, p, wrong) compilers[p.type](add, p, wrong) end

-- The C steps of a pre-tokenizer; nil for nil.
local function steps(pre_tokenizer, wrong)
  if pre_tokenizer == nil then return nil end
  if not steps_of[pre_tokenizer] then
    local list = {}
    compile(function(step) list[#list + 1] = step end, pre_tokenizer, wrong)
    steps_of[pre_tokenizer] = component.steps(list, wrong)
  end
  return steps_of[pre_tokenizer]
end
methods._steps = steps

-- Names of behaviors in the form of Python: "merged_with_next".
local function adapt_behavior(name)
  if type(name) ~= "string" or not name:find "^%l" then return name end
  return (name:gsub("_?(%l+)", function(word) return word:sub(1, 1):upper() .. word:sub(2) end))
end

component.hooks("pre_tokenizers", {
  check = function(made, wrong) steps(made, wrong) end,
  -- Files of older versions of the package.
  legacy = function(spec, key, value)
    if spec.type == "Metaspace" and key == "prepend_scheme" and value == nil and spec.add_prefix_space == false then
      return "never"
    end
    if spec.type == "Split" and key == "invert" and value == json.null then return false end
    return value
  end,
})

--- pre_tokenizer:pre_tokenize_str(sequence: string) -> table, table: The pieces of a text, and for each {first, last}:
-- the bytes of the text that it comes from, as sequence:sub(first, last) takes them.
-- Example: require("tokenizers").pre_tokenizers.Whitespace():pre_tokenize_str("Hello, world!")
function methods:pre_tokenize_str(sequence)
  component.text("pre_tokenize_str", "sequence", 1, sequence)
  local pieces, spans = require "tokenizers.core".split(steps(self), sequence)
  if not pieces then options.raise("pre_tokenize_str: " .. spans) end
  local offsets = {}
  for i = 1, #pieces do offsets[i] = {spans[2 * i - 1] + 1, spans[2 * i]} end
  return pieces, offsets
end

local function new(name, ...) return component.construct("pre_tokenizers", name, ...) end

--- tokenizers.pre_tokenizers.Whitespace() -> table: Words, and runs of other signs, without the spaces.
function pre_tokenizers.Whitespace(...) return new("Whitespace", ...) end
--- tokenizers.pre_tokenizers.WhitespaceSplit() -> table: What is between spaces.
function pre_tokenizers.WhitespaceSplit(...) return new("WhitespaceSplit", ...) end
--- tokenizers.pre_tokenizers.BertPreTokenizer() -> table: What is between spaces, and each sign of punctuation alone.
function pre_tokenizers.BertPreTokenizer(...) return new("BertPreTokenizer", ...) end
--- tokenizers.pre_tokenizers.UnicodeScripts() -> table: Splits where the script changes; kana count as Han.
function pre_tokenizers.UnicodeScripts(...) return new("UnicodeScripts", ...) end
--- tokenizers.pre_tokenizers.ByteLevel(add_prefix_space: bool = true, trim_offsets: bool = true,
-- use_regex: bool = true) -> table: The words of GPT-2, their bytes as characters that can be seen.
function pre_tokenizers.ByteLevel(...) return new("ByteLevel", ...) end
--- tokenizers.pre_tokenizers.Metaspace(replacement: string = "▁", prepend_scheme: string = "always",
-- split: bool = true) -> table: Spaces become a character that words begin with; prepend_scheme: whether the text
-- begins with one, "always", "first" (not behind an added token) or "never".
function pre_tokenizers.Metaspace(...) return new("Metaspace", ...) end
--- tokenizers.pre_tokenizers.CharDelimiterSplit(delimiter: string) -> table: What is between one character.
function pre_tokenizers.CharDelimiterSplit(...) return new("CharDelimiterSplit", ...) end

-- The arguments with the behavior as the files name it.
local function with_behavior(position, ...)
  local args, n = {...}, select("#", ...)
  if type(args[n]) == "table" and args[n].behavior then
    args[n] = {}
    for key, value in pairs((select(n, ...))) do args[n][key] = key == "behavior" and adapt_behavior(value) or value end
  end
  if type(args[position]) == "string" then args[position] = adapt_behavior(args[position]) end
  return table.unpack(args, 1, n)
end

--- tokenizers.pre_tokenizers.Punctuation(behavior: string = "isolated") -> table: Splits at signs of punctuation.
-- behavior: what becomes of them: "removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous".
function pre_tokenizers.Punctuation(...) return new("Punctuation", with_behavior(1, ...)) end
--- tokenizers.pre_tokenizers.Digits(individual_digits: bool = false) -> table: Numbers apart from the rest.
function pre_tokenizers.Digits(...) return new("Digits", ...) end
--- tokenizers.pre_tokenizers.Split(pattern: any, behavior: string, invert: bool = false) -> table: Splits at a text,
-- or at what a tokenizers.Regex matches; invert: at what does not match. behavior: as for Punctuation.
function pre_tokenizers.Split(...) return new("Split", with_behavior(2, ...)) end
--- tokenizers.pre_tokenizers.FixedLength(length: positive = 5) -> table: Pieces of so many characters.
function pre_tokenizers.FixedLength(...) return new("FixedLength", ...) end
--- tokenizers.pre_tokenizers.Sequence(pretokenizers: table) -> table: One after the other.
function pre_tokenizers.Sequence(...) return new("Sequence", ...) end

return pre_tokenizers
