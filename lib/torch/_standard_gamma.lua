local slope = torch._C.op "gamma_slope"

-- Implicit reparameterisation (Figurnov et al. 2018): the sample moves with the concentration, its quantile stays.
local draw = torch.autograd.Function("StandardGamma", {
  forward = function(ctx, concentration, generator)
    local sample = torch._C.call("gamma_sample", concentration, {generator = generator})
    ctx:save_for_backward(concentration, sample)
    return sample
  end,
  backward = function(ctx, grad)
    local concentration, sample = table.unpack(ctx.saved_tensors)
    return grad * slope(concentration, sample)
  end,
})

--- torch._standard_gamma(concentration: Tensor, *, generator: generator = nil) -> Tensor: Numbers of the gamma
-- distribution of rate 1, with the gradient of the concentration.
-- Example: torch._standard_gamma(torch.tensor{0.5, 2.0})
return function(...)
  local given = require "torch.utils.options".read("_standard_gamma",
    {{"concentration", kind = "tensor", required = true}, {"generator"}}, ...)
  return draw:apply(given.concentration, given.generator)
end
