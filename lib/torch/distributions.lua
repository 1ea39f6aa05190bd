--- torch.distributions: Probability distributions: samples with gradients, densities, moments, divergences and the
-- transforms between their supports.
local distributions = torch._C.lazy({}, "torch.distributions")
local lazy = getmetatable(distributions).__index
local transforms

-- The transforms are fields of the library as well, as are the functions of torch.distributions.kl.
local kl = {kl_divergence = true, register_kl = true}
local registry = {biject_to = true, transform_to = true}

getmetatable(distributions).__index = function(self, key)
  if kl[key] then return require "torch.distributions.kl"[key] end
  if registry[key] then return require "torch.distributions.constraint_registry"[key] end
  if type(key) == "string" and (key:find "Transform$" or key == "identity_transform") then
    transforms = transforms or require "torch.distributions.transforms"
    if rawget(transforms, key) then return transforms[key] end
  end
  return lazy(self, key)
end

return distributions
