local run = require "torch.utils.triangles"("tril_indices", "tril")

--- torch.tril_indices(row: int, col: int, offset: int = 0, {dtype: any = torch.int64, device: any = nil}) ->
-- Positions: The positions of the lower triangle of a row × col matrix, on and below the diagonal: two rows,
-- dimension 1 and 2.
-- Example: torch.tril_indices(2, 2)
return function(...) return run(...) end
