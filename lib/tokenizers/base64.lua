-- Base 64 (RFC 4648).
local base64 = {}

local DIGITS <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local values = {}
for i = 1, 64 do values[DIGITS:byte(i)] = i - 1 end

-- The bytes of a text in base 64, or nil.
function base64.decode(text)
  if #text % 4 ~= 0 or not text:find "^[%w+/]*=?=?$" then return nil end
  local out = {}
  for i = 1, #text, 4 do
    local a, b, c, d = text:byte(i, i + 3)
    if not values[b] then return nil end
    local word = values[a] << 18 | values[b] << 12 | (values[c] or 0) << 6 | (values[d] or 0)
    local bytes = string.char(word >> 16, word >> 8 & 255, word & 255)
    out[#out + 1] = values[d] and bytes or bytes:sub(1, values[c] and 2 or 1)
  end
  return table.concat(out)
end

-- Bytes as a text in base 64.
function base64.encode(bytes)
  local out = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local word, text = a << 16 | (b or 0) << 8 | (c or 0), ""
    for shift = 18, 0, -6 do
      local digit = (word >> shift & 63) + 1
      text = text .. DIGITS:sub(digit, digit)
    end
    out[#out + 1] = c and text or text:sub(1, b and 3 or 2) .. (b and "=" or "==")
  end
  return table.concat(out)
end

return base64
