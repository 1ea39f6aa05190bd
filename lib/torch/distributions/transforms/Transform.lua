-- The class of all transforms, and the inverse of a transform.
local options = require "torch.utils.options"
local values = require "torch.distributions.values"

--- torch.distributions.transforms.Transform(cache_size: int = 0): The class of transforms; a subclass defines _call(x),
-- _inverse(y), log_abs_det_jacobian(x, y), domain and codomain. With cache_size 1 it remembers the last x and y.
local Transform = torch.class "Transform"

Transform._cache_size = 0

-- x of a transform, or y of its inverse: a tensor of at least the dimensions of one event.
local function tensor(self, name, position, x, domain)
  options.tensor(torch.typename(self), name, position, x)
  local least = domain and domain.event_dim or 0
  if x.ndim < least then
    options.wrong(torch.typename(self), name, position, ("at least %d dimensions"):format(least), x)
  end
  return x
end
-- The same of a shape.
local function sizes(name, shape, domain)
  if shape == nil then options.wrong(name, "shape", 1, "sizes", nil) end
  local list, least = values.shape(name, shape), domain and domain.event_dim or 0
  if #list < least then
    options.raise(("%s: 'shape' (argument 1): expected at least %d dimensions, got %d"):format(name, least, #list))
  end
  return list
end

--- A transform is called with x. With cache_size 1 it remembers the last x and y, so that the inverse of y is x.
function Transform:__call(x)
  tensor(self, "x", 1, x, self.domain)
  if self._cache_size == 0 then return self:_call(x) end
  if self._x and rawequal(self._x, x) then return self._y end
  local y = self:_call(x)
  self._x, self._y = x, y
  return y
end
function Transform:_inverse_of(y)
  if self._cache_size == 0 then return self:_inverse(y) end
  if self._y and rawequal(self._y, y) then return self._x end
  local x = self:_inverse(y)
  self._x, self._y = x, y
  return x
end
function Transform:_call()
  options.raise(torch.typename(self) .. ": it has no method _call, which makes y of x")
end
function Transform:_inverse() options.raise(torch.typename(self) .. ": it has no inverse") end
--- torch.distributions.transforms.Transform:log_abs_det_jacobian(x: Tensor, y: Tensor) -> Tensor: The logarithm of the
-- absolute determinant of the Jacobian at x, where the transform gives y.
function Transform:log_abs_det_jacobian(x, y)
  tensor(self, "x", 1, x, self.domain)
  if y == nil then y = self(x) end
  return (self:_log_abs_det_jacobian(x, tensor(self, "y", 2, y, self.codomain)))
end
function Transform:_log_abs_det_jacobian()
  options.raise(torch.typename(self) .. ": log_abs_det_jacobian is not defined: it is not bijective")
end
--- torch.distributions.transforms.Transform:with_cache(cache_size: int = 1) -> any: The same transform, which remembers
-- the last x and y (1), or nothing (0).
function Transform:with_cache(cache_size)
  local copy = self:_copy()
  copy._cache_size = cache_size or 1
  return copy
end
--- A transform of the same class with the same fields but for what was remembered.
function Transform:_copy()
  local copy = values.class_of(self)(Transform)
  for key, value in pairs(self) do copy[key] = value end
  copy._x, copy._y = nil, nil
  return copy
end

--- torch.distributions.transforms.Transform:forward_shape(shape: int[]) -> int[]: The shape of y where x has `shape`.
function Transform:forward_shape(shape)
  return (self:_forward_shape(sizes("forward_shape", shape, self.domain)))
end
function Transform:_forward_shape(shape) return shape end
--- torch.distributions.transforms.Transform:inverse_shape(shape: int[]) -> int[]: The shape of x where y has `shape`.
function Transform:inverse_shape(shape)
  return (self:_inverse_shape(sizes("inverse_shape", shape, self.codomain)))
end
function Transform:_inverse_shape(shape) return shape end
function Transform:__tostring() return torch.typename(self) .. "()" end
function Transform:__eq(other)
  return torch.typename(self) == torch.typename(other) and self:_equals(other)
end
function Transform:_equals() return true end

--- 1 where the transform grows, -1 where it falls.
function Transform:__get_sign() options.raise(torch.typename(self) .. ": sign is not defined") end
function Transform:__get_bijective() return false end
function Transform:__get_event_dim() return self.domain.event_dim end
function Transform:__getattr(key)
  local get = self["__get_" .. key]
  return get and get(self)
end

local Inverse = torch.class("_InverseTransform", Transform)

function Inverse:__init(transform) self._inv = transform end
function Inverse:__get_inv() return self._inv end
function Inverse:__get_domain() return self._inv.codomain end
function Inverse:__get_codomain() return self._inv.domain end
function Inverse:__get_bijective() return self._inv.bijective end
function Inverse:__get_sign() return self._inv.sign end
function Inverse:__call(x) return self._inv:_inverse_of(tensor(self, "x", 1, x, self._inv.codomain)) end
function Inverse:_inverse_of(y) return self._inv(y) end
function Inverse:_log_abs_det_jacobian(x, y) return -self._inv:log_abs_det_jacobian(y, x) end
function Inverse:_forward_shape(shape) return self._inv:inverse_shape(shape) end
function Inverse:_inverse_shape(shape) return self._inv:forward_shape(shape) end
function Inverse:with_cache(cache_size) return self._inv:with_cache(cache_size).inv end
function Inverse:__tostring() return ("_InverseTransform(%s)"):format(self._inv) end
function Inverse:_equals(other) return self._inv == other._inv end

function Transform:__get_inv() return Inverse(self) end

--- define(name, parameters, fields): a class of transforms, with a constructor that reads these parameters (see
-- options.read) into fields of the same names; `check(self)` may look at them.
function Transform.define(name, parameters, fields, check)
  local class = torch.class(name, Transform)
  local all = table.move(parameters, 1, #parameters, 1, {})
  all[#all + 1] = {"cache_size", kind = "count", default = 0}
  if all[1].kind == nil then all[1].kind = "any" end
  for key, value in pairs(fields) do class[key] = value end
  function class:__init(...)
    if rawequal((...), Transform) then return end
    local given = options.read(name, all, ...)
    for _, parameter in ipairs(parameters) do self[parameter[1]] = given[parameter[1]] end
    if given.cache_size > 1 then options.wrong(name, "cache_size", #all, "0 or 1", given.cache_size) end
    self._cache_size = given.cache_size
    if check then check(self) end
  end
  return class
end

--- Sums a logarithm of shape like x over the last n dimensions.
Transform._sum_rightmost = values.sum_rightmost

--- Whether two arguments, numbers or tensors, are the same.
function Transform.same(a, b)
  if torch.is_tensor(a) and torch.is_tensor(b) then return torch.equal(a, b) end
  local function number(x) return torch.is_tensor(x) and x:numel() == 1 and x:item() or x end
  return number(a) == number(b)
end

return Transform
