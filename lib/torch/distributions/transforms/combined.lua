-- Transforms of transforms, and of shapes.
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local options = require "torch.utils.options"
local Transform = require "torch.distributions.transforms.Transform"
local define = Transform.define
local combined = {}

--- A list of transforms, checked.
local function check_parts(name, parts)
  if type(parts) ~= "table" then
    options.wrong(name, "transforms", 1, "an array of transforms", parts)
  end
  for _, t in ipairs(parts) do
    if not torch.isinstance(t, Transform) then options.wrong(name, "transforms", 1, "an array of transforms", t) end
  end
end
local function all_bijective(self)
  for _, t in ipairs(self.transforms) do if not t.bijective then return false end end
  return true
end

--- torch.distributions.transforms.ComposeTransform(parts: table): One transform after the other.
-- Example:
--     local T = torch.distributions.transforms
--     return T.ComposeTransform{T.ExpTransform(), T.AffineTransform(1, 2)}(torch.zeros(2))
local Compose = define("ComposeTransform", {{"transforms", kind = "table"}}, {},
  function(self) check_parts("ComposeTransform", self.transforms) end)
combined.ComposeTransform = Compose
Compose.__get_bijective = all_bijective

--- The constraint with at least n dimensions.
local function widened(constraint, n)
  local more = n - constraint.event_dim
  return more > 0 and constraints.independent(constraint, more) or constraint
