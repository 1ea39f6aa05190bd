--- The best match of the rows and columns of a matrix.
local assignment = {}

--- Row → column so that the sum of the costs is least (with `largest`, most): shortest augmenting paths (Jonker and
-- Volgenant 1987). The matrix is an array of arrays; rows or columns that are too many stay without a partner.
function assignment.best(costs, largest)
  local n_rows, n_columns = #costs, #(costs[1] or {})
  local n = math.max(n_rows, n_columns)
  local sign = largest and -1 or 1
  local function cost(i, j) return i <= n_rows and j <= n_columns and sign * costs[i][j] or 0 end
  local u, v, row_of, back = {}, {}, {}, {}
  for i = 0, n do u[i], v[i], row_of[i], back[i] = 0, 0, 0, 0 end
  for i = 1, n do
    row_of[0] = i
    local at, least, used = 0, {}, {}
    for j = 0, n do least[j] = math.huge end
    repeat
      used[at] = true
      local row, delta, next_at = row_of[at], math.huge, 0
      for j = 1, n do
        if not used[j] then
          local reduced = cost(row, j) - u[row] - v[j]
          if reduced < least[j] then least[j], back[j] = reduced, at end
          if least[j] < delta then delta, next_at = least[j], j end
        end
      end
      for j = 0, n do
        if used[j] then u[row_of[j]], v[j] = u[row_of[j]] + delta, v[j] - delta
        else least[j] = least[j] - delta end
      end
      at = next_at
    until row_of[at] == 0
    repeat
      row_of[at] = row_of[back[at]]
      at = back[at]
    until at == 0
  end
  local result = {}
  for j = 1, n_columns do if row_of[j] <= n_rows then result[row_of[j]] = j end end
  return result
end

return assignment
