local files = require "torchaudio.datasets.files"
local options = require "torch.utils.options"

local SERVER <const> = "http://download.tensorflow.org/data/"
local SUMS <const> = {["speech_commands_v0.01"] = "743935421bb51cccdb6bdd152e04c5c70274e935c82119ad7faeec31780d811d",
  ["speech_commands_v0.02"] = "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58"}
local PARAMETERS <const> = files.parameters("speech_commands_v0.02", "SpeechCommands")
PARAMETERS[5] = {"subset", kind = "string"}

--- torchaudio.datasets.SPEECHCOMMANDS(root: path, url: string = "speech_commands_v0.02", folder_in_archive: string =
-- "SpeechCommands", download: bool = false, subset: training|validation|testing|nil = nil): Spoken words of a second
-- (Warden 2018), a folder for each. An item is {signal, rate, label, speaker, number of the utterance}. subset: the
-- words of validation_list.txt or testing_list.txt, or the others.
local SpeechCommands = files.define("SPEECHCOMMANDS", function(self, path)
  local label, speaker, number = path:match "([^/]+)/([^/]+)_nohash_(%d+)%.wav$"
  local wave, rate = require("torchaudio.load")(path)
  return {wave, rate, label, speaker, math.tointeger(tonumber(number))}
end)

--- The files that a list names, as a set.
local function listed(self, name)
  local set = {}
  for line in files.text("SPEECHCOMMANDS", self.root .. "/" .. name):gmatch "[^\r\n]+" do
    set[self.root .. "/" .. line] = true
  end
  return set
end

function SpeechCommands:__init(...)
  local given = options.read("SPEECHCOMMANDS", PARAMETERS, ...)
  if given.subset and given.subset ~= "training" and given.subset ~= "validation" and given.subset ~= "testing" then
    options.wrong("SPEECHCOMMANDS", "subset", 5, "\"training\", \"validation\" or \"testing\"", given.subset)
  end
  local folder = given.folder_in_archive .. "/" .. given.url
  given.into = given.root .. "/" .. folder
  self.root = files.place("SPEECHCOMMANDS", given, folder, SERVER .. given.url .. ".tar.gz", SUMS[given.url])
  local wanted, others
  if given.subset == "training" then
    wanted, others = listed(self, "validation_list.txt"), listed(self, "testing_list.txt")
  elseif given.subset then wanted = listed(self, given.subset .. "_list.txt") end
  self.paths = {}
  for _, path in ipairs(files.below("SPEECHCOMMANDS", self.root, {".wav"})) do
    local word = path:find "_nohash_%d+%.wav$" and not path:find("/_background_noise_/", 1, true)
    local inside = wanted == nil or wanted[path]
    if others then inside = not wanted[path] and not others[path] end
    if word and inside then self.paths[#self.paths + 1] = path end
  end
end

return SpeechCommands
