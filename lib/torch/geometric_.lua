local options = require "torch.utils.options"

--- torch.geometric_(input: Tensor, p: float, *, generator: generator = nil) -> Tensor: Filled with the number of trials
-- up to the first success, from 1 on, where each succeeds with probability p.
-- Example: torch.empty(2):geometric_(0.5)
return function(...)
  local given = options.read("geometric_", {{"input", kind = "tensor", required = true},
    {"p", kind = "number", required = true}, {"generator"}}, ...)
  local x, p = given.input, given.p
  if not (p > 0 and p < 1) then options.wrong("geometric_", "p", 2, "a number between 0 and 1", p) end
  local exact = x:is_floating_point() and x.dtype ~= "float16" and x or torch.empty(x.shape, {device = x.device})
  local u = torch.empty_like(exact):uniform_(0, 1, {generator = given.generator})
  u:neg_():log1p_():div_(math.log(1 - p)):floor_():add_(1)
  return x:copy_(u)
end
