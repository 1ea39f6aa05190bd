--- A cell whose last lines are an expression has its value as result, as notebooks have it:
-- "x = 1\nx + 1" becomes "x = 1\nreturn x + 1". One that is an expression as a whole is the
-- session's business.
local cell = {}

local LOOKED_AT = 50 -- lines, from the end

-- Words that no expression begins with.
local statements = {}
for word in ("and break do else elseif end for goto if in local or repeat return then until while"):gmatch("%a+") do
  statements[word] = true
end

--- Whether what begins so may be an expression, and whether it is one for certain, not the
-- rest of the line before.
local function begins_expression(text)
  local word = text:match("^%s*([%a_][%w_]*)")
  if word then return not statements[word], not statements[word] end
  return text:find("^%s*[%d#%(%{%[\"'~%-.]") ~= nil, text:find("^%s*[%d#]") ~= nil
end

local function compiles(text) return load(text, "=cell", "t") ~= nil end

--- The positions where the last lines begin, the last one first.
local function line_starts(text)
  local starts = {}
  for start in ("\n" .. text):gmatch("\n()") do starts[#starts + 1] = start - 1 end
  local last = {}
  for i = #starts, math.max(2, #starts - LOOKED_AT + 1), -1 do last[#last + 1] = starts[i] end
  return last
end

--- The text to run for the cell `text`; and, where a result begins in it, that place.
function cell.with_result(text)
  local good
  for _, start in ipairs(line_starts(text)) do
    local rest = text:sub(start)
    local possible, certain = begins_expression(rest)
    if possible and not certain and good == nil then good = compiles(text) end
    if possible and (certain or not good) then
      local before = text:sub(1, start - 1)
      local changed = before .. "return " .. rest
      if compiles(before) and compiles(changed) then return changed, start end
    end
  end
  return text
end

--- A cell as a part of a program, which prints what the notebook shows; `as_program` is the
-- session's, for an expression alone.
function cell.as_program(text, as_program)
  local _, start = cell.with_result(text)
  if not start or load("return " .. text) then return as_program(text) end
  local last = as_program(text:sub(start)) -- nil: it is silenced
  return text:sub(1, start - 1) .. (last or "local _ = " .. text:sub(start))
end

return cell
