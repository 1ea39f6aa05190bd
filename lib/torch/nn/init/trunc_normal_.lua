local check = require "torch.nn.init.check"
local options = require "torch.utils.options"

-- The inverse of erf: Winitzki's approximation, then Newton's steps.
local function erfinv(y)
  local a = 0.147
  local l = (-(y * y)):log1p()
  local b = l / 2 + 2 / (math.pi * a)
  local x = y:sign() * ((b * b - l / a):sqrt() - b):sqrt()
  for _ = 1, 3 do x = x - (x:erf() - y) * (x * x):exp() * (math.sqrt(math.pi) / 2) end
  return x
end

local function share_below(x)
  return (1 + torch.tensor(x / math.sqrt(2), {dtype = "float64", device = "cpu"}):erf():item()) / 2
end

-- Normal numbers, of which those outside of the bounds are drawn again.
local function draw_again(tensor, mean, std, a, b)
  tensor:normal_(mean, std)
  if not options.has_data(tensor) then return end
  while tensor:min():item() < a or tensor:max():item() > b do
    local outside = tensor:lt(a):logical_or(tensor:gt(b))
    local count = outside:sum():item()
    local others = torch.empty({count}, {dtype = tensor.dtype, device = tensor.device}):normal_(mean, std)
    tensor:masked_scatter_(outside, others)
  end
end

-- Uniform numbers between the shares of the normal law below a and below b, and back.
local function invert(tensor, mean, std, a, b, low, high)
  local edge = 1 - 2 ^ -50 -- shares that are 0 or 1 in float64 would come back as infinities
  local y = (torch.rand(tensor.shape, {dtype = "float64"}) * (2 * (high - low)) + (2 * low - 1)):clamp(-edge, edge)
  tensor:copy_((erfinv(y) * (std * math.sqrt(2)) + mean):clamp(a, b))
end

--- nn.init.trunc_normal_(tensor, mean = 0, std = 1, a = -2, b = 2): normal numbers between a
-- and b.
return function(tensor, mean, std, a, b)
  check("trunc_normal_", tensor, 0, math.huge)
  local last = b or a or std or mean
  if type(last) == "table" then
    local named = last
    mean = type(mean) == "number" and mean or named.mean
    std = type(std) == "number" and std or named.std
    a = type(a) == "number" and a or named.a
    b = type(b) == "number" and b or named.b
  end
  mean, std, a, b = mean or 0, std or 1, a or -2, b or 2
  for i, name in ipairs {"mean", "std", "a", "b"} do
    local value = ({mean, std, a, b})[i]
    if type(value) ~= "number" then options.wrong("nn.init.trunc_normal_", name, i + 1, "a number", value) end
  end
  if not (a < b) then options.raise(("nn.init.trunc_normal_: expected a < b, got a = %s, b = %s"):format(a, b)) end
  torch.no_grad(function()
    local low, high = share_below((a - mean) / std), share_below((b - mean) / std)
    if high - low > 0.25 and tensor:numel() > 0 then return (draw_again(tensor, mean, std, a, b)) end
    invert(tensor, mean, std, a, b, low, high)
  end)
  return tensor
end
