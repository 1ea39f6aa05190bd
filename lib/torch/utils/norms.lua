--- Norms of vectors and of matrices, as torch.linalg.norm and its two parts have them.
local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local norms = {}

--- x in the dtype that is asked for; numbers of other kinds are refused.
function norms.floats(name, parameter, x, dtype)
  if not torch.is_floating_point(x) and not torch.is_complex(x) then
    options.wrong(name, parameter, 1, "floats or complex numbers", x)
  end
  if dtype == nil then return x end
  local target = torch.empty(0, {dtype = dtype})
  if not torch.is_floating_point(target) and not torch.is_complex(target)
    or (torch.is_complex(x) and not torch.is_complex(target)) then
    options.raise(("%s: 'dtype': expected floats, or complex numbers for complex ones"):format(name))
  end
  return x:to(dtype)
end

--- The p-norm of the elements along dim (a dimension, an array of them, or nil for all).
function norms.vector(x, p, dim, keepdim)
  if type(dim) == "table" and #dim == 0 then dim = nil end
  if dim == nil then
    local out = torch.norm(x:reshape(-1), p, 1)
    if not keepdim then return out end
    local ones = {}
    for d = 1, x.ndim do ones[d] = 1 end
    return out:reshape(ones)
  end
  return torch.norm(x, p, dim, keepdim)
end

-- Sums of columns (along the first of the two dimensions) or of rows, then the largest or the smallest of them.
local function of_sums(a, along, largest)
  local sums = a:abs():sum(along)
  return largest and sums:amax(-1) or sums:amin(-1)
end

local function of_values(a, ord)
  local s = lapack.singular_values(a)
  if ord == "nuc" then return s:sum(-1) end
  return ord == 2 and s:amax(-1) or s:amin(-1)
end

local function numbered(a, ord)
  if ord == math.huge or ord == -math.huge then return of_sums(a, -1, ord > 0) end
  if ord == 1 or ord == -1 then return of_sums(a, -2, ord > 0) end
  if ord == 2 or ord == -2 then return of_values(a, ord) end
end

--- A norm of the matrices in the two dimensions `dim`.
function norms.matrix(name, a, ord, dim, keepdim)
  if a.ndim < 2 then options.wrong(name, "A", 1, "at least 2 dimensions", a) end
  if type(dim) ~= "table" or #dim ~= 2 then options.wrong(name, "dim", 3, "two dimensions", dim) end
  local first, second = options.dim(name, "dim", 3, dim[1], a.ndim), options.dim(name, "dim", 3, dim[2], a.ndim)
  if first == second then options.raise(name .. ": 'dim' (argument 3): expected two different dimensions") end
  local order, out = {}, nil
  for d = 1, a.ndim do if d ~= first and d ~= second then order[#order + 1] = d end end
  order[#order + 1], order[#order + 2] = first, second
  local turned = a:permute(order)
  if ord == "fro" then out = torch.norm(turned, 2, {-2, -1})
  elseif ord == "nuc" then out = of_values(turned, ord)
  else
    out = type(ord) == "number" and numbered(turned, ord)
      or options.wrong(name, "ord", 2, "'fro', 'nuc', inf, -inf, 1, -1, 2 or -2", ord)
  end
  if not keepdim then return out end
  return out:unsqueeze(math.min(first, second)):unsqueeze(math.max(first, second))
end

return norms
