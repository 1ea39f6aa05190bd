-- Parameters by formula, so that recorded outputs need no recorded weights.
local formula = {}

local M <const> = 0xFFFFFFFF

--- n numbers in [0, 1) that only depend on their position and on the seed: float64.
function formula.uniform(n, seed)
  local x = (torch.arange(n, {dtype = "int64"}) + (seed * 0x9E3779B9 & M)):bitwise_and(M)
  for _, step in ipairs {{16, 0x85EBCA6B}, {13, 0xC2B2AE35}, {16}} do
    x = x:bitwise_xor(x:bitwise_right_shift(step[1]))
    if step[2] then x = (x * step[2]):bitwise_and(M) end
  end
  return x:to("float64") / 4294967296.0
end

--- FNV-1a of a text, 32 bits.
function formula.hash(text)
  local h = 0x811C9DC5
  for i = 1, #text do h = ((h ~ text:byte(i)) * 0x01000193) & M end
  return h
end

local function value(name, t)
  local u = formula.uniform(t:numel(), formula.hash(name))
  if name:find "running_var$" then return u + 0.5 end
  if t.ndim >= 2 then
    local bound = math.sqrt(3 / math.max(1, t:numel() // t:size(1)))
    return u * (2 * bound) - bound
  end
  local is_scale = name:find "weight$" or name:find "gamma$" or name:find "scale$"
  return t.ndim == 1 and is_scale and u * 0.5 + 0.75 or (u * 2 - 1) * 0.1
end

--- Fills each floating entry of the state by its name.
function formula.fill(model)
  for name, t in pairs(model:state_dict()) do
    if t:is_floating_point() then t:copy_(value(name, t):reshape(t.shape)) end
  end
end

return formula
