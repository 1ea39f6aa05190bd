-- Optical flow as colours: the direction is a hue on the wheel of Baker et al. ("A database and evaluation methodology
-- for optical flow", ICCV 2007), the speed how full it is.
local torch = require "torch"

--- The parts of the wheel: {how many colours, the channel that rises, the one that falls, the one that is full}.
local PARTS <const> = {{15, 2, nil, 1}, {6, nil, 1, 2}, {4, 3, nil, 2}, {11, nil, 2, 3}, {13, 1, nil, 3},
  {6, nil, 3, 1}}

--- 55 colours (55×3) from 0 to 255.
local function wheel()
  local rows = {}
  for _, part in ipairs(PARTS) do
    local n, rises, falls, full = part[1], part[2], part[3], part[4]
    for i = 0, n - 1 do
      local row = {0, 0, 0}
      row[full] = 255
      if rises then row[rises] = 255 * i // n end
      if falls then row[falls] = 255 - 255 * i // n end
      rows[#rows + 1] = row
    end
  end
  return torch.tensor(rows, {dtype = "float32"})
end

--- uint8 (N×3×H×W) of float32 flow (N×2×H×W).
return function(flow)
  local colours = wheel():to(flow.device)
  local n = colours.shape[1]
  local longest = flow:pow(2):sum(2):sqrt():max()
  local unit = flow / (longest + torch.finfo(torch.float32).eps)
  local speed = unit:pow(2):sum(2):sqrt()
  local angle = torch.atan2(-unit:select(2, 2), -unit:select(2, 1)) / math.pi
  local place = (angle + 1) / 2 * (n - 1)
  local below = place:floor()
  local share = place - below
  local first = below:to "int64" + 1
  local second = first % n + 1
  local planes = {}
  for c = 1, 3 do
    local column = colours:select(2, c) / 255
    local a, b = column:take(first), column:take(second)
    local colour = (1 - share) * a + share * b
    planes[c] = (255 * (1 - speed * (1 - colour))):floor():to "uint8"
  end
  return torch.stack(planes, 2)
end
