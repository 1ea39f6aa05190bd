-- Scans: every element of the result depends on the elements before it along one dimension.
op {"cumprod", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor", complex = true,
  amp = {cuda = "float"}, infer = "cumulate", contiguous = true, inplace = true,
  -- d out[j] / d input[k] is the product of all elements up to j but input[k]. That of those before k stands in front
  -- of the sum over j, which a scan from the end computes. So nothing is divided by an element that may be 0.
  backward = function(o)
    local input = o.input:cast(o.grad.dtype)
    return {input = input:shift(o.dim, false):linear_scan(o.grad, o.dim, true) * o.out:shift(o.dim, true, 1)}
  end,
  doc = [[Running products along dim; integers and bool give int64.]],
  example = "torch.cumprod(torch.tensor({1, 2, 3}), 1)", gives = "{1, 2, 6}"}
op {"logcumsumexp", "(input: Tensor, dim: dim) -> Tensor", infer = "scan", contiguous = true, types = "float",
  complex = true,
  -- The differences of real results, which do not fall, have no exp above 1. Equal ones may be infinite.
  backward = function(o)
    local after = o.out:shift(o.dim, false)
    local ratio = (o.out - after):masked_fill(o.out:eq(after), 0):exp()
    local own = (o.input - o.out):masked_fill(o.input:eq(o.out), 0):exp()
    return {input = ratio:linear_scan(o.grad, o.dim, true) * own}
  end,
  doc = [[log of the running sums of exp along dim, without overflow. The angles of complex ones go on from element to
element: they are not turned back into (-π, π].]],
  example = "torch.logcumsumexp(torch.zeros(3), 1)"}
local function by_position(o)
  return {input = o.grad:new_zeros(o.shape_of.input):scatter_add(o.dim, o.outs[2], o.grad)}
end
op {"cummax", "(input: Tensor, dim: dim) -> Tensor, Positions", infer = "scan_extreme", contiguous = true,
  backward = by_position,
  doc = [[The largest element so far along dim, and the last place where it is. NaN counts as the largest.]],
  example = "torch.cummax(torch.tensor({1, 3, 2}), 1)", gives = "{1, 3, 3}, {1, 2, 2}"}
op {"cummin", "(input: Tensor, dim: dim) -> Tensor, Positions", infer = "scan_extreme", contiguous = true,
  backward = by_position,
  doc = [[The least element so far along dim, and the last place where it is. NaN counts as the least.]],
  example = "torch.cummin(torch.tensor({2, 3, 1}), 1)", gives = "{2, 2, 1}, {1, 1, 3}"}
op {"linear_scan", "(factor: Tensor, input: Tensor, dim: dim, reverse: bool = false) -> Tensor", complex = true,
  infer = "linear_scan", contiguous = true, types = "float", private = true, specialize = {"reverse"},
  backward = function(o)
    local g
    if o.reverse then
      g = o.factor:shift(o.dim, true):linear_scan(o.grad, o.dim, false)
      return {factor = g * o.out:shift(o.dim, false), input = g}
    end
    g = o.factor:shift(o.dim, false):linear_scan(o.grad, o.dim, true)
    return {factor = g * o.out:shift(o.dim, true), input = g}
  end,
  doc = [[s(k) = input(k) + factor(k) · s(k - 1) along dim, with s(0) = 0; reverse: from the end, with s(k + 1).]]}
op {"shift", "(input: Tensor, dim: dim, back: bool, value: number = 0) -> Tensor", composite = true, private = true,
  complex = true,
  doc = [[input moved by one along dim, with `value` at the end that becomes free: the first one with `back`.]]}
