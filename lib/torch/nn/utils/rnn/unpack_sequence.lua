local packing = require "torch.nn.utils.rnn.packing"

--- nn.utils.rnn.unpack_sequence(packed_sequences: PackedSequence) -> Tensor[]: The sequences, each in its length, in
-- the order in which they were given.
-- Example: nn.utils.rnn.unpack_sequence(nn.utils.rnn.pack_sequence({torch.ones(3), torch.ones(1)}))
return function(packed_sequences)
  packing.check("unpack_sequence", packed_sequences)
  local padded, lengths = torch.nn.utils.rnn.pad_packed_sequence(packed_sequences, {batch_first = true})
  return torch.nn.utils.rnn.unpad_sequence(padded, lengths, true)
end
