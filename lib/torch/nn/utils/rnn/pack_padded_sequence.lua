local options = require "torch.utils.options"
local packing = require "torch.nn.utils.rnn.packing"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"lengths", required = true},
  {"batch_first", kind = "boolean", default = false}, {"enforce_sorted", kind = "boolean", default = true}}

--- nn.utils.rnn.pack_padded_sequence(input: Tensor, lengths: int[]|Tensor, batch_first: bool = false,
-- enforce_sorted: bool = true) -> PackedSequence: Packs a padded batch (T×B×…, or B×T×… with batch_first) of
-- sequences of these lengths. With enforce_sorted they come in order, the longest first; else they are sorted here.
-- Example: nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2, 1), {3, 1}).batch_sizes
return function(...)
  local given, name = options.read("pack_padded_sequence", PARAMETERS, ...), "pack_padded_sequence"
  local x = given.input
  if x.ndim < 2 then options.wrong(name, "input", 1, "at least 2 dimensions", x) end
  if given.batch_first then x = x:transpose(1, 2) end
  local lengths = packing.lengths(name, 2, given.lengths, x:size(2), x:size(1))
  local sorted
  if given.enforce_sorted then
    for i = 2, #lengths do
      if lengths[i] > lengths[i - 1] then
        options.raise(name .. ": 'lengths' (argument 2): expected the longest first; enforce_sorted = false sorts them")
      end
    end
  else
    local order, by_length = packing.order(lengths), {}
    for i, k in ipairs(order) do by_length[i] = lengths[k] end
    lengths, sorted = by_length, torch.tensor(order, {dtype = "int64", device = x.device})
    x = x:index_select(2, sorted)
  end
  local sizes = packing.batch_sizes(lengths)
  local places = packing.places(sizes, x:size(2)):to(x.device)
  return torch.nn.utils.rnn.PackedSequence(x:flatten(1, 2):index_select(1, places),
    torch.tensor(sizes, {dtype = "int64"}), sorted)
end
