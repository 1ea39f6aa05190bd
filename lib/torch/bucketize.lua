local options = require "torch.utils.options"

--- torch.bucketize(input: Tensor, boundaries: Tensor, {out_int32: bool = false, right: bool = false}) -> Positions:
-- For each element of input (a tensor, or a number) the bucket that it falls into: from 1, before the first of the
-- sorted boundaries, to their number + 1. An element that equals a boundary lies before it, behind it with right.
-- Example: torch.bucketize(torch.tensor({3, 6, 9}), torch.tensor({1, 3, 5, 7}))
return function(...)
  local given = options.read("bucketize", {{"input", required = true}, {"boundaries", kind = "tensor", required = true},
    {"out_int32", kind = "boolean", default = false}, {"right", kind = "boolean", default = false}}, ...)
  if given.boundaries.ndim ~= 1 then options.wrong("bucketize", "boundaries", 2, "1 dimension", given.boundaries) end
  return (torch.searchsorted(given.boundaries, given.input, {out_int32 = given.out_int32, right = given.right}))
end
