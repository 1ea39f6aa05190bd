--- torch.sparse: Sparse tensors in coordinate form (COO), as far as gradients of large tables need them: made by
-- torch.sparse_coo_tensor, x:to_sparse() and nn.Embedding with sparse = true.
-- Example: torch.sparse.mm(torch.eye(2):to_sparse(), torch.ones(2, 3))
local options = require "torch.utils.options"
local sparse = {}

local SparseTensor = torch.class "SparseTensor"

local function join(a, b)
  local list = table.move(a, 1, #a, 1, {})
  return table.move(b, 1, #b, #list + 1, list)
end
local function product(list)
  local n = 1
  for _, size in ipairs(list) do n = n * size end
  return n
end
local function part(list, first, last) return table.move(list, first, last, 1, {}) end

--- A sparse tensor of positions (sparse dimensions × entries, from 1), a value for each entry, and a shape; nothing is
-- checked.
local function make(indices, values, size, coalesced)
  local s = SparseTensor()
  s._i, s._v, s._size, s._coalesced = indices, values, size, coalesced or indices.shape[2] < 2
  s.dtype, s.device, s.ndim, s.is_sparse = values.dtype, values.device, #size, true
  s.shape = torch.empty(size, {device = "meta"}).shape
  return s
end
sparse._make = make

local function is_sparse(value) return type(value) == "userdata" and torch.isinstance(value, SparseTensor) end

--- The value, which must be a sparse tensor.
function sparse._check(name, parameter, position, value)
  if is_sparse(value) then return value end
  options.wrong(name, parameter, position, "a sparse tensor", value)
end

--- The gradient of a tensor, which becomes a dense one where it was sparse.
function sparse._dense_grad(p)
  local grad = p.grad
  if grad == nil or torch.is_tensor(grad) then return grad end
  grad = grad:to_dense()
  p.grad = grad
  return grad
end

--- The gradient of a table as attributes.c hands it out: positions of rows from 0, their values, the number of rows.
function sparse._of_rows(places, values, n)
  return make((places + 1):unsqueeze(1), values, {n, values.shape[2]}, false)
end
--- The same the other way round, for x.grad = s.
function SparseTensor:rows_of()
  if #self._size ~= 2 or self._i.shape[1] ~= 1 then options.raise "grad: expected a sparse tensor of rows (n × d)" end
  return (self._i:select(1, 1) - 1), self._v
end

--- The flat position of each entry among the sparse dimensions, from 1.
local function keys(s)
  local flat, stride = nil, 1
  for d = s._i.shape[1], 1, -1 do
    local term = (s._i:select(1, d) - 1) * stride
    flat = flat and flat + term or term
    stride = stride * s._size[d]
  end
  return flat + 1, stride
end

function SparseTensor:sparse_dim() return self._i.shape[1] end
function SparseTensor:dense_dim() return #self._size - self._i.shape[1] end
function SparseTensor:_nnz() return self._i.shape[2] end
function SparseTensor:size(d) return d and self.shape[options.dim("size", "dim", 1, d, self.ndim)] or self.shape end
function SparseTensor:dim() return self.ndim end
function SparseTensor:numel() return product(self._size) end
function SparseTensor:is_coalesced() return self._coalesced end
function SparseTensor:_indices() return self._i end
function SparseTensor:_values() return self._v end

local function needs_coalesced(self, name)
  if self._coalesced then return end
  local text = "%s: the tensor is not coalesced: an entry may be there several times; call :coalesce() first, or :_%s()"
  options.raise(text:format(name, name))
end
function SparseTensor:indices()
  needs_coalesced(self, "indices")
  return self._i
end
function SparseTensor:values()
  needs_coalesced(self, "values")
  return self._v
end

--- s:coalesce(): the entries in order, each once: values of the same place are added.
function SparseTensor:coalesce()
  if self._coalesced then return self end
  local at = keys(self)
  local once, inverse = torch.unique(at, {return_inverse = true})
  local sums = torch.zeros(join({once:numel()}, part(self._v.shape, 2, self._v.ndim)),
    {dtype = self.dtype, device = self.device})
  local rest, rows = once - 1, {}
  for d = self:sparse_dim(), 1, -1 do
    rows[d] = rest:remainder(self._size[d]) + 1
    rest = rest:div(self._size[d], {rounding_mode = "floor"})
  end
  return make(torch.stack(rows, 1), sums:index_add(1, inverse, self._v), self._size, true)
end

--- Adds alpha times the entries to a dense tensor, which stays as it is.
local function added(self, dense, alpha)
  local at, n = keys(self)
  local flat = dense:reshape(join({n}, part(self._size, self:sparse_dim() + 1, #self._size)))
  return flat:index_add(1, at, self._v, {alpha = alpha or 1}):reshape(self._size)
end
function SparseTensor:to_dense()
  return added(self, torch.zeros(self._size, {dtype = self.dtype, device = self.device}))
end

function SparseTensor:clone() return make(self._i:clone(), self._v:clone(), self._size, self._coalesced) end
function SparseTensor:detach() return make(self._i, self._v:detach(), self._size, self._coalesced) end
function SparseTensor:to(...) return make(self._i, self._v:to(...), self._size, self._coalesced) end
function SparseTensor:requires_grad_(on)
  self._v:requires_grad_(on)
  return self
end
--- The transpose of a matrix of numbers.
function SparseTensor:t()
  if self.ndim ~= 2 or self:sparse_dim() ~= 2 then options.raise "t: expected a sparse matrix" end
  return make(self._i:flip {1}, self._v, {self._size[2], self._size[1]}, false)
end

local function same_size(a, b)
  return table.concat(a, ",") == table.concat(b, ",")
end
--- s:add(other, alpha): of sparse tensors a sparse one, of a sparse and a dense one a dense one.
function SparseTensor:add(other, alpha)
  if torch.is_tensor(other) then
    if not same_size(other.shape, self._size) then
      options.wrong("add", "other", 1, "a tensor of shape " .. table.concat(self._size, "×"), other)
    end
    return added(self, other * (alpha or 1))
  end
  sparse._check("add", "other", 1, other)
  if not same_size(other._size, self._size) or other:sparse_dim() ~= self:sparse_dim() then
    options.wrong("add", "other", 1, "a sparse tensor of shape " .. table.concat(self._size, "×"), other)
  end
  return make(torch.cat({self._i, other._i}, 2), torch.cat({self._v, other._v * (alpha or 1)}, 1), self._size, false)
end
--- s:mul(other): by a number, or by a dense tensor of its shape; a sparse one.
function SparseTensor:mul(other)
  if type(other) == "number" then return make(self._i, self._v * other, self._size, self._coalesced) end
  if not torch.is_tensor(other) then options.wrong("mul", "other", 1, "a number or a dense tensor", other) end
  if other.ndim == 0 then return make(self._i, self._v * other, self._size, self._coalesced) end
  if not same_size(other.shape, self._size) then
    options.wrong("mul", "other", 1, "a tensor of shape " .. table.concat(self._size, "×"), other)
  end
  local at, n = keys(self)
  local flat = other:reshape(join({n}, part(self._size, self:sparse_dim() + 1, #self._size)))
  return make(self._i, self._v * flat:index_select(1, at), self._size, self._coalesced)
end
function SparseTensor:__add(other)
  if torch.is_tensor(self) then return other:add(self) end
  return self:add(other)
end
function SparseTensor:__sub(other)
  if torch.is_tensor(self) then return other:mul(-1):add(self) end
  return self:add(other, -1)
end
function SparseTensor:__mul(other)
  if not is_sparse(self) then self, other = other, self end
  return self:mul(other)
end
function SparseTensor:__div(number)
  if not is_sparse(self) or type(number) ~= "number" then options.wrong("div", "other", 2, "a number", number) end
  return self:mul(1 / number)
end
function SparseTensor:__unm() return self:mul(-1) end

function SparseTensor:mm(dense) return sparse.mm(self, dense) end
SparseTensor.matmul = SparseTensor.mm

local function sizes(list) return "torch.Size({" .. table.concat(list, ", ") .. "})" end
local function indented(text, n) return (text:gsub("\n", "\n" .. (" "):rep(n))) end
function SparseTensor:__tostring()
  local values, history = self._v, ""
  if values.grad_fn then history = (", grad_fn=<%s>"):format(values.grad_fn:name())
  elseif values.requires_grad then history = ", requires_grad=true" end
  return ("tensor(indices=%s,\n       values=%s,\n       size=%s, nnz=%d, layout=torch.sparse_coo%s)"):format(
    indented(tostring(self._i), 15), indented(tostring(values:detach()), 14), sizes(self._size), self:_nnz(), history)
end

--- What a sparse tensor has of its values: requires_grad, is_leaf, grad_fn, and grad, which is sparse as it is.
function SparseTensor:__getattr(name)
  if name == "requires_grad" or name == "is_leaf" or name == "grad_fn" then return self._v[name] end
  local grad = name == "grad" and self._v.grad
  return grad and make(self._i, grad, self._size, self._coalesced) or nil
end

--- torch.sparse.mm(mat1: table, mat2: Tensor) -> Tensor: The product of a sparse matrix and a dense one. Gradients
-- reach the values of the sparse one and the dense one.
-- Example: torch.sparse.mm(torch.eye(2):to_sparse(), torch.ones(2, 3))
function sparse.mm(...)
  local given = options.read("sparse.mm", {{"mat1", required = true}, {"mat2", kind = "tensor", required = true}}, ...)
  local s, dense = sparse._check("sparse.mm", "mat1", 1, given.mat1), given.mat2
  if s.ndim ~= 2 or s:sparse_dim() ~= 2 then options.wrong("sparse.mm", "mat1", 1, "a matrix of numbers", s) end
  if dense.ndim ~= 2 or dense.shape[1] ~= s._size[2] then
    options.wrong("sparse.mm", "mat2", 2, ("a matrix of %d rows"):format(s._size[2]), dense)
  end
  local rows = s._v:unsqueeze(2) * dense:index_select(1, s._i:select(1, 2))
  local zeros = torch.zeros({s._size[1], dense.shape[2]}, {dtype = rows.dtype, device = rows.device})
  return zeros:index_add(1, s._i:select(1, 1), rows)
end

--- torch.sparse.sum(input: table) -> Tensor: The sum of all values.
-- Example: torch.sparse.sum(torch.eye(2):to_sparse())
function sparse.sum(...)
  local given = options.read("sparse.sum", {{"input", required = true}}, ...)
  return sparse._check("sparse.sum", "input", 1, given.input)._v:sum()
end

--- torch.sparse.add_(dense: Tensor, other: table, alpha: float = 1) -> Tensor: Adds alpha times a sparse tensor to a
-- dense one in place.
-- Example: torch.sparse.add_(torch.zeros(2, 2), torch.eye(2):to_sparse(), 3)
function sparse.add_(...)
  local given = options.read("sparse.add_", {{"dense", kind = "tensor", required = true}, {"other", required = true},
    {"alpha", kind = "number", default = 1}}, ...)
  local dense, s = given.dense, sparse._check("sparse.add_", "other", 2, given.other)
  if not same_size(dense.shape, s._size) then
    options.wrong("sparse.add_", "dense", 1, "a tensor of shape " .. table.concat(s._size, "×"), dense)
  end
  if not dense:is_contiguous() then return dense:copy_(added(s, dense, given.alpha)) end
  local at, n = keys(s)
  local flat = dense:view(join({n}, part(s._size, s:sparse_dim() + 1, #s._size)))
  flat:index_add_(1, at, s._v, {alpha = given.alpha})
  return dense
end

return sparse
