--- Ratios of signal and distortion in decibels, of sounds (…, time).
local assignment = require "torchmetrics.assignment"
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs
local ZERO_MEAN <const> = {"zero_mean", kind = "boolean", default = false}

local function check(o, preds, target)
  paired.check_shape(o, preds, target)
  if not preds:is_floating_point() or preds.ndim == 0 or preds:numel() == 0 then
    options.wrong(o._name, "preds", 1, "sounds (…, time) of floating point", preds)
  end
end

local function centred(o, ...)
  local list = {...}
  if o.zero_mean then for i, x in ipairs(list) do list[i] = x - x:mean(-1, {keepdim = true}) end end
  return table.unpack(list)
end

local function decibels(x) return x:log10() * 10 end
local function energy(x) return x:square():sum(-1) end

--- The function and the class, whose value is the mean over all sounds. `of(o, preds, target)` gives that of each.
local function define(name, class, doc, of, own)
  rows.define {name, family = "audio", inputs = INPUTS, options = own, doc = doc .. ", of each sound.",
    update = function(o, preds, target) return of(o, preds, target) end, compute = function(_, x) return x end}
  rows.define {class = class, family = "audio", inputs = INPUTS, options = own, states = {sum = "sum", total = "sum"},
    doc = doc .. ", the mean over sounds.", higher_is_better = true, differentiable = true,
    update = function(o, preds, target)
      local x = of(o, preds, target)
      return {sum = x:sum(), total = x:numel()}
    end,
    compute = function(_, s) return s.sum / s.total end}
end

local function snr(o, preds, target)
  check(o, preds, target)
  preds, target = centred(o, preds, target)
  local eps = torch.finfo(preds.dtype).eps
  return decibels((energy(target) + eps) / (energy(target - preds) + eps))
end
define("signal_noise_ratio", "SignalNoiseRatio", "The signal-to-noise ratio", snr, {ZERO_MEAN})

local function scale_invariant(o, preds, target)
  check(o, preds, target)
  preds, target = centred(o, preds, target)
  local eps = torch.finfo(preds.dtype).eps
  local scale = ((preds * target):sum(-1, {keepdim = true}) + eps) / (target:square():sum(-1, {keepdim = true}) + eps)
  local scaled = target * scale
  return decibels((energy(scaled) + eps) / (energy(scaled - preds) + eps))
end
define("scale_invariant_signal_distortion_ratio", "ScaleInvariantSignalDistortionRatio",
  "The signal-to-distortion ratio, whatever the scale", scale_invariant, {ZERO_MEAN})
define("scale_invariant_signal_noise_ratio", "ScaleInvariantSignalNoiseRatio",
  "The signal-to-noise ratio of centred sounds, whatever the scale", function(o, preds, target)
    return scale_invariant({zero_mean = true, _name = o._name}, preds, target)
  end, {})

local function complex(o, preds, target)
  local function flat(x, name, position)
    if x:is_complex() then x = torch.view_as_real(x) end
    if x.ndim < 3 or x:size(-1) ~= 2 then
      options.wrong(o._name, name, position, "spectra (…, frequency, time), complex or (…, 2)", x)
    end
    return x:flatten(-3, -1)
  end
  return scale_invariant(o, flat(preds, "preds", 1), flat(target, "target", 2))
end
define("complex_scale_invariant_signal_noise_ratio", "ComplexScaleInvariantSignalNoiseRatio",
  "scale_invariant_signal_noise_ratio of complex spectra", complex, {ZERO_MEAN})

local function aggregated(o, preds, target)
  check(o, preds, target)
  if preds.ndim < 2 then options.wrong(o._name, "preds", 1, "sounds (…, speaker, time)", preds) end
  preds, target = centred(o, preds, target)
  local eps = torch.finfo(preds.dtype).eps
  if o.scale_invariant then
    target = target * (((preds * target):sum({-2, -1}, {keepdim = true}) + eps)
      / (target:square():sum({-2, -1}, {keepdim = true}) + eps))
  end
  return decibels((energy(target):sum(-1) + eps) / (energy(target - preds):sum(-1) + eps))
end
define("source_aggregated_signal_distortion_ratio", "SourceAggregatedSignalDistortionRatio",
  "The signal-to-distortion ratio of all speakers together", aggregated,
  {{"scale_invariant", kind = "boolean", default = true}, ZERO_MEAN})

-- ---- with a filter ----------------------------------------------------------------------------

--- The correlations of the target with itself and with the prediction, at the first delays.
local function correlations(preds, target, length)
  local n = 2 ^ math.ceil(math.log(preds:size(-1) + target:size(-1) - 1, 2))
  n = math.tointeger(n)
  local t, p = torch.fft.rfft(target, n, -1), torch.fft.rfft(preds, n, -1)
  local own = torch.fft.irfft(t.real:square() + t.imag:square(), n, -1):narrow(-1, 1, length)
  return own, torch.fft.irfft(t:conj() * p, n, -1):narrow(-1, 1, length)
end

