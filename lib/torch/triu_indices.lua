local options = require "torch.utils.options"

--- torch.triu_indices(row: int, col: int, offset: int = 0, {dtype: any = torch.int64, device: any = nil}) ->
-- Positions: The positions of the upper triangle of a row × col matrix, on and above the diagonal: two rows,
-- dimension 1 and 2.
-- Example: torch.triu_indices(2, 2)
return function(...)
  local given = options.read("triu_indices", {{"row", kind = "count", required = true},
    {"col", kind = "count", required = true}, {"offset", kind = "integer", default = 0}, {"dtype"}, {"device"}}, ...)
  local triangle = torch.ones(given.row, given.col, {dtype = torch.uint8, device = "cpu"}):triu(given.offset)
  local found = triangle:nonzero()
  local places = torch.stack({found:select(2, 1), found:select(2, 2)}):to(given.dtype or torch.int64)
  return given.device and places:to(given.device) or places
end