end
function Compose:__get_domain()
  local parts = self.transforms
  if #parts == 0 then return constraints.real end
  local n = parts[#parts].codomain.event_dim
  for i = #parts, 1, -1 do
    n = n + parts[i].domain.event_dim - parts[i].codomain.event_dim
    n = math.max(n, parts[i].domain.event_dim)
  end
  return widened(parts[1].domain, n)
end
function Compose:__get_codomain()
  local parts = self.transforms
  if #parts == 0 then return constraints.real end
  local n = parts[1].domain.event_dim
  for _, t in ipairs(parts) do
    n = n + t.codomain.event_dim - t.domain.event_dim
    n = math.max(n, t.codomain.event_dim)
  end
  return widened(parts[#parts].codomain, n)
end
function Compose:__get_sign()
  local sign = 1
  for _, t in ipairs(self.transforms) do sign = t.sign * sign end
  return sign
end
function Compose:_call(x)
  for _, t in ipairs(self.transforms) do x = t(x) end
  return x
end
function Compose:_inverse(y)
  for i = #self.transforms, 1, -1 do y = self.transforms[i]:_inverse_of(y) end
  return y
end
function Compose:_log_abs_det_jacobian(x, y)
  local parts = self.transforms
  if #parts == 0 then return torch.zeros_like(x) end
  local at = {x}
  for i = 1, #parts - 1 do at[i + 1] = parts[i](at[i]) end
  at[#parts + 1] = y
  local total, n = 0, self.domain.event_dim
  for i, t in ipairs(parts) do
    total = values.sum_rightmost(t:log_abs_det_jacobian(at[i], at[i + 1]), n - t.domain.event_dim) + total
    n = n + t.codomain.event_dim - t.domain.event_dim
  end
  return total
end
function Compose:_forward_shape(shape)
  for _, t in ipairs(self.transforms) do shape = t:forward_shape(shape) end
  return shape
end
function Compose:_inverse_shape(shape)
  for i = #self.transforms, 1, -1 do shape = self.transforms[i]:inverse_shape(shape) end
  return shape
end
function Compose:_equals(other)
  if #self.transforms ~= #other.transforms then return false end
  for i, t in ipairs(self.transforms) do if t ~= other.transforms[i] then return false end end
  return true
end
function Compose:__tostring()
  local parts = {}
  for i, t in ipairs(self.transforms) do parts[i] = "\n    " .. tostring(t) end
  return ("ComposeTransform(%s\n)"):format(table.concat(parts, ","))
end
combined.identity_transform = Compose {}

--- torch.distributions.transforms.IndependentTransform(base_transform: table, reinterpreted_batch_ndims: int): A
-- transform for which so many dimensions more are one event.
-- Example:
--     local T = torch.distributions.transforms
--     return T.IndependentTransform(T.ExpTransform(), 1).domain.event_dim
local Independent = define("IndependentTransform", {{"base_transform", required = true},
  {"reinterpreted_batch_ndims", kind = "count", required = true}}, {}, function(self)
    if not torch.isinstance(self.base_transform, Transform) then
      options.wrong("IndependentTransform", "base_transform", 1, "a transform", self.base_transform)
    end
  end)
combined.IndependentTransform = Independent
function Independent:__get_bijective() return self.base_transform.bijective end
function Independent:__get_sign() return self.base_transform.sign end
function Independent:__get_domain()
  return constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims)
end
function Independent:__get_codomain()
  return constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims)
end
function Independent:_call(x) return self.base_transform(x) end
function Independent:_inverse(y) return self.base_transform:_inverse_of(y) end
function Independent:_log_abs_det_jacobian(x, y)
  return values.sum_rightmost(self.base_transform:log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)
end
function Independent:_forward_shape(shape) return self.base_transform:forward_shape(shape) end
function Independent:_inverse_shape(shape) return self.base_transform:inverse_shape(shape) end
function Independent:_equals(other)
  return self.base_transform == other.base_transform
    and self.reinterpreted_batch_ndims == other.reinterpreted_batch_ndims
end
function Independent:__tostring()
  return ("IndependentTransform(%s, %d)"):format(self.base_transform, self.reinterpreted_batch_ndims)
end

--- torch.distributions.transforms.ReshapeTransform(in_shape: table, out_shape: table): Events of one shape in another.
-- Example: torch.distributions.transforms.ReshapeTransform({2, 3}, {6})(torch.zeros(4, 2, 3)).shape
local Reshape = define("ReshapeTransform", {{"in_shape", required = true}, {"out_shape", required = true}},
  {bijective = true}, function(self)
    for i, name in ipairs {"in_shape", "out_shape"} do
      local shape = self[name]
      if type(shape) ~= "table" then options.wrong("ReshapeTransform", name, i, "an array of sizes", shape) end
    end
    if values.product(self.in_shape) ~= values.product(self.out_shape) then
      options.raise(("ReshapeTransform: expected shapes of as many elements, got {%s} and {%s}"):format(
        table.concat(self.in_shape, ", "), table.concat(self.out_shape, ", ")))
    end
  end)
combined.ReshapeTransform = Reshape
function Reshape:__get_domain() return constraints.independent(constraints.real, #self.in_shape) end
function Reshape:__get_codomain() return constraints.independent(constraints.real, #self.out_shape) end
--- The shape with `to` in place of `from` at its end.
local function exchanged(shape, from, to)
  local n = #shape - #from
  for i, size in ipairs(from) do
    if n < 0 or shape[n + i] ~= size then
      options.raise(("ReshapeTransform: expected a shape that ends with {%s}, got {%s}"):format(
        table.concat(from, ", "), table.concat(shape, ", ")))
    end
  end
  return values.join(values.part(shape, 1, n), to)
end
function Reshape:_call(x) return x:reshape(exchanged(x.shape, self.in_shape, self.out_shape)) end
function Reshape:_inverse(y) return y:reshape(exchanged(y.shape, self.out_shape, self.in_shape)) end
function Reshape:_log_abs_det_jacobian(x)
  return torch.zeros(values.part(x.shape, 1, x.ndim - #self.in_shape), {dtype = x.dtype})
end
function Reshape:_forward_shape(shape) return exchanged(shape, self.in_shape, self.out_shape) end
function Reshape:_inverse_shape(shape) return exchanged(shape, self.out_shape, self.in_shape) end
function Reshape:_equals(other)
  return table.concat(self.in_shape, ",") == table.concat(other.in_shape, ",")
    and table.concat(self.out_shape, ",") == table.concat(other.out_shape, ",")
end

local function part_constraints(self, field)
  local list = {}
  for i, t in ipairs(self.transforms) do list[i] = t[field] end
  return list
end

--- torch.distributions.transforms.CatTransform(transforms: table, dim: int = 1, lengths: table = nil): Transforms
-- side by side, each for so many places of a dimension (1 where no lengths are given).
-- Example:
--     local T = torch.distributions.transforms
--     return T.CatTransform{T.ExpTransform(), T.TanhTransform()}(torch.zeros(2))
local Cat = define("CatTransform", {{"transforms", kind = "table"}, {"dim", kind = "integer", default = 1},
  {"lengths", kind = "table"}}, {}, function(self)
    check_parts("CatTransform", self.transforms)
    if self.lengths == nil then
      self.lengths = {}
      for i = 1, #self.transforms do self.lengths[i] = 1 end
    elseif #self.lengths ~= #self.transforms then
      options.wrong("CatTransform", "lengths", 3, "a length for each transform", self.lengths)
    end
  end)
combined.CatTransform = Cat
Cat.__get_bijective = all_bijective
function Cat:__get_domain() return constraints.cat(part_constraints(self, "domain"), self.dim, self.lengths) end
function Cat:__get_codomain() return constraints.cat(part_constraints(self, "codomain"), self.dim, self.lengths) end
--- f(transform, from, length) for each part, joined.
local function cat_parts(self, f)
  local parts, from = {}, 1
  for i, t in ipairs(self.transforms) do
    parts[i] = f(t, from, self.lengths[i])
    from = from + self.lengths[i]
  end
  return parts
end
function Cat:_call(x)
  return torch.cat(cat_parts(self, function(t, from, n) return t(x:narrow(self.dim, from, n)) end), self.dim)
end
function Cat:_inverse(y)
  return torch.cat(cat_parts(self, function(t, from, n)
    return t:_inverse_of(y:narrow(self.dim, from, n))
  end), self.dim)
end
function Cat:_log_abs_det_jacobian(x, y)
  local n = self.domain.event_dim
  local parts = cat_parts(self, function(t, from, length)
    local j = t:log_abs_det_jacobian(x:narrow(self.dim, from, length), y:narrow(self.dim, from, length))
    return values.sum_rightmost(j, n - t.domain.event_dim)
  end)
  local dim = self.dim > 0 and self.dim - x.ndim - 1 or self.dim
  dim = dim + n
  if dim < 0 then return torch.cat(parts, dim) end
  local sum = 0
  for _, part in ipairs(parts) do sum = part + sum end
  return sum
end

--- torch.distributions.transforms.StackTransform(transforms: table, dim: int = 1): A transform for each place of a
-- dimension.
-- Example:
--     local T = torch.distributions.transforms
--     return T.StackTransform{T.ExpTransform(), T.TanhTransform()}(torch.zeros(2))
local Stack = define("StackTransform", {{"transforms", kind = "table"}, {"dim", kind = "integer", default = 1}}, {},
  function(self) check_parts("StackTransform", self.transforms) end)
combined.StackTransform = Stack
Stack.__get_bijective = all_bijective
function Stack:__get_domain() return constraints.stack(part_constraints(self, "domain"), self.dim) end
function Stack:__get_codomain() return constraints.stack(part_constraints(self, "codomain"), self.dim) end
local function stacked(self, f)
  local parts = {}
  for i, t in ipairs(self.transforms) do parts[i] = f(t, i) end
  return torch.stack(parts, self.dim)
end
function Stack:_call(x) return stacked(self, function(t, i) return t(x:select(self.dim, i)) end) end
function Stack:_inverse(y)
  return stacked(self, function(t, i) return t:_inverse_of(y:select(self.dim, i)) end)
end
function Stack:_log_abs_det_jacobian(x, y)
  return stacked(self, function(t, i)
    return t:log_abs_det_jacobian(x:select(self.dim, i), y:select(self.dim, i))
  end)
end

return combined
