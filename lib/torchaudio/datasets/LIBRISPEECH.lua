local files = require "torchaudio.datasets.files"
local options = require "torch.utils.options"

local SERVER <const> = "http://www.openslr.org/resources/12/"
local SUMS <const> = {["dev-clean"] = "76f87d090650617fca0cac8f88b9416e0ebf80350acb97b343a85fa903728ab3",
  ["dev-other"] = "12661c48e8c3fe1de2c1caa4c3e135193bfb1811584f11f569dd12645aa84365",
  ["test-clean"] = "39fde525e59672dc6d1551919b1478f724438a95aa55f874b576be21967e6c23",
  ["test-other"] = "d09c181bba5cf717b3dee7d4d592af11a3ee3a09e08ae025c5506f6ebe961c29",
  ["train-clean-100"] = "d4ddd1d5a6ab303066f14971d768ee43278a5f2a0aa43dc716b0e64ecbbbf6e2",
  ["train-clean-360"] = "146a56496217e96c14334a160df97fffedd6e0a04e66b9c5af0d40be3c792ecf",
  ["train-other-500"] = "ddb22f27f96ec163645d53215559df6aa36515f26e01dd70798188350adcb6d2"}

--- torchaudio.datasets.LIBRISPEECH(root: path, url: string = "train-clean-100", folder_in_archive: string =
-- "LibriSpeech", download: bool = false): Books that are read aloud (Panayotov et al. 2015), and others in the same
-- layout: SPEAKER/CHAPTER/SPEAKER-CHAPTER-NUMBER.flac with the texts in SPEAKER-CHAPTER.trans.txt. An item is
-- {signal, rate, text, speaker, chapter, number of the utterance}.
local LibriSpeech = files.define("LIBRISPEECH", function(self, path)
  local folder, speaker, chapter, number = path:match "^(.*)/(%d+)%-(%d+)%-(%d+)%.%w+$"
  local wave, rate = require("torchaudio.load")(path)
  local texts = self:texts_of(folder, speaker .. "-" .. chapter)
  local name = ("%s-%s-%s"):format(speaker, chapter, number)
  if not texts[name] then
    options.raise(("LIBRISPEECH: %s/%s-%s.trans.txt: no text of %s"):format(folder, speaker, chapter, name))
  end
  local function integer(text) return math.tointeger(tonumber(text)) end
  return {wave, rate, texts[name], integer(speaker), integer(chapter), integer(number)}
end)

--- The texts of a chapter by the names of their utterances; those of the last one are kept.
function LibriSpeech:texts_of(folder, name)
  local path = ("%s/%s.trans.txt"):format(folder, name)
  if self.texts_path ~= path then
    local texts = {}
    for line in files.text("LIBRISPEECH", path):gmatch "[^\r\n]+" do
      local key, text = line:match "^(%S+)%s+(.*)$"
      if key then texts[key] = text end
    end
    self.texts_path, self.texts = path, texts
  end
  return self.texts
end

function LibriSpeech:__init(...)
  local given = options.read("LIBRISPEECH", files.parameters("train-clean-100", "LibriSpeech"), ...)
  self.root = files.place("LIBRISPEECH", given, given.folder_in_archive .. "/" .. given.url,
    SERVER .. given.url .. ".tar.gz", SUMS[given.url])
  self.paths = {}
  for _, path in ipairs(files.below("LIBRISPEECH", self.root, {".flac", ".wav"})) do
    if path:find "/%d+%-%d+%-%d+%.%w+$" then self.paths[#self.paths + 1] = path end
  end
end

return LibriSpeech
