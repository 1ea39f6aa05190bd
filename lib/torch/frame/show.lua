--- How a frame is printed: the first and last rows, and as many columns as the window is wide.
local terminal = require "torch.utils.terminal"

local ROWS <const> = 10

local function shorten(text, most)
  text = text:gsub("%c", " ")
  if terminal.width(text) <= most then return text end
  while terminal.width(text) > most - 1 and #text > 0 do
    text = text:sub(1, (utf8.offset(text, -1) or #text) - 1)
  end
  return text .. "…"
end

local function cell(value)
  if math.type(value) == "float" then
    if value == math.floor(value) and math.abs(value) < 1e15 then return ("%.1f"):format(value) end
    return ("%.5g"):format(value)
  end
  return tostring(value)
end

--- The texts of a column for the rows shown, as wide as the widest, and this width.
local function texts_of(frame, name, rows)
  local column, list = frame:column(name), {shorten(name, 24)}
  local width = terminal.width(list[1])
  for _, i in ipairs(rows) do
    local text = "…"
    if i > 0 then text = torch.is_tensor(column) and cell(column[i]:item()) or shorten(column[i], 24) end
    list[#list + 1] = text
    width = math.max(width, terminal.width(text))
  end
  local left = not torch.is_tensor(column)
  for k, text in ipairs(list) do
    local space = (" "):rep(width - terminal.width(text))
    list[k] = left and text .. space or space .. text
  end
  return list, width
end

return function(frame)
  local n, rows = #frame, {}
  for i = 1, n do
    if n <= 2 * ROWS or i <= ROWS or i > n - ROWS then rows[#rows + 1] = i
    elseif i == ROWS + 1 then rows[#rows + 1] = 0 end
  end
  local total, used, lists, hidden = (terminal.size()), 0, {}, 0
  for _, name in ipairs(frame:names()) do
    local list, width = texts_of(frame, name, rows)
    if hidden > 0 or used + width + 2 > total - 4 and #lists > 0 then hidden = hidden + 1
    else lists[#lists + 1], used = list, used + width + 2 end
  end
  local lines = {}
  for k = 1, #rows + 1 do
    local parts = {}
    for c, list in ipairs(lists) do parts[c] = list[k] end
    if hidden > 0 then parts[#parts + 1] = "…" end
    lines[k] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  lines[#lines + 1] = ("[%d rows × %d columns%s]"):format(n, #frame:names(),
    hidden > 0 and (", %d not shown"):format(hidden) or "")
  return table.concat(lines, "\n")
end
