-- The ops that a profile has measured, as a table of text: for %prof and `hecate prof`.
local text = require "hecate.session.text"

local totals = {}

--- The `limit` ops that took the most time themselves, and how much of the `seconds` all of them took.
function totals.text(seconds, limit)
  local ops = torch._C.profile_totals()
  table.sort(ops, function(a, b)
    if a.self ~= b.self then return a.self > b.self end
    return a.name < b.name
  end)
  local rows, in_ops = {{"op", "calls", "self", "share", "total", "per call", "memory"}}, 0
  for i, op in ipairs(ops) do
    in_ops = in_ops + op.self
    if i <= limit then
      rows[#rows + 1] = {op.name, tostring(op.calls), text.seconds(op.self), ("%.1f%%"):format(100 * op.self / seconds),
        text.seconds(op.total), text.seconds(op.total / op.calls), text.bytes(op.bytes)}
    end
  end
  local parts = {text.table(rows)}
  if #ops > limit then parts[#parts + 1] = ("… %d more ops\n"):format(#ops - limit) end
  parts[#parts + 1] = ("%s in all, %s (%.1f%%) of it in ops\n"):format(text.seconds(seconds), text.seconds(in_ops),
    100 * in_ops / seconds)
  return table.concat(parts)
end

return totals
