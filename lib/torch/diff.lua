local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"n", kind = "count", default = 1},
  {"dim", kind = "integer", default = -1}, {"prepend", kind = "tensor"}, {"append", kind = "tensor"}}

--- torch.diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor = nil, append: Tensor = nil) -> Tensor: The
-- differences of neighbours along dim, n times; prepend and append are put before and behind input first. Of bool
-- whether they differ.
-- Example: torch.diff(torch.tensor({1, 3, 6}))
return function(...)
  local given = options.read("diff", PARAMETERS, ...)
  local x = given.input
  if x.ndim == 0 then options.wrong("diff", "input", 1, "at least 1 dimension", x) end
  local dim = options.dim("diff", "dim", 3, given.dim, x.ndim)
  if given.n == 0 then return x:clone() end
  if given.prepend or given.append then
    local list = {x}
    if given.prepend then table.insert(list, 1, given.prepend) end
    list[#list + 1] = given.append
    x = torch.cat(list, dim)
  end
  for _ = 1, math.min(given.n, x:size(dim)) do
    local m = x:size(dim)
    if m == 0 then break end
    local after, before = x:narrow(dim, math.min(2, m), m - 1), x:narrow(dim, 1, m - 1)
    x = x.dtype == torch.bool and after:logical_xor(before) or after - before
  end
  return x
end
