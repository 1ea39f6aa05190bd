local options = require "torch.utils.options"

local NAME <const> = "segment_reduce"
local PARAMETERS <const> = {{"data", kind = "tensor", required = true}, {"reduce", kind = "string", required = true},
  {"lengths", kind = "tensor"}, {"indices", kind = "tensor"}, {"offsets", kind = "tensor"},
  {"axis", kind = "integer", default = 1}, {"unsafe", kind = "boolean", default = false}, {"initial", kind = "number"}}

local HOW <const> = {sum = {"sum", 0}, mean = {"sum", 0}, prod = {"prod", 1}, max = {"amax", -math.huge},
  min = {"amin", math.huge}}

-- lengths (… × segments) of the segments along dimension `axis` of x, checked.
local function read_lengths(given, x, axis)
  local lengths = given.lengths
  if (lengths == nil) == (given.offsets == nil) then
    options.raise(NAME .. ": expected either 'lengths' or 'offsets'")
  end
  if given.offsets then lengths = given.offsets:diff() end
  if lengths.ndim ~= axis then
    options.wrong(NAME, given.offsets and "offsets" or "lengths", nil, ("%d dimension(s)"):format(axis),
      given.offsets or lengths)
  end
  lengths = lengths:long()
  if not given.unsafe and (lengths:lt(0):any():item() or lengths:sum(-1):ne(x:size(axis)):any():item()) then
    options.raise(("%s: 'lengths': expected numbers of 0 or more that add up to %d"):format(NAME, x:size(axis)))
  end
  return lengths
end

-- To which segment each slice along the axis belongs, in the shape of x.
local function places(x, lengths, axis)
  local rows = x:size(axis)
  local ends = lengths:cumsum(-1)
  local at = torch.arange(rows):expand(table.move({rows}, 1, 1, axis, table.move(x.shape, 1, axis - 1, 1, {})))
  local index = torch.searchsorted(ends, at:contiguous(), {right = true}) -- positions count from 1
  for _ = axis + 1, x.ndim do index = index:unsqueeze(-1) end
  return index:expand(x.shape)
end

--- torch.segment_reduce(data: Tensor, reduce: sum|mean|max|min|prod, {lengths: Tensor = nil, indices: Tensor = nil,
-- offsets: Tensor = nil, axis: int = 1, unsafe: bool = false, initial: number = nil}) -> Tensor: The segments of data
-- along axis, which lie one after the other, each reduced to one. Their lengths, or offsets (what lies before each, and
-- the end), have the dimensions before axis and one for the segments. initial takes part in each segment; without it an
-- empty one gives 0, 1, -inf or inf, and nan for the mean. unsafe leaves out the check of the lengths.
-- Example: torch.segment_reduce(torch.tensor({1.0, 2, 3}), "sum", {lengths = torch.tensor({1, 2})})
-- {1, 5}
return function(...)
  local given = options.read(NAME, PARAMETERS, ...)
  local x, how = given.data, HOW[given.reduce]
  if how == nil then options.wrong(NAME, "reduce", 2, "'sum', 'mean', 'max', 'min' or 'prod'", given.reduce) end
  if given.indices then options.wrong(NAME, "indices", nil, "no indices: lengths or offsets", given.indices) end
  if x.ndim == 0 then options.wrong(NAME, "data", 1, "at least 1 dimension", x) end
  local axis = options.dim(NAME, "axis", nil, given.axis, x.ndim)
  local lengths = read_lengths(given, x, axis)
  local shape = table.move(x.shape, 1, x.ndim, 1, {})
  shape[axis] = lengths:size(-1)
  local start = torch.full(shape, given.initial or how[2], {dtype = x.dtype, device = x.device})
  local out = start:scatter_reduce(axis, places(x, lengths, axis), x, how[1])
  if given.reduce ~= "mean" then return out end
  for _ = axis + 1, x.ndim do lengths = lengths:unsqueeze(-1) end
  if given.initial then lengths = lengths:clamp(1) end -- an empty segment is the initial number
  return out / lengths
end
