local options = require "torch.utils.options"

--- torch.binomial(count: Tensor, prob: Tensor, *, generator: generator = nil) -> Tensor: The numbers of successes in
-- count trials that succeed with probability prob, element by element; the shapes are broadcast.
-- Example: torch.binomial(torch.tensor({10.0, 100.0}), torch.tensor(0.5))
return function(...)
  local given = options.read("binomial", {{"count", kind = "tensor", required = true},
    {"prob", kind = "tensor", required = true}, {"generator"}}, ...)
  local count, prob = torch.broadcast_tensors(given.count, given.prob)
  if count.dtype ~= prob.dtype then options.wrong("binomial", "prob", 2, "the dtype of count", given.prob) end
  return torch._C.call("binomial_sample", count, prob, {generator = given.generator})
end
