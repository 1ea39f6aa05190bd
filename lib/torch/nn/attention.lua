-- What nn.MultiheadAttention computes: heads of queries, keys and values, masks, and the weights of positions.
local options = require "torch.utils.options"

local attention = {}

-- What is added to scores: a mask of bools, where true is left out, becomes 0 and -∞.
local function additive(mask, dtype)
  if mask == nil then return nil end
  if mask.dtype ~= torch.bool then return mask:to(dtype) end
  return torch.zeros(mask.shape, {dtype = dtype, device = mask.device}):masked_fill(mask, -math.huge)
end

--- The sum of both masks, of the shape (N or 1)×(heads or 1)×L×S, or nil; their shapes are checked. `name`: who
-- calls.
function attention.mask(name, given, q, n, heads, length, positions)
  local padding, mask = given.key_padding_mask, given.attn_mask
  if padding and padding.shape ~= {n, positions} then
    options.wrong(name, "key_padding_mask", 4, ("a tensor (%d×%d)"):format(n, positions), padding)
  end
  local whole = mask and mask.shape == {n * heads, length, positions}
  if mask and not whole and mask.shape ~= {length, positions} then
    options.wrong(name, "attn_mask", 6,
      ("a tensor (%d×%d) or (%d×%d×%d)"):format(length, positions, n * heads, length, positions), mask)
  end
  padding, mask = additive(padding, q.dtype), additive(mask, q.dtype)
  if whole then mask = mask:reshape(n, heads, length, positions) end
  if padding then padding = padding:reshape(n, 1, 1, positions) end
  if mask and padding then return mask + padding end
  if mask and not whole then return mask:reshape(1, 1, length, positions) end
  return mask or padding
end

--- L×N×E to N×heads×L×(E/heads).
function attention.split(x, heads)
  return x:reshape(x:size(1), x:size(2), heads, x:size(3) // heads):permute(2, 3, 1, 4)
end

--- One more position behind all others: `row` of keys or values (N×heads×1×E), which no mask hides.
function attention.append(x, row) return torch.cat({x, row}, 3) end

--- The mask with `count` positions more, which count.
function attention.widen(mask, count)
  return mask and torch.nn.functional.pad(mask, {0, count})
end

--- The mean of v by the weights softmax(q kᵀ / √E + mask), and these weights (N×heads×L×S).
function attention.attend(q, k, v, mask, dropout, training)
  local scores = (q * (1 / math.sqrt(q:size(-1)))):matmul(k:transpose(-2, -1))
  if mask then scores = scores + mask end
  local weights = scores:softmax(-1)
  if training and dropout > 0 then weights = torch.nn.functional.dropout(weights, dropout, true) end
  return weights:matmul(v), weights
end

return attention
