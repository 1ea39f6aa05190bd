local attention = require "torch.nn.attention"
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

local NAME <const> = "nn.MultiheadAttention"
local PARAMETERS <const> = {{"embed_dim", kind = "positive", required = true},
  {"num_heads", kind = "positive", required = true}, {"dropout", kind = "number", default = 0},
  {"bias", kind = "boolean", default = true}, {"add_bias_kv", kind = "boolean", default = false},
  {"add_zero_attn", kind = "boolean", default = false}, {"kdim", kind = "positive"}, {"vdim", kind = "positive"},
  {"batch_first", kind = "boolean", default = false}, {"device"}, {"dtype"}}
local CALL <const> = {{"query", kind = "tensor", required = true}, {"key", kind = "tensor", required = true},
  {"value", kind = "tensor", required = true}, {"key_padding_mask", kind = "tensor"},
  {"need_weights", kind = "boolean", default = true}, {"attn_mask", kind = "tensor"},
  {"average_attn_weights", kind = "boolean", default = true}, {"is_causal", kind = "boolean", default = false}}

local function check(given)
  if given.embed_dim % given.num_heads ~= 0 then
    options.wrong(NAME, "num_heads", 2, ("a divisor of embed_dim = %d"):format(given.embed_dim), given.num_heads)
  end
  if not (given.dropout >= 0 and given.dropout <= 1) then
    options.wrong(NAME, "dropout", 3, "a probability from 0 to 1", given.dropout)
  end
end

local function init(self, given)
  check(given)
  local e, how = given.embed_dim, {device = given.device, dtype = given.dtype}
  given.kdim, given.vdim = given.kdim or e, given.vdim or e
  local function xavier(...)
    return torch.nn.Parameter(torch.nn.init.xavier_uniform_(torch.empty({...}, how)))
  end
  if given.kdim == e and given.vdim == e then
    self.in_proj_weight = xavier(3 * e, e)
  else
    self.q_proj_weight, self.k_proj_weight = xavier(e, e), xavier(e, given.kdim)
    self.v_proj_weight = xavier(e, given.vdim)
  end
  self:register_parameter("in_proj_bias", given.bias and torch.nn.Parameter(torch.zeros(3 * e, how)) or nil)
  self.out_proj = torch.nn.Linear(e, e, {bias = given.bias, device = given.device, dtype = given.dtype})
  if given.bias then torch.nn.init.zeros_(self.out_proj.bias) end
  for _, name in ipairs {"bias_k", "bias_v"} do
    self:register_parameter(name, given.add_bias_kv
      and torch.nn.Parameter(torch.nn.init.xavier_normal_(torch.empty({1, 1, e}, how))) or nil)
  end
end

-- The inputs as L×N×E, and whether they had no batch.
local function sequences(self, given)
  local single = given.query.ndim == 2
  local list = {}
  for i, name in ipairs {"query", "key", "value"} do
    local x = given[name]
    local size = ({self.embed_dim, self.kdim, self.vdim})[i]
    if x.ndim ~= (single and 2 or 3) or single and i == 1 and x.ndim ~= 2 or x:size(-1) ~= size then
      options.wrong(NAME, name, i, ("%s, the last of size %d"):format(
        i == 1 and "2 or 3 dimensions" or "as many dimensions as 'query'", size), x)
    end
    list[i] = single and x:unsqueeze(2) or self.batch_first and x:transpose(1, 2) or x
  end
  local q, k, v = table.unpack(list)
  if k:size(2) ~= q:size(2) then options.wrong(NAME, "key", 2, ("a batch of %d"):format(q:size(2)), given.key) end
  if v:size(1) ~= k:size(1) or v:size(2) ~= k:size(2) then
    options.wrong(NAME, "value", 3, "as many positions and samples as 'key'", given.value)
  end
  return q, k, v, single
end

-- Queries, keys and values by the three projections.
local function project(self, q, k, v)
  local linear = torch.nn.functional.linear
  local weights = self.in_proj_weight and self.in_proj_weight:chunk(3, 1)
    or {self.q_proj_weight, self.k_proj_weight, self.v_proj_weight}
  local biases = self.in_proj_bias and self.in_proj_bias:chunk(3, 1) or {}
  return linear(q, weights[1], biases[1]), linear(k, weights[2], biases[2]), linear(v, weights[3], biases[3])
end

-- Positions that the module adds behind those of keys and values: learned ones, then zeros.
local function more_positions(self, k, v, mask)
  local n, heads, size = k:size(1), self.num_heads, k:size(4)
  if self.bias_k then
    k = attention.append(k, self.bias_k:reshape(1, heads, 1, size):expand(n, heads, 1, size))
    v = attention.append(v, self.bias_v:reshape(1, heads, 1, size):expand(n, heads, 1, size))
    mask = attention.widen(mask, 1)
  end
  if self.add_zero_attn then
    local zeros = k:new_zeros({n, heads, 1, size})
    k, v, mask = attention.append(k, zeros), attention.append(v, zeros), attention.widen(mask, 1)
  end
  return k, v, mask
end

local function forward(self, ...)
  local given = options.read(NAME, CALL, ...)
  if given.is_causal and not given.attn_mask then
    options.raise(NAME .. ": 'is_causal' (argument 8): needs 'attn_mask', which it only describes")
  end
  local q, k, v, single = sequences(self, given)
  local length, n, heads = q:size(1), q:size(2), self.num_heads
  if single and given.key_padding_mask and given.key_padding_mask.ndim == 1 then
    given.key_padding_mask = given.key_padding_mask:unsqueeze(1)
  end
  local mask = attention.mask(NAME, given, q, n, heads, length, k:size(1))
  q, k, v = project(self, q, k, v)
  q, k, v = attention.split(q, heads), attention.split(k, heads), attention.split(v, heads)
  k, v, mask = more_positions(self, k, v, mask)
  local out, weights
  if given.need_weights then
    out, weights = attention.attend(q, k, v, mask, self.dropout, self.training)
  else
    out = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask, self.training and self.dropout or 0)
  end
  out = self.out_proj(out:permute(3, 1, 2, 4):reshape(length, n, self.embed_dim))
  if single then out = out:squeeze(2) elseif self.batch_first then out = out:transpose(1, 2) end
  if not weights then return out, nil end
  if given.average_attn_weights then weights = weights:mean(2) end
  return out, single and weights:squeeze(1) or weights
end

--- nn.MultiheadAttention(embed_dim: int, num_heads: int, dropout: float = 0, bias: bool = true, add_bias_kv: bool =
-- false, add_zero_attn: bool = false, kdim: int = nil, vdim: int = nil, batch_first: bool = false, device: device =
-- nil, dtype: dtype = nil): Attention with num_heads projections of queries, keys and values (Vaswani et al. 2017).
-- Called with query (L×N×E, N×L×E with batch_first, L×E without a batch), key, value and options key_padding_mask
-- (N×S), need_weights = true, attn_mask (L×S or N·heads×L×S), average_attn_weights = true, is_causal = false (a
-- hint beside attn_mask). True in a mask of bools leaves a position out, other masks are added. Returns the output and
-- the weights, nil without need_weights.
return composed("MultiheadAttention", PARAMETERS, {init = init, forward = forward})
