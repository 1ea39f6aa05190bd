local options = require "torch.utils.options"
local packing = require "torch.nn.utils.rnn.packing"

local PARAMETERS <const> = {{"padded_sequences", kind = "tensor", required = true}, {"lengths", required = true},
  {"batch_first", kind = "boolean", default = false}}

--- nn.utils.rnn.unpad_sequence(padded_sequences: Tensor, lengths: int[]|Tensor, batch_first: bool = false) ->
-- Tensor[]: The sequences of a padded batch, each in its length.
-- Example: nn.utils.rnn.unpad_sequence(torch.ones(3, 2), {3, 1})
return function(...)
  local given, name = options.read("unpad_sequence", PARAMETERS, ...), "unpad_sequence"
  local x = given.padded_sequences
  if x.ndim < 2 then options.wrong(name, "padded_sequences", 1, "at least 2 dimensions", x) end
  if not given.batch_first then x = x:transpose(1, 2) end
  local list = {}
  for i, n in ipairs(packing.lengths(name, 2, given.lengths, x:size(1), x:size(2))) do
    list[i] = x:select(1, i):narrow(1, 1, n)
  end
  return list
end
