-- Attention in blocks (Dao et al. 2022, "FlashAttention"): the matrix of all scores is never there as a whole.

-- The gradients, made of ops that can be differentiated again; the memory that they take is that of all scores.
local function gradients(o)
  local q, k, v = o.query, o.key, o.value
  local heads, length, positions = k.shape[2], q.shape[3], k.shape[3]
  local queries = q:reshape({q.shape[1], heads, q.shape[2] // heads, length, q.shape[4]}) -- by heads of keys
  local g = o.grad:transpose(2, 3):reshape({q.shape[1], heads, q.shape[2] // heads, length, v.shape[4]})
  local keys, values = k:unsqueeze(3), v:unsqueeze(3)
  local scores = queries:matmul(keys:transpose(-2, -1)) * o.scale
  if o.mask then
    local mask = o.mask:reshape({q.shape[1], heads, q.shape[2] // heads, length, positions})
    if o.mask.is_float then scores = scores + mask
    else scores = scores:masked_fill(mask:logical_not(), -math.huge) end
  end
  if o.is_causal then
    local later = scores:new_ones({length, positions}):tril():eq(0)
    scores = scores:masked_fill(later, -math.huge)
  end
  local empty = scores:eq(-math.huge):all(-1, true)
  local p = scores:masked_fill(empty, 0):softmax(-1):masked_fill(empty, 0)
  local dp = g:matmul(values:transpose(-2, -1))
  local ds = p * (dp - (dp * p):sum(-1, true)) * o.scale
  return {query = ds:matmul(keys):reshape(q.shape), key = ds:transpose(-2, -1):matmul(queries):sum(3),
    value = p:transpose(-2, -1):matmul(g):sum(3)}
end

op {"attention", "(query: Tensor, key: Tensor, value: Tensor, mask: Tensor = nil, is_causal: bool, scale: float) "
    .. "-> Tensor, Tensor",
  private = true, types = "float", operand = {"mask"}, amp = {cpu = "half", cuda = "half"}, infer = "attention",
  specialize = {"mask", "mask.is_float", "is_causal"},
  backward = function(o)
    if not o.create_graph then
      local dq, dk, dv = o.grad:attention_backward(o.query, o.key, o.value, o.as_given.mask, o.outs[1], o.outs[2],
        o.as_given.is_causal, o.scale)
      return {query = dq, key = dk, value = dv}
    end
    return gradients(o)
  end,
  doc = [[softmax(query keyᵀ · scale + mask) value: query (N×H×L×E), key (N×G×S×E), value (N×G×S×V)
where G divides H, mask (N×H×L×S) of bools, where true counts, or numbers that are added. Gives (N×L×H×V), and of
each row of scores the logarithm of the sum of exponentials (N×H×L).]]}
op {"attention_backward", "(g: Tensor, query: Tensor, key: Tensor, value: Tensor, mask: Tensor = nil, output: Tensor, "
    .. "sums: Tensor, is_causal: bool, scale: float) -> Tensor, Tensor, Tensor",
  private = true, types = "float", operand = {"mask"}, infer = "attention_backward",
  doc = [[The gradients of attention for query, key and value; the scores are computed again.]]}
