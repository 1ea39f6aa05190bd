local composed = require "torch.nn.composed"

--- nn.Bilinear(in1_features: int, in2_features: int, out_features: int, bias: bool = true, device: device = nil,
-- dtype: dtype = nil): nn.functional.bilinear as a layer; `weight` and `bias` start uniform in ±1/√in1_features.
return composed("Bilinear", {{"in1_features", kind = "positive", required = true},
  {"in2_features", kind = "positive", required = true}, {"out_features", kind = "positive", required = true},
  {"bias", kind = "boolean", default = true}, {"device"}, {"dtype"}}, {
  repr = "in1_features in2_features out_features bias",
  init = function(self, given)
    local how, bound = {device = given.device, dtype = given.dtype}, 1 / math.sqrt(given.in1_features)
    local function uniform(...)
      return torch.nn.Parameter(torch.nn.init.uniform_(torch.empty({...}, how), -bound, bound))
    end
    self.weight = uniform(given.out_features, given.in1_features, given.in2_features)
    self:register_parameter("bias", given.bias and uniform(given.out_features) or nil)
  end,
  forward = function(self, a, b) return torch.nn.functional.bilinear(a, b, self.weight, self.bias) end})
