local options = require "torch.utils.options"

-- Whether the columns of Q are orthonormal, to rounding.
local function is_orthogonal(Q)
  local n, k = Q:size(-2), Q:size(-1)
  local unit = torch.eye(k, {dtype = Q.dtype, device = Q.device})
  local eps = 10 * n * torch.finfo(Q.dtype).eps
  return torch.allclose(torch.matmul(Q.mH, Q), unit:expand(table.unpack(torch.matmul(Q.mH, Q).shape)), {atol = eps})
end

-- The orthonormal columns that Q R gives for A, with positive diagonal of R.
local function made_orthogonal(A)
  local X, tau = torch.geqrf(A)
  local Q = torch.linalg.householder_product(X, tau)
  return Q * torch.diagonal(X, 0, -2, -1):sgn():unsqueeze(-2)
end

local Orthogonal = torch.class("nn.utils.parametrizations._Orthogonal", torch.nn.Module)

function Orthogonal:__init(weight, map, use_trivialization)
  self.shape, self.map, self.trivialized = weight.shape, map, use_trivialization
  if use_trivialization then self:register_buffer("base", nil) end
end

-- The first k columns of the orthogonal matrix exp(A) or (I - A/2)⁻¹ (I + A/2) of the skew part of X.
local function by_skew(X, map)
  local n, k = X:size(-2), X:size(-1)
  X = X:tril()
  if n ~= k then
    local shape = {table.unpack(X.shape)}
    shape[#shape] = n - k
    X = torch.cat({X, X:new_zeros(shape)}, -1)
  end
  local A = X - X.mH
  local Q
  if map == "matrix_exp" then Q = torch.matrix_exp(A)
  else
    local unit = torch.eye(n, {dtype = A.dtype, device = A.device})
    Q = torch.linalg.solve(unit - A * 0.5, unit + A * 0.5)
  end
  return n ~= k and Q:narrow(-1, 1, k) or Q
end

local function by_reflections(X)
  local A = X:tril(-1)
  local tau = 2 / (1 + (A * A):sum(-2))
  return torch.linalg.householder_product(A, tau) * torch.diagonal(X, 0, -2, -1):trunc():unsqueeze(-2)
end

function Orthogonal:forward(X)
  local transposed = X:size(-2) < X:size(-1)
  if transposed then X = X.mT end
  local Q = self.map == "householder" and by_reflections(X) or by_skew(X, self.map)
  if self.trivialized then Q = torch.matmul(self.base, Q) end
  return transposed and Q.mT or Q
end

-- The whole orthogonal matrix whose first columns are those of Q, or of what is next to it.
local function completed(Q)
  local n, k = Q:size(-2), Q:size(-1)
  if n == k then return is_orthogonal(Q) and Q:clone() or made_orthogonal(Q) end
  local shape = {table.unpack(Q.shape)}
  shape[#shape] = n - k
  return made_orthogonal(torch.cat({Q, torch.randn(shape, {dtype = Q.dtype, device = Q.device})}, -1))
end

function Orthogonal:right_inverse(value)
  if value.shape ~= self.shape then
    options.raise(("orthogonal: expected a tensor (%s), got %s"):format(table.concat(self.shape, "×"),
      options.describe(value)))
  end
  local transposed = value:size(-2) < value:size(-1)
  local Q = transposed and value.mT or value
  if self.trivialized then
    self.base = completed(Q)
    local start = torch.zeros_like(value)
    torch.diagonal(start, 0, -2, -1):fill_(-1) -- the signs of by_reflections; the skew part of it is 0
    return start
  end
  if self.map ~= "householder" then
    options.raise("orthogonal: without use_trivialization only orthogonal_map = 'householder' can be assigned")
  end
  local A, tau = torch.geqrf(Q)
  local diagonal = torch.diagonal(A, 0, -2, -1)
  diagonal:sign_()
  diagonal:mul_(torch.where(tau:eq(0), -1, 1):to(A.dtype))
  return transposed and A.mT or A
end

local PARAMETERS <const> = {{"module", required = true}, {"name", kind = "string", default = "weight"},
  {"orthogonal_map", kind = "string"}, {"use_trivialization", kind = "boolean", default = true}}
local MAPS <const> = {matrix_exp = true, cayley = true, householder = true}

--- nn.utils.parametrizations.orthogonal(module: Module, name: string = "weight", orthogonal_map: string = nil,
-- {use_trivialization: bool = true}) -> Module: The weight has orthonormal columns (rows, where it is wider than
-- high), by the map "matrix_exp" or "cayley" of a skew matrix, or products of reflections ("householder", the default
-- unless it is square). With use_trivialization it is the product of where it began and what is learned
-- (Lezcano-Casado 2019).
-- Example:
--     local net = nn.utils.parametrizations.orthogonal(nn.Linear(3, 3))
--     return torch.allclose(net.weight:mm(net.weight:t()), torch.eye(3), 1e-4, 1e-5)
return function(...)
  local given = options.read("orthogonal", PARAMETERS, ...)
  if not torch.isinstance(given.module, torch.nn.Module) then
    options.wrong("orthogonal", "module", 1, "a module", given.module)
  end
  local weight = given.module[given.name]
  if not torch.is_tensor(weight) or weight.ndim < 2 then
    options.raise(("orthogonal: 'name' (argument 2): expected a tensor of 2 dimensions or more in '%s'"):format(
      given.name))
  end
  local square = weight:size(-1) == weight:size(-2)
  local map = given.orthogonal_map or ((square or weight:is_complex()) and "matrix_exp" or "householder")
  if not MAPS[map] then
    options.wrong("orthogonal", "orthogonal_map", 3, "matrix_exp, cayley or householder", map)
  end
  if weight:is_complex() and map == "householder" then
    options.raise("orthogonal: orthogonal_map = 'householder' is for real tensors")
  end
  return torch.nn.utils.parametrize.register_parametrization(given.module, given.name,
    Orthogonal(weight, map, given.use_trivialization), true)
end
