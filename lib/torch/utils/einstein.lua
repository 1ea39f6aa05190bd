-- Sums of products by labels of dimensions, for einsum.
local options = require "torch.utils.options"

local einstein = {}

local function trouble(text, ...) options.raise("einsum: " .. text:format(...)) end

--- "ij,jk->ik" → the labels of each operand and of the result; dimensions under "..." get labels of their own,
-- numbers.
local function read_labels(text, ndim)
  local list = {}
  local before, after = text:match "^(.-)%.%.%.(.*)$"
  local function add(part)
    for label in part:gmatch "." do
      if not label:find "%a" then trouble("'equation' (argument 1): '%s' is no label of a dimension", label) end
      list[#list + 1] = label
    end
  end
  if not before then
    add(text)
    return list
  end
  add(before)
  local hidden = ndim and ndim - #before - #after
  if hidden and hidden < 0 then trouble("'%s' has more labels than the %d dimensions of its operand", text, ndim) end
  list.hidden, list.at = hidden, #list
  add(after)
  return list
end

--- Puts labels from `most` down to 1 in the place of "...", the last dimension has label 1.
local function unhide(list, most)
  if not list.at then return end
  local n = math.min(list.hidden or most, most)
  table.move(list, list.at + 1, #list, list.at + n + 1)
  for i = 1, n do list[list.at + i] = n - i + 1 end
end

--- The labels of the operands and of the result.
local function parse(equation, operands)
  local text = equation:gsub("%s", "")
  local left, right = text:match "^(.-)%->(.*)$"
  local inputs, most = {}, 0
  for part in ((left or text) .. ","):gmatch "(.-)," do
    local list = read_labels(part, operands[#inputs + 1] and operands[#inputs + 1].ndim or nil)
    most = math.max(most, list.hidden or 0)
    inputs[#inputs + 1] = list
  end
  if #inputs ~= #operands then
    trouble("'equation' (argument 1): it has %d operands, there are %d tensors", #inputs, #operands)
  end
  local count = {}
  for i, list in ipairs(inputs) do
    unhide(list, most)
    if #list ~= operands[i].ndim then
      trouble("operand %d: %d labels for %d dimensions", i, #list, operands[i].ndim)
    end
    for _, label in ipairs(list) do count[label] = (count[label] or 0) + 1 end
  end
  local out
  if right then
    out = read_labels(right)
    unhide(out, most)
  else -- the dimensions under "...", then the labels that are there once, in the order of the alphabet
    out = {}
    for i = most, 1, -1 do out[#out + 1] = i end
    local once = {}
    for label, times in pairs(count) do
      if times == 1 and type(label) == "string" then once[#once + 1] = label end
    end
    table.sort(once)
    table.move(once, 1, #once, #out + 1, out)
  end
  local seen = {}
  for _, label in ipairs(out) do
    if seen[label] then trouble("'equation' (argument 1): '%s' is in the result twice", label) end
    if not count[label] then trouble("'equation' (argument 1): '%s' is in no operand", label) end
    seen[label] = true
  end
  return inputs, out
end

--- An operand {x =, labels =} in which every label stands once: of a label that is there twice the diagonal.
local function without_repeats(x, labels)
  local list, place = {}, {}
  for d, label in ipairs(labels) do list[d] = label end
  local d = 1
  while d <= #list do
    local first = place[list[d]]
    if first then
      if x:size(first) ~= x:size(d) then
        trouble("label '%s': sizes %d and %d in one operand", list[d], x:size(first), x:size(d))
      end
      x = x:diagonal(0, first, d):movedim(-1, first)
      table.remove(list, d)
    else
      place[list[d]] = d
      d = d + 1
    end
  end
  return {x = x, labels = list}
end

local function size_of(operand, label)
  for d, name in ipairs(operand.labels) do
    if name == label then return operand.x:size(d), d end
  end
end

--- An operand with the dimensions of these labels in order; a label that it lacks has size 1.
local function arrange(operand, order)
  local dims, shape = {}, {}
  for i, label in ipairs(order) do
    local size, d = size_of(operand, label)
    if d then dims[#dims + 1] = d end
    shape[i] = size or 1
  end
  return operand.x:permute(dims):reshape(shape)
end

--- Sums over the labels that nothing else needs.
local function sum_unneeded(operand, is_needed)
  local dims, kept = {}, {}
  for d, label in ipairs(operand.labels) do
    if is_needed(label) then kept[#kept + 1] = label else dims[#dims + 1] = d end
  end
  if #dims == 0 then return operand end
  return {x = operand.x:sum(dims), labels = kept}
end

--- Two operands into one: a product of batches of matrices over the labels that only these two have.
local function contract(a, b, is_needed)
  local batch, left, right, inner, labels = {}, {}, {}, {}, {}
  for _, label in ipairs(a.labels) do
    local own, size = size_of(a, label), size_of(b, label)
    if not size then left[#left + 1] = label
    elseif own ~= size and own ~= 1 and size ~= 1 then
      trouble("label '%s': sizes %d and %d", label, own, size)
    elseif is_needed(label) or own ~= size then batch[#batch + 1] = label
    else inner[#inner + 1] = label end
  end
  for _, label in ipairs(b.labels) do
    if not size_of(a, label) then right[#right + 1] = label end
  end
  local function product(operand, list)
    local n = 1
    for _, label in ipairs(list) do n = n * (size_of(operand, label) or 1) end
    return n
  end
  local function joined(...)
    local all = {}
    for _, list in ipairs {...} do table.move(list, 1, #list, #all + 1, all) end
    return all
  end
  -- A batch dimension of size 1 in one of the two is expanded to that of the other.
  local shape, total = {}, 1
  for i, label in ipairs(batch) do
    shape[i] = math.max((size_of(a, label)), (size_of(b, label)))
    if size_of(a, label) == 0 or size_of(b, label) == 0 then shape[i] = 0 end
    total = total * shape[i]
  end
  local function matrices(operand, order, rows, columns)
    local x, wide = arrange(operand, order), table.move(shape, 1, #shape, 1, {})
    for d = #shape + 1, x.ndim do wide[d] = x:size(d) end
    return x:expand(wide):reshape(total, rows, columns)
  end
  local n, m, k = product(a, left), product(b, right), product(a, inner)
  local x = matrices(a, joined(batch, left, inner), n, k):bmm(matrices(b, joined(batch, inner, right), k, m))
  labels = joined(batch, left, right)
  local sizes = joined(shape)
  for _, label in ipairs(left) do sizes[#sizes + 1] = (size_of(a, label)) end
  for _, label in ipairs(right) do sizes[#sizes + 1] = (size_of(b, label)) end
  return {x = x:reshape(sizes), labels = labels}
end

--- How many elements the contraction of two operands would have.
local function cost(a, b, is_needed)
  local n = 1
  for _, operand in ipairs {a, b} do
    for d, label in ipairs(operand.labels) do
      local other = operand == b and size_of(a, label)
      if not other and (is_needed(label) or not (operand == a and size_of(b, label))) then n = n * operand.x:size(d) end
    end
  end
  return n
end

--- The sum of products. Of more than two operands the two with the smallest result are contracted first, again and
-- again.
function einstein.sum(equation, operands)
  local inputs, out = parse(equation, operands)
  local list, in_out = {}, {}
  for _, label in ipairs(out) do in_out[label] = true end
  for i, x in ipairs(operands) do list[i] = without_repeats(x, inputs[i]) end
  while true do
    local function needed_without(skip_a, skip_b)
      return function(label)
        if in_out[label] then return true end
        for _, operand in ipairs(list) do
          if operand ~= skip_a and operand ~= skip_b and size_of(operand, label) then return true end
        end
        return false
      end
    end
    for i, operand in ipairs(list) do list[i] = sum_unneeded(operand, needed_without(operand)) end
    if #list == 1 then break end
    local best, at_a, at_b
    for i = 1, #list - 1 do
      for j = i + 1, #list do
        local c = #list == 2 and 0 or cost(list[i], list[j], needed_without(list[i], list[j]))
        if not best or c < best then best, at_a, at_b = c, i, j end
      end
    end
    local a, b = list[at_a], list[at_b]
    local joined = contract(a, b, needed_without(a, b))
    table.remove(list, at_b)
    list[at_a] = joined
  end
  return arrange(list[1], out)
end

return einstein
