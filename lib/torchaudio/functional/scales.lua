--- Scales: filters that sum up frequencies, decibels, codes of μ-law.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local scales = {}

-- Slaney's scale is linear up to 1000 Hz, which are 15 mels, and logarithmic above.
local SLANEY_STEP <const>, SLANEY_TURN <const> = 200 / 3, 15
local SLANEY_LOG <const> = math.log(6.4) / 27

local function hertz_to_mel(frequency, scale)
  if scale == "htk" then return 2595 * math.log(1 + frequency / 700, 10) end
  if frequency < 1000 then return frequency / SLANEY_STEP end
  return SLANEY_TURN + math.log(frequency / 1000) / SLANEY_LOG
end

--- Of a tensor of mels.
local function mel_to_hertz(mels, scale)
  if scale == "htk" then return 700 * (torch.pow(10, mels / 2595) - 1) end
  local high = 1000 * torch.exp(SLANEY_LOG * (mels - SLANEY_TURN))
  return torch.where(mels:ge(SLANEY_TURN), high, SLANEY_STEP * mels)
end

--- (frequencies×bands): each band rises from one of the points to the next and falls to the one behind.
local function triangles(frequencies, points)
  local n = points:size(1)
  local steps = points:narrow(1, 2, n - 1) - points:narrow(1, 1, n - 1)
  local slopes = points:unsqueeze(1) - frequencies:unsqueeze(2)
  local down = -slopes:narrow(2, 1, n - 2) / steps:narrow(1, 1, n - 2)
  local up = slopes:narrow(2, 3, n - 2) / steps:narrow(1, 2, n - 2)
  return down:minimum(up):clamp({min = 0})
end

local function check_band(name, given)
  if not (given.f_min >= 0 and given.f_min <= given.f_max and given.f_max < math.huge) then
    options.wrong(name, "f_max", 3, ("a frequency above f_min = %s, which is 0 or more"):format(given.f_min),
      given.f_max)
  end
end

