--- torch.distributions.constraints: Sets of values, such as the support of a distribution and what a parameter may be:
-- constraints.positive:check(x) tells which elements, or vectors or matrices, are in it.
-- Example: torch.distributions.constraints.positive:check(torch.tensor{-1.0, 2.0})
local options = require "torch.utils.options"
local constraints = {}

--- torch.distributions.constraints.Constraint(): The class of constraints: constraint:check(value) tells for each value
-- whether it holds.
local Constraint = torch.class "Constraint"
constraints.Constraint = Constraint

Constraint.event_dim, Constraint.is_discrete = 0, false

--- constraint:check(value: Tensor) -> Tensor: Whether each element is in the set; where the values are vectors or
-- matrices (event_dim 1 or 2), one result each.
function Constraint:check(value)
  if not self.test then options.raise "Constraint: it has no test" end
  return self.test(options.tensor("constraint:check", "value", 1, value), self)
end
function Constraint:__tostring() return (self.title or "Constraint") .. "(" .. (self.shown or "") .. ")" end

local function bound(x)
  if not torch.is_tensor(x) then return tostring(x) end
  return x.ndim == 0 and tostring(x:item()) or tostring(x.shape)
end

--- A constraint: its name, PyTorch's name of its class, the test and other fields.
local function make(name, title, test, fields)
  if fields ~= nil and type(fields) ~= "table" then
    options.wrong("constraints.make", "fields", 4, "a table", fields)
  end
  local c = Constraint()
  c.name, c.title, c.test = name, title, test
  for key, value in pairs(fields or {}) do c[key] = value end
  return c
end

--- A bound, a number or a tensor.
local function check_bound(what, name, position, x)
  if type(x) == "number" or torch.is_tensor(x) then return end
  options.wrong(what, name, position, "a number or a tensor", x)
end
local function check_constraint(what, name, position, c)
  if type(c) ~= "userdata" or not torch.isinstance(c, Constraint) then
    options.wrong(what, name, position, "a constraint", c)
  end
end
local function check_list(what, list)
  if type(list) ~= "table" then options.wrong(what, "list", 1, "an array of constraints", list) end
  for _, c in ipairs(list) do check_constraint(what, "list", 1, c) end
end

local function is_whole(x) return x:remainder(1):eq(0) end

constraints.real = make("real", "Real", function(x) return x:eq(x) end)
constraints.boolean = make("boolean", "Boolean", function(x) return x:eq(0) | x:eq(1) end, {is_discrete = true})
--- Where the set depends on parameters and cannot be told in advance.
constraints.dependent = make("dependent", "Dependent", function()
  torch._C.raise "check: what a dependent constraint allows depends on an object"
end, {is_dependent = true})
--- torch.distributions.constraints.greater_than(lower_bound: number) -> any: Numbers above lower_bound.
function constraints.greater_than(lower)
  check_bound("constraints.greater_than", "lower_bound", 1, lower)
  return make("greater_than", "GreaterThan", function(x) return x:gt(lower) end,
    {lower_bound = lower, shown = "lower_bound=" .. bound(lower)})
end
--- torch.distributions.constraints.greater_than_eq(lower_bound: number) -> any: Numbers from lower_bound on.
function constraints.greater_than_eq(lower)
  check_bound("constraints.greater_than_eq", "lower_bound", 1, lower)
  return make("greater_than_eq", "GreaterThanEq", function(x) return x:ge(lower) end,
    {lower_bound = lower, shown = "lower_bound=" .. bound(lower)})
end
--- torch.distributions.constraints.less_than(upper_bound: number) -> any: Numbers below upper_bound.
function constraints.less_than(upper)
  check_bound("constraints.less_than", "upper_bound", 1, upper)
  return make("less_than", "LessThan", function(x) return x:lt(upper) end,
    {upper_bound = upper, shown = "upper_bound=" .. bound(upper)})
