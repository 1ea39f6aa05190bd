local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

--- nn.functional.max_pool1d(input: Tensor, kernel_size: int, stride: int = nil, padding: int = 0, dilation: int = 1,
-- ceil_mode: bool = false, return_indices: bool = false) -> Tensor, Positions: The largest element of each window of
-- sequences (N×C×L or C×L); with return_indices its position, too. See nn.functional.max_pool2d.
-- Example: F.max_pool1d(torch.tensor({{1.0, 3, 2, 4}}), 2)
return function(...)
  local given = options.read("max_pool1d", sizes.MAX_POOL, ...)
  local x, single = sizes.batch("max_pool1d", given.input, 1)
  sizes.check_positive("max_pool1d", x, given.input)
  local kernel = sizes.list("max_pool1d", "kernel_size", 2, given.kernel_size, 1, 1)
  local stride = sizes.list("max_pool1d", "stride", 3, given.stride or kernel, 1, 1)[1]
  local padding = sizes.list("max_pool1d", "padding", 4, given.padding, 1, 0)[1]
  local dilation = sizes.list("max_pool1d", "dilation", 5, given.dilation, 1, 1)[1]
  local out, indices = torch.nn.functional.max_pool2d(x:unsqueeze(3), {1, kernel[1]}, {1, stride}, {0, padding},
    {1, dilation}, given.ceil_mode, given.return_indices)
  out = sizes.unbatch(out:squeeze(3), single)
  if not given.return_indices then return out end
  return out, sizes.unbatch(indices:squeeze(3), single)
end
