--- Microphone arrays: spectral densities, weights of beams; and the distance of two normal distributions.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local beams = {}

local EPS <const>, LOADING <const> = argument.number("eps", 1e-8), argument.number("diag_eps", 1e-7)
local LOADED <const> = {"diagonal_loading", kind = "boolean", default = true}

--- torchaudio.functional.psd(specgram: Tensor, mask: Tensor|nil = nil, normalize: bool = true, eps: float = 1e-10) ->
-- Tensor: The spectral densities between the channels of complex spectrograms (…×channels×frequencies×frames):
-- (…×frequencies×channels×channels), weighted by mask (…×frequencies×frames), whose sum over time is made 1
-- (normalize).
-- Example: torchaudio.functional.psd(torch.ones(2, 3, 4, {dtype = "complex64"})).shape
function beams.psd(...)
  local given = options.read("psd", {argument.tensor "specgram", {"mask", kind = "tensor"},
    {"normalize", kind = "boolean", default = true}, argument.number("eps", 1e-10)}, ...)
  local x = argument.complex("psd", "specgram", 1, given.specgram, 3):transpose(-3, -2)
  local y, mask = x, given.mask
  if mask then
    local want = table.move(x.shape, 1, x.ndim - 2, 1, {})
    want[#want + 1] = x:size(-1)
    if mask.shape ~= want then
      options.wrong("psd", "mask", 2, ("(%s), a weight for each frequency and frame"):format(table.concat(want, "×")),
        mask)
    end
    if given.normalize then mask = mask / (mask:sum(-1, true) + given.eps) end
    y = x * mask:unsqueeze(-2)
  end
  return y:matmul(x:transpose(-1, -2):conj())
end

local function trace(x) return x:diagonal(0, -2, -1):sum(-1) end

--- x with a small share of its trace added to the diagonal.
local function loaded(x, share)
  local eye = torch.eye(x:size(-1), {dtype = x.dtype, device = x.device})
  return x + (trace(x).real * share + 1e-8):unsqueeze(-1):unsqueeze(-1) * eye
end

local function check_density(name, parameter, position, x)
  argument.complex(name, parameter, position, x, 3)
  if x:size(-1) ~= x:size(-2) then
    options.wrong(name, parameter, position, "complex numbers (…×frequencies×channels×channels)", x)
  end
end

local function check_densities(name, given)
  check_density(name, "psd_s", 1, given.psd_s)
  check_density(name, "psd_n", 2, given.psd_n)
  if given.psd_s.shape ~= given.psd_n.shape then
    options.wrong(name, "psd_n", 2, ("the shape of 'psd_s', (%s)"):format(table.concat(given.psd_s.shape, "×")),
      given.psd_n)
  end
end

--- The channel of the last dimension of x, or the sum with the weights of a tensor (…×channels). `extra`:
-- dimensions of x between the batch and the channels.
local function chosen(name, x, channel, extra)
  if torch.is_tensor(channel) then
    if channel.ndim < 1 or channel:size(-1) ~= x:size(-1) then
      options.wrong(name, "reference_channel", 3, ("weights of %d channels"):format(x:size(-1)), channel)
    end
    local weights = channel:to(x.dtype)
    for _ = 1, extra do weights = weights:unsqueeze(-2) end
    return (x * weights):sum(-1)
  end
  local at = options.integer(channel)
  if at and at < 0 then at = at + x:size(-1) + 1 end
  if not at or at < 1 or at > x:size(-1) then
    options.wrong(name, "reference_channel", 3, ("a channel from 1 to %d, or weights"):format(x:size(-1)), channel)
  end
  return x:select(-1, at)
end

--- torchaudio.functional.mvdr_weights_souden(psd_s: Tensor, psd_n: Tensor, reference_channel: index|Tensor,
-- diagonal_loading: bool = true, diag_eps: float = 1e-7, eps: float = 1e-8) -> Tensor: The weights
-- (…×frequencies×channels) of the beam that lets speech through and as little noise as possible (Souden et al.
-- 2010), from their spectral densities (…×frequencies×channels×channels). reference_channel: from 1, or weights
-- (…×channels). diagonal_loading: diag_eps times its trace is added to the diagonal of psd_n.
-- Example:
--     local eye = torch.eye(2, {dtype = "complex64"}):unsqueeze(1)
--     return torchaudio.functional.mvdr_weights_souden(eye, eye, 1).shape
function beams.mvdr_weights_souden(...)
  local name = "mvdr_weights_souden"
  local given = options.read(name, {argument.tensor "psd_s", argument.tensor "psd_n",
    {"reference_channel", required = true}, LOADED, LOADING, EPS}, ...)
  check_densities(name, given)
  local noise = given.diagonal_loading and loaded(given.psd_n, given.diag_eps) or given.psd_n
  local ratio = torch.linalg.solve(noise, given.psd_s)
  local weights = ratio / (trace(ratio):unsqueeze(-1):unsqueeze(-1) + given.eps)
  return chosen(name, weights, given.reference_channel, 2)
end

--- torchaudio.functional.mvdr_weights_rtf(rtf: Tensor, psd_n: Tensor, reference_channel: index|Tensor|nil = nil,
-- diagonal_loading: bool = true, diag_eps: float = 1e-7, eps: float = 1e-8) -> Tensor: The weights of that beam from
-- the relative transfer function of speech (…×frequencies×channels) and the spectral densities of the noise.
-- Example:
--     local rtf, eye = torch.ones(1, 2, {dtype = "complex64"}), torch.eye(2, {dtype = "complex64"}):unsqueeze(1)
--     return torchaudio.functional.mvdr_weights_rtf(rtf, eye).shape
function beams.mvdr_weights_rtf(...)
  local name = "mvdr_weights_rtf"
  local given = options.read(name, {argument.tensor "rtf", argument.tensor "psd_n", {"reference_channel"}, LOADED,
    LOADING, EPS}, ...)
  local rtf = argument.complex(name, "rtf", 1, given.rtf, 2)
  check_density(name, "psd_n", 2, given.psd_n)
  local want = table.move(rtf.shape, 1, rtf.ndim, 1, {})
  want[#want + 1] = rtf:size(-1)
  if given.psd_n.shape ~= want then
    options.wrong(name, "psd_n", 2, ("matrices of the %d channels of 'rtf'"):format(rtf:size(-1)), given.psd_n)
  end
  local noise = given.diagonal_loading and loaded(given.psd_n, given.diag_eps) or given.psd_n
  local weights = torch.linalg.solve(noise, rtf:unsqueeze(-1)):squeeze(-1)
  weights = weights / ((rtf:conj() * weights):sum(-1).real:unsqueeze(-1) + given.eps)
  if given.reference_channel == nil then return weights end
  local scale = torch.is_tensor(given.reference_channel) and chosen(name, rtf:conj(), given.reference_channel, 1)
    or chosen(name, rtf, given.reference_channel, 1):conj()
  return weights * scale:unsqueeze(-1)
end

--- torchaudio.functional.rtf_evd(psd_s: Tensor) -> Tensor: The relative transfer function of speech
-- (…×frequencies× channels): the eigenvector of the largest eigenvalue of its spectral density.
-- Example: torchaudio.functional.rtf_evd(torch.eye(2, {dtype = "complex64"}):unsqueeze(1)).shape
function beams.rtf_evd(...)
  local given = options.read("rtf_evd", {argument.tensor "psd_s"}, ...)
  local x = argument.complex("rtf_evd", "psd_s", 1, given.psd_s, 2)
  if x:size(-1) ~= x:size(-2) then options.wrong("rtf_evd", "psd_s", 1, "square matrices", x) end
  local _, vectors = torch.linalg.eigh(x)
  return vectors:select(-1, vectors:size(-1))
end

--- torchaudio.functional.rtf_power(psd_s: Tensor, psd_n: Tensor, reference_channel: index|Tensor, n_iter: int = 3,
-- diagonal_loading: bool = true, diag_eps: float = 1e-7) -> Tensor: The relative transfer function of speech by
-- n_iter steps of the power method.
-- Example:
--     local eye = torch.eye(2, {dtype = "complex64"}):unsqueeze(1)
--     return torchaudio.functional.rtf_power(eye, eye, 1).shape
function beams.rtf_power(...)
  local name = "rtf_power"
  local given = options.read(name, {argument.tensor "psd_s", argument.tensor "psd_n",
    {"reference_channel", required = true}, argument.positive("n_iter", 3), LOADED, LOADING}, ...)
  check_densities(name, given)
  local noise = given.diagonal_loading and loaded(given.psd_n, given.diag_eps) or given.psd_n
  local phi = torch.linalg.solve(noise, given.psd_s)
  local rtf = chosen(name, phi, given.reference_channel, 2):unsqueeze(-1)
  if given.n_iter < 2 then return noise:matmul(rtf):squeeze(-1) end
  for _ = 1, given.n_iter - 2 do rtf = phi:matmul(rtf) end
  return given.psd_s:matmul(rtf):squeeze(-1)
end

--- torchaudio.functional.apply_beamforming(beamform_weights: Tensor, specgram: Tensor) -> Tensor: The spectrogram
-- (…×frequencies×frames) that a beam with these weights (…×frequencies×channels) hears of the spectrograms of
-- the channels (…×channels×frequencies×frames).
-- Example:
--     local weights, x = torch.ones(3, 2, {dtype = "complex64"}), torch.ones(2, 3, 4, {dtype = "complex64"})
--     return torchaudio.functional.apply_beamforming(weights, x).shape
function beams.apply_beamforming(...)
  local name = "apply_beamforming"
  local given = options.read(name, {argument.tensor "beamform_weights", argument.tensor "specgram"}, ...)
  local w = argument.complex(name, "beamform_weights", 1, given.beamform_weights, 2)
  local x = argument.complex(name, "specgram", 2, given.specgram, 3)
  local fits = w.ndim == x.ndim - 1 and w:size(-1) == x:size(-3) and w:size(-2) == x:size(-2)
  for i = 1, fits and w.ndim - 2 or 0 do fits = fits and w:size(i) == x:size(i) end
  if not fits then
    options.wrong(name, "specgram", 2, ("(…×%d×%d×frames), as the weights are"):format(w:size(-1), w:size(-2)), x)
  end
  return w:conj():unsqueeze(-2):matmul(x:transpose(-3, -2)):squeeze(-2)
end

--- torchaudio.functional.frechet_distance(mu_x: Tensor, sigma_x: Tensor, mu_y: Tensor, sigma_y: Tensor) -> Tensor:
-- The Fréchet distance of two normal distributions with these means (N) and covariances (N×N).
-- Example: torchaudio.functional.frechet_distance(torch.zeros(2), torch.eye(2), torch.ones(2), torch.eye(2))
function beams.frechet_distance(...)
  local name = "frechet_distance"
  local given = options.read(name, {argument.tensor "mu_x", argument.tensor "sigma_x", argument.tensor "mu_y",
    argument.tensor "sigma_y"}, ...)
  local mu, n = given.mu_x, given.mu_x.ndim == 1 and given.mu_x:size(1)
  if not n or not torch.is_floating_point(mu) then options.wrong(name, "mu_x", 1, "floats (N)", mu) end
  if given.mu_y.shape ~= mu.shape then options.wrong(name, "mu_y", 3, ("means (%d)"):format(n), given.mu_y) end
  for _, key in ipairs {"sigma_x", "sigma_y"} do
    if given[key].shape ~= {n, n} then
      options.wrong(name, key, key == "sigma_x" and 2 or 4, ("a covariance (%d×%d)"):format(n, n), given[key])
    end
  end
  local apart = (mu - given.mu_y):square():sum()
  local spread = given.sigma_x:trace() + given.sigma_y:trace()
  local both = torch.linalg.eigvals(given.sigma_x:mm(given.sigma_y)):sqrt().real:sum()
  return apart + spread - 2 * both
end

return beams
