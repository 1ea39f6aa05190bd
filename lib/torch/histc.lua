local options = require "torch.utils.options"

--- torch.histc(input: Tensor, bins: int = 100, min: number = 0, max: number = 0) -> Tensor: How many elements fall
-- into each of `bins` equal parts of min to max; max itself is in the last part, what lies outside does not count.
-- With min = max the range of input.
-- Example: torch.histc(torch.tensor({1.0, 2, 1}), 4, 0, 3)
return function(...)
  local given = options.read("histc", {{"input", kind = "tensor", required = true},
    {"bins", kind = "positive", default = 100}, {"min", kind = "number", default = 0},
    {"max", kind = "number", default = 0}}, ...)
  local x, bins, low, high = given.input:detach():reshape(-1), given.bins, given.min, given.max
  if torch.is_complex(x) or x.dtype == torch.bool then
    options.wrong("histc", "input", 1, "real numbers", given.input)
  end
  if low == high and x:numel() > 0 then low, high = x:min():item(), x:max():item() end
  if low == high then low, high = low - 1, high + 1 end
  if not (low < high and high - low < math.huge) then
    options.raise(("histc: 'min' and 'max' (arguments 3, 4): expected a finite range, got %s to %s"):format(low, high))
  end
  local inside = x[x:ge(low):logical_and(x:le(high))]:double()
  local bin = ((inside - low) / (high - low) * bins):floor():clamp(0, bins - 1):long()
  local none = torch.zeros(bins, {dtype = x.dtype, device = x.device})
  return (none:index_add(1, bin + 1, torch.ones_like(bin):to(x.dtype)))
end
