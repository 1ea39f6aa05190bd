-- Which transform leads from unconstrained numbers into a set.
local constraints = require "torch.distributions.constraints"
local transforms = require "torch.distributions.transforms"
local options = require "torch.utils.options"

local Registry = {}
Registry.__index = Registry

--- registry:register(constraint, factory): factory(constraint) makes the transform; constraint is one with this name.
function Registry:register(constraint, factory)
  if not torch.isinstance(constraint, constraints.Constraint) then
    options.wrong(self.name .. ".register", "constraint", 1, "a constraint", constraint)
  end
  self.factories[constraint.name] = factory
  return factory
end
function Registry:__call(constraint)
  if not torch.isinstance(constraint, constraints.Constraint) then
    options.wrong(self.name, "constraint", 1, "a constraint", constraint)
  end
  local factory = self.factories[constraint.name]
  if not factory then options.raise(("%s: no transform for %s"):format(self.name, constraint)) end
  return factory(constraint)
end

--- torch.distributions.biject_to(constraint: table) -> table: A bijective transform from unconstrained numbers onto a
-- set: for densities, whose volume must be counted.
-- Example: torch.distributions.biject_to(torch.distributions.constraints.positive)(torch.tensor(0.0))
local biject_to = setmetatable({name = "biject_to", factories = {}}, Registry)
--- torch.distributions.transform_to(constraint: table) -> table: A transform from unconstrained numbers onto a set, not
-- always bijective: for parameters that are optimised.
-- Example: torch.distributions.transform_to(torch.distributions.constraints.simplex)(torch.zeros(2))
local transform_to = setmetatable({name = "transform_to", factories = {}}, Registry)

local function both(name, factory) biject_to.factories[name], transform_to.factories[name] = factory, factory end

local Affine, Compose, Exp, Sigmoid = transforms.AffineTransform, transforms.ComposeTransform, transforms.ExpTransform,
  transforms.SigmoidTransform

both("real", function() return transforms.identity_transform end)
local function above(c) return Compose {Exp(), Affine(c.lower_bound, 1)} end
both("greater_than_eq", above)
both("greater_than", function(c)
  if c.lower_bound == 0 then return Exp() end
  return above(c)
end)
both("less_than", function(c) return Compose {Exp(), Affine(c.upper_bound, -1)} end)
local function between(c)
  if c.lower_bound == 0 and c.upper_bound == 1 then return Sigmoid() end
  return Compose {Sigmoid(), Affine(c.lower_bound, c.upper_bound - c.lower_bound)}
end
both("interval", between)
both("half_open_interval", between)
both("lower_cholesky", function() return transforms.LowerCholeskyTransform() end)
both("corr_cholesky", function() return transforms.CorrCholeskyTransform() end)
for _, name in ipairs {"positive_definite", "positive_semidefinite"} do
  transform_to.factories[name] = function() return transforms.PositiveDefiniteTransform() end
end
biject_to.factories.simplex = function() return transforms.StickBreakingTransform() end
transform_to.factories.simplex = function() return transforms.SoftmaxTransform() end

for _, registry in ipairs {biject_to, transform_to} do
  registry.factories.independent = function(c)
    return transforms.IndependentTransform(registry(c.base_constraint), c.reinterpreted_batch_ndims)
  end
  local function each(c)
    local list = {}
    for i, part in ipairs(c.cseq) do list[i] = registry(part) end
    return list
  end
  registry.factories.cat = function(c) return transforms.CatTransform(each(c), c.dim, c.lengths) end
  registry.factories.stack = function(c) return transforms.StackTransform(each(c), c.dim) end
end

return {biject_to = biject_to, transform_to = transform_to}
