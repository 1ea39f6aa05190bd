local options = require "torch.utils.options"
local packing = require "torch.nn.utils.rnn.packing"

local PARAMETERS <const> = {{"sequence", kind = "any", required = true},
  {"batch_first", kind = "boolean", default = false}, {"padding_value", kind = "number", default = 0},
  {"total_length", kind = "positive"}}

--- nn.utils.rnn.pad_packed_sequence(sequence: PackedSequence, batch_first: bool = false, padding_value: float = 0,
-- total_length: int = nil) -> Tensor, Tensor: The sequences as a padded batch (T×B×…, or B×T×… with
-- batch_first) in the order in which they were given, and their lengths. total_length: T, where it is to be more than
-- the longest.
-- Example: nn.utils.rnn.pad_packed_sequence(nn.utils.rnn.pack_sequence({torch.ones(2), torch.ones(1)}))
return function(...)
  local given, name = options.read("pad_packed_sequence", PARAMETERS, ...), "pad_packed_sequence"
  local packed = packing.check(name, given.sequence)
  local sizes = packed.batch_sizes:tolist()
  local steps, width = given.total_length or #sizes, sizes[1]
  if steps < #sizes then
    options.raise(("%s: 'total_length' (argument 4): expected at least %d, the longest sequence, got %d"):format(name,
      #sizes, steps))
  end
  local data = packed.data
  local rows = torch.cat({data, data:new_full({1, table.unpack(data.shape, 2)}, given.padding_value)}, 1)
  local padded = rows:index_select(1, packing.rows(sizes, steps, width):to(data.device))
  padded = padded:view(steps, width, table.unpack(data.shape, 2))
  local lengths = {}
  for b = 1, width do lengths[b] = 0 end
  for _, n in ipairs(sizes) do
    for b = 1, n do lengths[b] = lengths[b] + 1 end
  end
  lengths = torch.tensor(lengths, {dtype = "int64"})
  if packed.unsorted_indices then
    padded = padded:index_select(2, packed.unsorted_indices)
    lengths = lengths:index_select(1, packed.unsorted_indices:cpu())
  end
  return given.batch_first and padded:transpose(1, 2) or padded, lengths
end
