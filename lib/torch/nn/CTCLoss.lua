-- nn.CTCLoss
local options = require "torch.utils.options"

local REDUCTIONS = {none = true, mean = true, sum = true}
local PARAMETERS = {{"blank", kind = "positive", default = 1}, {"reduction", kind = "string", default = "mean"},
  {"zero_infinity", kind = "boolean", default = false}}

--- nn.CTCLoss(blank: index = 1, reduction: none|mean|sum = mean, zero_infinity: bool = false): The negative
-- logarithm of the probability of targets whose places in time are not known (Graves et al. 2006). Called with
-- log_probs (T×N×C) or (T×C), targets (N×S) or all in a row, input_lengths and target_lengths.
-- See nn.functional.ctc_loss.
local CTCLoss = torch.class("nn.CTCLoss", torch.nn.Module)

function CTCLoss:__init(...)
  local given = options.read("nn.CTCLoss", PARAMETERS, ...)
  if not REDUCTIONS[given.reduction] then
    options.wrong("nn.CTCLoss", "reduction", 2, "one of none, mean, sum", given.reduction)
  end
  self.blank, self.reduction, self.zero_infinity = given.blank, given.reduction, given.zero_infinity
end

function CTCLoss:forward(log_probs, targets, input_lengths, target_lengths)
  return torch.nn.functional.ctc_loss(log_probs, targets, input_lengths, target_lengths,
    {blank = self.blank, reduction = self.reduction, zero_infinity = self.zero_infinity})
end

return CTCLoss
