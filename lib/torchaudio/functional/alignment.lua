--- Sequences against sequences: losses, alignments, distances.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local lattice = require "torchaudio.functional.lattice"
local options = require "torch.utils.options"

local alignment = {}

--- Integers of the host, as the module in C takes them.
local function integers(name, parameter, position, value, shape)
  if torch.is_floating_point(value) or torch.is_complex(value) or value.dtype == torch.bool or value.shape ~= shape then
    options.wrong(name, parameter, position, ("integers (%s)"):format(table.concat(shape, "×")), value)
  end
  return value:long():cpu():contiguous()
end

--- blank as a class from 1; negative ones count from the end.
local function class(name, position, value, classes)
  local at = value < 0 and value + classes + 1 or value
  if at < 1 or at > classes then
    options.wrong(name, "blank", position, ("a class from 1 to %d"):format(classes), value)
  end
  return at
end

local Rnnt = torch.autograd.Function("RnntLoss", {
  forward = function(ctx, logits, targets, lengths, sizes, blank, clamp, fused)
    local x = logits:detach():double():cpu():contiguous()
    local costs, slopes = lattice.rnnt(x, targets, lengths, sizes, blank, clamp, fused)
    ctx.slopes = slopes:to(logits.dtype):to(logits.device)
    return costs:to(logits.dtype):to(logits.device)
  end,
  backward = function(ctx, g)
    if torch.is_grad_enabled() then options.raise "rnnt_loss: its gradient has no gradient" end
    return ctx.slopes * g:reshape(-1, 1, 1, 1)
  end,
})

--- torchaudio.functional.rnnt_loss(logits: Tensor, targets: Tensor, logit_lengths: Tensor, target_lengths: Tensor,
-- blank: index = -1, clamp: float = -1, reduction: none|mean|sum = mean, fused_log_softmax: bool = true) -> Tensor:
-- The loss of a transducer (Graves 2012): the negative logarithm of the probability of targets (N×U, classes from 1)
-- given logits (N×T×(U + 1)×C). clamp above 0: gradients are kept within it. Without fused_log_softmax logits are
-- logarithms of probabilities already.
-- Example:
--     local logits, targets = torch.zeros(1, 2, 2, 3), torch.tensor({{2}})
--     return torchaudio.functional.rnnt_loss(logits, targets, torch.tensor({2}), torch.tensor({1}))
function alignment.rnnt_loss(...)
  local name = "rnnt_loss"
  local given = options.read(name, {argument.tensor "logits", argument.tensor "targets",
    argument.tensor "logit_lengths", argument.tensor "target_lengths", {"blank", kind = "integer", default = -1},
    argument.number("clamp", -1), {"reduction", kind = "string", default = "mean"},
    {"fused_log_softmax", kind = "boolean", default = true}}, ...)
  local x = given.logits
  argument.word(name, "reduction", 7, given.reduction, {"none", "mean", "sum"})
  if x.ndim ~= 4 or not torch.is_floating_point(x) or x:size(3) < 1 or x:size(4) < 1 then
    options.wrong(name, "logits", 1, "floats (N×T×(U + 1)×C)", x)
  end
  local n = x:size(1)
  local costs = Rnnt:apply(x, integers(name, "targets", 2, given.targets, {n, x:size(3) - 1}),
    integers(name, "logit_lengths", 3, given.logit_lengths, {n}),
    integers(name, "target_lengths", 4, given.target_lengths, {n}), class(name, 5, given.blank, x:size(4)),
    given.clamp, given.fused_log_softmax)
  if given.reduction == "none" then return costs end
  return given.reduction == "mean" and costs:mean() or costs:sum()
end

