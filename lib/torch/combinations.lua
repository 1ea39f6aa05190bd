local options = require "torch.utils.options"

-- So many choices there are of r out of n, as a float: it may be any number.
local function count_choices(n, r, with_replacement)
  local count, rest = 1.0, with_replacement and n - 1 or n - r
  if rest < 0 then return 0.0 end
  for i = 1, math.min(r, rest) do
    count = count * (1.0 * r + rest - i + 1) / i
    if count > 2.0 ^ 62 then break end
  end
  return count
end

--- torch.combinations(input: Tensor, r: int = 2, with_replacement: bool = false) -> Tensor: All choices of r elements
-- of a vector in their order, one row each; with_replacement: an element may be chosen again.
-- Example: torch.combinations(torch.arange(3))
return function(...)
  local given = options.read("combinations", {{"input", kind = "tensor", required = true},
    {"r", kind = "count", default = 2}, {"with_replacement", kind = "boolean", default = false}}, ...)
  local x, r = given.input, given.r
  if x.ndim ~= 1 then options.wrong("combinations", "input", 1, "1 dimension", x) end
  if r == 0 then return x:new_empty(0) end
  local n, rows, chosen, step = x:size(1), {}, {}, given.with_replacement and 0 or 1
  local count = count_choices(n, r, given.with_replacement)
  if count > 2.0 ^ 62 then options.raise(("combinations: %d out of %d are too many choices"):format(r, n)) end
  options.room("combinations", {math.ceil(count), r})
  if count == 0 then return x:index_select(1, x:new_zeros(0, {dtype = "int64"})):reshape(0, r) end
  local function choose(depth, from)
    if depth > r then
      rows[#rows + 1] = table.move(chosen, 1, r, 1, {})
      return
    end
    for i = from, n do
      chosen[depth] = i
      choose(depth + 1, i + step)
    end
  end
  choose(1, 1)
  local places = #rows > 0 and torch.tensor(rows, {device = x.device}) or x:new_zeros(0, {dtype = "int64"})
  return x:index_select(1, places:reshape(-1)):reshape(#rows, r)
end
