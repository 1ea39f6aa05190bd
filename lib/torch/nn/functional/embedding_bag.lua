local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor", required = true},
  {"offsets", kind = "tensor"}, {"max_norm", kind = "number"}, {"norm_type", kind = "number", default = 2},
  {"scale_grad_by_freq", kind = "boolean", default = false}, {"mode", kind = "string", default = "mean"},
  {"sparse", kind = "boolean", default = false}, {"per_sample_weights", kind = "tensor"},
  {"include_last_offset", kind = "boolean", default = false}, {"padding_idx", kind = "integer"}}
local MODES <const> = {sum = true, mean = true, max = true}

local function check(given)
  local x, offsets = given.input, given.offsets
  if not MODES[given.mode] then options.wrong("embedding_bag", "mode", 7, "one of sum, mean, max", given.mode) end
  if given.sparse then options.raise "embedding_bag: 'sparse' (argument 8): gradients are dense: expected false" end
  if x.ndim ~= 1 and x.ndim ~= 2 then options.wrong("embedding_bag", "input", 1, "1 or 2 dimensions", x) end
  if (x.ndim == 1) ~= (offsets ~= nil) or offsets and offsets.ndim ~= 1 then
    options.wrong("embedding_bag", "offsets", 3, x.ndim == 1 and "a vector of positions" or "none beside bags in rows",
      offsets)
  end
  local weights = given.per_sample_weights
  if not weights then return end
  if given.mode ~= "sum" then
    options.raise(("embedding_bag: 'per_sample_weights' (argument 9): needs mode 'sum', not '%s'"):format(given.mode))
  end
  if weights.shape ~= x.shape then
    options.wrong("embedding_bag", "per_sample_weights", 9, "the shape of 'input'", weights)
  end
end

-- The first elements of the bags, from 1, and one more behind the last: an array.
local function borders(given)
  local x, list = given.input, nil
  if x.ndim == 2 then
    list = {}
    for i = 1, x:size(1) + 1 do list[i] = (i - 1) * x:size(2) + 1 end
    return list
  end
  list = given.offsets:tolist()
  if not given.include_last_offset then list[#list + 1] = x:numel() + 1 end
  for i = 1, #list do
    if list[i] < (list[i - 1] or 1) or list[i] > x:numel() + 1 or list[1] ~= 1 then
      options.wrong("embedding_bag", "offsets", 3, ("rising positions from 1 to %d"):format(x:numel() + 1),
        given.offsets)
    end
  end
  return list
end

-- The largest elements of the rows of one bag.
local function largest(rows)
  return rows:size(1) == 0 and rows:new_zeros({rows:size(2)}) or rows:amax(1)
end

-- One bag: its rows, without those of padding_idx.
local function reduce(rows, mode)
  if mode == "max" then return largest(rows) end
  local sum = rows:sum(1)
  return mode == "mean" and rows:size(1) > 0 and sum / rows:size(1) or sum
end

--- nn.functional.embedding_bag(input: Positions, weight: Tensor, offsets: Positions = nil, max_norm: number = nil,
-- norm_type: float = 2, scale_grad_by_freq: bool = false, mode: string = "mean", sparse: bool = false,
-- per_sample_weights: Tensor = nil, include_last_offset: bool = false, padding_idx: int = nil) -> Tensor: The "sum",
-- "mean" or "max" of the rows of weight that each bag names: the bags are the rows of input, or parts of a vector that
-- begin at offsets (with include_last_offset also its end). Rows padding_idx do not count.
-- Example: F.embedding_bag(torch.tensor({{1, 2}}), torch.eye(2))
return function(...)
  local given = options.read("embedding_bag", PARAMETERS, ...)
  check(given)
  local flat, at = given.input:reshape(-1):long(), borders(given)
  local padding = given.padding_idx
  local rows = torch.nn.functional.embedding(flat, given.weight, {padding_idx = padding, max_norm = given.max_norm,
    norm_type = given.norm_type, scale_grad_by_freq = given.scale_grad_by_freq})
  if given.per_sample_weights then rows = rows * given.per_sample_weights:reshape(-1, 1) end
  if padding and padding < 0 then padding = padding + given.weight:size(1) + 1 end
  local bags = {}
  for i = 1, #at - 1 do
    local part = rows:narrow(1, at[i], at[i + 1] - at[i])
    if padding then part = part[flat:narrow(1, at[i], at[i + 1] - at[i]):ne(padding)] end
    bags[i] = reduce(part, given.mode)
  end
  return #bags > 0 and torch.stack(bags, 1) or rows:new_zeros({0, given.weight:size(2)})
end
