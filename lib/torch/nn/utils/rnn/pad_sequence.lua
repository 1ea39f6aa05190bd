local options = require "torch.utils.options"
local packing = require "torch.nn.utils.rnn.packing"

local PARAMETERS <const> = {{"sequences", kind = "any", required = true},
  {"batch_first", kind = "boolean", default = false}, {"padding_value", kind = "number", default = 0},
  {"padding_side", kind = "string", default = "right"}}

--- nn.utils.rnn.pad_sequence(sequences: Tensor[], batch_first: bool = false, padding_value: float = 0,
-- padding_side: string = "right") -> Tensor: Sequences of different lengths as one batch, T×B×… (B×T×… with
-- batch_first), filled with padding_value behind them ("right") or before ("left").
-- Example: nn.utils.rnn.pad_sequence({torch.ones(2), torch.ones(3)}, true)
return function(...)
  local given, name = options.read("pad_sequence", PARAMETERS, ...), "pad_sequence"
  local list, most = packing.sequences(name, given.sequences), 0
  if given.padding_side ~= "right" and given.padding_side ~= "left" then
    options.wrong(name, "padding_side", 4, "right or left", given.padding_side)
  end
  for _, x in ipairs(list) do most = math.max(most, x:size(1)) end
  local rows = {}
  for i, x in ipairs(list) do
    local rest = most - x:size(1)
    local padding = x:new_full({rest, table.unpack(x.shape, 2)}, given.padding_value)
    rows[i] = rest == 0 and x or torch.cat(given.padding_side == "right" and {x, padding} or {padding, x}, 1)
  end
  return torch.stack(rows, given.batch_first and 1 or 2)
end
