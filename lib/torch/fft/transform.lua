-- What the functions of torch.fft share. A transform is "complex" (fft), "to_half" (rfft: of real numbers the first
-- half, for the second one is its mirror image), "from_half" (irfft), or of Hermitian numbers: "hermitian" (hfft) and
-- "to_hermitian" (ihfft).
local options = require "torch.utils.options"

local transform = {}

-- By what the results of a transform of n numbers in all are divided, or of its inverse.
local norms = {
  backward = {function() return 1 end, function(n) return n end},
  ortho = {function(n) return n ^ 0.5 end, function(n) return n ^ 0.5 end},
  forward = {function(n) return n end, function() return 1 end},
}

local function divide(name, x, norm, n, inverse)
  local by = norms[norm] or options.wrong(name, "norm", nil, "'backward', 'ortho' or 'forward'", norm)
  by = by[inverse and 2 or 1](n)
  return by == 1 and x or x / by
end

--- Integers and bools as the default float dtype, real numbers as complex ones.
local function as_complex(x)
  if torch.is_complex(x) then return x end
  if not torch.is_floating_point(x) then x = x:to(torch.get_default_dtype()) end
  return x:to(x.dtype == torch.float64 and torch.complex128 or torch.complex64)
end

local function as_real(name, x)
  if torch.is_complex(x) then options.wrong(name, "input", 1, "real numbers", x) end
  return torch.is_floating_point(x) and x or x:to(torch.get_default_dtype())
end

--- x cut or filled up with zeros to n elements along dim.
local function resize(x, dim, n)
  local now = x:size(dim)
  if n == now then return x end
  if n < now then return x:narrow(dim, 1, n) end
  local shape = table.move(x.shape, 1, x.ndim, 1, {})
  shape[dim] = n - now
  return torch.cat({x, x:new_zeros(shape)}, dim)
end

--- The whole of a spectrum of n numbers whose second half is the mirror image of the first.
local function mirror(x, dim, n)
  local half = n // 2 + 1
  x = resize(x, dim, half)
  local rest = n - half
  if rest == 0 then return x end
  return torch.cat({x, x:narrow(dim, 2, rest):flip(dim):conj()}, dim)
end

local function check_sizes(name, list)
  for _, n in ipairs(list) do
    if n < 1 then options.raise(("%s: 'n', 's': expected sizes of 1 or more, got %d"):format(name, n)) end
  end
end

--- The dimensions and their sizes, from the options dim and s (or n) of a call. Without both all dimensions, with s
-- alone the last ones.
local function geometry(name, x, dims, sizes)
  if x.ndim == 0 then options.wrong(name, "input", 1, "at least 1 dimension", x) end
  local found, seen = {}, {}
  if dims == nil then
    local count = sizes and #sizes or x.ndim
    if count > x.ndim then options.raise(("%s: 's': %d sizes for %d dimensions"):format(name, count, x.ndim)) end
    for i = 1, count do found[i] = x.ndim - count + i end
  else
    for i, dim in ipairs(type(dims) == "table" and dims or {dims}) do
      found[i] = options.dim(name, "dim", nil, dim, x.ndim)
      if seen[found[i]] then options.raise(("%s: 'dim': dimension %d is there twice"):format(name, found[i])) end
      seen[found[i]] = true
    end
  end
  if #found == 0 then options.raise(name .. ": 'dim': expected at least one dimension") end
  if sizes and #sizes ~= #found then
    options.raise(("%s: 's': expected %d, one for each dimension, got %d"):format(name, #found, #sizes))
  end
  local lengths = {}
  for i, dim in ipairs(found) do
    local n = sizes and sizes[i] or -1
    if options.integer(n) == nil then options.wrong(name, "s", nil, "integers", n) end
    lengths[i] = n == -1 and x:size(dim) or options.integer(n)
  end
  return found, lengths
end

local function along(x, dims, sizes, inverse)
  for i, dim in ipairs(dims) do
    x = torch._C.call("fourier", resize(x, dim, sizes[i]), dim, inverse)
  end
  return x
end

local function product(list)
  local n = 1
  for _, value in ipairs(list) do n = n * value end
  return n
end

-- ---- the five kinds ------------------------------------------------------------------------------

local kinds = {}

function kinds.complex(name, x, dims, sizes, norm, inverse)
  local d, n = geometry(name, x, dims, sizes)
  check_sizes(name, n)
  return divide(name, along(as_complex(x), d, n, inverse), norm, product(n), inverse)
end

--- Of real numbers: half of the last dimension.
local function half(name, x, dims, sizes, norm, inverse)
  x = as_real(name, x)
  local d, n = geometry(name, x, dims, sizes)
  check_sizes(name, n)
  local last = d[#d]
  local y = along(as_complex(x), {last}, {n[#n]}, inverse):narrow(last, 1, n[#n] // 2 + 1)
  y = along(y, {table.unpack(d, 1, #d - 1)}, n, inverse)
  return divide(name, y, norm, product(n), inverse)
end

--- Of a half spectrum: real numbers; the last size is 2 (m - 1) of m if it is not given.
local function whole(name, x, dims, sizes, norm, inverse)
  x = as_complex(x)
  local d, n = geometry(name, x, dims, sizes)
  local last = d[#d]
  if sizes == nil or sizes[#sizes] == -1 then n[#n] = 2 * (x:size(last) - 1) end
  check_sizes(name, n)
  local y = along(x, {table.unpack(d, 1, #d - 1)}, n, inverse)
  y = torch._C.call("fourier", mirror(y, last, n[#n]), last, inverse)
  return divide(name, torch.real(y), norm, product(n), inverse)
end

function kinds.to_half(name, x, dims, sizes, norm) return half(name, x, dims, sizes, norm, false) end
function kinds.from_half(name, x, dims, sizes, norm) return whole(name, x, dims, sizes, norm, true) end
function kinds.hermitian(name, x, dims, sizes, norm) return whole(name, x, dims, sizes, norm, false) end
function kinds.to_hermitian(name, x, dims, sizes, norm) return half(name, x, dims, sizes, norm, true) end

-- ---- the functions ---------------------------------------------------------------------------------

local INPUT <const> = {"input", kind = "tensor", required = true}
local NORM <const> = {"norm", kind = "string", default = "backward"}

--- fft(input, n, dim, norm)
function transform.one(name, kind, inverse)
  local parameters = {INPUT, {"n", kind = "integer"}, {"dim", kind = "integer", default = -1}, NORM}
  return function(...)
    local given = options.read(name, parameters, ...)
    return kinds[kind](name, given.input, given.dim, given.n and {given.n} or nil, given.norm, inverse)
  end
end

--- fft2(input, s, dim, norm) and fftn; `default` are the dimensions of fft2.
function transform.many(name, kind, inverse, default)
  local parameters = {INPUT, {"s", kind = "table"}, {"dim"}, NORM}
  return function(...)
    local given = options.read(name, parameters, ...)
    return kinds[kind](name, given.input, given.dim or default, given.s, given.norm, inverse)
  end
end

return transform
