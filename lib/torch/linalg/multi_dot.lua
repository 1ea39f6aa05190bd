local options = require "torch.utils.options"

--- The order that costs least (a table over all parts, as of Cormen et al., Introduction to Algorithms, 15.2).
local function best_order(sizes)
  local n, cost, cut = #sizes - 1, {}, {}
  for i = 1, n do cost[i], cut[i] = {[i] = 0}, {} end
  for length = 2, n do
    for i = 1, n - length + 1 do
      local j = i + length - 1
      for k = i, j - 1 do
        local total = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
        if cost[i][j] == nil or total < cost[i][j] then cost[i][j], cut[i][j] = total, k end
      end
    end
  end
  return cut
end

--- torch.linalg.multi_dot(tensors: Tensor[]) -> Tensor: The product of several matrices, in the order that costs
-- least. The first and the last may be vectors.
-- Example: torch.linalg.multi_dot({torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)})
return function(...)
  local list = options.read_tensors("multi_dot", {}, ...)
  local n = #list
  if n < 2 then options.raise "multi_dot: expected at least two tensors" end
  local row, column = list[1].ndim == 1, list[n].ndim == 1
  if row then list[1] = list[1]:unsqueeze(1) end
  if column then list[n] = list[n]:unsqueeze(2) end
  local sizes = {}
  for i, x in ipairs(list) do
    if x.ndim ~= 2 then options.wrong("multi_dot", "tensors", i, "a matrix", x) end
    sizes[i] = x:size(1)
  end
  sizes[n + 1] = list[n]:size(2)
  local cut = best_order(sizes)
  local function product(i, j)
    if i == j then return list[i] end
    return product(i, cut[i][j]):mm(product(cut[i][j] + 1, j))
  end
  local out = product(1, n)
  if row then out = out:squeeze(1) end
  return column and out:squeeze(-1) or out
end
