local files = require "torchaudio.datasets.files"
local options = require "torch.utils.options"

local ENDS <const> = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".au", ".caf", ".w64"}

--- torchaudio.datasets.AudioFolder(root: path, transform: function = nil, target_transform: function = nil): Sounds
-- in a folder for each class: root/CLASS/….wav. An item is {signal, rate, class}, classes count from 1 in the order
-- of their names, which are in `classes` and `class_to_idx`. transform(signal, rate) may replace the signal,
-- target_transform the class.
local AudioFolder = files.define("AudioFolder", function(self, path)
  local wave, rate = require("torchaudio.load")(path)
  local class = self.class_to_idx[path:sub(#self.root + 2):match "^[^/]+"]
  if self.transform then wave = self.transform(wave, rate) end
  if self.target_transform then class = self.target_transform(class) end
  return {wave, rate, class}
end)

function AudioFolder:__init(...)
  local given = options.read("AudioFolder", {{"root", kind = "string", required = true},
    {"transform", kind = "callable"}, {"target_transform", kind = "callable"}}, ...)
  self.root, self.transform, self.target_transform = given.root, given.transform, given.target_transform
  self.classes, self.class_to_idx, self.paths = {}, {}, {}
  for _, name in ipairs(files.names("AudioFolder", self.root)) do
    if name:sub(-1) == "/" then
      local class = name:sub(1, -2)
      self.classes[#self.classes + 1] = class
      self.class_to_idx[class] = #self.classes
      files.below("AudioFolder", self.root .. "/" .. class, ENDS, self.paths)
    end
  end
  if #self.paths == 0 then
    options.raise(("AudioFolder: %s: no files of sound in folders of classes"):format(self.root))
  end
end

return AudioFolder
