local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"repeats"}, {"dim", kind = "integer"},
  {"output_size", kind = "count"}}

--- The positions of a dimension, each as often as `repeats` (int64, one dimension) says.
local function places(repeats)
  if options.has_data(repeats) and repeats:double():sum():item() > 2.0 ^ 62 then
    options.raise "repeat_interleave: the result has too many elements"
  end
  local ends = repeats:cumsum(1)
  local total = ends:numel() > 0 and ends[-1]:item() or 0
  if repeats:lt(0):any():item() then
    options.raise "repeat_interleave: 'repeats' (argument 2): expected numbers of 0 or more"
  end
  -- Where a position ends, the next one begins: the number of ends before a place is the position there.
  local marks = repeats:new_zeros({total + 1}, {dtype = "int64"})
  return (marks:index_add(1, ends + 1, torch.ones_like(ends)):cumsum(1) + 1):narrow(1, 1, total)
end

-- Each slice n times: the slices with a dimension behind them in which they are repeated.
local function repeated(x, dim, n)
  if n < 0 then options.wrong("repeat_interleave", "repeats", 2, "0 or more", n) end
  local shape = {}
  for d = 1, x.ndim + 1 do shape[d] = d == dim + 1 and n or -1 end
  local slices = x:unsqueeze(dim + 1):expand(shape)
  return n == 1 and x:contiguous():clone() or slices:flatten(dim, dim + 1)
end

--- torch.repeat_interleave(input: Tensor, repeats: any, dim: int = nil, output_size: int = nil) -> Tensor: Each slice
-- of dimension dim repeated: `repeats` times, or as often as a tensor with a number for each slice says. Without dim
-- the elements of the flattened input. torch.repeat_interleave(repeats) alone gives the positions.
-- Example: torch.repeat_interleave(torch.arange(3), 2)
return function(...)
  local given = options.read("repeat_interleave", PARAMETERS, ...)
  local x, repeats = given.input, given.repeats
  if repeats == nil then
    if given.dim or given.output_size or x.ndim ~= 1 then
      options.wrong("repeat_interleave", "repeats", 2, "an integer or a tensor of integers", repeats)
    end
    return places(x:long())
  end
  local dim = given.dim and options.dim("repeat_interleave", "dim", 3, given.dim, x.ndim) or 1
  if given.dim == nil or x.ndim == 0 then x = x:reshape(-1) end
  local n, times = x:size(dim), options.integer(repeats)
  if times and (given.output_size or n * times) == n * times then return repeated(x, dim, times) end
  if times then repeats = torch.tensor {times} end
  if not torch.is_tensor(repeats) then
    options.wrong("repeat_interleave", "repeats", 2, "an integer or a tensor of integers", repeats)
  end
  repeats = repeats:long():reshape(-1)
  if repeats:numel() == 1 then repeats = repeats:expand(n) end
  if repeats:numel() ~= n then
    options.raise(("repeat_interleave: 'repeats' (argument 2): expected 1 or %d numbers, got %d"):format(n,
      repeats:numel()))
  end
  local index = places(repeats)
  if given.output_size and given.output_size ~= index:numel() then
    options.raise(("repeat_interleave: 'output_size' (argument 4): expected %d, got %d"):format(index:numel(),
      given.output_size))
  end
  return x:index_select(dim, index)
end