--- torchaudio.functional.melscale_fbanks(n_freqs: int, f_min: float, f_max: float, n_mels: int, sample_rate: int,
-- norm: string|nil = nil, mel_scale: string = "htk") -> Tensor: Triangular filters (frequencies×mels) that sum up
-- n_freqs frequencies from 0 to sample_rate / 2 in bands of equal width on the mel scale ("htk" or "slaney"). norm =
-- "slaney": of equal area.
-- Example: torchaudio.functional.melscale_fbanks(5, 0, 4000, 2, 8000)
function scales.melscale_fbanks(...)
  local name = "melscale_fbanks"
  local given = options.read(name, {argument.positive "n_freqs", argument.number "f_min", argument.number "f_max",
    argument.positive "n_mels", argument.positive "sample_rate", {"norm", kind = "string"},
    {"mel_scale", kind = "string", default = "htk"}}, ...)
  if given.norm then argument.word(name, "norm", 6, given.norm, {"slaney"}) end
  argument.word(name, "mel_scale", 7, given.mel_scale, {"htk", "slaney"})
  check_band(name, given)
  options.room(name, {given.n_freqs, given.n_mels + 2})
  local frequencies = torch.linspace(0, given.sample_rate // 2, given.n_freqs)
  local low, high = hertz_to_mel(given.f_min, given.mel_scale), hertz_to_mel(given.f_max, given.mel_scale)
  local points = mel_to_hertz(torch.linspace(low, high, given.n_mels + 2), given.mel_scale)
  local bands = triangles(frequencies, points)
  if given.norm == "slaney" then
    bands = bands * (2 / (points:narrow(1, 3, given.n_mels) - points:narrow(1, 1, given.n_mels)))
  end
  if bands:amax(1):eq(0):any():item() then
    options.warn(("melscale_fbanks: a filter has no frequency: n_mels = %d may be too large, or n_freqs = %d too small")
      :format(given.n_mels, given.n_freqs))
  end
  return bands
end

--- torchaudio.functional.linear_fbanks(n_freqs: int, f_min: float, f_max: float, n_filter: int, sample_rate: int) ->
-- Tensor: Triangular filters (frequencies×filters) of equal width, that sum up n_freqs frequencies from 0 to
-- sample_rate / 2.
-- Example: torchaudio.functional.linear_fbanks(5, 0, 4000, 3, 8000)
function scales.linear_fbanks(...)
  local given = options.read("linear_fbanks", {argument.positive "n_freqs", argument.number "f_min",
    argument.number "f_max", argument.positive "n_filter", argument.positive "sample_rate"}, ...)
  check_band("linear_fbanks", given)
  options.room("linear_fbanks", {given.n_freqs, given.n_filter + 2})
  return triangles(torch.linspace(0, given.sample_rate // 2, given.n_freqs),
    torch.linspace(given.f_min, given.f_max, given.n_filter + 2))
end

--- torchaudio.functional.create_dct(n_mfcc: int, n_mels: int, norm: string|nil = nil) -> Tensor: The matrix
-- (n_mels×n_mfcc) of the discrete cosine transform of type 2; norm = "ortho": its columns have length 1.
-- Example: torchaudio.functional.create_dct(2, 3, "ortho")
function scales.create_dct(...)
  local given = options.read("create_dct", {argument.positive "n_mfcc", argument.positive "n_mels",
    {"norm", kind = "string"}}, ...)
  if given.norm then argument.word("create_dct", "norm", 3, given.norm, {"ortho"}) end
  options.room("create_dct", {given.n_mfcc, given.n_mels})
  local k = torch.arange(given.n_mfcc, {dtype = torch.float32}):unsqueeze(2)
  local n = torch.arange(given.n_mels, {dtype = torch.float32})
  local dct = torch.cos(math.pi / given.n_mels * (n + 0.5) * k)
  if given.norm == nil then return (dct * 2):t() end
  dct[1] = dct[1] * 2 ^ -0.5
  return (dct * (2 / given.n_mels) ^ 0.5):t()
end

-- ---- decibels ----------------------------------------------------------------------------------

--- torchaudio.functional.amplitude_to_DB(x: Tensor, multiplier: float, amin: float, db_multiplier: float, top_db:
-- float|nil = nil) -> Tensor: multiplier · (log10(max(x, amin)) - db_multiplier); multiplier 10 for powers, 20 for
-- amplitudes. top_db: what is that far below the largest value of its spectrogram
-- (…×channels×frequencies×frames) is raised to it.
-- Example: torchaudio.functional.amplitude_to_DB(torch.tensor({{1., 10}}), 10, 1e-10, 0)
function scales.amplitude_to_DB(...)
  local given = options.read("amplitude_to_DB", {argument.tensor "x", argument.number "multiplier",
    argument.number "amin", argument.number "db_multiplier", {"top_db", kind = "number", off = true}}, ...)
  argument.wave("amplitude_to_DB", "x", 1, given.x, given.top_db and 2 or 0)
  local db = given.x:clamp({min = given.amin}):log10() * given.multiplier
  if given.db_multiplier ~= 0 then db = db - given.multiplier * given.db_multiplier end
  if not given.top_db or db:numel() == 0 then return db end
  local shape = db.shape
  local flat = db:reshape(-1, #shape > 2 and shape[#shape - 2] or 1, shape[#shape - 1], shape[#shape])
  return flat:maximum((flat:amax({2, 3, 4}) - given.top_db):reshape(-1, 1, 1, 1)):reshape(shape)
end

--- torchaudio.functional.DB_to_amplitude(x: Tensor, ref: float, power: float) -> Tensor: ref · (10 ^ (x / 10)) ^
-- power.
-- Example: torchaudio.functional.DB_to_amplitude(torch.tensor({10., 20}), 1, 0.5)
function scales.DB_to_amplitude(...)
  local given = options.read("DB_to_amplitude", {argument.tensor "x", argument.number "ref", argument.number "power"},
    ...)
  return given.ref * torch.pow(10, 0.1 * given.x):pow(given.power)
end

-- ---- μ-law -------------------------------------------------------------------------------------

local function read_codes(name, first, ...)
  local given = options.read(name, {argument.tensor(first), argument.positive("quantization_channels")}, ...)
  if given.quantization_channels < 2 then
    options.wrong(name, "quantization_channels", 2, "2 or more", given.quantization_channels)
  end
  local x = given[first]
  if torch.is_complex(x) then options.wrong(name, first, 1, "real numbers", x) end
  if not torch.is_floating_point(x) then x = x:float() end
  return x, torch.tensor(given.quantization_channels - 1, {dtype = x.dtype, device = x.device})
end

--- torchaudio.functional.mu_law_encoding(x: Tensor, quantization_channels: int) -> Tensor: Numbers in [-1, 1] as
-- codes of μ-law: integers from 0 to quantization_channels - 1.
-- Example: torchaudio.functional.mu_law_encoding(torch.tensor({-1, 0, 0.5}), 256)
function scales.mu_law_encoding(...)
  local x, mu = read_codes("mu_law_encoding", "x", ...)
  local y = x:sign() * torch.log1p(mu * x:abs()) / torch.log1p(mu)
  return ((y + 1) / 2 * mu + 0.5):long()
end

--- torchaudio.functional.mu_law_decoding(x_mu: Tensor, quantization_channels: int) -> Tensor: The numbers in [-1, 1]
-- of codes of μ-law.
-- Example: torchaudio.functional.mu_law_decoding(torch.tensor({0, 128, 255}), 256)
function scales.mu_law_decoding(...)
  local x, mu = read_codes("mu_law_decoding", "x_mu", ...)
  x = x / mu * 2 - 1
  return x:sign() * (torch.exp(x:abs() * torch.log1p(mu)) - 1) / mu
end

return scales
