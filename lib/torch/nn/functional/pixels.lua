-- What the functions share that move blocks of pixels between planes and channels.
local options = require "torch.utils.options"

--- pixels(name, parameter, ...): the input, which has at least three dimensions, and the positive integer; then the
-- sizes before the last three, their product, and those three.
return function(name, parameter, ...)
  local given = options.read(name, {{"input", kind = "tensor", required = true},
    {parameter, kind = "positive", required = true}}, ...)
  local x = given.input
  if given[parameter] > 0x7fffffff then options.wrong(name, parameter, 2, "at most 2147483647", given[parameter]) end
  if x.ndim < 3 then options.wrong(name, "input", 1, "at least 3 dimensions", x) end
  local front, n = table.move(x.shape, 1, x.ndim - 3, 1, {}), 1
  for _, size in ipairs(front) do n = n * size end
  return x, given[parameter], front, n, x:size(-3), x:size(-2), x:size(-1)
end
