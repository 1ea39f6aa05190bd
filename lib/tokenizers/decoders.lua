--- tokenizers.decoders: What makes texts of tokens.
local component = require "tokenizers.component"
local options = require "torch.utils.options"

local decoders, methods = {}, {}
component.family("decoders", "a decoder", methods)

local types = {
  ByteLevel = {{"add_prefix_space", "boolean", true}, {"trim_offsets", "boolean", true},
    {"use_regex", "boolean", true}},
  WordPiece = {{"prefix", "string", "##"}, {"cleanup", "boolean", true}},
  Metaspace = {{"replacement", "char", "▁"}, {"prepend_scheme", "string", "always"}, {"split", "boolean", true}},
  BPEDecoder = {{"suffix", "string", "</w>"}},
  CTC = {{"pad_token", "string", "<pad>"}, {"word_delimiter_token", "string", "|"}, {"cleanup", "boolean", true}},
  Fuse = {}, ByteFallback = {},
  Strip = {{"content", "char", " "}, {"start", "count", 0}, {"stop", "count", 0}},
  Replace = {{"pattern", "pattern"}, {"content", "string"}},
  Sequence = {{"decoders", "list"}},
}
for name, fields in pairs(types) do component.define("decoders", name, fields) end

component.hooks("decoders", {legacy = function(spec, key, value)
  if spec.type == "Metaspace" and key == "prepend_scheme" and value == nil and spec.add_prefix_space == false then
    return "never"
  end
  return value
end})

-- ---- what they do to lists of tokens -----------------------------------------------------------------

