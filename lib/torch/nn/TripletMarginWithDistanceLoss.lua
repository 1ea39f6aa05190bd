-- nn.TripletMarginWithDistanceLoss
local options = require "torch.utils.options"

local REDUCTIONS = {none = true, mean = true, sum = true}
local PARAMETERS = {{"distance_function", kind = "callable"}, {"margin", kind = "number", default = 1},
  {"swap", kind = "boolean", default = false}, {"reduction", kind = "string", default = "mean"}}

--- nn.TripletMarginWithDistanceLoss(distance_function: function = nn.PairwiseDistance(), margin: float = 1,
-- swap: bool = false, reduction: none|mean|sum = mean): nn.TripletMarginLoss with a distance of one's own.
-- Called with anchor, positive and negative; see nn.functional.triplet_margin_with_distance_loss. A distance that is a
-- module is a part of this one.
local TripletMarginWithDistanceLoss = torch.class("nn.TripletMarginWithDistanceLoss", torch.nn.Module)

function TripletMarginWithDistanceLoss:__init(...)
  local given = options.read("nn.TripletMarginWithDistanceLoss", PARAMETERS, ...)
  if not REDUCTIONS[given.reduction] then
    options.wrong("nn.TripletMarginWithDistanceLoss", "reduction", 4, "one of none, mean, sum", given.reduction)
  end
  self.distance_function = given.distance_function or torch.nn.PairwiseDistance()
  self.margin, self.swap, self.reduction = given.margin, given.swap, given.reduction
end

function TripletMarginWithDistanceLoss:forward(anchor, positive, negative)
  return torch.nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative,
    {distance_function = self.distance_function, margin = self.margin, swap = self.swap, reduction = self.reduction})
end

return TripletMarginWithDistanceLoss
