local options = require "torch.utils.options"

--- nn.functional.pdist(input: Tensor, p: number = 2) -> Tensor: The p-norms of the differences of all pairs of rows of
-- a matrix, as one dimension: of rows 1 and 2, 1 and 3, … 2 and 3 …
-- Example: nn.functional.pdist(torch.eye(3))
return function(...)
  local given = options.read("pdist", {{"input", kind = "tensor", required = true},
    {"p", kind = "number", default = 2.0}}, ...)
  local x = given.input
  if x.ndim ~= 2 then options.wrong("pdist", "input", 1, "2 dimensions", x) end
  if given.p < 0 then options.wrong("pdist", "p", 2, "a number, 0 or more", given.p) end
  local pairs_of = torch.triu_indices(x:size(1), x:size(1), 1, {device = x.device})
  if given.p == 2 and x:is_floating_point() and x.device.type ~= "cuda" then -- without an array of all differences
    return (torch.cdist(x, x)[{pairs_of[1], pairs_of[2]}])
  end
  return (x:index_select(1, pairs_of[1]) - x:index_select(1, pairs_of[2])):norm(given.p, 2)
end