-- The text with every occurrence of another text replaced.
local function replace_text(text, from, to)
  if from == "" then return text end
  local parts, at = {}, 1
  while true do
    local first, last = text:find(from, at, true)
    if not first then break end
    parts[#parts + 1] = text:sub(at, first - 1)
    parts[#parts + 1] = to
    at = last + 1
  end
  return at == 1 and text or table.concat(parts) .. text:sub(at)
end

local CLEANED <const> = {{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"},
  {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}}

local function clean(text)
  for _, pair in ipairs(CLEANED) do text = replace_text(text, pair[1], pair[2]) end
  return text
end

local function map(tokens, f)
  local list = {}
  for i, token in ipairs(tokens) do list[i] = f(token, i) end
  return list
end

local function word_piece(d, tokens)
  return map(tokens, function(token, i)
    if i > 1 then
      if token:sub(1, #d.prefix) == d.prefix then token = token:sub(#d.prefix + 1) else token = " " .. token end
    end
    return d.cleanup and clean(token) or token
  end)
end

local function metaspace(d, tokens)
  return map(tokens, function(token, i)
    return replace_text(token, d.replacement, i == 1 and d.prepend_scheme ~= "never" and "" or " ")
  end)
end

local function ctc(d, tokens)
  local list, before = {}, nil
  for _, token in ipairs(tokens) do
    if token ~= before then
      local text = replace_text(token, d.pad_token, "")
      if d.cleanup then text = replace_text(clean(text), d.word_delimiter_token, " ") end
      if text ~= "" then list[#list + 1] = text end
    end
    before = token
  end
  return list
end

-- Tokens such as "<0x61>" stand for bytes. Bytes in a row become their text; if that is no UTF-8, each becomes U+FFFD.
local function byte_fallback(_, tokens)
  local list, bytes = {}, {}
  local function flush()
    local text = table.concat(bytes)
    local wrong_at = require "tokenizers.core".valid(text)
    if wrong_at then
      for _ = 1, #bytes do list[#list + 1] = "\u{FFFD}" end
    elseif text ~= "" then
      list[#list + 1] = text
    end
    bytes = {}
  end
  for _, token in ipairs(tokens) do
    local digits = token:match "^<0x(%x%x)>$"
    if digits then bytes[#bytes + 1] = string.char(tonumber(digits, 16))
    else
      flush()
      list[#list + 1] = token
    end
  end
  flush()
  return list
end

-- Takes d.content away, at most d.start times at the beginning of each token and d.stop times at its end.
local function strip(d, tokens)
  return map(tokens, function(token)
    local size, first, last = #d.content, 1, #token
    for _ = 1, d.start do
      if token:sub(first, first + size - 1) ~= d.content then break end
      first = first + size
    end
    for _ = 1, d.stop do
      if last < first or token:sub(math.max(last - size + 1, 1), last) ~= d.content then break end
      last = last - size
    end
    return token:sub(first, last)
  end)
end

local patterns = setmetatable({}, {__mode = "k"})

local function replace(d, tokens)
  local core = require "tokenizers.core"
  local function raise(why) options.raise("decode: " .. why) end
  if not patterns[d] then
    local pattern, why = core.pattern(d.pattern.String or d.pattern.Regex, d.pattern.String ~= nil)
    patterns[d] = pattern or raise(why)
  end
  return map(tokens, function(token)
    local parts, matched = core.segments(patterns[d], token)
    if not parts then raise(matched) end
    for i = 1, #parts do if matched[i] then parts[i] = d.content end end
    return table.concat(parts)
  end)
end

local chain
local chains = {
  ByteLevel = function(_, tokens)
    local core = require "tokenizers.core"
    return {core.lossy(core.decode_bytes(tokens))}
  end,
  WordPiece = word_piece,
  Metaspace = metaspace,
  BPEDecoder = function(d, tokens)
    return map(tokens, function(token, i) return replace_text(token, d.suffix, i == #tokens and "" or " ") end)
  end,
  CTC = ctc,
  Fuse = function(_, tokens) return {table.concat(tokens)} end,
  ByteFallback = byte_fallback,
  Strip = strip,
  Replace = replace,
  Sequence = function(d, tokens)
    for _, item in ipairs(d.decoders) do tokens = chain(item, tokens) end
    return tokens
  end,
}
function chain(d, tokens) return chains[d.type](d, tokens) end

--- decoder:decode(tokens: string[]) -> string: The text of the tokens.
-- Example: require("tokenizers").decoders.WordPiece():decode({"un", "##seen"})
function methods:decode(tokens)
  if type(tokens) ~= "table" then options.wrong("decode", "tokens", 1, "an array of strings", tokens) end
  for _, token in ipairs(tokens) do
    if type(token) ~= "string" then options.wrong("decode", "tokens", 1, "an array of strings", tokens) end
  end
  return table.concat(chain(self, tokens))
end

local function new(name, ...) return component.construct("decoders", name, ...) end

--- tokenizers.decoders.ByteLevel(add_prefix_space: bool = true, trim_offsets: bool = true,
-- use_regex: bool = true) -> table: Characters that stand for bytes become the bytes.
function decoders.ByteLevel(...) return new("ByteLevel", ...) end
--- tokenizers.decoders.WordPiece(prefix: string = "##", cleanup: bool = true) -> table: Joins the parts of words;
-- cleanup: no spaces in front of punctuation.
function decoders.WordPiece(...) return new("WordPiece", ...) end
--- tokenizers.decoders.Metaspace(replacement: string = "▁", prepend_scheme: string = "always",
-- split: bool = true) -> table: The character becomes a space; in the first token it becomes nothing, unless
-- prepend_scheme is "never".
function decoders.Metaspace(...) return new("Metaspace", ...) end
--- tokenizers.decoders.BPEDecoder(suffix: string = "</w>") -> table: The suffix becomes a space.
function decoders.BPEDecoder(...) return new("BPEDecoder", ...) end
--- tokenizers.decoders.CTC(pad_token: string = "<pad>", word_delimiter_token: string = "|",
-- cleanup: bool = true) -> table: Equal tokens in a row become one, those of padding nothing.
function decoders.CTC(...) return new("CTC", ...) end
--- tokenizers.decoders.Fuse() -> table: Joins all tokens to one, for the decoders that follow.
function decoders.Fuse(...) return new("Fuse", ...) end
--- tokenizers.decoders.ByteFallback() -> table: Tokens such as <0x61> become their bytes.
function decoders.ByteFallback(...) return new("ByteFallback", ...) end
--- tokenizers.decoders.Strip(content: string = " ", start: count = 0, stop: count = 0) -> table: Takes so many of the
-- character out of each token, at its beginning and at its end.
function decoders.Strip(...) return new("Strip", ...) end
--- tokenizers.decoders.Replace(pattern: any, content: string) -> table: Replaces a text, or what a tokenizers.Regex
-- matches.
function decoders.Replace(...) return new("Replace", ...) end
--- tokenizers.decoders.Sequence(decoders: table) -> table: One after the other.
function decoders.Sequence(...) return new("Sequence", ...) end

return decoders
