local options = require "torch.utils.options"
local packing = require "torch.nn.utils.rnn.packing"

local PARAMETERS <const> = {{"sequences", kind = "any", required = true},
  {"enforce_sorted", kind = "boolean", default = true}}

--- nn.utils.rnn.pack_sequence(sequences: Tensor[], enforce_sorted: bool = true) -> PackedSequence: Packs sequences of
-- different lengths; with enforce_sorted they come in order, the longest first.
-- Example: nn.utils.rnn.pack_sequence({torch.ones(3), torch.ones(1)}).batch_sizes
return function(...)
  local given = options.read("pack_sequence", PARAMETERS, ...)
  local lengths = {}
  for i, x in ipairs(packing.sequences("pack_sequence", given.sequences)) do lengths[i] = x:size(1) end
  local rnn = torch.nn.utils.rnn
  return rnn.pack_padded_sequence(rnn.pad_sequence(given.sequences), lengths, {enforce_sorted = given.enforce_sorted})
end
