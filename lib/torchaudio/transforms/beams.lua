--- Transforms of what several microphones hear.
local torch = require "torch"
local F = require "torchaudio.functional"
local argument = require "torchaudio.functional.argument"
local define = require "torchaudio.transforms.define"
local options = require "torch.utils.options"

local transforms = {}

local SPECGRAM <const> = argument.tensor "specgram"

--- torchaudio.transforms.PSD(multi_mask: bool = false, normalize: bool = true, eps: float = 1e-15): Spectral
-- densities, called with complex spectrograms (…×channels×frequencies×frames) and, if wanted, a mask, of each
-- channel where multi_mask is set: their mean is taken. See functional.psd.
-- Example: torchaudio.transforms.PSD()(torch.ones(2, 3, 4, {dtype = "complex64"})).shape
transforms.PSD = define("PSD", {{"multi_mask", kind = "boolean", default = false},
  {"normalize", kind = "boolean", default = true}, argument.number("eps", 1e-15)}, {
  inputs = {SPECGRAM, {"mask", kind = "tensor"}},
  forward = function(self, given)
    local mask = given.mask
    if mask and self.multi_mask then
      if mask.ndim < 3 then options.wrong("PSD", "mask", 2, "(…×channels×frequencies×frames)", mask) end
      mask = mask:mean(-3)
    end
    return F.psd(given.specgram, mask, self.normalize, self.eps)
  end,
})

--- The weights of a beam; `reference`: weights of the channels.
local function weights_of(self, speech, noise, reference)
  local loading, eps = self.diag_loading, self.diag_eps
  if self.solution == "ref_channel" then return F.mvdr_weights_souden(speech, noise, reference, loading, eps) end
  local rtf = self.solution == "stv_evd" and F.rtf_evd(speech)
    or F.rtf_power(speech, noise, reference, 3, loading, eps)
  return F.mvdr_weights_rtf(rtf, noise, reference, loading, eps)
end

--- Densities so far, with those of this call: each weighted by the sum of its masks.
local function updated(self, key, psd, mask)
  local before, sum = self["psd_" .. key], mask:sum(-1)
  local earlier = self["mask_sum_" .. key]
  if before.ndim > 1 then
    local all = earlier + sum
    local function weight(w) return (w / all):unsqueeze(-1):unsqueeze(-1) end
    psd = before * weight(earlier) + psd * weight(torch.ones_like(sum))
    sum = all
  end
  self["psd_" .. key], self["mask_sum_" .. key] = psd, sum
  return psd
end

--- torchaudio.transforms.MVDR(ref_channel: index = 1, solution: string = "ref_channel", multi_mask: bool = false,
-- diag_loading: bool = true, diag_eps: float = 1e-7, online: bool = false): What a beam hears of speech, called with
-- complex spectrograms (…×channels×frequencies×frames), a mask of the speech and, if wanted, of the noise
-- (…×frequencies×frames; 1 less that of the speech). solution: "ref_channel" (functional.mvdr_weights_souden),
-- "stv_evd" or "stv_power" (mvdr_weights_rtf, with rtf_evd or rtf_power). online: densities go on from call to call.
-- Example: torchaudio.transforms.MVDR()(torch.randn(2, 3, 4, {dtype = "complex64"}), torch.rand(3, 4)).shape
transforms.MVDR = define("MVDR", {{"ref_channel", kind = "positive", default = 1},
  {"solution", kind = "string", default = "ref_channel"}, {"multi_mask", kind = "boolean", default = false},
  {"diag_loading", kind = "boolean", default = true}, argument.number("diag_eps", 1e-7),
  {"online", kind = "boolean", default = false}}, {
  init = function(self, given)
    argument.word("MVDR", "solution", 2, given.solution, {"ref_channel", "stv_evd", "stv_power"})
    self.psd = transforms.PSD(given.multi_mask)
    for _, key in ipairs {"psd_s", "psd_n", "mask_sum_s", "mask_sum_n"} do
      self:register_buffer(key, torch.zeros(1))
    end
  end,
  inputs = {SPECGRAM, argument.tensor "mask_s", {"mask_n", kind = "tensor"}},
  forward = function(self, given)
    local x = argument.complex("MVDR", "specgram", 1, given.specgram, 3)
    local wide, mask_s, mask_n = x:to(torch.complex128), given.mask_s, given.mask_n
    mask_n = mask_n or 1 - mask_s
    local channels = x:size(-3)
    if self.ref_channel > channels then
      options.wrong("MVDR", "specgram", 1, ("at least %d channels"):format(self.ref_channel), x)
    end
    local speech, noise = self.psd(wide, mask_s), self.psd(wide, mask_n)
    if self.online then
      if self.multi_mask then mask_s, mask_n = mask_s:mean(-3), mask_n:mean(-3) end
      speech, noise = updated(self, "s", speech, mask_s), updated(self, "n", noise, mask_n)
    end
    local lead = {table.unpack(x.shape, 1, x.ndim - 2)}
    local reference = torch.zeros(lead, {dtype = torch.complex128, device = x.device})
    reference:select(-1, self.ref_channel):fill_(1)
    return F.apply_beamforming(weights_of(self, speech, noise, reference), wide):to(x.dtype)
  end,
})

local LOADING <const> = {{"diagonal_loading", kind = "boolean", default = true}, argument.number("diag_eps", 1e-7),
  argument.number("eps", 1e-8)}

--- torchaudio.transforms.RTFMVDR(): What a beam hears, called with spectrograms and the arguments of
-- functional.mvdr_weights_rtf.
-- Example:
--     local x, eye = torch.ones(2, 1, 4, {dtype = "complex64"}), torch.eye(2, {dtype = "complex64"}):unsqueeze(1)
--     return torchaudio.transforms.RTFMVDR()(x, torch.ones(1, 2, {dtype = "complex64"}), eye, 1).shape
transforms.RTFMVDR = define("RTFMVDR", {}, {
  inputs = {SPECGRAM, argument.tensor "rtf", argument.tensor "psd_n", {"reference_channel", required = true},
    table.unpack(LOADING)},
  forward = function(_, given)
    local weights = F.mvdr_weights_rtf(given.rtf, given.psd_n, given.reference_channel, given.diagonal_loading,
      given.diag_eps, given.eps)
    return F.apply_beamforming(weights, given.specgram)
  end,
})

--- torchaudio.transforms.SoudenMVDR(): What a beam hears, called with spectrograms and the arguments of
-- functional.mvdr_weights_souden.
-- Example:
--     local x, eye = torch.ones(2, 1, 4, {dtype = "complex64"}), torch.eye(2, {dtype = "complex64"}):unsqueeze(1)
--     return torchaudio.transforms.SoudenMVDR()(x, eye, eye, 1).shape
transforms.SoudenMVDR = define("SoudenMVDR", {}, {
  inputs = {SPECGRAM, argument.tensor "psd_s", argument.tensor "psd_n", {"reference_channel", required = true},
    table.unpack(LOADING)},
  forward = function(_, given)
    local weights = F.mvdr_weights_souden(given.psd_s, given.psd_n, given.reference_channel, given.diagonal_loading,
      given.diag_eps, given.eps)
    return F.apply_beamforming(weights, given.specgram)
  end,
})

return transforms
