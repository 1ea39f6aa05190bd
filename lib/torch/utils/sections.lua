-- tensor_split, and hsplit, vsplit and dsplit, which cut one certain dimension.
local options = require "torch.utils.options"

local sections = {}

--- How many elements lie before each cut, for a number of parts of nearly the same size.
local function equal_cuts(n, parts)
  local cuts, at = {}, 0
  for i = 1, parts - 1 do
    at = at + n // parts + (i <= n % parts and 1 or 0)
    cuts[i] = at
  end
  return cuts
end

--- Views of parts of dimension dim: `where` parts, or parts cut after so many elements as each number of an array says.
function sections.split(name, x, where, dim)
  local n, cuts = x:size(dim), torch.is_tensor(where) and where:tolist() or where
  local function wrong(value)
    options.wrong(name, "indices_or_sections", 2, "an integer or an array of integers", value)
  end
  if options.integer(cuts) then
    if cuts < 1 then options.wrong(name, "indices_or_sections", 2, "a positive integer", cuts) end
    if cuts > 0x7fffffff then options.raise(name .. ": too many parts") end
    options.room(name, {options.integer(cuts), 32}) -- a view takes so much
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

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"indices_or_sections", required = true}}

--- The function NAME(input, indices_or_sections): input has at least `least` dimensions, of which `dim` is cut (or the
-- last one where there are fewer); a number of parts must divide its size.
function sections.along(name, dim, least)
  return function(...)
    local given = options.read(name, PARAMETERS, ...)
    local x, parts = given.input, options.integer(given.indices_or_sections)
    if x.ndim < least then options.wrong(name, "input", 1, ("at least %d dimension(s)"):format(least), x) end
    local at = math.min(dim, x.ndim)
    if parts and (parts < 1 or x:size(at) % parts ~= 0) then
      options.raise(("%s: 'indices_or_sections' (argument 2): %d elements are not %d equal parts"):format(name,
        x:size(at), parts))
    end
    return sections.split(name, x, given.indices_or_sections, at)
  end
end

return sections
