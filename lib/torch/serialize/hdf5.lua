-- Files of HDF5 for torch.load and torch.save: torch.hdf5 without its options.
local hdf5 = {}

local function placed(value, place)
  if torch.is_tensor(value) then return place(value) end
  if type(value) ~= "table" then return value end
  for key, item in pairs(value) do value[key] = placed(item, place) end
  return value
end

function hdf5.load(file, place, given)
  if given.mmap then
    torch._C.raise(("load: 'mmap': %s: a file of HDF5 cannot be mapped; torch.hdf5.read reads rows of it"):format(
      file:path()))
  end
  return placed(torch.hdf5.read(file:path()), place)
end

function hdf5.save(value, path, given) torch.hdf5.write(value, path, {gzip = given.compressed and 6 or 0}) end

return hdf5