end
local function between(name, title, lower, upper, test, discrete)
  check_bound("constraints." .. name, "lower_bound", 1, lower)
  check_bound("constraints." .. name, "upper_bound", 2, upper)
  return make(name, title, test, {lower_bound = lower, upper_bound = upper, is_discrete = discrete or false,
    shown = ("lower_bound=%s, upper_bound=%s"):format(bound(lower), bound(upper))})
end
--- torch.distributions.constraints.interval(lower_bound: number, upper_bound: number) -> any:
-- Numbers from lower_bound to upper_bound.
function constraints.interval(lower, upper)
  return between("interval", "Interval", lower, upper, function(x) return x:ge(lower) & x:le(upper) end)
end
--- torch.distributions.constraints.half_open_interval(lower_bound: number, upper_bound: number) -> any:
-- Numbers from lower_bound on and below upper_bound.
function constraints.half_open_interval(lower, upper)
  return between("half_open_interval", "HalfOpenInterval", lower, upper,
    function(x) return x:ge(lower) & x:lt(upper) end)
end
--- torch.distributions.constraints.integer_interval(lower_bound: number, upper_bound: number) -> any:
-- Integers from lower_bound to upper_bound.
function constraints.integer_interval(lower, upper)
  return between("integer_interval", "IntegerInterval", lower, upper,
    function(x) return is_whole(x) & x:ge(lower) & x:le(upper) end, true)
end
--- torch.distributions.constraints.integer_greater_than(lower_bound: number) -> any: Integers from lower_bound on.
function constraints.integer_greater_than(lower)
  check_bound("constraints.integer_greater_than", "lower_bound", 1, lower)
  return make("integer_greater_than", "IntegerGreaterThan", function(x) return is_whole(x) & x:ge(lower) end,
    {lower_bound = lower, is_discrete = true, shown = "lower_bound=" .. bound(lower)})
end

constraints.positive = constraints.greater_than(0.0)
constraints.nonnegative = constraints.greater_than_eq(0.0)
constraints.unit_interval = constraints.interval(0.0, 1.0)
constraints.nonnegative_integer = constraints.integer_greater_than(0)
constraints.positive_integer = constraints.integer_greater_than(1)

-- Vectors.

local function vector(name, title, test, fields)
  fields = fields or {}
  fields.event_dim = 1
  return make(name, title, test, fields)
end
constraints.one_hot = vector("one_hot", "OneHot", function(x)
  return (x:eq(0) | x:eq(1)):all(-1) & x:sum(-1):eq(1)
end, {is_discrete = true})
constraints.simplex = vector("simplex", "Simplex", function(x)
  return x:ge(0):all(-1) & (x:sum(-1) - 1):abs():lt(1e-6)
end)
--- torch.distributions.constraints.multinomial(upper_bound: number) -> any:
-- Vectors of counts whose sum is at most upper_bound.
function constraints.multinomial(most)
  check_bound("constraints.multinomial", "upper_bound", 1, most)
  return vector("multinomial", "Multinomial", function(x) return x:ge(0):all(-1) & x:sum(-1):le(most) end,
    {upper_bound = most, is_discrete = true})
end

-- Matrices.

local function matrix(name, title, test) return make(name, title, test, {event_dim = 2}) end
local function whole(mask) return mask:flatten(-2):all(-1) end
local function is_lower(x) return whole(x:tril():eq(x)) end
local function is_square(x)
  return torch.full({table.unpack(x.shape, 1, x.ndim - 2)}, x.shape[-2] == x.shape[-1],
    {dtype = torch.bool, device = x.device})
end
local function is_symmetric(x)
  if x.shape[-2] ~= x.shape[-1] then return is_square(x) end
  return whole(torch.isclose(x, x.mT, {atol = 1e-6}))
end
local function has_positive_diagonal(x) return x:diagonal(0, -2, -1):gt(0):all(-1) end

