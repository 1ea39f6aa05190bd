--- torch.frame: Tables of named columns: read, selected, grouped, joined, and made into tensors.
local csv = require "torch.csv"
local options = require "torch.utils.options"
local Frame = require "torch.frame.Frame"

local frame = torch._C.lazy({}, "torch.frame")

--- torch.frame.read_csv(path: path, {delimiter: string = nil, header: bool = nil, names: any = nil, columns: any =
-- nil, dtypes: any = nil, missing: any = nil, decimal: string = ".", skip: int = 0, rows: int = nil}) -> any: A Frame
-- of a file of comma-separated values. The options are those of torch.csv.read.
function frame.read_csv(path, given)
  if type(path) ~= "string" then options.wrong("read_csv", "path", 1, "a string", path) end
  if given ~= nil and type(given) ~= "table" then options.wrong("read_csv", "options", 2, "a table", given) end
  local columns, names = csv.read(path, given or {})
  if torch.is_tensor(columns) then return frame.from_tensor(columns, names) end
  for i, name in ipairs(names) do
    if type(name) ~= "string" then
      columns[tostring(name)], columns[name], names[i] = columns[name], nil, tostring(name)
    end
  end
  return Frame(columns, {names = names})
end

--- torch.frame.from_tensor(x: Tensor, names: any = nil) -> any: A Frame of the columns of a matrix (N, D); names is an
-- array of D strings, by default c1, c2, ….
-- Example: torch.frame.from_tensor(torch.eye(2), {"a", "b"})
function frame.from_tensor(...)
  local given = options.read("from_tensor", {{"x", kind = "tensor", required = true}, {"names", kind = "table"}}, ...)
  local x, names, columns = given.x, {}, {}
  if x.ndim ~= 2 then options.wrong("from_tensor", "x", 1, "a matrix (N, D)", x) end
  if given.names and #given.names ~= x:size(2) then
    options.wrong("from_tensor", "names", 2, ("an array of %d strings"):format(x:size(2)), given.names)
  end
  for i = 1, x:size(2) do
    names[i] = given.names and given.names[i] or "c" .. i
    if type(names[i]) ~= "string" then options.wrong("from_tensor", "names", 2, "an array of strings", names[i]) end
    columns[names[i]] = x:select(2, i)
  end
  return Frame(columns, {names = names})
end

return frame
