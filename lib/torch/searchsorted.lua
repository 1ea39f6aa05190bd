local options = require "torch.utils.options"

local PARAMETERS <const> = {{"sorted_sequence", kind = "tensor", required = true}, {"input", required = true},
  {"out_int32", kind = "boolean", default = false}, {"right", kind = "boolean", default = false},
  {"side", kind = "string"}, {"sorter", kind = "tensor"}}

-- A number beside integers keeps its digits.
local function as_tensor(number, sequence)
  local dtype = torch.is_floating_point(sequence) and sequence.dtype
    or options.integer(number) and torch.int64 or torch.float64
  return torch.tensor(number, {dtype = dtype, device = sequence.device})
end

--- torch.searchsorted(sorted_sequence: Tensor, input: any, {out_int32: bool = false, right: bool = false, side: string
-- = nil, sorter: Positions = nil}) -> Positions: Where elements of input (a tensor, or a number) would be inserted
-- into sorted_sequence, which is sorted along its last dimension, so that it stays sorted: before equal elements, or
-- behind them with right (side = "right"). A place is from 1 to the length + 1. `sorter` sorts sorted_sequence, as
-- argsort gives it. sorted_sequence is a vector, or has the dimensions of input but the last.
-- Example: torch.searchsorted(torch.tensor({1, 3, 5}), torch.tensor({3, 4}))
return function(...)
  local given = options.read("searchsorted", PARAMETERS, ...)
  local sequence, values = given.sorted_sequence, given.input
  if given.side and given.side ~= "left" and given.side ~= "right" then
    options.wrong("searchsorted", "side", nil, "'left' or 'right'", given.side)
  elseif given.side == "left" and given.right then
    options.raise "searchsorted: 'side' is \"left\" and 'right' is true"
  end
  if type(values) == "number" then values = as_tensor(values, sequence) end
  if not torch.is_tensor(values) then options.wrong("searchsorted", "input", 2, "a tensor or a number", values) end
  local dtype = torch.promote_types(sequence.dtype, values.dtype)
  sequence, values = sequence:to(dtype), values:to(dtype)
  if given.sorter then
    if given.sorter.shape ~= sequence.shape then
      options.wrong("searchsorted", "sorter", nil, "the shape of sorted_sequence", given.sorter)
    end
    sequence = sequence:gather(-1, given.sorter)
  end
  local places = torch._C.call("searchsorted", sequence, values, given.right or given.side == "right")
  return given.out_int32 and places:int() or places
end
