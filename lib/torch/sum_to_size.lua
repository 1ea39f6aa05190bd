local options = require "torch.utils.options"

--- torch.sum_to_size(input: Tensor, size: table, ...: any) -> Tensor: input summed to a shape that broadcasts to its
-- own.
-- Example: torch.sum_to_size(torch.ones(2, 3), {1, 3})
return function(input, ...)
  options.tensor("sum_to_size", "input", 1, input)
  local size = type((...)) == "table" and (...) or {...}
  for i, n in ipairs(size) do
    if not options.integer(n) then options.wrong("sum_to_size", "size", i + 1, "integers", n) end
  end
  local extra = input.ndim - #size
  local sums, shape = {}, input.shape
  for d = 1, input.ndim do
    if d <= extra or (size[d - extra] == 1 and shape[d] ~= 1) then sums[#sums + 1] = d
    elseif size[d - extra] ~= shape[d] then
      options.raise(("sum_to_size: size %s of dimension %d does not broadcast to %d"):format(size[d - extra], d - extra,
        shape[d]))
    end
  end
  if extra < 0 then
    options.raise(("sum_to_size: %d dimensions are more than the %d of input"):format(#size, input.ndim))
  end
  return (#sums > 0 and input:sum(sums) or input):reshape(size)
end
