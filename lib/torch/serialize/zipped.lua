-- A zip file whose first entry does not tell what it is: PyTorch's or NumPy's.
local zip = require "torch.serialize.zip"

local zipped = {}

function zipped.load(file, place, given)
  local archive = zip.open(file)
  for _, entry in ipairs(archive.list) do
    if not entry.name:find "%.npy$" then return require "torch.serialize.pytorch".load(file, place, given, archive) end
  end
  return require "torch.serialize.npz".load(file, place, given, archive)
end

return zipped
