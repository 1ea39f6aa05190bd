--- Lua text as tokens, also text that is not finished: for completion and indentation,
-- which look at what is being typed.
local find, sub = string.find, string.sub
local M = {}

local keywords = {}
for word in ("and break do else elseif end false for function goto if in local nil not or "
  .. "repeat return then true until while"):gmatch "%a+" do
  keywords[word] = true
end
M.keywords = keywords

--- The end of a long bracket that begins at `at` ("[[", "[==["), and whether it is open;
-- nil where there is none.
local function long_bracket(text, at)
  local _, last, level = find(text, "^%[(=*)%[", at)
  if not last then return nil end
  local _, finish = find(text, "]" .. level .. "]", last + 1, true)
  return finish or #text, not finish, last + 1, finish and finish - #level - 2 or #text
end

local function comment(text, at)
  local finish, open = long_bracket(text, at + 2)
  if finish then return finish, open end
  local line = find(text, "\n", at, true)
  return line and line - 1 or #text, not line
end

--- The end of a string in quotes and whether it is open: by the end of the text or, in
-- error, by that of the line.
local function quoted(text, at)
  local quote, i = sub(text, at, at), at + 1
  while true do
    i = find(text, '[\\\n"\']', i)
    if not i then return #text, true end
    local c = sub(text, i, i)
    if c == quote then return i, false end
    if c == "\n" then return i - 1, true end
    i = i + (c == "\\" and 2 or 1)
  end
end

--- Reads the token at `at`, which is no space.
local function token(text, at)
  local c = sub(text, at, at)
  if find(c, "[%a_\128-\255]") then
    local _, finish = find(text, "^[%w_\128-\255]+", at)
    local word = sub(text, at, finish)
    return {kind = keywords[word] and "keyword" or "name", text = word, start = at, finish = finish}
  elseif find(text, "^%.?%d", at) then
    local _, finish = find(text, "^0[xX][%x%.]*", at)
    if not finish then _, finish = find(text, "^[%d%.]+[eE]?[+-]?%d*", at) end
    if find(sub(text, at, finish), "..", 1, true) then _, finish = find(text, "^%d+", at) end
    return {kind = "number", text = sub(text, at, finish), start = at, finish = finish}
  elseif c == '"' or c == "'" then
    local finish, open = quoted(text, at)
    return {kind = "string", text = sub(text, at + 1, open and finish or finish - 1), start = at,
      finish = finish, open = open, quote = c}
  elseif find(text, "^%-%-", at) then
    local finish, open = comment(text, at)
    return {kind = "comment", text = "", start = at, finish = finish, open = open}
  end
  local finish, open, first, last = long_bracket(text, at)
  if finish then
    return {kind = "string", text = sub(text, first, last), start = at, finish = finish, open = open, long = true}
  end
  local _, stop = find(text, "^%.%.%.?", at)
  if not stop then _, stop = find(text, "^[=~<>/:]=", at) end
  if not stop then _, stop = find(text, "^::", at) end
  return {kind = "symbol", text = sub(text, at, stop or at), start = at, finish = stop or at}
end

--- tokens.read(text): an array of {kind, text, start, finish, open}: kinds are name, keyword,
-- number, string (its text without the quotes), comment and symbol; `open` says that a
-- string or comment has no end yet.
function M.read(text)
  local list, at = {}, 1
  while true do
    at = find(text, "%S", at)
    if not at then return list end
    local t = token(text, at)
    list[#list + 1] = t
    at = t.finish + 1
  end
end

return M
