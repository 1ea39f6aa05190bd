local files = require "torchaudio.datasets.files"
local options = require "torch.utils.options"

local URL <const> = "http://www.openslr.org/resources/1/waves_yesno.tar.gz"
local SUM <const> = "c3f49e0cca421f96b75b41640749167b52118f232498667ca7a5f9416aef8e73"

--- torchaudio.datasets.YESNO(root: path, url: string = "http://www.openslr.org/resources/1/waves_yesno.tar.gz",
-- folder_in_archive: string = "waves_yesno", download: bool = false): Sixty recordings of one man who says yes or no
-- eight times each, in Hebrew. An item is {signal, rate, labels}: the labels, 1 for yes and 0 for no, are the name of
-- the file.
local YesNo = files.define("YESNO", function(_, path)
  local labels = {}
  for digit in path:match("([%d_]+)%.wav$"):gmatch "%d" do labels[#labels + 1] = math.tointeger(tonumber(digit)) end
  local wave, rate = require("torchaudio.load")(path)
  return {wave, rate, labels}
end)

function YesNo:__init(...)
  local given = options.read("YESNO", files.parameters(URL, "waves_yesno"), ...)
  self.root = files.place("YESNO", given, given.folder_in_archive, given.url, given.url == URL and SUM or nil)
  self.paths = {}
  for _, path in ipairs(files.below("YESNO", self.root, {".wav"})) do
    if path:find "/[01][01_]*%.wav$" then self.paths[#self.paths + 1] = path end
  end
end

return YesNo
