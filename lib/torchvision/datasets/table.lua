-- Images that a table names: a CSV file with a column of paths and one of labels.
local FileDataset = require "torchvision.datasets.file_set"
local options = require "torch.utils.options"
local torch = require "torch"

--- torchvision.datasets.ImageTable(path: path, root: path = nil, path_column: string = "path", target_column: string =
-- "label", delimiter: string = ",", {transform: function =, target_transform: function =, transforms: function =,
-- skip_damaged: bool = false}): The images that a CSV file names, whose paths begin in root (the folder of the file).
-- An item is uint8 RGB (3, H, W) and its target: the number of the column, or, where it has words, the position of
-- the word among all of them, sorted (`classes`, `class_to_idx`).
local ImageTable = torch.class("torchvision.datasets.ImageTable", FileDataset)

local function column_of(path, columns, name)
  local column = columns[name]
  if column then return column end
  local names = {}
  for key in pairs(columns) do if type(key) == "string" then names[#names + 1] = key end end
  table.sort(names)
  options.raise(("ImageTable: %s: no column '%s'%s; there are %s"):format(path, name, options.suggest(name, names),
    table.concat(names, ", ")))
end

--- The sorted words of a column and their positions.
local function classes_of(words)
  local classes, positions = {}, {}
  for _, word in ipairs(words) do
    if not positions[word] then
      classes[#classes + 1] = word
      positions[word] = 0
    end
  end
  table.sort(classes)
  for i, word in ipairs(classes) do positions[word] = i end
  return classes, positions
end

function ImageTable:__init(...)
  local given = options.read("ImageTable", FileDataset.parameters {{"path", kind = "string", required = true},
    {"root", kind = "string"}, {"path_column", kind = "string", default = "path"},
    {"target_column", kind = "string", default = "label"}, {"delimiter", kind = "string", default = ","}}, ...)
  self:set_up("ImageTable", given)
  self.root = given.root or given.path:match "^(.*)/[^/]*$" or "."
  local columns = torch.csv.read(given.path, {delimiter = given.delimiter})
  self.paths = column_of(given.path, columns, given.path_column)
  self.values = column_of(given.path, columns, given.target_column)
  if type(self.paths) ~= "table" then
    options.raise(("ImageTable: %s: column '%s' has numbers, not paths"):format(given.path, given.path_column))
  end
  if type(self.values) == "table" then self.classes, self.class_to_idx = classes_of(self.values) end
end

function ImageTable:__len() return #self.paths end

function ImageTable:_read_item(i)
  local path, value = self.paths[i], self.values[i]
  if path:sub(1, 1) ~= "/" then path = self.root .. "/" .. path end
  return self:read_image(path), self.class_to_idx and self.class_to_idx[value] or value:item()
end

return {ImageTable = ImageTable}
