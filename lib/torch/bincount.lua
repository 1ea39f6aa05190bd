local options = require "torch.utils.options"

--- torch.bincount(input: Tensor, weights: Tensor = nil, minlength: int = 0) -> Tensor: How often each number from 0 on
-- is among those of a vector of integers; with weights the sums of their weights. At least minlength results.
-- Example: torch.bincount(torch.tensor({0, 1, 1, 3}))
return function(...)
  local given = options.read("bincount", {{"input", kind = "tensor", required = true}, {"weights", kind = "tensor"},
    {"minlength", kind = "count", default = 0}}, ...)
  local x, weights = given.input, given.weights
  if x.ndim ~= 1 or torch.is_floating_point(x) or torch.is_complex(x) or x.dtype == torch.bool then
    options.wrong("bincount", "input", 1, "1 dimension of integers", x)
  elseif weights and (weights.ndim ~= 1 or weights:numel() ~= x:numel()) then
    options.wrong("bincount", "weights", 2, ("1 dimension of %d numbers"):format(x:numel()), weights)
  elseif x:numel() > 0 and x:min():item() < 0 then
    options.raise "bincount: 'input' (argument 1): expected numbers of 0 or more"
  end
  local most = x:numel() > 0 and x:max():item() or -1
  options.room("bincount", {math.max(given.minlength, most, 0)})
  local n = math.max(given.minlength, most + 1)
  if weights == nil or x:numel() == 0 then -- as in PyTorch, weights of nothing are not asked for their dtype
    return torch.zeros(n, {dtype = torch.int64, device = x.device}):index_add(1, x:long() + 1,
      torch.ones_like(x, {dtype = torch.int64}))
  end
  if weights.dtype ~= torch.float32 then weights = weights:double() end
  return weights:new_zeros({n}):index_add(1, x:long() + 1, weights)
end
