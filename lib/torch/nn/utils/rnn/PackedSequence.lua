local options = require "torch.utils.options"

--- nn.utils.rnn.PackedSequence(data: Tensor, batch_sizes: Tensor, sorted_indices: Tensor = nil,
-- unsorted_indices: Tensor = nil): Sequences of different lengths without padding: data has the first elements of all
-- sequences, the longest sequence first, then the second elements, and so on; batch_sizes says how many each step has.
-- sorted_indices are the positions of the sequences in this order, unsorted_indices lead back. pack_sequence and
-- pack_padded_sequence make it.
local Packed = torch.class("nn.utils.rnn.PackedSequence")

local PARAMETERS <const> = {{"data", kind = "tensor", required = true},
  {"batch_sizes", kind = "tensor", required = true}, {"sorted_indices", kind = "tensor"},
  {"unsorted_indices", kind = "tensor"}}

function Packed:__init(...)
  local given = options.read("PackedSequence", PARAMETERS, ...)
  for _, parameter in ipairs(PARAMETERS) do self[parameter[1]] = given[parameter[1]] end
  if self.batch_sizes.device.type ~= "cpu" then
    options.raise("PackedSequence: 'batch_sizes' (argument 2): expected a tensor on the CPU")
  end
  if self.unsorted_indices == nil and self.sorted_indices then
    self.unsorted_indices = torch.argsort(self.sorted_indices)
  end
end

--- nn.utils.rnn.PackedSequence:to(...: any) -> PackedSequence: With the data on another device or in another dtype.
function Packed:to(...)
  return Packed(self.data:to(...), self.batch_sizes, self.sorted_indices, self.unsorted_indices)
end
--- nn.utils.rnn.PackedSequence:cpu() -> PackedSequence: With the data on the CPU.
function Packed:cpu() return self:to("cpu") end
--- nn.utils.rnn.PackedSequence:float() -> PackedSequence: With the data as float32.
function Packed:float() return self:to("float32") end
--- nn.utils.rnn.PackedSequence:double() -> PackedSequence: With the data as float64.
function Packed:double() return self:to("float64") end
--- nn.utils.rnn.PackedSequence:half() -> PackedSequence: With the data as float16.
function Packed:half() return self:to("float16") end

function Packed:__tostring()
  return ("PackedSequence(data=%s, batch_sizes=%s, sorted_indices=%s, unsorted_indices=%s)"):format(self.data,
    self.batch_sizes, self.sorted_indices, self.unsorted_indices)
end

return Packed
