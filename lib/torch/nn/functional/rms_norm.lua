local options = require "torch.utils.options"
local wide = require "torch.nn.functional.wide"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"normalized_shape", required = true},
  {"weight", kind = "tensor"}, {"eps", kind = "number"}}

-- The dimensions of normalized_shape, which the last sizes of the input are.
local function last_dimensions(x, wanted)
  if torch.is_tensor(wanted) and wanted.ndim ~= 1 then
    options.wrong("rms_norm", "normalized_shape", 2, "an integer or an array of them", wanted)
  end
  local n = type(wanted) == "number" and 1 or options.length(wanted) or 0
  local dims = {}
  for i = 1, n do
    local size = type(wanted) == "number" and wanted or wanted[i]
    if n > x.ndim or x:size(x.ndim - n + i) ~= size then
      options.wrong("rms_norm", "normalized_shape", 2, ("the last sizes of 'input', which is %s"):format(
        options.describe(x)), wanted)
    end
    dims[i] = x.ndim - n + i
  end
  if n == 0 then options.wrong("rms_norm", "normalized_shape", 2, "an integer or an array of them", wanted) end
  return dims
end

--- nn.functional.rms_norm(input: Tensor, normalized_shape: ints, weight: Tensor = nil, eps: float = nil) -> Tensor:
-- x / √(mean of x² + eps) · weight over the last dimensions, whose sizes are normalized_shape (Zhang and Sennrich
-- 2019). eps: by default the machine epsilon of the dtype, for those of 16 bits that of float32.
-- Example: F.rms_norm(torch.tensor({3.0, 4.0}), 2)
return function(...)
  local given = options.read("rms_norm", PARAMETERS, ...)
  local x, weight = given.input, given.weight
  local dims = last_dimensions(x, given.normalized_shape)
  if weight and weight.shape ~= table.move(x.shape, dims[1], x.ndim, 1, {}) then
    options.wrong("rms_norm", "weight", 3, "the shape normalized_shape", weight)
  end
  local y = wide(x)
  local eps = given.eps or torch.finfo(y:is_complex() and torch.real(y).dtype or y.dtype).eps
  local out = y * (y * y):mean(dims, true):add(eps):rsqrt()
  return (weight and out * weight or out):to(x.dtype)
end
