--- Transforms of spectrograms that hide parts of them, and of features.
local F = require "torchaudio.functional"
local argument = require "torchaudio.functional.argument"
local define = require "torchaudio.transforms.define"

local transforms = {}

local SPECGRAM <const>, IID <const>, P <const> = argument.tensor "specgram",
  {"iid_masks", kind = "boolean", default = false}, argument.number("p", 1)

--- x with a mask along dimension `axis` (-1 or -2); of its own for each spectrogram (iid).
local function masked(name, x, width, value, axis, iid, p)
  argument.wave(name, "specgram", 1, x, iid and 3 or 2)
  return F[iid and "mask_along_axis_iid" or "mask_along_axis"](x, width, value, axis, p)
end

local function masking(name, parameter, axis)
  return define(name, {{parameter, kind = "count", required = true}, IID, P}, {
    init = function(_, given) argument.range(name, "p", nil, given.p, 0, 1) end,
    inputs = {SPECGRAM, {"mask_value", default = 0}},
    forward = function(self, given)
      return masked(name, given.specgram, self[parameter], given.mask_value, axis, self.iid_masks, self.p)
    end,
  })
end

--- torchaudio.transforms.FrequencyMasking(freq_mask_param: int, iid_masks: bool = false): Spectrograms
-- (…×frequencies×frames) in which some frequencies in a row, fewer than freq_mask_param, are hidden at random
-- (Park et al. 2019); iid_masks: others in each of a batch. Called with a spectrogram and, if wanted, what is put
-- there (0).
-- Example: torchaudio.transforms.FrequencyMasking(3)(torch.ones(1, 6, 4)).shape
transforms.FrequencyMasking = masking("FrequencyMasking", "freq_mask_param", -2)

--- torchaudio.transforms.TimeMasking(time_mask_param: int, iid_masks: bool = false, p: float = 1): As
-- FrequencyMasking, of frames: at most a share p of them.
-- Example: torchaudio.transforms.TimeMasking(3)(torch.ones(1, 6, 4)).shape
transforms.TimeMasking = masking("TimeMasking", "time_mask_param", -1)

--- torchaudio.transforms.SpecAugment(n_time_masks: int, time_mask_param: int, n_freq_masks: int, freq_mask_param:
-- int, iid_masks: bool = true, p: float = 1, zero_masking: bool = false): Several masks of each kind; with the mean
-- of the spectrogram in them, or with 0 (zero_masking).
-- Example: torchaudio.transforms.SpecAugment(1, 2, 1, 2)(torch.ones(1, 6, 4)).shape
transforms.SpecAugment = define("SpecAugment", {{"n_time_masks", kind = "count", required = true},
  {"time_mask_param", kind = "count", required = true}, {"n_freq_masks", kind = "count", required = true},
  {"freq_mask_param", kind = "count", required = true}, {"iid_masks", kind = "boolean", default = true}, P,
  {"zero_masking", kind = "boolean", default = false}}, {
  init = function(_, given) argument.range("SpecAugment", "p", 6, given.p, 0, 1) end,
  inputs = {SPECGRAM},
  forward = function(self, given)
    local x = argument.wave("SpecAugment", "specgram", 1, given.specgram, 2)
    local value, iid = self.zero_masking and 0 or x:mean():item(), x.ndim > 2 and self.iid_masks
    for _ = 1, self.n_time_masks do x = masked("SpecAugment", x, self.time_mask_param, value, -1, iid, self.p) end
    for _ = 1, self.n_freq_masks do x = masked("SpecAugment", x, self.freq_mask_param, value, -2, iid, self.p) end
    return x
  end,
})

--- torchaudio.transforms.ComputeDeltas(win_length: int = 5, mode: string = "replicate"): Slopes along time; see
-- functional.compute_deltas.
-- Example: torchaudio.transforms.ComputeDeltas()(torch.arange(6):float():reshape(1, 6))
transforms.ComputeDeltas = define("ComputeDeltas", {argument.positive("win_length", 5),
  {"mode", kind = "string", default = "replicate"}}, {
  inputs = {SPECGRAM},
  forward = function(self, given) return F.compute_deltas(given.specgram, self.win_length, self.mode) end,
})

--- torchaudio.transforms.SlidingWindowCmn(cmn_window: int = 600, min_cmn_window: int = 100, center: bool = false,
-- norm_vars: bool = false): Features (…×frames×features) less their means; see functional.sliding_window_cmn.
-- Example: torchaudio.transforms.SlidingWindowCmn(2, 1)(torch.arange(4):float():reshape(4, 1))
transforms.SlidingWindowCmn = define("SlidingWindowCmn", {argument.positive("cmn_window", 600),
  argument.positive("min_cmn_window", 100), {"center", kind = "boolean", default = false},
  {"norm_vars", kind = "boolean", default = false}}, {
  inputs = {SPECGRAM},
  forward = function(self, given)
    return F.sliding_window_cmn(given.specgram, self.cmn_window, self.min_cmn_window, self.center, self.norm_vars)
  end,
})

--- torchaudio.transforms.RNNTLoss(blank: index = -1, clamp: float = -1, reduction: none|mean|sum = mean,
-- fused_log_softmax: bool = true): The loss of a transducer, called with logits, targets and their lengths; see
-- functional.rnnt_loss.
-- Example: torchaudio.transforms.RNNTLoss()
transforms.RNNTLoss = define("RNNTLoss", {{"blank", kind = "integer", default = -1}, argument.number("clamp", -1),
  {"reduction", kind = "string", default = "mean"}, {"fused_log_softmax", kind = "boolean", default = true}}, {
  init = function(_, given) argument.word("RNNTLoss", "reduction", 3, given.reduction, {"none", "mean", "sum"}) end,
  inputs = {argument.tensor "logits", argument.tensor "targets", argument.tensor "logit_lengths",
    argument.tensor "target_lengths"},
  forward = function(self, given)
    return F.rnnt_loss(given.logits, given.targets, given.logit_lengths, given.target_lengths, self.blank, self.clamp,
      self.reduction, self.fused_log_softmax)
  end,
})

return transforms
