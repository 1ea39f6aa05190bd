--- For tests/fuzz/differential.lua: the factorisations of torch.linalg, whose factors are one choice of many, and the
-- functions that take factors. Results are compared as rebuilt.lua says.
local functions = {}
local f = functions

-- A function that takes a matrix, or a batch of them, of the dtypes that LAPACK has. `shape` draws rows and columns.
local function of_matrix(shape, extra)
  return function(d)
    if not d:is_wide() then return nil end
    local n, m = shape(d)
    local batch = d:one {{}, {}, {}, {2}, {0}}
    batch[#batch + 1], batch[#batch + 2] = n, m
    local list = {n == m and d:square(n, {table.unpack(batch, 1, #batch - 2)}) or d:clear(batch)}
    if extra then extra(d, list) end
    return list
  end
end
local function square(d)
  local n = d:size(1, 5)
  return n, n
end
local function any(d) return d:size(1, 5), d:size(1, 5) end

-- ---- factors -------------------------------------------------------------------------------

f["linalg.svd"] = of_matrix(any, function(d, list) list.full_matrices = d:flag() end)
f.svd = of_matrix(any, function(d, list) list.some = d:flag() end)
f["linalg.eig"], f["linalg.eigvals"] = of_matrix(square), of_matrix(square)
local function triangle(d, list) if d:chance(60) then list.UPLO = d:word(d:one {"L", "U"}) end end
f["linalg.eigh"] = of_matrix(square, triangle)
f["linalg.eigvalsh/either"] = of_matrix(square, triangle)
f["linalg.qr/modes"] = of_matrix(any, function(d, list) list.mode = d:word(d:one {"reduced", "complete", "r"}) end)
f.qr = of_matrix(any, function(d, list) list.some = d:flag() end)
f.geqrf = of_matrix(any)
f["linalg.lu/any"], f["linalg.lu_factor/any"], f["linalg.lu_factor_ex"] = of_matrix(any), of_matrix(any), of_matrix(any)
local function hermitian(d, list) list.hermitian = d:flag() end
f["linalg.ldl_factor"], f["linalg.ldl_factor_ex"] = of_matrix(square, hermitian), of_matrix(square, hermitian)
f["linalg.lstsq/tall"] = function(d)
  if not d:is_wide() then return nil end
  local n, batch = d:size(1, 4), d:one {{}, {}, {2}}
  local function matrix(columns)
    local shape = table.move(batch, 1, #batch, 1, {})
    shape[#shape + 1] = n + 2
    shape[#shape + 1] = columns
    return d:clear(shape)
  end
  local driver = d:chance(70) and d:word(d:one {"gels", "gelsy", "gelsd", "gelss"}) or nil
  return {matrix(n), matrix(d:size()), driver = driver}
end

-- ---- what is made with them ----------------------------------------------------------------

-- The pivots of LAPACK for n rows: row i is exchanged with row p[i] ≥ i.
local function pivots(d, n)
  local list = {}
  for i = 1, n do list[i] = d:size(i, n) end
  return {kind = "tensor", value = {dtype = "int32", shape = {n}, data = list}}
end
local function with_pivots(draw)
  return function(d)
    if not d:is_wide() then return nil end
    local n = d:size(1, 5)
    return draw(d, d:square(n), pivots(d, n), n)
  end
end
f.lu_unpack = with_pivots(function(d, a, p)
  return {a, p, unpack_data = d:chance(70) and d:flag() or nil, unpack_pivots = d:chance(70) and d:flag() or nil}
end)
f.lu_solve = with_pivots(function(d, a, p, n) return {d:finite {n, d:size()}, a, p} end)
f["linalg.lu_solve"] = with_pivots(function(d, a, p, n)
  local left = d:flag()
  return {a, p, d:finite(left.value and {n, d:size()} or {d:size(), n}), left = left, adjoint = d:flag()}
end)
f["linalg.ldl_solve"] = with_pivots(function(d, a, _, n)
  local list = {}
  for i = 1, n do list[i] = i end
  local p = {kind = "tensor", value = {dtype = "int32", shape = {n}, data = list}}
  return {a, p, d:finite {n, d:size()}, hermitian = d:flag()}
end)
f.ormqr = function(d)
  if not d:is_wide() then return nil end
  local n, k, left = d:size(2, 4), d:size(1, 2), d:flag()
  return {d:finite {n, k}, d:finite {k}, d:finite(left.value and {n, d:size()} or {d:size(), n}), left = left,
    transpose = d:flag()}
end
f.orgqr = function(d)
  if not d:is_wide() then return nil end
  local n, m = d:size(2, 4), d:size(1, 2)
  return {d:finite {n, m}, d:finite {m}}
end
f["linalg.tensorsolve"] = function(d)
  if not d:is_wide() then return nil end
  local n = d:size(1, 4)
  return {d:square(n), d:finite {n}}
end
f["linalg.solve_ex"] = of_matrix(square, function(d, list)
  local shape = list[1].value.shape
  local n, left = shape[#shape], d:flag()
  list[2], list.left = d:finite(left.value and {n, d:size()} or {d:size(), n}), left
end)
f["linalg.pinv/any"] = of_matrix(any, function(d, list) if d:chance(40) then list.rtol = d:number(1e-3) end end)
f["linalg.matrix_rank/any"] = of_matrix(any, function(d, list) if d:chance(40) then list.rtol = d:number(0.5) end end)
f["linalg.cond/orders"] = of_matrix(square, function(d, list)
  list[2] = d:one {d:number(2), d:number(-2), d:number(1), d:number(-1), d:number(math.huge), d:word "fro",
    d:word "nuc"}
end)

return {functions = functions, positions = {}}
