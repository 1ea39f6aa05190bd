local options = require "torch.utils.options"

--- torch.tril_indices(row: int, col: int, offset: int = 0, {dtype: any = torch.int64, device: any = nil}) ->
-- Positions: The positions of the lower triangle of a row × col matrix, on and below the diagonal: two rows,
-- dimension 1 and 2.
-- Example: torch.tril_indices(2, 2)
return function(...)
  local given = options.read("tril_indices", {{"row", kind = "count", required = true},
    {"col", kind = "count", required = true}, {"offset", kind = "integer", default = 0}, {"dtype"}, {"device"}}, ...)
  local triangle = torch.ones(given.row, given.col, {dtype = torch.uint8, device = "cpu"}):tril(given.offset)
  local found = triangle:nonzero()
  local places = torch.stack({found:select(2, 1), found:select(2, 2)}):to(given.dtype or torch.int64)
  return given.device and places:to(given.device) or places
end
