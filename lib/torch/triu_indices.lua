local run = require "torch.utils.triangles"("triu_indices", "triu")

--- torch.triu_indices(row: int, col: int, offset: int = 0, {dtype: any = torch.int64, device: any = nil}) ->
-- Positions: The positions of the upper triangle of a row × col matrix, on and above the diagonal: two rows,
-- dimension 1 and 2.
-- Example: torch.triu_indices(2, 2)
return function(...) return run(...) end
