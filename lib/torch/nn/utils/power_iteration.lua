-- The largest singular value of a weight by power iteration, for both forms of spectral_norm.
local options = require "torch.utils.options"
local power = {}

function power.check(name, module, tensor_name)
  if not torch.isinstance(module, torch.nn.Module) then options.wrong(name, "module", 1, "a module", module) end
  if not torch.is_tensor(module[tensor_name]) then
    options.raise(("%s: 'name' (argument 2): %s has no tensor '%s'"):format(name, torch.typename(module), tensor_name))
  end
end

--- The dimension whose slices are the rows.
function power.dim(name, module, weight, dim)
  if dim ~= nil then return options.dim(name, "dim", 5, dim, weight.ndim) end
  return torch.typename(module):find "ConvTranspose" and 2 or 1
end

function power.matrix(weight, dim)
  if dim ~= 1 then weight = weight:movedim(dim, 1) end
  return weight:reshape(weight:size(1), -1)
end

local function normalize_(x, eps) return x:div_(x:norm():clamp({min = eps})) end

function power.start(matrix, eps)
  return torch.no_grad(function()
    return normalize_(matrix:new_empty(matrix:size(1)):normal_(), eps),
      normalize_(matrix:new_empty(matrix:size(2)):normal_(), eps)
  end)
end

--- Half a step: y becomes the direction of matrix · x.
function power.half(matrix, x, y, eps)
  y:copy_(torch.mv(matrix, x))
  normalize_(y, eps)
end

--- Steps of the iteration; u and v change in place.
function power.iterate(matrix, u, v, steps, eps)
  torch.no_grad(function()
    for _ = 1, steps do
      power.half(matrix, v, u, eps)
      power.half(matrix:t():conj(), u, v, eps)
    end
  end)
end

return power
