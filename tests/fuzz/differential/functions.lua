--- For tests/fuzz/differential.lua: functions that are no rows (lib/torch/*.lua), each with what draws its arguments
-- (drawing.lua). Results that are positions are named by their places in `positions`.
local functions, positions = {}, {}
local f = functions

-- ---- products ------------------------------------------------------------------------------

local function scaled(d, ...)
  local list = {...}
  if d:chance(30) then list.beta = d:number(d:is_float() and 0.5 or 2) end
  if d:chance(30) then list.alpha = d:number(d:is_float() and -1.5 or 3) end
  return list
end
function f.addmv(d)
  local n, m = d:size(), d:size(0, 4)
  return scaled(d, d:tensor(d:chance(50) and {n} or {1}), d:tensor {n, m}, d:tensor {m})
end
function f.addr(d)
  local n, m = d:size(), d:size()
  return scaled(d, d:tensor(d:one {{n, m}, {m}, {n, 1}}), d:tensor {n}, d:tensor {m})
end
function f.addbmm(d)
  local b, n, m, k = d:size(), d:size(), d:size(0, 3), d:size()
  return scaled(d, d:tensor(d:one {{n, k}, {k}, {1, 1}}), d:tensor {b, n, m}, d:tensor {b, m, k})
end
function f.baddbmm(d)
  local b, n, m, k = d:size(), d:size(), d:size(0, 3), d:size()
  return scaled(d, d:tensor(d:one {{b, n, k}, {n, k}, {k}}), d:tensor {b, n, m}, d:tensor {b, m, k})
end
function f.inner(d)
  local n = d:size(0, 3)
  return {d:tensor {d:size(), n}, d:tensor(d:one {{n}, {d:size(), n}, {2, 3, n}})}
end
function f.tensordot(d)
  local n, m = d:size(), d:size()
  if d:chance(50) then return {d:tensor {d:size(), n, m}, d:tensor {n, m, d:size()}, d:number(2)} end
  return {d:tensor {n, d:size(), m}, d:tensor {m, n}, dims = d:tensors {{kind = "dims", value = {1, 3}},
    {kind = "dims", value = {2, 1}}}}
end
function f.kron(d) return {d:any(), d:any()} end
function f.chain_matmul(d)
  local a, b, c = d:size(), d:size(), d:size()
  return {d:tensor {a, b}, d:tensor {b, c}, d:tensor {c, a}}
end
function f.vdot(d)
  local n = d:size(0, 5)
  return {d:tensor {n}, d:tensor {n}}
end
function f.bilinear(d)
  local n, a, b, o = d:size(), d:size(), d:size(), d:size()
  return {d:tensor {n, a}, d:tensor {n, b}, d:tensor {o, a, b}, d:chance(50) and d:tensor {o} or nil}
end
function f.einsum(d)
  local n, m, k = d:size(), d:size(), d:size()
  return d:one {{d:word "ij,jk->ik", d:tensor {n, m}, d:tensor {m, k}}, {d:word "ii->i", d:tensor {n, n}},
    {d:word "bij,bjk", d:tensor {2, n, m}, d:tensor {2, m, k}}, {d:word "i,j,k->kij", d:tensor {n}, d:tensor {m},
      d:tensor {k}}, {d:word "...i,...i->...", d:tensor {k, n}, d:tensor {n}}}
end

-- ---- reductions ----------------------------------------------------------------------------

local function along(d, least, extra)
  local shape = d:shape(least or 0)
  local list = {d:tensor(shape)}
  if d:chance(60) and #shape > 0 then list.dim = extra == "dims" and d:dims(shape) or d:dim(shape) end
  if list.dim and d:chance(50) then list.keepdim = d:flag() end
  return list
end
function f.aminmax(d) return along(d) end
function f.nanmean(d) return along(d, 0, "dims") end
function f.nansum(d) return along(d, 0, "dims") end
function f.median(d) return along(d) end
function f.nanmedian(d) return along(d) end
positions.median, positions.nanmedian = {[2] = true}, {[2] = true}
function f.mode(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:dim(shape), d:flag()}
end
positions.mode = {[2] = true}
function f.kthvalue(d)
  local shape = d:shape(1)
  local dim = d:dim(shape)
  local n = shape[dim.value > 0 and dim.value or #shape + 1 + dim.value] or 1
  return {d:tensor(shape), d:number(d:size(1, math.max(n, 1))), dim, d:flag()}
end
positions.kthvalue = {[2] = true}
function f.count_nonzero(d)
  local shape = d:shape()
  return {d:tensor(shape), d:chance(60) and #shape > 0 and d:dims(shape) or nil}
end
local function spread(d)
  local list = along(d, 0, "dims")
  if d:chance(50) then list.correction = d:number(d:one {0, 1, 2}) end
  return list
end
f.std_mean, f.var_mean = spread, spread
local function quantile(d)
  local shape = d:shape(1)
  if not d:is_float() or d.dtype:find "16" then return nil end
  local q = d:chance(50) and d:number(d:one {0.0, 0.25, 0.5, 0.9, 1.0}) or d:finite({d:size()}, d.dtype, function()
    return d:one {0, 0.125, 0.5, 1}
  end)
  return {d:tensor(shape), q, dim = d:chance(70) and d:dim(shape) or nil, keepdim = d:flag(),
    interpolation = d:chance(50) and d:word(d:one {"linear", "lower", "higher", "midpoint", "nearest"}) or nil}
end
f.quantile, f.nanquantile = quantile, quantile
function f.dist(d)
  local shape = d:shape()
  return {d:tensor(shape), d:tensor(shape), d:number(d:one {2, 1, 0, 1.5, 3})}
end
function f.cov(d) return {d:any(0, 2), correction = d:number(d:one {0, 1})} end
function f.corrcoef(d) return {d:any(0, 2)} end
function f.trapezoid(d)
  local shape = d:shape(1)
  return {d:tensor(shape), dim = d:dim(shape), dx = d:chance(50) and d:number(d:one {1, 0.5}) or nil}
end
f.cumulative_trapezoid = f.trapezoid
function f.renorm(d)
  local shape = d:shape(2)
  return {d:tensor(shape), d:number(d:one {1, 2, 3}), d:dim(shape), d:number(d:one {0.5, 1, 2})}
end
function f.cdist(d)
  local k = d:size(0, 3)
  return {d:tensor {d:size(), k}, d:tensor(d:chance(70) and {d:size(), k} or {2, d:size(), k}),
    d:number(d:one {2, 1, 0, 1.5, 3, math.huge})}
end
function f.pdist(d) return {d:tensor {d:size(0, 5), d:size()}, d:number(d:one {2, 1, 0, 1.5})} end
function f.sum_to_size(d)
  local shape = d:shape(1)
  local size = {}
  for i = 1, #shape do size[i] = d:chance(50) and 1 or shape[i] end
  return {d:tensor(shape), d:list(size)}
end

-- ---- counting and searching ----------------------------------------------------------------

function f.bincount(d)
  if d:is_float() or d:is_complex() or d.dtype == "bool" then return nil end
  local n = d:size(0, 6)
  return {d:finite({n}, d.dtype, function() return d:size(0, 5) end), minlength = d:chance(50) and d:number(4) or nil,
    weights = d:chance(50) and d:finite({n}, "float32") or nil}
end
function f.histc(d)
  return {d:finite(d:shape()), bins = d:number(d:size(1, 6)), min = d:number(-2), max = d:number(2)}
end
function f.histogram(d)
  return {d:finite(d:shape()), d:number(d:size(1, 6)), range = d:list {-2.0, 2.0}, density = d:flag()}
end
function f.searchsorted(d) return {d:rising(d:size(1, 6)), d:finite(d:shape()), right = d:flag()} end
function f.bucketize(d) return {d:finite(d:shape()), d:rising(d:size(1, 6)), right = d:flag()} end
positions.searchsorted, positions.bucketize = {true}, {true}
function f.isin(d) return {d:any(), d:any(), invert = d:flag()} end
function f.unique(d)
  return {d:values(d:shape(), {0, 1, 2, 3}), return_inverse = d:flag(true), return_counts = d:flag(true)}
end
function f.unique_consecutive(d)
  return {d:values(d:shape(), {0, 1}), return_inverse = d:flag(true), return_counts = d:flag(true)}
end
positions.unique, positions.unique_consecutive = {[2] = true}, {[2] = true}
function f.argwhere(d) return {d:any()} end
positions.argwhere = {true}
function f.msort(d) return {d:any(1)} end
function f.unravel_index(d)
  local n, m = d:size(), d:size()
  return {d:positions(d:shape(), n * m), d:list {n, m}}
end
positions.unravel_index = {true, true}

-- ---- parts and places ----------------------------------------------------------------------

local function sections(least, dim)
  return function(d)
    local shape = d:shape(least)
    if dim then shape[dim] = 4 end
    return {d:tensor(shape), d:chance(50) and d:number(2) or d:list {1, 3}}
  end
end
f.hsplit, f.vsplit, f.dsplit = sections(2, 2), sections(2, 1), sections(3, 3)
function f.tensor_split(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:chance(50) and d:number(d:size()) or d:list {1, 3}, dim = d:dim(shape)}
end
function f.split_with_sizes(d)
  return {d:tensor {5, d:size()}, d:list {2, 0, 3}, dim = d:position(1)}
end
local function joined(least)
  return function(d)
    local shape = d:shape(least)
    local list = {}
    for i = 1, d:size(1, 3) do list[i] = d:tensor(shape) end
    return {d:tensors(list)}
  end
end
f.hstack, f.vstack, f.dstack, f.column_stack, f.row_stack = joined(0), joined(0), joined(0), joined(0), joined(0)
function f.block_diag(d) return {d:any(0, 2), d:any(0, 2), d:any(0, 2)} end
function f.broadcast_tensors(d)
  local n, m = d:size(), d:size()
  return {d:tensor {n, 1}, d:tensor {m}, d:tensor {}}
end
function f.broadcast_to(d)
  local n, m = d:size(), d:size()
  return {d:tensor(d:one {{n, 1}, {m}, {}, {n, m}}), d:list {n, m}}
end
function f.cartesian_prod(d) return {d:tensor {d:size()}, d:tensor {d:size()}} end
function f.combinations(d) return {d:tensor {d:size(0, 5)}, d:number(d:size(1, 3)), d:flag()} end
function f.meshgrid(d) return {d:tensor {d:size()}, d:tensor {d:size()}, indexing = d:word(d:one {"ij", "xy"})} end
f.atleast_1d, f.atleast_2d, f.atleast_3d = function(d) return {d:any()} end, function(d) return {d:any()} end,
  function(d) return {d:any()} end
function f.diff(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:number(d:size(0, 2)), d:dim(shape)}
end
function f.gradient(d)
  return {d:tensor {d:size(3, 5), d:size(3, 5)}, spacing = d:chance(50) and d:number(d:one {1, 2, 0.5}) or nil,
    edge_order = d:number(d:one {1, 2})}
end
function f.repeat_interleave(d)
  local shape = d:shape(1)
  local dim = d:dim(shape)
  local n = shape[dim.value > 0 and dim.value or #shape + 1 + dim.value]
  return {d:tensor(shape), d:chance(50) and d:number(d:size(0, 3)) or d:counts({n}), dim = dim}
end
function f.take_along_dim(d)
  local n, m = d:size(), d:size()
  return {d:tensor {n, m}, d:positions({d:size(), m}, n), d:position(1)}
end
local function places(d)
  local n = d:size()
  local shape = {n, d:size()}
  local count = d:size(1, n)
  return shape, d:distinct(count, n), {count, shape[2]}
end
function f.index_copy(d)
  local shape, index, part = places(d)
  return {d:tensor(shape), d:position(1), index, d:tensor(part)}
end
function f.index_fill(d)
  local shape, index = places(d)
  return {d:tensor(shape), d:position(d:one {1, -2}), index, d:number(d:one {0, 1, 2})}
end
function f.index_reduce(d)
  local shape, index, part = places(d)
  return {d:finite(shape), d:position(1), index, d:finite(part), d:word(d:one {"prod", "mean", "amax", "amin"}),
    include_self = d:flag()}
end
function f.put(d)
  local n, m = d:size(), d:size()
  local count = d:size(1, n * m)
  return {d:tensor {n, m}, d:distinct(count, n * m), d:tensor {count}, d:flag()}
end
function f.index_put(d)
  local n, m = d:size(), d:size()
  local count = d:size(1, n)
  return {d:tensor {n, m}, d:tensors {d:distinct(count, n)}, d:tensor {count, m}, d:flag()}
end
function f.masked_scatter(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:mask(shape), d:tensor {40}}
end
function f.segment_reduce(d)
  return {d:finite {5, d:size()}, d:word(d:one {"sum", "mean", "max", "min", "prod"}),
    lengths = {kind = "tensor", value = {dtype = "int64", shape = {3}, data = {2, 1, 2}}}, unsafe = d:flag()}
end
function f.cross(d)
  local n = d:size()
  return {d:tensor {n, 3}, d:tensor {n, 3}, d:position(d:one {2, -1})}
end
function f.vander(d) return {d:tensor {d:size(0, 4)}, N = d:chance(50) and d:number(d:size()) or nil,
  increasing = d:flag()} end
function f.frexp(d) return {d:any()} end
function f.tril_indices(d) return {d:number(d:size()), d:number(d:size()), d:number(d:size(-2, 2))} end
f.triu_indices = f.tril_indices
positions.tril_indices, positions.triu_indices = {true}, {true}
function f.polar(d)
  local shape = d:shape()
  return {d:tensor(shape), d:tensor(shape)}
end
function f.roll(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:number(d:size(-3, 3)), d:dim(shape)}
end
function f.rot90(d) return {d:any(2), d:number(d:size(-4, 4)), {kind = "dims", value = d:one {{1, 2}, {2, 1}}}} end

-- ---- creation ------------------------------------------------------------------------------

local function made(d, list)
  list.dtype = {kind = "dtype", value = d.dtype}
  return list
end
function f.arange(d) return made(d, {d:number(d:size(-3, 3)), d:number(d:size(4, 9)), d:number(d:one {1, 2, 3})}) end
function f.range(d) return made(d, {d:number(d:size(-3, 3)), d:number(d:size(4, 9)), d:number(d:one {1, 2, 0.5})}) end
function f.linspace(d) return made(d, {d:number(d:size(-3, 3)), d:number(d:size(4, 9)), d:number(d:size(0, 7))}) end
function f.logspace(d)
  return made(d, {d:number(d:size(-1, 1)), d:number(2), d:number(d:size(0, 5)), base = d:number(d:one {2, 10})})
end
function f.eye(d) return made(d, {d:number(d:size(0, 4)), d:number(d:size(0, 4))}) end
function f.zeros(d) return made(d, {d:list(d:shape())}) end
f.ones = f.zeros
function f.full(d) return made(d, {d:list(d:shape()), d:number(d:one {0, 1, 2})}) end
local function like(d, list)
  if d:chance(50) then list.dtype = {kind = "dtype", value = d:one {"float32", "int64", "bool", "complex64"}} end
  return list
end
function f.zeros_like(d) return like(d, {d:any()}) end
f.ones_like = f.zeros_like
function f.full_like(d) return like(d, {d:any(), d:number(d:one {0, 1})}) end
for _, name in ipairs {"bartlett_window", "blackman_window", "hamming_window", "hann_window"} do
  f[name] = function(d) return made(d, {d:number(d:size(0, 7)), periodic = d:flag()}) end
end

return {functions = functions, positions = positions}
