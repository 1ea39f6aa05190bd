--- A block of Lua while it is edited: whether it can run, where its next line begins, what
-- of a paste belongs in it.
local tokens = require "hecate.session.tokens"
local find, sub, gsub, match, load = string.find, string.sub, string.gsub, string.match, load
local M = {}

--- block.session: the session that will run the block, if it knows better than Lua what is
-- complete (its commands): its is_complete(text) is asked.

--- block.incomplete(text): whether Lua only misses more of it.
function M.incomplete(text)
  if M.session then return M.session:is_complete(text) == "incomplete" end
  text = gsub(text, "^%s*=", "return ", 1) .. "\n" -- a string does not go on in the next line
  if load("return " .. text, "=stdin", "t") then return false end
  local chunk, message = load(text, "=stdin", "t")
  return not chunk and sub(message, -5) == "<eof>"
end

-- ---- indentation ---------------------------------------------------------------------

local opens = {["function"] = true, ["do"] = true, ["then"] = true, ["else"] = true, ["repeat"] = true,
  ["("] = true, ["{"] = true, ["["] = true}
local closes = {["end"] = true, ["until"] = true, ["else"] = true, ["elseif"] = true,
  [")"] = true, ["}"] = true, ["]"] = true}

--- The indents of the lines whose blocks and brackets are open after `list`, the tokens
-- of the text; and of the last line that begins with a closer {first byte, indent of the
-- line that it ends}.
local function open_lines(text, list)
  local stack, closed, first = {}, nil, 1 -- where the line of the token begins
  for _, t in ipairs(list) do
    local structure = t.kind == "keyword" or t.kind == "symbol"
    if structure and (closes[t.text] or opens[t.text]) then
      local ending = find(text, "\n", first, true)
      while ending and ending < t.start do
        first = ending + 1
        ending = find(text, "\n", first, true)
      end
      local indent = match(text, "^[ \t]*", first)
      if closes[t.text] then
        local outer = table.remove(stack)
        if outer and first + #indent == t.start then closed = {first = first, indent = outer} end
      end
      if opens[t.text] then stack[#stack + 1] = closed and closed.first == first and closed.indent or indent end
    end
  end
  return stack, closed
end

--- block.newline(text, point): what to do where a new line is asked for after the first
-- `point` bytes: the bytes from `first` to `point` are to be replaced by the string. It
-- moves a line that begins with "end" or the like under what it ends.
function M.newline(text, point)
  local before = sub(text, 1, point)
  local list = tokens.read(before)
  local last = list[#list]
  if last and last.open and (last.kind == "string" or find(before, "^%-%-%[=*%[", last.start)) then
    return point + 1, "\n"
  end
  local stack, closed = open_lines(before, list)
  local first, line = match(before, "()([^\n]*)$")
  if closed and closed.first == first then line = closed.indent .. gsub(line, "^[ \t]+", "") end
  local indent = #stack > 0 and stack[#stack] .. "  " or match(line, "^[ \t]*")
  return first, gsub(line, "[ \t]+$", "") .. "\n" .. indent
end

--- block.finish(text): the text with its last line moved likewise.
function M.finish(text)
  local first, line = M.newline(text, #text)
  return first <= #text and sub(text, 1, first - 1) .. match(line, "^[^\n]*") or text
end

-- ---- paste ----------------------------------------------------------------------------

local prompts = {"^hecate> ?", "^>>> ?", "^>> ?", "^> ?", "^%.%.%. ?"}

local function without_prompt(line)
  for _, prompt in ipairs(prompts) do
    local _, finish = find(line, prompt)
    if finish then return sub(line, finish + 1) end
  end
end

--- The inputs of a transcript without its prompts and results; nil when it is none. What
-- Lua can read as it stands is code.
local function inputs(text)
  if load(text, "=paste", "t") or load("return " .. text, "=paste", "t") or M.incomplete(text) then return nil end
  local kept, found = {}, false
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    local input = without_prompt(line)
    if input or #kept == 0 then kept[#kept + 1] = input or line end -- the first may have lost its prompt
    found = found or input ~= nil
  end
  return found and table.concat(kept, "\n") or nil
end

--- UTF-8 with "?" for every byte that belongs to no character.
local function valid(text)
  local at = 1
  while true do
    local _, wrong = utf8.len(text, at)
    if not wrong then return text end
    text = sub(text, 1, wrong - 1) .. "?" .. sub(text, wrong + 1)
    at = wrong
  end
end

--- block.clean(text): a paste as a block: lines end in "\n", no control characters, no
-- prompts of a session that was copied, nothing blank around it.
function M.clean(text)
  text = gsub(gsub(text, "\r\n?", "\n"), "\27%[[%d;?]*[ -/]*[@-~]", "")
  text = gsub(valid(text), "[%z\1-\8\11-\31\127]", "")
  text = gsub(gsub(text, "^%s*\n", ""), "%s+$", "")
  return inputs(text) or text
end

return M
