-- tril_indices and triu_indices.
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"row", kind = "count", required = true}, {"col", kind = "count", required = true},
  {"offset", kind = "integer", default = 0}, {"dtype"}, {"device"}}

--- triangles(name, cut): the function NAME(row, col, offset, {dtype, device}): the positions that torch.<cut> keeps.
return function(name, cut)
  return function(...)
    local given = options.read(name, PARAMETERS, ...)
    local ones = torch.ones(given.row, given.col, {dtype = torch.uint8, device = "cpu"})
    local found = torch[cut](ones, given.offset):nonzero():to(given.dtype or torch.int64)
    local places = torch.stack {found:select(2, 1), found:select(2, 2)}
    return given.device and places:to(given.device) or places
  end
end
