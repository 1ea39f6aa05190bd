--- Quantities and tables as text.
local columns = require "hecate.session.values".columns
local M = {}

--- "518 µs"
function M.seconds(s)
  for _, unit in ipairs {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}} do
    if s >= unit[1] then return ("%.3g %s"):format(s / unit[1], unit[2]) end
  end
  return ("%.3g ns"):format(s * 1e9)
end

--- "3.81 MB": powers of 1024.
function M.bytes(n)
  local units, i = {"B", "KB", "MB", "GB", "TB"}, 1
  while n >= 1024 and i < #units do n, i = n / 1024, i + 1 end
  return (i == 1 and "%d %s" or "%.3g %s"):format(n, units[i])
end

--- Rows of texts in columns, the first row being their titles; all but the first and those
-- in `left` to the right.
function M.table(rows, left)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, columns(cell)) end
  end
  local lines = {}
  for r, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do
      local space = (" "):rep(widths[i] - columns(cell))
      cells[i] = (i == 1 or left and left[i]) and cell .. space or space .. cell
    end
    lines[r] = table.concat(cells, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
