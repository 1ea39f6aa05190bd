-- Connectionist temporal classification (Graves et al. 2006).
op {"ctc_loss", "(log_probs: Tensor, targets: Positions, input_lengths: int[], target_lengths: int[], "
    .. "blank: index = 1, reduction: none|mean|sum = mean, zero_infinity: bool = false) -> Tensor",
  module = {"torch", "nn.functional"}, method = false, amp = {cpu = "float"}, types = "float",
  domain = "ctc", specialize = {"reduction", "zero_infinity", ["log_probs.ndim"] = {2}},
  check = {{"log_probs", "log_probs.ndim == 2 or log_probs.ndim == 3", "(T×N×C) or (T×C)"},
    {"targets", "targets.ndim == 1 or (targets.ndim == 2 and log_probs.ndim == 3)", "(N×S), or all in a row"}},
  composite = function(o)
    local x, y, one = o.log_probs, o.targets, o.log_probs.ndim == 2
    if one then x, y = x:unsqueeze(2), y:reshape({1, -1}) end
    local losses = x:native_ctc_loss(y, o.input_lengths, o.target_lengths, o.blank)
    if o.zero_infinity then losses = losses:masked_fill(losses:eq(math.huge), 0) end
    if o.reduction == "mean" then return (losses / o.target_lengths:clamp(1)):mean() end
    if o.reduction == "sum" then return losses:sum() end
    return one and losses:reshape {shape = {}} or losses
  end,
  doc = [[The negative logarithm of the probability that the outputs of input_lengths[i] steps, without repetitions and
then without blanks, are the first target_lengths[i] classes of targets. log_probs (T×N×C) or (T×C) are log
probabilities, targets (N×S), or all of them in a row. "mean" divides each by its target's length first. The gradient
takes log_probs to be normalised, as log_softmax makes them.]],
  example = "nn.functional.ctc_loss(torch.full({2, 1, 2}, math.log(0.5)), torch.tensor({{2}}), {2}, {1})",
  gives = "0.2877"}
op {"native_ctc_loss", "(log_probs: Tensor, targets: Positions, input_lengths: int[], target_lengths: int[], "
    .. "blank: index) -> Tensor", private = true, types = "float", infer = "ctc_loss", contiguous = true,
  domain = "ctc",
  backward = function(o)
    return {log_probs = o.grad:ctc_loss_backward(o.log_probs, o.targets, o.input_lengths, o.target_lengths, o.out,
      o.blank)}
  end,
  doc = "ctc_loss of each of a batch (T×N×C)."}
op {"ctc_loss_backward", "(g: Tensor, log_probs: Tensor, targets: Positions, input_lengths: int[], "
    .. "target_lengths: int[], losses: Tensor, blank: index) -> Tensor", private = true, types = "float",
  infer = "ctc_loss_backward", contiguous = true, domain = "ctc",
  backward = function(o)
    local slopes = o.g:ones_like():ctc_loss_backward(o.log_probs, o.targets, o.input_lengths, o.target_lengths,
      o.losses, o.blank)
    return {g = (o.grad * slopes):sum({1, 3}), log_probs = o.grad:helper("no_gradient", 1)}
  end,
  doc = "The gradient of native_ctc_loss: exp(log_probs) less the probabilities given the target."}
