local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"indices_or_sections", required = true},
  {"dim", kind = "integer", default = 1}}

--- How many elements lie before each cut, for a number of parts of nearly the same size.
local function equal_cuts(n, parts)
  local cuts, at = {}, 0
  for i = 1, parts - 1 do
    at = at + n // parts + (i <= n % parts and 1 or 0)
    cuts[i] = at
  end
  return cuts
end

--- torch.tensor_split(input: Tensor, indices_or_sections: any, dim: int = 1) -> Tensor[]: An array of views of parts
-- of dimension dim: that many of nearly the same size, or cut after so many elements as each number of an array says.
-- Example: torch.tensor_split(torch.arange(5), {1, 3})
return function(...)
  local given = options.read("tensor_split", PARAMETERS, ...)
  local x, where = given.input, given.indices_or_sections
  if x.ndim == 0 then options.wrong("tensor_split", "input", 1, "at least 1 dimension", x) end
  local dim = options.dim("tensor_split", "dim", 3, given.dim, x.ndim)
  local n, cuts = x:size(dim), torch.is_tensor(where) and where:tolist() or where
  local function wrong(value)
    options.wrong("tensor_split", "indices_or_sections", 2, "an integer or an array of integers", value)
  end
  if options.integer(cuts) then
    if cuts < 1 then options.wrong("tensor_split", "indices_or_sections", 2, "a positive integer", cuts) end
    if cuts > 0x7fffffff then options.raise "tensor_split: too many parts" end
    cuts = equal_cuts(n, options.integer(cuts))
  elseif type(cuts) ~= "table" then wrong(where) end
  local parts, from = {}, 0
  for i = 1, #cuts + 1 do
    local to = cuts[i] or n
    if options.integer(to) == nil then wrong(to) end
    to = math.max(0, math.min(to < 0 and to + n or to, n))
    parts[i] = x:narrow(dim, math.min(from + 1, math.max(n, 1)), math.max(0, to - from))
    from = to
  end
  return parts
end
