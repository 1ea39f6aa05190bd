--- The colours of a block while it is typed. The editor (vm/session/readline/paint.c) asks at every key.
local tokens = require "hecate.session.tokens"
local byte, find, rep, sub = string.byte, string.find, string.rep, string.sub
local M = {}

--- paint.on: whether blocks are coloured and continued from the history.
M.on = false

local MOST = 4096 -- bytes; a longer block is plain, for it is read anew at every key

local constants = {["true"] = "b", ["false"] = "b", ["nil"] = "b"}
local kinds = {string = "s", number = "n", comment = "c"}
local opening = {["("] = ")", ["["] = "]", ["{"] = "}"}
local closing = {[")"] = true, ["]"] = true, ["}"] = true}

--- The letter of the token `i`; a name that is called is a function.
local function kind_of(list, i)
  local t = list[i]
  if t.kind == "keyword" then return constants[t.text] or "k" end
  if t.kind ~= "name" then return kinds[t.kind] or " " end
  local after = list[i + 1]
  local opens = after and after.kind == "symbol" and (after.text == "(" or after.text == "{")
  local called = opens or after and after.kind == "string"
  return called and "f" or " "
end

--- The tokens of the bracket at the cursor, or else before it, and of its partner; nil: there are none.
local function brackets_at(list, point)
  local stack, best, partner = {}, nil, nil
  for _, t in ipairs(list) do
    local text = t.kind == "symbol" and t.text
    if opening[text] then stack[#stack + 1] = t
    elseif closing[text] then
      local open = table.remove(stack)
      if open and opening[open.text] ~= text then return nil end
      local here = open and ((open.start == point + 1 or t.start == point + 1) and 2
        or (open.start == point or t.start == point) and 1)
      if here and (not best or here > best) then best, partner = here, {open, t} end
    end
  end
  return partner
end

--- paint.classes(text, point): a letter for each byte of the text: "k" keyword, "b" constant, "s" string, "n" number,
-- "c" comment, "f" function that is called, "m" bracket at the cursor or its partner, " " anything else. `point` bytes
-- stand before the cursor. nil: it is not to be painted.
function M.classes(text, point)
  if not M.on or #text > MOST or find(text, "[%z\1-\9\11-\31\127]") or not utf8.len(text) then return nil end
  if byte(text) == 33 then return rep(" ", #text) end -- "!": of the shell
  local list, out, at = tokens.read(text), {}, 1
  for i, t in ipairs(list) do
    out[#out + 1] = rep(" ", t.start - at)
    out[#out + 1] = rep(kind_of(list, i), t.finish - t.start + 1)
    at = t.finish + 1
  end
  out[#out + 1] = rep(" ", #text - at + 1)
  local classes = table.concat(out)
  for _, t in ipairs(brackets_at(list, point) or {}) do
    classes = sub(classes, 1, t.start - 1) .. "m" .. sub(classes, t.start + 1)
  end
  return classes
end

return M
