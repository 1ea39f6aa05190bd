--- Linear systems as torch.linalg has them: a right side of vectors or of matrices, from the left or from the right.
local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = {SINGULAR = "is singular (the diagonal element %d of U is zero)"}

solving.A = {"A", kind = "tensor", required = true}
solving.B = {"B", kind = "tensor", required = true}
solving.LEFT = {"left", kind = "boolean", default = true}

--- Whether b holds one vector for each matrix of a: it has the shape of a without its last dimension, or is one vector.
function solving.is_vectors(a, b)
  if b.ndim == 1 then return true end
  if b.ndim ~= a.ndim - 1 then return false end
  for d = 1, b.ndim do if a:size(d) ~= b:size(d) then return false end end
  return true
end

--- X of A X = B or, where not left, of X A = B, and info.
function solving.solve(name, given)
  local a, b = given.A, given.B
  lapack.check(name, "A", 1, a, true)
  local vectors = solving.is_vectors(a, b)
  if vectors then
    if not given.left then options.raise(name .. ": 'left': expected true, B holds vectors") end
    b = b:unsqueeze(-1)
  end
  lapack.check(name, "B", 2, b)
  local at = given.left and -2 or -1
  if a.dtype ~= b.dtype or b:size(at) ~= a:size(-1) then
    options.wrong(name, "B", 2, ("%s with %d %s, as A has"):format((tostring(a.dtype):gsub("^torch%.", "")),
      a:size(-1), given.left and "rows" or "columns"), given.B)
  end
  if not given.left then a, b = a:transpose(-2, -1), b:transpose(-2, -1) end
  a, b = lapack.broadcast(name, a, b)
  local x, info = lapack.solve(a, b)
  if not given.left then x = x:transpose(-2, -1) end
  return vectors and x:squeeze(-1) or x, info
end

--- There is no LU without pivots on the CPU.
function solving.require_pivot(name, pivot)
  if not pivot then options.raise(name .. ": 'pivot': expected true, there is no LU without pivots on the CPU") end
end

--- The diagonal of U of A = P L U, and the sign of P: their product is the determinant.
function solving.pivots(a)
  local lu, pivots = lapack.lu(a, "square")
  local order = torch.arange(a:size(-1), {dtype = torch.int32, device = a.device}) + 1
  local exchanged = pivots:ne(order):sum(-1) % 2
  return lu:diagonal(0, -2, -1), (1 - 2 * exchanged):to(a.dtype)
end

return solving
