local options = require "torch.utils.options"

local NAME = "triplet_margin_with_distance_loss"
local REDUCTIONS = {none = true, mean = true, sum = true}
local PARAMETERS = {{"anchor", kind = "tensor", required = true}, {"positive", kind = "tensor", required = true},
  {"negative", kind = "tensor", required = true}, {"distance_function", kind = "callable"},
  {"margin", kind = "number", default = 1}, {"swap", kind = "boolean", default = false},
  {"reduction", kind = "string", default = "mean"}}

--- nn.functional.triplet_margin_with_distance_loss(anchor: Tensor, positive: Tensor, negative: Tensor,
-- {distance_function: function = nn.functional.pairwise_distance, margin: float = 1, swap: bool = false,
-- reduction: none|mean|sum = mean}) -> Tensor: max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is
-- any function of two tensors; swap: the smaller one of d(anchor, negative) and d(positive, negative) counts.
-- Example: F.triplet_margin_with_distance_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(1, 2), {margin = 2})
return function(...)
  local given = options.read(NAME, PARAMETERS, ...)
  if not REDUCTIONS[given.reduction] then
    options.wrong(NAME, "reduction", nil, "one of none, mean, sum", given.reduction)
  end
  local function distance(x, y)
    local d = (given.distance_function or torch.pairwise_distance)(x, y)
    if not torch.is_tensor(d) then
      options.raise(("%s: 'distance_function': it gives %s, expected a tensor"):format(NAME, options.describe(d)))
    end
    return d
  end
  local near, far = distance(given.anchor, given.positive), distance(given.anchor, given.negative)
  if given.swap then far = torch.minimum(far, distance(given.positive, given.negative)) end
  local losses = (near - far + given.margin):clamp_min(0)
  if given.reduction == "mean" then return losses:mean() end
  return given.reduction == "sum" and losses:sum() or losses
end
