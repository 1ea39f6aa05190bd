-- The reduction of a loss as PyTorch's functions of torch (not of nn.functional) number it.
local options = require "torch.utils.options"

local WORDS <const> = {[0] = "none", [1] = "mean", [2] = "sum"}

--- "none", "mean" or "sum" for 0, 1 or 2; the words themselves are taken, too.
return function(name, position, value)
  for i = 0, 2 do
    if value == i or value == WORDS[i] then return WORDS[i] end
  end
  options.wrong(name, "reduction", position, "0 (none), 1 (mean) or 2 (sum)", value)
end
