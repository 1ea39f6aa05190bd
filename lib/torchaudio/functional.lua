--- torchaudio.functional: signals and their spectra, features, filters and effects, alignments, beams. A signal has
-- time as its last dimension.
local functional = {}
for _, part in ipairs {require "torchaudio.functional.spectra".public, require "torchaudio.functional.scales",
  require "torchaudio.functional.rates".public, require "torchaudio.functional.masks",
  require "torchaudio.functional.features", require "torchaudio.functional.filters",
  require "torchaudio.functional.phono", require "torchaudio.functional.mixing".public,
  require "torchaudio.functional.effects", require "torchaudio.functional.alignment",
  require "torchaudio.functional.beams"} do
  for name, f in pairs(part) do
    if name ~= "two_poles" then functional[name] = f end
  end
end
functional.vad = require "torchaudio.functional.vad".vad
return functional
