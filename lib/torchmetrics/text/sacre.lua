--- The ways in which SacreBLEU splits texts into words (Post 2018).
local words = require "torchmetrics.text.words"

local sacre = {}

local ENTITIES <const> = {["&quot;"] = '"', ["&amp;"] = "&", ["&lt;"] = "<", ["&gt;"] = ">"}

--- Space around marks, but for those in numbers and words.
local function apart(line)
  line = line:gsub("%p", function(c) if not ("'-.,"):find(c, 1, true) then return " " .. c .. " " end end)
  line = line:gsub("([^0-9])([.,])", "%1 %2 "):gsub("([.,])([^0-9])", " %1 %2")
  return (line:gsub("([0-9])(%-)", "%1 %2 "))
end
sacre.apart = apart

--- The entities of HTML as characters.
function sacre.plain(line)
  for _, entity in ipairs {"&quot;", "&amp;", "&lt;", "&gt;"} do line = line:gsub(entity, ENTITIES[entity]) end
  return line
end

--- The code points of Chinese characters and marks.
local CHINESE <const> = {{0x3400, 0x4DB5}, {0x4E00, 0x9FA5}, {0x9FA6, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
  {0xFA70, 0xFAD9}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF}, {0x3000, 0x303F}, {0x31C0, 0x31EF}, {0x2F00, 0x2FDF},
  {0x2FF0, 0x2FFF}, {0x3100, 0x312F}, {0x31A0, 0x31BF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0x2600, 0x26FF},
  {0x2700, 0x27BF}, {0x3200, 0x32FF}, {0x3300, 0x33FF}, {0x20000, 0x2A6D6}, {0x2F800, 0x2FA1D}}
--- Those of punctuation and of symbols, beyond ASCII, and of digits.
local PUNCTUATION <const> = {{0xA1, 0xA1}, {0xA7, 0xA7}, {0xAB, 0xAB}, {0xB6, 0xB7}, {0xBB, 0xBB}, {0xBF, 0xBF},
  {0x37E, 0x37E}, {0x387, 0x387}, {0x55A, 0x55F}, {0x589, 0x58A}, {0x60C, 0x60D}, {0x61B, 0x61F}, {0x66A, 0x66D},
  {0x2010, 0x2027}, {0x2030, 0x2043}, {0x2045, 0x2051}, {0x2053, 0x205E}, {0x3001, 0x3003}, {0x3008, 0x3011},
  {0x3014, 0x301F}, {0x30FB, 0x30FB}, {0xFF01, 0xFF03}, {0xFF05, 0xFF0A}, {0xFF0C, 0xFF0F}, {0xFF1A, 0xFF1B},
  {0xFF1F, 0xFF20}, {0xFF3B, 0xFF3D}, {0xFF5B, 0xFF5B}, {0xFF5D, 0xFF5D}, {0xFF5F, 0xFF65}}
local SYMBOLS <const> = {{0xA2, 0xA6}, {0xA8, 0xA9}, {0xAC, 0xAC}, {0xAE, 0xB1}, {0xB4, 0xB4}, {0xB8, 0xB8},
  {0xD7, 0xD7}, {0xF7, 0xF7}, {0x2044, 0x2044}, {0x2052, 0x2052}, {0x20A0, 0x20C0}, {0x2100, 0x214F}, {0x2190, 0x23FF},
  {0x2500, 0x27BF}, {0x2900, 0x2BFF}, {0x3004, 0x3004}, {0x3012, 0x3013}, {0x1F000, 0x1FAFF}}
local DIGITS <const> = {{0x30, 0x39}, {0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}, {0x660, 0x669}, {0x6F0, 0x6F9},
  {0x966, 0x96F}, {0x2070, 0x2079}, {0x2080, 0x2089}, {0x2150, 0x2189}, {0x2460, 0x249B}, {0xFF10, 0xFF19}}

local function among(ranges, c)
  local code = utf8.codepoint(c)
  for _, range in ipairs(ranges) do if code >= range[1] and code <= range[2] then return true end end
  return false
end

local function is_symbol(c) return #c == 1 and c:find "[$+<=>^`|~]" ~= nil or #c > 1 and among(SYMBOLS, c) end
local function is_mark(c)
  return #c == 1 and c:find "%p" ~= nil and not is_symbol(c) or #c > 1 and among(PUNCTUATION, c)
end
local function is_number(c) return among(DIGITS, c) end

--- Space between pairs of neighbours of these kinds, from left to right, each in one pair; `before`, `after`: where.
local function between(list, first, second, before, after)
  local out, i = {}, 1
  while i <= #list do
    local a, b = list[i], list[i + 1]
    if b and first(a) and second(b) then
      if before then out[#out + 1] = " " end
      out[#out + 1] = a
      out[#out + 1] = " "
      out[#out + 1] = b
      if after then out[#out + 1] = " " end
      i = i + 2
    else
      out[#out + 1] = a
      i = i + 1
    end
  end
  return out
end

local function international(line)
  if not utf8.len(line) then return line end
  local list = words.characters(line)
  local function is_no_number(c) return not is_number(c) end
  list = between(list, is_no_number, is_mark, false, true)
  list = between(list, is_mark, is_no_number, true, false)
  for i, c in ipairs(list) do if is_symbol(c) then list[i] = " " .. c .. " " end end
  return table.concat(list)
end

local function chinese(line)
  local list = words.characters(line:match "^%s*(.-)%s*$")
  for i, c in ipairs(list) do
    if #c > 2 and among(CHINESE, c) then list[i] = " " .. c .. " " end
  end
  return apart(table.concat(list))
end

--- name → function that puts space between the words of a line.
sacre.tokenizers = {
  none = function(line) return line end,
  ["13a"] = function(line)
    line = line:gsub("<skipped>", ""):gsub("%-\n", ""):gsub("\n", " ")
    return apart(" " .. sacre.plain(line) .. " ")
  end,
  zh = chinese,
  intl = international,
  char = function(line) return table.concat(words.characters(line), " ") end,
}
sacre.names = {"none", "13a", "zh", "intl", "char"}

--- The words of a line.
function sacre.split(line, name, lowercase)
  line = sacre.tokenizers[name](line)
  return words.split(lowercase and words.lower(line) or line)
end

return sacre
