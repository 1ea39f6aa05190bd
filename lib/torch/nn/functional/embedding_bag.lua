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

-- The first elements of the bags of a vector, from 1, and one more behind the last: a tensor, which is checked.
local function borders(given)
  local n, at = given.input:numel(), given.offsets:long()
  if not given.include_last_offset then at = torch.cat({at, torch.tensor({n + 1}, {device = at.device})}) end
  local count = at:numel()
  if count == 0 or not options.has_data(at) then return at end
  local rising = count == 1 or at:narrow(1, 2, count - 1):ge(at:narrow(1, 1, count - 1)):all():item()
  if not (rising and at[1]:item() == 1 and at[count]:item() <= n + 1) then
    options.wrong("embedding_bag", "offsets", 3, ("rising positions from 1 to %d"):format(n + 1), given.offsets)
  end
  return at
end

-- The bag of each element that lies in one, and how many bags there are.
local function bags_of(given)
  local x = given.input
  if x.ndim == 2 then return torch.arange(x:size(1)):repeat_interleave(x:size(2)):add(1):to(x.device), x:size(1) end
  local at = borders(given)
  local count = math.max(0, at:numel() - 1)
  if count == 0 then return at:narrow(1, 1, 0), 0 end
  if not options.has_data(at) then return torch.ones(x:numel(), {dtype = "int64", device = x.device}), count end
  local lengths = at:narrow(1, 2, count) - at:narrow(1, 1, count)
  return torch.arange(1, count + 1):to(at.device):repeat_interleave(lengths), count
end

-- The largest elements of the rows of each bag; of a bag without rows 0.
local function largest(rows, bags, count)
  local list = {}
  for i = 1, count do
    local part = rows[bags:eq(i)]
    list[i] = part:size(1) == 0 and rows:new_zeros({rows:size(2)}) or part:amax(1)
  end
  return count > 0 and torch.stack(list, 1) or rows:new_zeros({0, rows:size(2)})
end

-- The sums of the rows of each bag, or their means.
local function sums(rows, bags, count, mean)
  local sum = rows:new_zeros({count, rows:size(2)}):index_add(1, bags, rows)
  if not mean then return sum end
  local ones = torch.ones(bags:numel(), {dtype = rows.dtype, device = rows.device})
  return sum / rows:new_zeros({count}):index_add(1, bags, ones):clamp(1):reshape(-1, 1)
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
  local flat, padding = given.input:reshape(-1):long(), given.padding_idx
  local bags, count = bags_of(given)
  flat = flat:narrow(1, 1, bags:numel()) -- behind the last bag nothing counts
  local rows = torch.nn.functional.embedding(flat, given.weight, {padding_idx = padding, max_norm = given.max_norm,
    norm_type = given.norm_type, scale_grad_by_freq = given.scale_grad_by_freq})
  if given.per_sample_weights then
    rows = rows * given.per_sample_weights:reshape(-1, 1):narrow(1, 1, bags:numel())
  end
  if padding then
    if padding < 0 then padding = padding + given.weight:size(1) + 1 end
    local counts = flat:ne(padding)
    rows, bags = rows[counts], bags[counts]
  end
  if given.mode == "max" then return largest(rows, bags, count) end
  return sums(rows, bags, count, given.mode == "mean")
end
