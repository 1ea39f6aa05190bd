-- What the functions of nn.utils.rnn share.
local options = require "torch.utils.options"
local packing = {}

--- Lengths as an array of integers, for `count` sequences of at most `most` steps.
function packing.lengths(name, position, given, count, most)
  local list = torch.is_tensor(given) and given:tolist() or given
  if type(list) ~= "table" or #list == 0 then
    options.wrong(name, "lengths", position, "an array or a tensor of lengths", given)
  end
  if count and #list ~= count then
    options.raise(("%s: 'lengths' (argument %d): expected %d lengths, one for each sequence, got %d"):format(name,
      position, count, #list))
  end
  local result = {}
  for i, n in ipairs(list) do
    local whole = options.integer(n)
    if not whole or whole < 1 or (most and whole > most) then
      options.raise(("%s: 'lengths' (argument %d): expected lengths from 1%s, got %s"):format(name, position,
        most and " to " .. most or "", options.describe(n)))
    end
    result[i] = whole
  end
  return result
end

--- The positions of the sequences, the longest first; those of equal length stay in order.
function packing.order(lengths)
  local order = {}
  for i = 1, #lengths do order[i] = i end
  table.sort(order, function(a, b)
    if lengths[a] ~= lengths[b] then return lengths[a] > lengths[b] end
    return a < b
  end)
  return order
end

--- How many sequences have a step t, for every t; `lengths` sorted, the longest first.
function packing.batch_sizes(lengths)
  local sizes, at = {}, #lengths
  for t = 1, lengths[1] or 0 do
    while lengths[at] < t do at = at - 1 end
    sizes[t] = at
  end
  return sizes
end

--- The places of the packed elements among those of a T×B batch, from 1: step t of sequence b is (t - 1) B + b.
function packing.places(sizes, width)
  local places = {}
  for t, n in ipairs(sizes) do
    for b = 1, n do places[#places + 1] = (t - 1) * width + b end
  end
  return torch.tensor(places, {dtype = "int64"})
end

--- The opposite: the row of the packed data for each place of a T×B batch; the row behind the last where there is
-- none.
function packing.rows(sizes, steps, width)
  local rows, at, total = {}, 0, 0
  for _, n in ipairs(sizes) do total = total + n end
  for t = 1, steps do
    local n = sizes[t] or 0
    for b = 1, width do rows[#rows + 1] = b <= n and at + b or total + 1 end
    at = at + n
  end
  return torch.tensor(rows, {dtype = "int64"})
end

function packing.sequences(name, list)
  if type(list) ~= "table" or #list == 0 then
    options.wrong(name, "sequences", 1, "an array of tensors", list)
  end
  for i, x in ipairs(list) do
    if not torch.is_tensor(x) or x.ndim == 0 then
      options.wrong(name, ("sequences[%d]"):format(i), nil, "a tensor with steps", x)
    end
    if x.ndim ~= list[1].ndim then
      options.raise(("%s: 'sequences' (argument 1): they have different numbers of dimensions"):format(name))
    end
  end
  return list
end

function packing.check(name, sequence)
  if not torch.isinstance(sequence, torch.nn.utils.rnn.PackedSequence) then
    options.wrong(name, "sequence", 1, "a PackedSequence", sequence)
  end
  return sequence
end

return packing
