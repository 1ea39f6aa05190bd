--- tokenizers.normalizers: What makes texts alike before they are split: forms of Unicode, case, accents,
-- replacements.
local base64 = require "tokenizers.base64"
local component = require "tokenizers.component"
local options = require "torch.utils.options"

local normalizers, methods = {}, {}
component.family("normalizers", "a normalizer", methods)
local steps_of = setmetatable({}, {__mode = "k"})

local types = {
  NFC = {}, NFD = {}, NFKC = {}, NFKD = {}, Lowercase = {}, StripAccents = {}, Nmt = {}, ByteLevel = {},
  Strip = {{"strip_left", "boolean", true}, {"strip_right", "boolean", true}},
  Replace = {{"pattern", "pattern"}, {"content", "string"}},
  Prepend = {{"prepend", "string", "▁"}},
  Precompiled = {{"precompiled_charsmap", "string"}},
  BertNormalizer = {{"clean_text", "boolean", true}, {"handle_chinese_chars", "boolean", true},
    {"strip_accents", "boolean", optional = true}, {"lowercase", "boolean", true}},
  Sequence = {{"normalizers", "list"}},
}
for name, fields in pairs(types) do component.define("normalizers", name, fields) end

local function replacement(n)
  return {kind = "replace", pattern = n.pattern.String or n.pattern.Regex, literal = n.pattern.String ~= nil,
    content = n.content}
end

local compile
local compilers = {
  NFC = function(add) add {kind = "nfc"} end,
  NFD = function(add) add {kind = "nfd"} end,
  NFKC = function(add) add {kind = "nfkc"} end,
  NFKD = function(add) add {kind = "nfkd"} end,
  Lowercase = function(add) add {kind = "lowercase"} end,
  StripAccents = function(add) add {kind = "remove", mask = "mark"} end,
  Nmt = function(add) add {kind = "nmt"} end,
  ByteLevel = function(add) add {kind = "bytes"} end,
  Strip = function(add, n) add {kind = "strip", left = n.strip_left, right = n.strip_right} end,
  Replace = function(add, n) add(replacement(n)) end,
  Prepend = function(add, n) add {kind = "prepend", content = n.prepend} end,
  Precompiled = function(add, n, wrong)
    add {kind = "charsmap", content = base64.decode(n.precompiled_charsmap)
      or wrong "'precompiled_charsmap': expected a text in base 64"}
  end,
  BertNormalizer = function(add, n)
    local strip = n.strip_accents
    if type(strip) ~= "boolean" then strip = n.lowercase end
    if n.clean_text then add {kind = "clean"} end
    if n.handle_chinese_chars then add {kind = "space_chinese"} end
    if strip then
      add {kind = "nfd"}
      add {kind = "remove", mask = "nonspacing"}
    end
    if n.lowercase then add {kind = "lowercase"} end
  end,
  Sequence = function(add, n, wrong) for _, item in ipairs(n.normalizers) do compile(add, item, wrong) end end,
}
function compile(add, n, wrong) compilers[n.type](add, n, wrong) end

-- The C steps of a normalizer; nil for nil.
local function steps(normalizer, wrong)
  if normalizer == nil then return nil end
  if not steps_of[normalizer] then
    local list = {}
    compile(function(step) list[#list + 1] = step end, normalizer, wrong)
    steps_of[normalizer] = component.steps(list, wrong)
  end
  return steps_of[normalizer]
end
component.hooks("normalizers", {check = function(made, wrong) steps(made, wrong) end, steps = steps})
methods._steps = steps

--- normalizer:normalize_str(sequence: string) -> string: The text as the normalizer makes it.
-- Example: require("tokenizers").normalizers.NFD():normalize_str("é")
function methods:normalize_str(sequence)
  component.text("normalize_str", "sequence", 1, sequence)
  local text, why = require "tokenizers.core".apply(steps(self), sequence)
  if not text then options.raise("normalize_str: " .. why) end
  return text
end

local function new(name, ...) return component.construct("normalizers", name, ...) end

--- tokenizers.normalizers.NFC() -> table: Canonical composition (UAX 15).
function normalizers.NFC(...) return new("NFC", ...) end
--- tokenizers.normalizers.NFD() -> table: Canonical decomposition (UAX 15).
function normalizers.NFD(...) return new("NFD", ...) end
--- tokenizers.normalizers.NFKC() -> table: Compatibility decomposition, then composition (UAX 15).
function normalizers.NFKC(...) return new("NFKC", ...) end
--- tokenizers.normalizers.NFKD() -> table: Compatibility decomposition (UAX 15).
function normalizers.NFKD(...) return new("NFKD", ...) end
--- tokenizers.normalizers.Lowercase() -> table: Small letters.
function normalizers.Lowercase(...) return new("Lowercase", ...) end
--- tokenizers.normalizers.StripAccents() -> table: Takes combining marks out; put NFD in front of it.
function normalizers.StripAccents(...) return new("StripAccents", ...) end
--- tokenizers.normalizers.Nmt() -> table: Takes control characters out, and makes other spaces plain ones.
function normalizers.Nmt(...) return new("Nmt", ...) end
--- tokenizers.normalizers.ByteLevel() -> table: Each byte becomes a character that can be seen.
function normalizers.ByteLevel(...) return new("ByteLevel", ...) end
--- tokenizers.normalizers.Strip(strip_left: bool = true, strip_right: bool = true) -> table: Takes spaces at the ends
-- out.
function normalizers.Strip(...) return new("Strip", ...) end
--- tokenizers.normalizers.Replace(pattern: any, content: string) -> table: Replaces a text, or what a
-- tokenizers.Regex matches.
function normalizers.Replace(...) return new("Replace", ...) end
--- tokenizers.normalizers.Prepend(prepend: string = "▁") -> table: Puts a text in front.
function normalizers.Prepend(...) return new("Prepend", ...) end
--- tokenizers.normalizers.Precompiled(precompiled_charsmap: string) -> table: The map of characters of a SentencePiece
-- model, in base 64.
function normalizers.Precompiled(...) return new("Precompiled", ...) end
--- tokenizers.normalizers.BertNormalizer(clean_text: bool = true, handle_chinese_chars: bool = true,
-- strip_accents: bool = nil, lowercase: bool = true) -> table: What BERT does: no control characters, spaces around
-- ideographs, no accents (nil: as lowercase says), small letters.
function normalizers.BertNormalizer(...) return new("BertNormalizer", ...) end
--- tokenizers.normalizers.Sequence(normalizers: table) -> table: One after the other.
function normalizers.Sequence(...) return new("Sequence", ...) end

return normalizers
