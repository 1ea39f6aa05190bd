--- torch.distributions.transforms: Functions with an inverse and the logarithm of their Jacobian determinant.
-- transform(x) applies it, transform.inv is the inverse, transform:log_abs_det_jacobian(x, y) belongs to both.
-- Example: torch.distributions.transforms.ExpTransform().inv(torch.tensor(1.0))
local transforms = {Transform = require "torch.distributions.transforms.Transform"}

for _, group in ipairs {"elementwise", "vectors", "combined"} do
  for name, class in pairs(require("torch.distributions.transforms." .. group)) do transforms[name] = class end
end

return transforms
