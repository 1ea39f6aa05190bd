-- Distances of rows.
op {"euclidean_distances", "(x1: Tensor, x2: Tensor) -> Tensor", private = true, types = "float",
  infer = "euclidean_distances", contiguous = true, domain = "euclidean_distances",
  -- Of the distance r = ‖a - b‖ the gradient to a is (a - b) / r, summed over all b; where r is 0 it counts as 0.
  backward = function(o)
    local g = (o.grad / o.out):masked_fill(o.out:eq(0), 0)
    return {x1 = o.x1 * g:sum(-1, true) - g:matmul(o.x2),
      x2 = o.x2 * g:sum(-2):unsqueeze(-1) - g:transpose(-1, -2):matmul(o.x1)}
  end,
  doc = [[The Euclidean distances of each row of x1 (b×n×k) and each row of x2 (b×m×k): b×n×m. The squares of the
differences are added up; those beyond the largest number of the dtype are infinite.]]}
