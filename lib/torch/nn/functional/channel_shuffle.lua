local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"groups", kind = "positive", required = true}}

--- nn.functional.channel_shuffle(input: Tensor, groups: int) -> Tensor: (N, C, …) with the channels of the groups in
-- turn: the first of each, then the second of each, … (Zhang et al. 2018).
-- Example: F.channel_shuffle(torch.arange(4):reshape(1, 4, 1), 2)
return function(...)
  local given = options.read("channel_shuffle", PARAMETERS, ...)
  local x, groups = given.input, given.groups
  if x.ndim < 3 then options.wrong("channel_shuffle", "input", 1, "at least 3 dimensions", x) end
  if x:size(2) % groups ~= 0 then
    options.wrong("channel_shuffle", "groups", 2, ("a divisor of %d channels"):format(x:size(2)), groups)
  end
  return x:unflatten(2, {groups, x:size(2) // groups}):transpose(2, 3):reshape(x.shape)
end
