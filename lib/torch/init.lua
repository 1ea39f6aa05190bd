-- What torch has beyond the ops: functions that are shorter in Lua. Called with torch.
local torch = ...
local methods = getmetatable(torch.zeros(0)).__methods

local function both(name, f)
  torch[name] = f
  methods[name] = f
end

--- torch.split(input: Tensor, size: int|int[], dim: dim = 1) -> Tensor[]: An array of views
-- of `size` (a number or an array of sizes) along dim; the last may be smaller.
-- Example: torch.split(torch.arange(5), 2)
both("split", function(input, size, dim)
  if type(dim) == "table" then dim = dim.dim end
  dim = dim or 1
  local n = input:size(dim)
  local parts, at = {}, 1
  if type(size) ~= "table" then
    if math.type(size) ~= "integer" or size < 1 then
      error(("split: 'size' (argument 2): expected a positive integer or an array of sizes, got %s"):format(tostring(size)), 2)
    end
    for first = 1, math.max(n, 1), size do parts[#parts + 1] = input:narrow(dim, first, math.min(size, n - first + 1)) end
    return parts
  end
  local total = 0
  for _, s in ipairs(size) do total = total + s end
  if total ~= n then error(("split: 'size' (argument 2): the sizes add up to %d, the dimension has %d"):format(total, n), 2) end
  for i, s in ipairs(size) do
    parts[i] = s == 0 and input:narrow(dim, 1, 0) or input:narrow(dim, at, s)
    at = at + s
  end
  return parts
end)

--- torch.chunk(input: Tensor, chunks: int, dim: dim = 1) -> Tensor[]: At most `chunks` views
-- of equal size along dim; the last may be smaller.
-- Example: torch.chunk(torch.arange(5), 2)
both("chunk", function(input, chunks, dim)
  if math.type(chunks) ~= "integer" or chunks < 1 then
    error(("chunk: 'chunks' (argument 2): expected a positive integer, got %s"):format(tostring(chunks)), 2)
  end
  if type(dim) == "table" then dim = dim.dim end
  local n = input:size(dim or 1)
  return torch.split(input, math.max(1, (n + chunks - 1) // chunks), dim)
end)

--- torch.unbind(input: Tensor, dim: dim = 1) -> Tensor[]: An array of the slices along dim,
-- which disappears.
-- Example: torch.unbind(torch.eye(2))
both("unbind", function(input, dim)
  if type(dim) == "table" then dim = dim.dim end
  dim = dim or 1
  local parts = {}
  for i = 1, input:size(dim) do parts[i] = input:select(dim, i) end
  return parts
end)

--- torch.nonzero(input: Tensor, as_tuple: bool = false) -> Tensor:
-- The positions of the elements that are not 0, one row each; with as_tuple one tensor for each
-- dimension (for x[{...}]).
-- Example: torch.nonzero(torch.tensor{0, 3, 4})
local nonzero = torch.nonzero
local function nonzero_columns(input)
  if torch.is_tensor(input) and input.ndim == 0 then input = input:reshape(1) end
  return table.unpack(torch.unbind(nonzero(input), 2))
end
both("nonzero", function(input, ...)
  local options = ...
  if type(options) ~= "table" or options.as_tuple == nil then return nonzero(input, ...) end
  local rest = {}
  for name, value in pairs(options) do if name ~= "as_tuple" then rest[name] = value end end
  if type(options.as_tuple) ~= "boolean" then
    error(("nonzero: 'as_tuple': expected true or false, got %s"):format(tostring(options.as_tuple)), 2)
  end
  if options.as_tuple and not next(rest) then return nonzero_columns(input) end
  return nonzero(input, rest)
end)

--- torch.allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = false) -> bool:
-- Whether |input - other| ≤ atol + rtol |other| everywhere; with equal_nan NaN is close to NaN.
-- Example: torch.allclose(torch.ones(2), torch.ones(2) + 1e-9)
both("allclose", function(input, other, rtol, atol, equal_nan)
  if type(rtol) == "table" then rtol, atol, equal_nan = rtol.rtol, rtol.atol, rtol.equal_nan end
  return torch.no_grad(function()
    local a, b = input:double(), other:double()
    local close = (a - b):abs():le(b:abs() * (rtol or 1e-5) + (atol or 1e-8)):logical_or(a:eq(b))
    if equal_nan then close = close:logical_or(a:isnan():logical_and(b:isnan())) end
    return close:all():item()
  end)
end)

--- x:view_as(other: Tensor) -> Tensor: A view in the shape of other.
-- Example: torch.arange(4):view_as(torch.zeros(2, 2))
function methods.view_as(x, other) return x:view(other.shape) end
--- x:reshape_as(other: Tensor) -> Tensor: In the shape of other; a copy where it must be.
-- Example: torch.arange(4):reshape_as(torch.zeros(2, 2))
function methods.reshape_as(x, other) return x:reshape(other.shape) end
--- x:new_tensor(data: any) -> Tensor: torch.tensor(data) in the dtype of x.
-- Example: torch.ones(1):new_tensor({1, 2})
function methods.new_tensor(x, data) return torch.tensor(data, {dtype = x.dtype}) end

-- Other names of the same functions.
for alias, name in pairs {multiply = "mul", divide = "div", subtract = "sub", negative = "neg", absolute = "abs",
  concat = "cat", clip = "clamp", swapaxes = "transpose", swapdims = "transpose", greater = "gt", less = "lt", true_divide = "div"} do
  torch[alias], methods[alias] = torch[name], methods[name]
end

--- torch.scope(f: function, ...: any) -> any: Runs f(...), returns its results, and gives the
-- memory of the tensors that it left behind back at once.
-- Example: torch.scope(function(n) return torch.ones(n):sum():item() end, 10)
function torch.scope(f, ...)
  local results = table.pack(f(...))
  collectgarbage()
  return table.unpack(results, 1, results.n)
end
