-- A font of small letters, drawn for labels in pictures: 5 columns, 7 rows above the line that letters stand on, and 2
-- below it. Each row is a digit to the base 32: the bit 16 is its left pixel.
local ROWS <const> = {
  A = "ehhvhhh", B = "uhhuhhu", C = "ehggghe", D = "uhhhhhu", E = "vgguggv", F = "vgguggg", G = "ehgnhhe",
  H = "hhhvhhh", I = "e44444e", J = "72222ic", K = "hikokih", L = "ggggggv", M = "hrllhhh", N = "hhpljhh",
  O = "ehhhhhe", P = "uhhuggg", Q = "ehhhlid", R = "uhhukih", S = "fgge11u", T = "v444444", U = "hhhhhhe",
  V = "hhhhha4", W = "hhhllla", X = "hha4ahh", Y = "hhha444", Z = "v1248gv", ["0"] = "ehjlphe", ["1"] = "4c4444e",
  ["2"] = "eh1248v", ["3"] = "v2421he", ["4"] = "26aiv22", ["5"] = "vgu11he", ["6"] = "68guhhe", ["7"] = "v124888",
  ["8"] = "ehhehhe", ["9"] = "ehhf12c", ["!"] = "4444404", ["\""] = "aaa0000", ["#"] = "aavavaa", ["$"] = "4fke5u4",
  ["%"] = "op248j3", ["&"] = "cik8lid", ["'"] = "4480000", ["("] = "2488842", [")"] = "8422248", ["*"] = "04lel40",
  ["+"] = "044v440", [","] = "000004480", ["-"] = "000v000", ["."] = "00000cc", ["/"] = "01248g0", [":"] = "0cc0cc0",
  [";"] = "0cc0c48", ["<"] = "248g842", ["="] = "00v0v00", [">"] = "8421248", ["?"] = "eh12404", ["@"] = "eh1dlle",
  ["["] = "e88888e", ["\\"] = "0g84210", ["]"] = "e22222e", ["^"] = "4ah0000", ["_"] = "0000000v0",
  ["`"] = "8420000", a = "00e1fhf", b = "ggmphhu", c = "00egghe", d = "11djhhf", e = "00ehvge", f = "698s888",
  g = "00fhhhf1e", h = "ggmphhh", i = "40c444e", j = "2062222ic", k = "ggikoki", l = "c44444e", m = "00qllhh",
  n = "00mphhh", o = "00ehhhe", p = "00uhhhugg", q = "00fhhhf11", r = "00mpggg", s = "00fge1u", t = "88s8896",
  u = "00hhhjd", v = "00hhha4", w = "00hhlla", x = "00ha4ah", y = "00hhhhf1e", z = "00v248v", ["{"] = "2448442",
  ["|"] = "4444444", ["}"] = "8442448", ["~"] = "008l200",
}
local OTHER <const> = "vhhhhhv" -- a box, for characters that are not there

local font = {WIDTH = 5, HEIGHT = 9, ADVANCE = 6}

--- Calls f(row, column), from 0, for the pixels of a character.
function font.each_pixel(character, f)
  if character == " " then return end
  local rows = ROWS[character] or OTHER
  for row = 1, #rows do
    local bits = tonumber(rows:sub(row, row), 32)
    for column = 0, font.WIDTH - 1 do
      if bits >> (font.WIDTH - 1 - column) & 1 == 1 then f(row - 1, column) end
    end
  end
end

--- The width of a text in pixels.
function font.width(text) return math.max(0, font.ADVANCE * (utf8.len(text) or #text) - 1) end

--- Calls f(row, column), from 0, for the pixels of a text of one line.
function font.each_text_pixel(text, f)
  local left = 0
  for character in text:gmatch(utf8.len(text) and utf8.charpattern or ".") do
    font.each_pixel(character, function(row, column) f(row, left + column) end)
    left = left + font.ADVANCE
  end
end

return font
