-- Divergences of distributions made of others.
local D = require "torch.distributions"
local values = require "torch.distributions.values"

return function(register, kl_divergence)
  register(D.Independent, D.Independent, function(p, q)
    if p.reinterpreted_batch_ndims ~= q.reinterpreted_batch_ndims then
      torch._C.raise(("kl_divergence: expected events of as many dimensions, got %s and %s"):format(p, q))
    end
    return values.sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)
  end)
  -- The same transforms change nothing.
  register(D.TransformedDistribution, D.TransformedDistribution, function(p, q)
    local same = #p.transforms == #q.transforms
      and table.concat(p.event_shape, ",") == table.concat(q.event_shape, ",")
    for i, t in ipairs(p.transforms) do same = same and t == q.transforms[i] end
    if not same then
      torch._C.raise "kl_divergence: transformed distributions with different transforms have none registered"
    end
    local extra = #p.event_shape - #p.base_dist.event_shape
    return values.sum_rightmost(kl_divergence(p.base_dist, q.base_dist), extra)
  end)
end