local function sdr(o, preds, target)
  check(o, preds, target)
  local dtype, length = preds.dtype, o.filter_length
  preds, target = centred(o, preds:double(), target:double())
  target = target / target:norm(2, -1, true):clamp({min = 1e-6})
  preds = preds / preds:norm(2, -1, true):clamp({min = 1e-6})
  local own, cross = correlations(preds, target, length)
  if o.load_diag then
    own = torch.cat({own:narrow(-1, 1, 1) + o.load_diag, own:narrow(-1, 2, length - 1)}, -1)
  end
  local i = torch.arange(1, length + 1, {device = preds.device})
  local at = (i:unsqueeze(2) - i):abs():reshape(-1) + 1
  local shape = {table.unpack(own.shape)}
  shape[#shape], shape[#shape + 1] = length, length
  local toeplitz = own:index_select(-1, at):reshape(shape)
  local filter = torch.linalg.solve(toeplitz, cross:unsqueeze(-1)):squeeze(-1)
  local coherent = (cross * filter):sum(-1)
  return decibels(coherent / (1 - coherent)):to(dtype)
end
define("signal_distortion_ratio", "SignalDistortionRatio",
  "The signal-to-distortion ratio, where a filter of the target counts as signal", sdr,
  {{"use_cg_iter", kind = "positive"}, {"filter_length", kind = "positive", default = 512}, ZERO_MEAN,
    {"load_diag", kind = "number"}})

-- ---- the best order of speakers ----------------------------------------------------------------

--- All orders of 1 … n.
local function orders(n)
  if n == 0 then return {{}} end
  local list = {}
  local function extend(order, used)
    if #order == n then list[#list + 1] = table.move(order, 1, n, 1, {}) end
    for i = 1, n do
      if not used[i] then
        order[#order + 1], used[i] = i, true
        extend(order, used)
        order[#order], used[i] = nil, nil
      end
    end
  end
  extend({}, {})
  return list
end

local function by_pairs(o, preds, target)
  local n, lines = target:size(2), {}
  for i = 1, n do
    local line = {}
    for j = 1, n do line[j] = o.metric_func(preds:select(2, j), target:select(2, i)) end
    lines[i] = torch.stack(line, 2)
  end
  local values = torch.stack(lines, 2) -- (batch, target, prediction)
  local best = {}
  for b, matrix in ipairs(values:detach():double():cpu():tolist()) do
    best[b] = assignment.best(matrix, o.eval_func == "max")
  end
  local order = torch.tensor(best, {dtype = "int64", device = preds.device})
  return values:gather(3, order:unsqueeze(3)):squeeze(3):mean(2), order
end

local function by_orders(o, preds, target)
  local list, all = orders(target:size(2)), {}
  for k, order in ipairs(list) do
    local value = o.metric_func(preds:index_select(2, torch.tensor(order)), target)
    all[k] = value:reshape(preds:size(1), -1):mean(2)
  end
  local values = torch.stack(all, 2)
  local best, at = (o.eval_func == "max" and values.max or values.min)(values, 2)
  return best, torch.tensor(list):index_select(1, at)
end

local function best_order(o, preds, target)
  if preds.ndim < 2 or target.ndim < 2 or preds:size(1) ~= target:size(1) or preds:size(2) ~= target:size(2) then
    options.wrong(o._name, "target", 2, "sounds (batch, speaker, …) as preds", target)
  end
  return (o.mode == "speaker-wise" and by_pairs or by_orders)(o, preds, target)
end

local METRIC <const> = {"metric_func", kind = "callable", required = true}
local MODE <const> = {"mode", kind = "string", choices = {"speaker-wise", "permutation-wise"}, default = "speaker-wise"}
local EVAL <const> = {"eval_func", kind = "string", choices = {"max", "min"}, default = "max"}

rows.define {"permutation_invariant_training", family = "audio", inputs = INPUTS, options = {METRIC, MODE, EVAL},
  results = "Tensor, Positions", doc = "The best value of metric_func over all orders of the speakers (batch, speaker, "
    .. "…), and the order.",
  update = function(o, preds, target) return {best_order(o, preds, target)} end,
  compute = function(_, s) return s[1], s[2] end}
rows.define {class = "PermutationInvariantTraining", family = "audio", inputs = INPUTS, options = {METRIC, MODE, EVAL},
  states = {sum = "sum", total = "sum"}, differentiable = true,
  doc = "The mean of the best values of metric_func over all orders of the speakers.",
  update = function(o, preds, target)
    local best = best_order(o, preds, target)
    return {sum = best:sum(), total = best:numel()}
  end,
  compute = function(_, s) return s.sum / s.total end}
rows.define {"pit_permutate", family = "audio", options = {},
  inputs = {{"preds", kind = "tensor", required = true}, {"perm", kind = "tensor", required = true}},
  doc = "The speakers of preds (batch, speaker, …) in this order (batch, speaker).",
  update = function(o, preds, perm)
    if preds.ndim < 2 or perm.ndim ~= 2 or perm:size(1) ~= preds:size(1) or perm:is_floating_point() then
      options.wrong(o._name, "perm", 2, "an order (batch, speaker)", perm)
    end
    local list = {}
    for b = 1, preds:size(1) do list[b] = preds[b]:index_select(1, perm[b]) end
    return torch.stack(list)
  end,
  compute = function(_, x) return x end}
