local options = require "torch.utils.options"
local wide = require "torch.nn.functional.wide"

local PARAMETERS <const> = {{"query", kind = "tensor", required = true}, {"key", kind = "tensor", required = true},
  {"value", kind = "tensor", required = true}, {"attn_mask", kind = "tensor"},
  {"dropout_p", kind = "number", default = 0}, {"is_causal", kind = "boolean", default = false},
  {"scale", kind = "number"}, {"enable_gqa", kind = "boolean", default = false}}

local NAME <const> = "scaled_dot_product_attention"

local function check(given)
  local q, k, v = given.query, given.key, given.value
  for i, name in ipairs {"query", "key", "value"} do
    if given[name].ndim < 2 then options.wrong(NAME, name, i, "at least 2 dimensions", given[name]) end
  end
  if k:size(-1) ~= q:size(-1) then
    options.wrong(NAME, "key", 2, ("a last dimension of size %d as 'query' has"):format(q:size(-1)), k)
  end
  if v:size(-2) ~= k:size(-2) then
    options.wrong(NAME, "value", 3, ("%d positions as 'key' has"):format(k:size(-2)), v)
  end
  if given.is_causal and given.attn_mask then
    options.raise(NAME .. ": expected one of 'attn_mask' and 'is_causal'")
  end
  if not (given.dropout_p >= 0 and given.dropout_p <= 1) then
    options.wrong(NAME, "dropout_p", 5, "a probability from 0 to 1", given.dropout_p)
  end
end

local function check_heads(q, x, name, position)
  if q.ndim < 3 or x.ndim ~= q.ndim or x:size(-3) == 0 or q:size(-3) % x:size(-3) ~= 0 then
    options.wrong(NAME, name, position, "a number of heads that divides that of 'query'", x)
  end
end

-- Groups of queries share a head of keys and values: it is repeated for each.
local function share_heads(q, x) return x:repeat_interleave(q:size(-3) // x:size(-3), x.ndim - 2) end

-- Which scores count: a mask (true counts), or nil; and what is added to them.
local function masks(given, q, k)
  if given.is_causal then
    return torch.ones(q:size(-2), k:size(-2), {dtype = "bool", device = q.device}):tril()
  end
  local mask = given.attn_mask
  if mask and mask.dtype == torch.bool then return mask end
  return nil, mask
end

-- The weights of all positions at once: with dropout, on other devices, where the mask gets a gradient.
local function attend(given)
  local q, k, v, dtype = wide(given.query), wide(given.key), wide(given.value), given.query.dtype
  if given.enable_gqa then k, v = share_heads(q, k), share_heads(q, v) end
  local scores = (q * given.scale):matmul(k:transpose(-2, -1))
  local counts, added = masks(given, q, k)
  if counts then scores = scores:masked_fill(counts:logical_not(), -math.huge) end
  if added then scores = scores + added end
  local weights
  if counts or added then
    local empty = scores:eq(-math.huge):all(-1, true)
    weights = scores:masked_fill(empty, 0):softmax(-1):masked_fill(empty, 0)
  else
    weights = scores:softmax(-1)
  end
  if given.dropout_p > 0 then weights = torch.nn.functional.dropout(weights, given.dropout_p, true) end
  return weights:matmul(v):to(dtype)
end

-- Whether the op that goes over the scores in blocks can do it: it takes samples and heads of one number.
local function fits_blocks(given)
  local q, k, v, mask = given.query, given.key, given.value, given.attn_mask
  if q.device.type == "cuda" or given.dropout_p > 0 or not q:is_floating_point() then return false end
  if k.dtype ~= q.dtype or v.dtype ~= q.dtype or k.ndim ~= q.ndim or v.ndim ~= q.ndim then return false end
  for i = 1, q.ndim - 2 do
    local shared = given.enable_gqa and i == q.ndim - 2
    if v:size(i) ~= k:size(i) or not shared and k:size(i) ~= q:size(i) or q:size(i) == 0 then return false end
  end
  return not (mask and mask.requires_grad)
end

-- A tensor as (N×H×…): samples and heads in front of the last two dimensions.
local function with_heads(x)
  if x.ndim == 4 then return x end
  if x.ndim < 4 then return x:reshape(1, x.ndim == 3 and x:size(1) or 1, x:size(-2), x:size(-1)) end
  return x:reshape(-1, x:size(-3), x:size(-2), x:size(-1))
end

local function attend_in_blocks(given)
  local q, k, v, mask = given.query, given.key, given.value, given.attn_mask
  local shape = q.shape
  shape[#shape] = v:size(-1)
  if mask then
    local scores = q.shape
    scores[#scores] = k:size(-2)
    mask = with_heads((mask.dtype == torch.bool and mask or mask:to(q.dtype)):expand(scores))
  end
  local out = torch._C.call("attention", with_heads(q), with_heads(k), with_heads(v), mask, given.is_causal,
    given.scale)
  return out:transpose(2, 3):reshape(shape)
end

--- nn.functional.scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor = nil,
-- dropout_p: float = 0, is_causal: bool = false, {scale: float = nil, enable_gqa: bool = false}) -> Tensor:
-- softmax(query keyᵀ · scale + mask) value: query (…×L×E), key (…×S×E), value (…×S×V). A mask of bools
-- says which positions count, another one is added. scale: 1/√E by default; enable_gqa: the heads (third dimension
-- from the end) of keys and values serve several heads of queries. Rows that are masked as a whole give zeros (Vaswani
-- et al. 2017). Scores are computed in blocks, and the memory grows with the length (Dao et al. 2022), but not with
-- dropout and not where the mask requires a gradient: then all scores are held at once.
-- Example: F.scaled_dot_product_attention(torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 4)).shape
return function(...)
  local given = options.read(NAME, PARAMETERS, ...)
  check(given)
  given.scale = given.scale or 1 / math.sqrt(given.query:size(-1))
  if given.enable_gqa then
    check_heads(given.query, given.key, "key", 2)
    check_heads(given.query, given.value, "value", 3)
  end
  return (fits_blocks(given) and attend_in_blocks or attend)(given)
end
