-- The methods of pruning, and what applies them. A method makes a mask (1: stays) of the importance of the elements and
-- of the mask before; structured ones take whole slices along a dimension.
local options = require "torch.utils.options"
local recomputed = require "torch.nn.utils.recomputed"

local methods = {}

-- To the nearest integer, halves to the even one, as Python does.
local function rounded(x)
  local low = math.floor(x)
  if x - low == 0.5 then return low % 2 == 0 and low or low + 1 end
  return math.floor(x + 0.5)
end

--- The number of elements out of n that an amount (a share from 0 to 1, or an integer) takes.
function methods.count(name, amount, n)
  if type(amount) ~= "number" or amount ~= amount or amount < 0 then
    options.wrong(name, "amount", nil, "a share from 0 to 1, or a number of elements", amount)
  end
  if math.type(amount) == "float" and amount <= 1 then return rounded(amount * n) end
  local count = options.integer(amount)
  if count == nil then options.wrong(name, "amount", nil, "a share from 0 to 1, or a number of elements", amount) end
  if count > n then
    options.raise(("%s: 'amount': expected at most %d elements, got %d"):format(name, n, count))
  end
  return count
end

-- A mask of ones but for the `count` elements of `scores` with the smallest values.
local function without_smallest(mask, scores, count)
  if count == 0 then return mask end
  local flat = mask:clone():reshape(-1)
  local _, at = torch.topk(scores:reshape(-1), count, {largest = false})
  flat[at] = 0
  return flat:reshape(mask.shape)
end

-- The norms of the slices along `dim`, and the mask whose slices number `at` are 0.
local function slices(mask, dim, at)
  local result = mask:clone()
  for _, i in ipairs(at) do result:select(dim, i):zero_() end
  return result
end

--- kinds[name](t, mask, how): the new mask. how: amount, n, dim, given mask.
methods.kinds = {
  Identity = function(_, mask) return mask:clone() end,
  CustomFromMask = function(_, mask, how) return mask * how.mask:to(mask.dtype) end,
  L1Unstructured = function(t, mask, how)
    local left = mask:reshape(-1):gt(0)
    local n = methods.count("l1_unstructured", how.amount, left:sum():item())
    local scores = torch.where(left, t:abs():reshape(-1), math.huge) -- what is gone is not counted again
    return without_smallest(mask, scores, n)
  end,
  RandomUnstructured = function(t, mask, how)
    local left = mask:reshape(-1):gt(0)
    local n = methods.count("random_unstructured", how.amount, left:sum():item())
    return without_smallest(mask, torch.where(left, torch.rand(t:numel()), math.huge), n)
  end,
  LnStructured = function(t, mask, how)
    local dim = options.dim("ln_structured", "dim", 5, how.dim, t.ndim)
    local others = {}
    for d = 1, t.ndim do if d ~= dim then others[#others + 1] = d end end
    local alive = mask:sum(others):gt(0)
    local n = methods.count("ln_structured", how.amount, alive:sum():item())
    if n == 0 then return mask:clone() end
    local norms = torch.where(alive, torch.linalg.vector_norm(t, how.n, others), math.huge)
    local _, at = torch.topk(norms, n, {largest = false})
    return slices(mask, dim, at:tolist())
  end,
  RandomStructured = function(t, mask, how)
    local dim = options.dim("random_structured", "dim", 4, how.dim, t.ndim)
    local others = {}
    for d = 1, t.ndim do if d ~= dim then others[#others + 1] = d end end
    local alive = mask:sum(others):gt(0)
    local n = methods.count("random_structured", how.amount, alive:sum():item())
    if n == 0 then return mask:clone() end
    local _, at = torch.topk(torch.where(alive, torch.rand(t:size(dim)), math.huge), n, {largest = false})
    return slices(mask, dim, at:tolist())
  end,
}

--- Prunes module[name]: compute(t, mask) gives the new mask of the importance t and the mask before.
function methods.apply(who, module, name, compute, scores)
  local pruned = recomputed.find(module, name)
  pruned = pruned and pruned.kind == "prune" and pruned
  if not pruned then recomputed.check(who, module, name) end
  local original = pruned and module[name .. "_orig"] or module[name]
  local before = pruned and module[name .. "_mask"] or torch.ones_like(original):detach()
  if scores ~= nil and (not torch.is_tensor(scores) or scores.shape ~= original.shape) then
    options.wrong(who, "importance_scores", nil, ("a tensor (%s)"):format(table.concat(original.shape, "×")), scores)
  end
  local mask = torch.no_grad(function() return compute((scores or original):detach(), before) end)
  if pruned then
    module[name .. "_mask"] = mask
    module[name] = original * mask
    return module
  end
  module:register_parameter(name .. "_orig", original)
  module:register_buffer(name .. "_mask", mask)
  recomputed.begin(module, name, {kind = "prune"}, function(m)
    return m[name .. "_orig"] * m[name .. "_mask"]:to(m[name .. "_orig"].dtype)
  end)
  return module
end

return methods