constraints.lower_triangular = matrix("lower_triangular", "LowerTriangular", is_lower)
constraints.lower_cholesky = matrix("lower_cholesky", "LowerCholesky", function(x)
  return is_lower(x) & has_positive_diagonal(x)
end)
constraints.corr_cholesky = matrix("corr_cholesky", "CorrCholesky", function(x)
  local tolerance = torch.finfo(x.dtype).eps * x.shape[-1] * 10
  local unit = (torch.linalg.norm(x:detach(), nil, {dim = -1}) - 1):abs():le(tolerance):all(-1)
  return constraints.lower_cholesky:check(x) & unit
end)
constraints.square = matrix("square", "Square", is_square)
constraints.symmetric = matrix("symmetric", "Symmetric", is_symmetric)
constraints.positive_semidefinite = matrix("positive_semidefinite", "PositiveSemidefinite", function(x)
  local symmetric = is_symmetric(x)
  if not symmetric:all():item() then return symmetric end
  return torch.linalg.eigvalsh(x):ge(0):all(-1)
end)
constraints.positive_definite = matrix("positive_definite", "PositiveDefinite", function(x)
  local symmetric = is_symmetric(x)
  if not symmetric:all():item() then return symmetric end
  local _, info = torch.linalg.cholesky_ex(x)
  return info:eq(0)
end)

-- Constraints of constraints.

--- constraints.independent(base, n): the last n dimensions of the values of base are one value, which is in the set
-- when all are.
function constraints.independent(base, n)
  check_constraint("constraints.independent", "base_constraint", 1, base)
  if math.type(n) ~= "integer" or n < 0 then
    options.wrong("constraints.independent", "reinterpreted_batch_ndims", 2, "an integer, 0 or more", n)
  end
  local function test(x)
    local result = base:check(x)
    if n == 0 then return result end
    return result:flatten(-n):all(-1)
  end
  local c = make("independent", "IndependentConstraint", test, {base_constraint = base,
    reinterpreted_batch_ndims = n, event_dim = base.event_dim + n, is_discrete = base.is_discrete})
  c.shown = ("%s, %d"):format(base, n)
  return c
end
constraints.real_vector = constraints.independent(constraints.real, 1)

local function sum_of(list)
  local dim, discrete, texts = 0, false, {}
  for i, c in ipairs(list) do
    dim, discrete, texts[i] = math.max(dim, c.event_dim), discrete or c.is_discrete, tostring(c)
  end
  return {event_dim = dim, is_discrete = discrete, cseq = list, shown = "[" .. table.concat(texts, ", ") .. "]"}
end

--- constraints.cat(list, dim, lengths): constraints side by side in a dimension, each for so many places of it.
function constraints.cat(list, dim, lengths)
  check_list("constraints.cat", list)
  dim = dim or 1
  local fields = sum_of(list)
  fields.dim, fields.lengths = dim, lengths
  return make("cat", "Cat", function(x)
    local parts, from = {}, 1
    for i, c in ipairs(list) do
      local n = lengths and lengths[i] or 1
      parts[i] = c:check(x:narrow(dim, from, n))
      from = from + n
    end
    return torch.cat(parts, dim)
  end, fields)
end

--- constraints.stack(list, dim): a constraint for each place of a dimension.
function constraints.stack(list, dim)
  check_list("constraints.stack", list)
  dim = dim or 1
  local fields = sum_of(list)
  fields.dim = dim
  return make("stack", "Stack", function(x)
    local parts = {}
    for i, c in ipairs(list) do parts[i] = c:check(x:select(dim, i)) end
    return torch.stack(parts, dim)
  end, fields)
end

--- Constraints of a name and a test that are made elsewhere, as that of mixtures.
constraints.make = make
--- torch.distributions.constraints.is_dependent(constraint: any) -> bool:
-- Whether the constraint depends on the parameters of a distribution.
function constraints.is_dependent(c)
  check_constraint("constraints.is_dependent", "constraint", 1, c)
  return c.is_dependent == true
end

return constraints
