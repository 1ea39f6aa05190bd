-- quantile and nanquantile.
local options = require "torch.utils.options"

local quantiles = {}

quantiles.PARAMETERS = {{"input", kind = "tensor", required = true}, {"q", required = true}, {"dim", kind = "integer"},
  {"keepdim", kind = "boolean", default = false}, {"interpolation", kind = "string", default = "linear"}}

-- What is taken between the elements at floor(rank) and floor(rank) + 1.
local between = {
  linear = function(low, high, share) return low + (high - low) * share end,
  lower = function(low) return low end,
  higher = function(low, high, share) return torch.where(share:gt(0), high, low) end,
  midpoint = function(low, high, share) return torch.where(share:gt(0), low + (high - low) * 0.5, low) end,
  nearest = function(low, high, share, rank)
    -- halves go to the even rank
    local up = share:gt(0.5):logical_or(share:eq(0.5):logical_and((rank:floor() % 2):eq(1)))
    return torch.where(up, high, low)
  end,
}

local function check_q(name, given)
  local x, q = given.input, given.q
  if type(q) == "number" then q = torch.tensor(q, {dtype = x.dtype, device = x.device}) end
  if not torch.is_tensor(q) or q.ndim > 1 or q.dtype ~= x.dtype then
    options.wrong(name, "q", 2, ("a number, or a tensor of at most 1 dimension and dtype %s"):format(x.dtype), given.q)
  end
  if options.has_data(q) and q:numel() > 0 and (q:lt(0):any():item() or q:gt(1):any():item()) then
    options.raise(name .. ": 'q' (argument 2): expected numbers from 0 to 1")
  end
  return q
end

--- The quantiles; `count(sorted)` gives how many elements count along the last dimension, which is kept.
function quantiles.find(name, given, rank_of)
  local x = given.input
  if x.dtype ~= torch.float32 and x.dtype ~= torch.float64 then
    options.wrong(name, "input", 1, "float32 or float64", x)
  elseif not between[given.interpolation] then
    options.wrong(name, "interpolation", 5, "'linear', 'lower', 'higher', 'midpoint' or 'nearest'", given.interpolation)
  elseif x:numel() == 0 then
    options.wrong(name, "input", 1, "at least one element", x)
  end
  local q, dim = check_q(name, given), given.dim and options.dim(name, "dim", 3, given.dim, x.ndim)
  local flat = dim and x.ndim > 0 and x:movedim(dim, -1) or x:reshape(-1)
  local sorted = flat:sort(-1)
  local qs = q:reshape(-1)
  local rank = rank_of(sorted, qs) -- one for each q, of the shape before the last dimension or 1
  local low = rank:floor():clamp(0)
  local high = torch.minimum(low + 1, torch.full_like(low, sorted:size(-1) - 1))
  local at = function(places) return sorted:gather(-1, places:long() + 1) end
  local values = between[given.interpolation](at(low), at(high), rank - low, rank)
  -- The q come first, then the dimensions of input without dim, or with size 1.
  values = values:movedim(-1, 1)
  if given.keepdim then
    if not dim then
      local shape = {qs:numel()}
      for d = 1, x.ndim do shape[d + 1] = 1 end
      values = values:reshape(shape)
    elseif x.ndim > 0 then values = values:unsqueeze(dim + 1) end
  end
  return q.ndim == 0 and values:squeeze(1) or values
end

return quantiles
