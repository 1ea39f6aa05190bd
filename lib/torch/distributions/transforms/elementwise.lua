-- Transforms of each element.
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local options = require "torch.utils.options"
local Transform = require "torch.distributions.transforms.Transform"
local define, same = Transform.define, Transform.same
local F = torch.nn.functional
local elementwise = {}

--- torch.distributions.transforms.ExpTransform(): exp(x).
-- Example: torch.distributions.transforms.ExpTransform()(torch.tensor(1.0))
local Exp = define("ExpTransform", {}, {domain = constraints.real, codomain = constraints.positive, bijective = true,
  sign = 1})
function Exp:_call(x) return x:exp() end
function Exp:_inverse(y) return y:log() end
function Exp:_log_abs_det_jacobian(x) return x end
elementwise.ExpTransform = Exp

--- torch.distributions.transforms.PowerTransform(exponent: Tensor): x^exponent for x above 0.
-- Example: torch.distributions.transforms.PowerTransform(2)(torch.tensor(3.0))
local Power = define("PowerTransform", {{"exponent", required = true}}, {domain = constraints.positive,
  codomain = constraints.positive, bijective = true}, function(self)
    if type(self.exponent) ~= "number" and not torch.is_tensor(self.exponent) then
      options.wrong("PowerTransform", "exponent", 1, "a number or a tensor", self.exponent)
    end
  end)
function Power:__get_sign()
  local e = self.exponent
  if torch.is_tensor(e) then return e:sign() end
  return e > 0 and 1 or e < 0 and -1 or 0
end
function Power:_call(x) return x:pow(self.exponent) end
function Power:_inverse(y)
  local e = self.exponent
  return y:pow(torch.is_tensor(e) and e:reciprocal() or 1 / e)
end
function Power:_log_abs_det_jacobian(x, y) return (y * self.exponent / x):abs():log() end
local function shape_with(argument)
  return function(self, shape)
    local own = torch.is_tensor(self[argument]) and self[argument].shape or {}
    return torch.broadcast_shapes(shape, own)
  end
end
Power.forward_shape, Power.inverse_shape = shape_with "exponent", shape_with "exponent"
function Power:_equals(other) return same(self.exponent, other.exponent) end
elementwise.PowerTransform = Power

--- torch.distributions.transforms.SigmoidTransform(): 1 / (1 + exp(-x)).
-- Example: torch.distributions.transforms.SigmoidTransform()(torch.tensor(0.0))
local Sigmoid = define("SigmoidTransform", {}, {domain = constraints.real, codomain = constraints.unit_interval,
  bijective = true, sign = 1})
function Sigmoid:_call(x)
  local limits = torch.finfo(x.dtype)
  return x:sigmoid():clamp(limits.tiny, 1 - limits.eps)
end
function Sigmoid:_inverse(y)
  local limits = torch.finfo(y.dtype)
  y = y:clamp(limits.tiny, 1 - limits.eps)
  return y:log() - (-y):log1p()
end
function Sigmoid:_log_abs_det_jacobian(x) return -F.softplus(-x) - F.softplus(x) end
elementwise.SigmoidTransform = Sigmoid

--- torch.distributions.transforms.SoftplusTransform(): log(1 + exp(x)).
-- Example: torch.distributions.transforms.SoftplusTransform()(torch.tensor(0.0))
local Softplus = define("SoftplusTransform", {}, {domain = constraints.real, codomain = constraints.positive,
  bijective = true, sign = 1})
function Softplus:_call(x) return F.softplus(x) end
function Softplus:_inverse(y) return (-(-y):expm1()):log() + y end
function Softplus:_log_abs_det_jacobian(x) return -F.softplus(-x) end
elementwise.SoftplusTransform = Softplus

--- torch.distributions.transforms.TanhTransform(): tanh(x).
-- Example: torch.distributions.transforms.TanhTransform()(torch.tensor(0.5))
local Tanh = define("TanhTransform", {}, {domain = constraints.real, codomain = constraints.interval(-1.0, 1.0),
  bijective = true, sign = 1})
