-- Dropouts that treat channels as one, or keep mean and variance.
local options = require "torch.utils.options"

local dropouts = {}

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"p", kind = "number", default = 0.5},
  {"training", kind = "boolean", default = true}, {"inplace", kind = "boolean", default = false}}
-- The functions of alpha dropout have training = false by default, as PyTorch's.
local ALPHA <const> = {PARAMETERS[1], PARAMETERS[2], {"training", kind = "boolean", default = false}, PARAMETERS[4]}

local function read(name, parameters, ...)
  local given = options.read(name, parameters, ...)
  if not (given.p >= 0 and given.p <= 1) then
    options.wrong(name, "p", 2, "a probability from 0 to 1", given.p)
  end
  return given
end

-- The sizes of x, with 1 for the dimensions behind the channels.
local function channels(x, batched)
  local shape = table.move(x.shape, 1, x.ndim, 1, {})
  for i = batched and 3 or 2, x.ndim do shape[i] = 1 end
  return shape
end

local function result(given, out)
  return given.inplace and given.input:copy_(out) or out
end

--- Whole channels become 0 with probability p, the others are divided by 1 - p; n: the dimensions behind them.
function dropouts.channels(name, n, ...)
  local given = read(name, PARAMETERS, ...)
  local x = given.input
  if x.ndim ~= n + 1 and x.ndim ~= n + 2 then
    options.wrong(name, "input", 1, ("%d or %d dimensions"):format(n + 1, n + 2), x)
  end
  if not given.training then return x end
  -- A plane of 2 dimensions without a batch is N×C here, as PyTorch takes it for images and volumes.
  local ones = x:new_ones(channels(x, x.ndim == n + 2))
  return result(given, x * torch.nn.functional.dropout(ones, given.p, true))
end

--- Elements (or whole channels) become the value of selu for -∞ with probability p; then all are moved and scaled so
-- that mean and variance stay (Klambauer et al. 2017).
function dropouts.alpha(name, whole, ...)
  local given = read(name, ALPHA, ...)
  local x, p = given.input, given.p
  if not given.training or p == 0 then return x end
  if p == 1 then return result(given, x * 0) end
  local low <const> = -1.7580993408473766 -- -scale · alpha of selu
  local kept = x:new_ones(whole and channels(x, true) or x.shape):bernoulli_(1 - p)
  local scale = 1 / math.sqrt((1 - p) * (1 + p * low * low))
  return result(given, (x * kept + (1 - kept) * low) * scale - scale * low * p)
end

return dropouts
