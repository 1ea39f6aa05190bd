--- A text that is longer than the window is shown by the page: Space goes on by a page, Enter by a line, q or Ctrl-C
-- ends it.
local system = require "hecate.session.system"
local terminal = require "torch.utils.terminal"
local columns = require "hecate.session.values".columns
local M = {}

-- "\0" is a Ctrl-D that was typed before the terminal gave single keys.
local KEYS = {[" "] = "page", f = "page", ["\27[6~"] = "page", ["\27[C"] = "page", ["\r"] = "line", ["\n"] = "line",
  j = "line", ["\27[B"] = "line", q = "end", Q = "end", ["\3"] = "end", ["\4"] = "end", ["\0"] = "end",
  ["\27"] = "end", G = "rest"}

--- The rows of the window that a line takes.
local function rows_of(line, width) return math.max(1, -(-columns(line) // width)) end

--- Asks how to go on; the question is gone afterwards.
local function ask(left)
  local question = ("-- %d more line%s: Space, Enter or q --"):format(left, left == 1 and "" or "s")
  io.stdout:write(question)
  io.stdout:flush()
  local step
  repeat
    local key = system.key()
    step = key == nil and "end" or KEYS[key]
  until step
  local dumb = os.getenv "TERM" == "dumb"
  io.stdout:write(dumb and "\n" or "\r" .. (" "):rep(#question) .. "\r")
  return step
end

--- pager.show(text): writes a text; its last line ends with a newline.
function M.show(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  local width, height = terminal.size()
  local room = height - 1
  for i, line in ipairs(lines) do
    local rows = rows_of(line, width)
    local last = i == #lines and 0 or 1 -- the question takes a row as well, but behind the last line
    if rows > room - last + 1 then
      local step = ask(#lines - i + 1)
      if step == "end" then return end
      width, height = terminal.size()
      room = step == "page" and height - 1 or step == "line" and rows or math.huge
    end
    io.stdout:write(line, "\n")
    room = room - rows
  end
end

return M
