-- Attention in windows, with a learned number for each distance between two places of a window.
local torch = require "torch"

local windows = {}

--- Which number of the table (from 0) belongs to each pair of places of a window of height × width: (n·n) of int64.
function windows.distances(height, width)
  local n = height * width
  local place = torch.arange(n)
  local row, column = place:div(width, {rounding_mode = "floor"}), place:remainder(width)
  local down = row:reshape(-1, 1) - row:reshape(1, -1) + (height - 1)
  local right = column:reshape(-1, 1) - column:reshape(1, -1) + (width - 1)
  return (down * (2 * width - 1) + right):to("int64")
end

--- The rows of `table` (distances×heads) for each pair of n places: 1×heads×n×n. index: as `distances` gives it.
function windows.bias(table, index, n)
  return table:index_select(1, index:flatten() + 1):reshape(n, n, -1):permute(3, 1, 2):unsqueeze(1)
end

--- N×H×W×C → the windows of h × w: (N·windows)×(h·w)×C.
function windows.split(x, h, w)
  local n, height, width, channels = table.unpack(x.shape)
  return x:reshape(n, height // h, h, width // w, w, channels):permute(1, 2, 4, 3, 5, 6)
    :reshape(n * (height // h) * (width // w), h * w, channels)
end

--- The inverse of `split`: N×height×width×C.
function windows.join(x, h, w, height, width)
  local channels = x:size(-1)
  return x:reshape(-1, height // h, width // w, h, w, channels):permute(1, 2, 4, 3, 5, 6)
    :reshape(-1, height, width, channels)
end

return windows
