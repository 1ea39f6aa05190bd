-- Files of comma-separated values for torch.load and torch.save: torch.csv without its options.
local csv = {}

function csv.load(file, place)
  local columns = torch.csv.read(file:path())
  for name, column in pairs(columns) do
    if torch.is_tensor(column) then columns[name] = place(column) end
  end
  return columns
end

function csv.save(value, path)
  torch.csv.write(value, path, {delimiter = path:lower():find "%.tsv$" and "\t" or ","})
end

return csv
