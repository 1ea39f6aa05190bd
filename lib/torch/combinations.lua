local options = require "torch.utils.options"

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
