--- torchaudio.transforms: the functions of torchaudio.functional as modules, with their options kept.
local transforms = {}
for _, part in ipairs {"spectra", "waves", "masks", "beams"} do
  for name, class in pairs(require("torchaudio.transforms." .. part)) do transforms[name] = class end
end
return transforms
