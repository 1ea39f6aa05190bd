--- torchtext.data.utils: Simple tokenizers, and n-grams.
local options = require "torch.utils.options"
local utils = {}

-- What basic_english does to signs, one after another.
local REPLACED <const> = {{"'", " '  "}, {'"', ""}, {"%.", " . "}, {"<br />", " "}, {",", " , "}, {"%(", " ( "},
  {"%)", " ) "}, {"!", " ! "}, {"%?", " ? "}, {";", " "}, {":", " "}}

local lowercase, spaces

-- Small letters, and the text between spaces; beyond ASCII as Unicode has them.
local function lower(text)
  if not text:find "[\x80-\xFF]" then return text:lower() end
  lowercase = lowercase or require "tokenizers".normalizers.Lowercase()
  return lowercase:normalize_str(text)
end

local function split(text)
  if text:find "[\x80-\xFF]" then
    spaces = spaces or require "tokenizers".pre_tokenizers.WhitespaceSplit()
    return (spaces:pre_tokenize_str(text))
  end
  local words = {}
  for word in text:gmatch "[^%s\x1C-\x1F]+" do words[#words + 1] = word end
  return words
end

local function check_line(line)
  if type(line) ~= "string" then options.wrong("tokenizer", "line", 1, "a string", line) end
  return line
end

local function basic_english(line)
  line = lower(check_line(line))
  for _, pair in ipairs(REPLACED) do line = line:gsub(pair[1], pair[2]) end
  return split(line)
end

--- torchtext.data.utils.get_tokenizer(tokenizer: any, language: string = "en") -> function: "basic_english" (small
-- letters, signs apart), nil (what is between spaces), or a function, which comes back. The result makes an array of
-- words of a text.
-- Example: require("torchtext").data.utils.get_tokenizer("basic_english")("You can't!")
function utils.get_tokenizer(...)
  local given = options.read("get_tokenizer", {{"tokenizer"}, {"language", kind = "string", default = "en"}}, ...)
  local tokenizer = given.tokenizer
  if tokenizer == nil then return function(line) return split(check_line(line)) end end
  if options.is_callable(tokenizer) then return tokenizer end
  if tokenizer ~= "basic_english" then
    options.wrong("get_tokenizer", "tokenizer", 1, '"basic_english", nil or a function (tokenizers has many more)',
      tokenizer)
  end
  if given.language ~= "en" then options.wrong("get_tokenizer", "language", 2, '"en"', given.language) end
  return basic_english
end

--- torchtext.data.utils.ngrams_iterator(token_list: string[], ngrams: positive) -> function: An iterator over the
-- tokens, and then all sequences of 2 to `ngrams` of them, joined by spaces.
-- Example: for gram in require("torchtext").data.utils.ngrams_iterator({"a", "b"}, 2) do print(gram) end
function utils.ngrams_iterator(...)
  local given = options.read("ngrams_iterator", {{"token_list", kind = "table", required = true},
    {"ngrams", kind = "positive", required = true}}, ...)
  local tokens, n, i = given.token_list, 1, 0
  for _, token in ipairs(tokens) do
    if type(token) ~= "string" then options.wrong("ngrams_iterator", "token_list", 1, "an array of strings", token) end
  end
  return function()
    i = i + 1
    while n <= given.ngrams and i + n - 1 > #tokens do n, i = n + 1, 1 end
    if n > given.ngrams then return nil end
    return table.concat(tokens, " ", i, i + n - 1)
  end
end

return utils
