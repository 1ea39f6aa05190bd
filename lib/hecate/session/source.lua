--- The text behind a place of the program: files, and the inputs of a session.
local M = {}

--- Whether a source, as of debug.getinfo, is a file of Hecate.
M.is_library = torch._C.owns

local function lines_of(text)
  local list = {}
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do list[#list + 1] = line end
  return list
end

--- The lines of a source; nil where they cannot be had. `inputs`: of the session, or nil.
function M.lines(source, inputs)
  local number = source:match "^=input%[(%d+)%]$"
  if number then
    local text = inputs and inputs[tonumber(number)]
    return text and lines_of(text)
  end
  local path = source:match "^@(.*)$"
  local file = path and io.open(path, "rb")
  if not file then return nil end
  local text = file:read(1 << 22)
  file:close()
  return text and lines_of(text)
end

--- The lines around `line` with numbers, that line marked; at most `around` on each side and
-- none that is blank at the ends. `paint(text)` marks.
function M.around(lines, line, around, paint)
  local first, last = math.max(1, line - around), math.min(#lines, line + around)
  while first < line and not lines[first]:find "%S" do first = first + 1 end
  while last > line and not lines[last]:find "%S" do last = last - 1 end
  local width, out = #tostring(last), {}
  for i = first, last do
    local text = ("%s %" .. width .. "d | %s"):format(i == line and "→" or " ", i, lines[i])
    out[#out + 1] = i == line and paint and paint(text) or text
  end
  return table.concat(out, "\n")
end

return M
