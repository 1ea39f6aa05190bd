--- For tests/fuzz/differential.lua: the functions of torch.linalg and torch.fft. Factors that are one choice of many
-- (signs of eigenvectors) are looked at by what is unique about them.
local functions, positions = {}, {}
local f = functions

-- Square matrices of the dtypes that LAPACK has.
local function square(extra)
  return function(d)
    if not d:is_wide() then return nil end
    local n = d:size()
    local list = {d:square(n, d:one {{}, {}, {2}, {2, 1}, {0}})}
    if extra then extra(d, list, n) end
    return list
  end
end
for _, name in ipairs {"det", "slogdet", "inv", "inv_ex", "pinv", "matrix_exp", "cond", "lu_factor", "lu", "qr"} do
  f["linalg." .. name] = square()
end
f.det, f.slogdet, f.logdet, f.inverse, f.pinverse, f.matrix_exp = square(), square(), square(), square(), square(),
  square()
f["linalg.matrix_power"] = square(function(d, list) list[2] = d:number(d:size(-2, 3)) end)
f.matrix_power = f["linalg.matrix_power"]
f["linalg.solve"] = square(function(d, list, n)
  list[2] = d:finite {n, d:size()}
end)
f["linalg.solve_triangular"] = function(d)
  if not d:is_wide() then return nil end
  local n = d:size()
  return {d:square(n), d:finite {n, d:size()}, upper = d:flag(), unitriangular = d:flag(false)}
end
f.triangular_solve = function(d)
  if not d:is_wide() then return nil end
  local n = d:size()
  return {d:finite {n, d:size()}, d:square(n), d:flag(), d:flag()}
end
local function positive(extra)
  return function(d)
    if not d:is_wide() then return nil end
    local n = d:size()
    local list = {d:positive(n)}
    if extra then extra(d, list, n) end
    return list
  end
end
f["linalg.cholesky"] = positive(function(d, list) list.upper = d:flag() end)
f["linalg.cholesky_ex"] = positive()
f.cholesky = positive(function(d, list) list[2] = d:flag() end)
f.cholesky_inverse = positive(function(d, list, n)
  local upper = d:flag()
  list[1], list[2] = d:triangular(n, upper.value), upper
end)
f.cholesky_solve = positive(function(d, list, n)
  local upper = d:flag()
  list[1], list[2], list[3] = d:finite {n, d:size()}, d:triangular(n, upper.value), upper
end)
f["linalg.eigvalsh"], f["linalg.svdvals"] = positive(), positive()
f["linalg.matrix_rank"] = positive()
local function tall(extra)
  return function(d)
    if not d:is_wide() then return nil end
    local list = {d:clear {d:size(1, 5), d:size(1, 5)}}
    if extra then extra(d, list) end
    return list
  end
end
f["linalg.matrix_norm"] = tall(function(d, list)
  list.ord = d:one {d:word "fro", d:word "nuc", d:number(1), d:number(-1), d:number(math.huge), d:number(2),
    d:number(-2)}
end)
f["linalg.norm"] = tall(function(d, list) if d:chance(50) then list[2] = d:one {d:word "fro", d:number(1)} end end)
f.nuclear_norm = tall()
f["linalg.svdvals/tall"] = tall()
f["linalg.lstsq"] = function(d)
  if not d:is_wide() then return nil end
  local n = d:size()
  return {d:square(n), d:finite {n, d:size()}}
end
f["linalg.vector_norm"] = function(d)
  local shape = d:shape(1)
  return {d:tensor(shape), ord = d:number(d:one {2, 1, 0, 3, 0.5, math.huge, -math.huge}),
    dim = d:chance(50) and d:dims(shape) or nil, keepdim = d:flag()}
end
f["linalg.cross"] = function(d)
  local n = d:size()
  return {d:tensor {n, 3}, d:tensor(d:one {{n, 3}, {1, 3}})}
end
f["linalg.vecdot"] = function(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:tensor(shape), dim = d:dim(shape)}
end
f["linalg.multi_dot"] = function(d)
  local a, b, c = d:size(), d:size(), d:size()
  return {d:tensors {d:tensor {a, b}, d:tensor {b, c}, d:tensor {c, a}}}
end
f["linalg.diagonal"] = function(d) return {d:any(2), offset = d:number(d:size(-1, 1))} end
f["linalg.vander"] = function(d)
  return {d:tensor {d:size(1, 4)}, N = d:chance(50) and d:number(d:size(2, 4)) or nil}
end
f["linalg.tensorinv"] = function(d) return d:is_wide() and {d:square(4), ind = d:number(1)} or nil end
f["linalg.householder_product"] = function(d)
  if not d:is_wide() then return nil end
  local n, m = d:size(2, 4), d:size(1, 2)
  return {d:finite {n, m}, d:finite {m}}
end

-- ---- fft -----------------------------------------------------------------------------------

local NORMS <const> = {"backward", "ortho", "forward"}
local function transform(name, lines)
  f["fft." .. name] = function(d)
    local shape = d:shape(lines)
    for i = 1, #shape do shape[i] = d:size(1, 7) end
    local list = {d:tensor(shape)}
    if d:chance(40) then list.norm = d:word(d:one(NORMS)) end
    if lines == 1 then
      if d:chance(40) then list.n = d:number(d:size(2, 9)) end
      list.dim = d:dim(shape)
    elseif d:chance(50) then list.dim = d:dims(shape, 1) end
    return list
  end
end
for _, name in ipairs {"fft", "ifft", "rfft", "irfft", "hfft", "ihfft"} do transform(name, 1) end
for _, name in ipairs {"fftn", "ifftn", "rfftn", "irfftn", "hfftn", "ihfftn"} do transform(name, 2) end
for _, name in ipairs {"fft2", "ifft2", "rfft2", "irfft2"} do
  f["fft." .. name] = function(d) return {d:tensor {d:size(1, 5), d:size(2, 6)}} end
end
for _, name in ipairs {"fftshift", "ifftshift"} do
  f["fft." .. name] = function(d)
    local shape = d:shape(1)
    return {d:tensor(shape), dim = d:chance(50) and d:dims(shape) or nil}
  end
end
for _, name in ipairs {"fftfreq", "rfftfreq"} do
  f["fft." .. name] = function(d) return {d:number(d:size(1, 8)), d:number(d:one {1.0, 0.5})} end
end
f.stft = function(d)
  if not d:is_wide() then return nil end
  return {d:finite {d:size(20, 40)}, d:number(8), hop_length = d:number(d:size(2, 5)), window = d:clear {8},
    center = d:flag(), return_complex = d:flag(true), onesided = d:chance(50) and d:flag(false) or nil,
    normalized = d:flag()}
end

return {functions = functions, positions = positions}