function Tanh:_call(x) return x:tanh() end
function Tanh:_inverse(y) return y:atanh() end
function Tanh:_log_abs_det_jacobian(x) return (math.log(2) - x - F.softplus(x * -2)) * 2 end
elementwise.TanhTransform = Tanh

--- torch.distributions.transforms.AbsTransform(): The size of x. Its inverse gives the number above 0.
-- Example: torch.distributions.transforms.AbsTransform()(torch.tensor(-1.0))
local Abs = define("AbsTransform", {}, {domain = constraints.real, codomain = constraints.positive})
function Abs:_call(x) return x:abs() end
function Abs:_inverse(y) return y end
elementwise.AbsTransform = Abs

--- torch.distributions.transforms.AffineTransform(loc: Tensor, scale: Tensor, event_dim: int = 0): loc + scale x.
-- Example: torch.distributions.transforms.AffineTransform(1, 2)(torch.tensor(3.0))
local Affine = define("AffineTransform", {{"loc", required = true}, {"scale", required = true},
  {"_event_dim", kind = "count", default = 0}}, {bijective = true}, function(self)
    for i, name in ipairs {"loc", "scale"} do
      if type(self[name]) ~= "number" and not torch.is_tensor(self[name]) then
        options.wrong("AffineTransform", name, i, "a number or a tensor", self[name])
      end
    end
  end)
elementwise.AffineTransform = Affine
-- The option is called event_dim, which is an attribute of all transforms.
do
  local init = Affine.__init
  function Affine:__init(...)
    local n, given = select("#", ...), {...}
    local last = given[n]
    if n > 0 and options.is_named(last) and last.event_dim ~= nil then
      given[n] = {}
      for key, value in pairs(last) do given[n][key == "event_dim" and "_event_dim" or key] = value end
    end
    init(self, table.unpack(given, 1, n))
  end
end
local function reals(self)
  local n = self._event_dim
  return n == 0 and constraints.real or constraints.independent(constraints.real, n)
end
Affine.__get_domain, Affine.__get_codomain = reals, reals
function Affine:__get_sign()
  local s = self.scale
  if torch.is_tensor(s) then return s:sign() end
  return s > 0 and 1 or s < 0 and -1 or 0
end
function Affine:_call(x) return x * self.scale + self.loc end
function Affine:_inverse(y) return (y - self.loc) / self.scale end
function Affine:_log_abs_det_jacobian(x)
  local n, scale = self._event_dim, self.scale
  local result
  if torch.is_tensor(scale) then result = scale:abs():log()
  else result = torch.full_like(x, math.log(math.abs(scale))) end
  result = result:expand(torch.broadcast_shapes(result.shape, x.shape))
  return values.sum_rightmost(result, n)
end
function Affine:_forward_shape(shape)
  local function own(x) return torch.is_tensor(x) and x.shape or {} end
  return torch.broadcast_shapes(shape, own(self.loc), own(self.scale))
end
Affine.inverse_shape = Affine.forward_shape
function Affine:_equals(other) return same(self.loc, other.loc) and same(self.scale, other.scale) end

--- torch.distributions.transforms.CumulativeDistributionTransform(distribution: table): The distribution function of a
-- distribution of numbers, onto [0, 1].
-- Example:
--     local D = torch.distributions
--     return D.CumulativeDistributionTransform(D.Normal(0, 1))(torch.tensor(0.0))
local Cumulative = define("CumulativeDistributionTransform", {{"distribution", required = true}},
  {codomain = constraints.unit_interval, bijective = true, sign = 1}, function(self)
    local given = self.distribution
    if type(given) ~= "userdata" or not torch.isinstance(given, require "torch.distributions.Distribution") then
      options.wrong("CumulativeDistributionTransform", "distribution", 1, "a distribution", given)
    end
  end)
function Cumulative:__get_domain() return self.distribution.support end
function Cumulative:_call(x) return self.distribution:cdf(x) end
function Cumulative:_inverse(y) return self.distribution:icdf(y) end
function Cumulative:_log_abs_det_jacobian(x) return self.distribution:log_prob(x) end
elementwise.CumulativeDistributionTransform = Cumulative

return elementwise
