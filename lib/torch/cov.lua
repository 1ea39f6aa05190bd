local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"correction", kind = "number", default = 1},
  {"fweights", kind = "tensor"}, {"aweights", kind = "tensor"}}

--- torch.cov(input: Tensor, {correction: number = 1, fweights: Tensor = nil, aweights: Tensor = nil}) -> Tensor: The
-- covariances of the rows of a matrix (variables), whose columns are observations. fweights: how often an observation
-- was made (integers); aweights: how much it counts.
-- Example: torch.cov(torch.tensor({{0.0, 1, 2}, {2, 1, 0}}))
return function(...)
  local given = options.read("cov", PARAMETERS, ...)
  local x, f, a = given.input, given.fweights, given.aweights
  if x.ndim > 2 then options.wrong("cov", "input", 1, "at most 2 dimensions", x) end
  x = x.ndim == 2 and x or x:reshape(1, -1)
  if not torch.is_floating_point(x) and not torch.is_complex(x) then x = x:to(torch.get_default_dtype()) end
  for name, w in pairs {fweights = f, aweights = a} do
    if w.ndim > 1 or w:numel() ~= x:size(2) then
      options.wrong("cov", name, nil, ("%d numbers, one for each column"):format(x:size(2)), w)
    elseif name == "fweights" and (torch.is_floating_point(w) or torch.is_complex(w)) then
      options.wrong("cov", name, nil, "integers", w)
    elseif options.has_data(w) and w:lt(0):any():item() then
      options.raise(("cov: '%s': expected numbers of 0 or more"):format(name))
    end
  end
  local weights = f and a and f * a or f or a
  local total = weights and weights:sum() or x:size(2)
  local mean = weights and (x * weights):sum(2, true) / total or x:mean(2, true)
  local less = given.correction
  if a then less = (weights * a):sum() * given.correction / total end
  local divisor = total - less
  if torch.is_tensor(divisor) then divisor = divisor:clamp(0) else divisor = math.max(divisor, 0) end
  x = x - mean
  local out = (weights and x * weights or x):mm(x:t():conj()) / divisor
  return out:squeeze()
end