--- torchaudio.functional.forced_align(log_probs: Tensor, targets: Tensor, input_lengths: Tensor|nil = nil,
-- target_lengths: Tensor|nil = nil, blank: index = 1) -> Positions, Tensor: The most probable path through log_probs
-- (N×T×C) that, without repetitions and then without blanks, is targets (N×L, classes from 1): its class at each
-- step (N×T), and the log probabilities there.
-- Example:
--     local x = torch.tensor({{{0.1, 0.9}, {0.8, 0.2}}}):log()
--     return torchaudio.functional.forced_align(x, torch.tensor({{2}}))
function alignment.forced_align(...)
  local name = "forced_align"
  local given = options.read(name, {argument.tensor "log_probs", argument.tensor "targets",
    {"input_lengths", kind = "tensor"}, {"target_lengths", kind = "tensor"},
    {"blank", kind = "integer", default = 1}}, ...)
  local x, y = given.log_probs, given.targets
  if x.ndim ~= 3 or not torch.is_floating_point(x) or x:size(2) < 1 or x:size(3) < 1 then
    options.wrong(name, "log_probs", 1, "floats (N×T×C)", x)
  end
  local n = x:size(1)
  if y.ndim ~= 2 or y:size(1) ~= n then options.wrong(name, "targets", 2, ("integers (%d×L)"):format(n), y) end
  local blank = class(name, 5, given.blank, x:size(3))
  y = integers(name, "targets", 2, y, y.shape)
  if y:eq(blank):any():item() then options.wrong(name, "targets", 2, "classes other than 'blank'", given.targets) end
  local function lengths(parameter, position, value, most)
    if value then return integers(name, parameter, position, value, {n}) end
    return torch.full({n}, most, {dtype = torch.int64})
  end
  local paths, scores = lattice.align(x:detach():double():cpu():contiguous(), y,
    lengths("input_lengths", 3, given.input_lengths, x:size(2)),
    lengths("target_lengths", 4, given.target_lengths, y:size(2)), blank)
  paths = paths:to(x.device)
  if not x.requires_grad then return paths, scores:to(x.dtype):to(x.device) end
  return paths, x:gather(3, paths:unsqueeze(3)):squeeze(3)
end

--- torchaudio.functional.merge_tokens(tokens: Tensor, scores: Tensor, blank: index = 1) -> table: The runs of equal
-- classes in a path (T) of forced_align, without blanks: an array of {token =, start =, ["end"] =, score =}: a class,
-- its first and its last step, and the mean of the scores (T) there.
-- Example: #torchaudio.functional.merge_tokens(torch.tensor({2, 2, 1, 3}), torch.zeros(4))
function alignment.merge_tokens(...)
  local name = "merge_tokens"
  local given = options.read(name, {argument.tensor "tokens", argument.tensor "scores",
    {"blank", kind = "integer", default = 1}}, ...)
  local x = given.tokens
  if x.ndim ~= 1 then options.wrong(name, "tokens", 1, "a path (T)", x) end
  if given.scores.shape ~= x.shape then
    options.wrong(name, "scores", 2, ("a score of each of the %d steps"):format(x:size(1)), given.scores)
  end
  local tokens, scores, spans = x:tolist(), given.scores:detach():double():tolist(), {}
  for t = 1, #tokens do
    local last = spans[#spans]
    if t > 1 and tokens[t] == tokens[t - 1] and last then
      last["end"], last.score = t, last.score + scores[t]
    else spans[#spans + 1] = {token = tokens[t], start = t, ["end"] = t, score = scores[t]} end
  end
  local kept = {}
  for _, span in ipairs(spans) do
    span.score = span.score / (span["end"] - span.start + 1)
    if span.token ~= given.blank then kept[#kept + 1] = span end
  end
  return kept
end

--- What edit_distance compares: the items of an array, a tensor (N) or the characters of a text.
local function items(name, position, value)
  if type(value) == "string" then
    local list = {}
    for character in value:gmatch(utf8.len(value) and utf8.charpattern or ".") do list[#list + 1] = character end
    return list
  end
  if torch.is_tensor(value) and value.ndim == 1 then return value:tolist() end
  if type(value) ~= "table" then
    options.wrong(name, "seq" .. position, position, "an array, a tensor (N) or a string", value)
  end
  return value
end

--- torchaudio.functional.edit_distance(seq1: any, seq2: any) -> int: How many items must be put in, taken out or
-- replaced to make one sequence (an array, a tensor or a string) of the other (Levenshtein 1965).
-- Example: torchaudio.functional.edit_distance("kitten", "sitting")
function alignment.edit_distance(...)
  local given = options.read("edit_distance", {{"seq1", required = true, kind = "any"}, {"seq2", required = true}}, ...)
  local a, b = items("edit_distance", 1, given.seq1), items("edit_distance", 2, given.seq2)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      row[j] = a[i] == b[j] and diagonal or math.min(diagonal, row[j - 1], above) + 1
      diagonal = above
    end
  end
  return row[#b]
end

return alignment
