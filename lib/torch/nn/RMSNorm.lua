local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

--- nn.RMSNorm(normalized_shape: ints, eps: float = nil, elementwise_affine: bool = true, device: device = nil,
-- dtype: dtype = nil): nn.functional.rms_norm as a layer; `weight` starts as 1.
return composed("RMSNorm", {{"normalized_shape", required = true}, {"eps", kind = "number"},
  {"elementwise_affine", kind = "boolean", default = true}, {"device"}, {"dtype"}}, {
  repr = "normalized_shape:value eps elementwise_affine",
  init = function(self, given)
    local shape = given.normalized_shape
    if type(shape) == "number" then shape = {shape} end
    for i = 1, math.max(1, options.length(shape) or 0) do
      local size = options.field(shape, i)
      if not options.integer(size) or size < 1 then
        options.wrong("nn.RMSNorm", "normalized_shape", 1, "a positive integer or an array of them",
          given.normalized_shape)
      end
    end
    given.normalized_shape = shape
    self:register_parameter("weight", given.elementwise_affine
      and torch.nn.Parameter(torch.ones(shape, {device = given.device, dtype = given.dtype})) or nil)
  end,
  forward = function(self, x)
    return torch.nn.functional.rms_norm(x, self.normalized_shape, self.weight, self.eps)
  end})
