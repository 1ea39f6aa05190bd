local options = require "torch.utils.options"

--- torch.masked_scatter_(input: Tensor, mask: Tensor, source: Tensor) -> Tensor: masked_scatter in place.
-- Example: torch.zeros(3):masked_scatter_(torch.tensor({true, false, true}), torch.tensor({1.0, 2.0}))
return function(...)
  local given = options.read("masked_scatter_", {{"input", kind = "tensor", required = true},
    {"mask", kind = "tensor", required = true}, {"source", kind = "tensor", required = true}}, ...)
  local x, source = given.input, given.source
  if given.mask.dtype ~= torch.bool then options.wrong("masked_scatter_", "mask", 2, "a bool tensor", given.mask) end
  if source.dtype ~= x.dtype then
    options.raise(("masked_scatter_: 'source' (argument 3): expected %s as input is, got %s"):format(x.dtype,
      source.dtype))
  end
  local mask = given.mask:expand(x.shape)
  local n = mask:sum():item()
  if source:numel() < n then
    options.raise(("masked_scatter_: 'source' (argument 3): expected at least %d elements, got %d"):format(n,
      source:numel()))
  end
  if n > 0 then x[mask] = source:reshape(-1):narrow(1, 1, n) end
  return x
end
