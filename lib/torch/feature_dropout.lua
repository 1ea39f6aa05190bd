local options = require "torch.utils.options"

--- torch.feature_dropout(input: Tensor, p: float, train: bool) -> Tensor: Whole channels (second dimension) become 0
-- with probability p, the others are divided by 1 - p.
-- Example: torch.feature_dropout(torch.ones(2, 3), 0.5, false)
return function(...)
  local given = options.read("feature_dropout", {{"input", kind = "tensor", required = true},
    {"p", kind = "number", required = true}, {"train", kind = "boolean", required = true}}, ...)
  local x = given.input
  if x.ndim < 2 then options.wrong("feature_dropout", "input", 1, "at least 2 dimensions", x) end
  local shape = {}
  for d = 1, x.ndim do shape[d] = d <= 2 and x:size(d) or 1 end
  return x * torch.dropout(x:detach():new_ones(shape), given.p, given.train)
end
