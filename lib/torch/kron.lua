local options = require "torch.utils.options"

--- torch.kron(input: Tensor, other: Tensor) -> Tensor: Kronecker's product: every element of input times the whole of
-- other. The tensor of fewer dimensions gets leading ones.
-- Example: torch.kron(torch.eye(2), torch.ones(1, 2))
return function(...)
  local given = options.read("kron", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}}, ...)
  local a, b = given.input, given.other
  local n, left, right, whole = math.max(a.ndim, b.ndim), {}, {}, {}
  for d = 1, n do
    local i = d > n - a.ndim and a:size(d - n + a.ndim) or 1
    local j = d > n - b.ndim and b:size(d - n + b.ndim) or 1
    left[2 * d - 1], left[2 * d], right[2 * d - 1], right[2 * d], whole[d] = i, 1, 1, j, i * j
  end
  return (a:reshape(left) * b:reshape(right)):reshape(whole)
end
