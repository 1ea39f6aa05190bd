local slope = torch._C.op "dirichlet_slope"

-- Logarithms of gamma samples, whose softmax is a sample: so small concentrations do not end in 0 / 0.
local draw = torch.autograd.Function("SampleDirichlet", {
  forward = function(ctx, concentration, generator)
    local logarithms = torch._C.call("gamma_sample", concentration, {log = true, generator = generator})
    local sample = logarithms:softmax(-1)
    ctx:save_for_backward(concentration, sample)
    return sample
  end,
  -- A component moves as its own distribution says, and the others give way in proportion.
  backward = function(ctx, grad)
    local concentration, x = table.unpack(ctx.saved_tensors)
    local total = concentration:sum(-1, true):expand_as(concentration)
    return slope(x, concentration, total) * (grad - (x * grad):sum(-1, true))
  end,
})

--- torch._sample_dirichlet(concentration: Tensor, *, generator: generator = nil) -> Tensor: Vectors of the Dirichlet
-- distribution, along the last dimension, with the gradient of the concentration.
-- Example: torch._sample_dirichlet(torch.tensor{0.5, 2.0})
return function(...)
  local given = require "torch.utils.options".read("_sample_dirichlet",
    {{"concentration", kind = "tensor", required = true}, {"generator"}}, ...)
  return draw:apply(given.concentration, given.generator)
end
