local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"bins", required = true},
  {"range", kind = "table"}, {"weight", kind = "tensor"}, {"density", kind = "boolean", default = false}}

local NAME <const> = "histogramdd"
local HALVES <const> = {[torch.float16] = true, [torch.bfloat16] = true}

-- Counted in float32; the results have the dtype of the input.
local function of_halves(given)
  local function wide(x) return torch.is_tensor(x) and x:float() or x end
  local bins, dtype = given.bins, given.input.dtype
  if type(bins) == "table" then
    bins = {}
    for d, edges in ipairs(given.bins) do bins[d] = wide(edges) end
  end
  local counts, edges = torch.histogramdd(wide(given.input), bins, {range = given.range, weight = wide(given.weight),
    density = given.density})
  for d, e in ipairs(edges) do edges[d] = e:to(dtype) end
  return counts:to(dtype), edges
end

-- The edges along dimension d of columns x (n×D).
local function edges_of(x, d, bins, range)
  if torch.is_tensor(bins) then
    if bins.ndim ~= 1 or bins:numel() < 1 then options.wrong(NAME, "bins", 2, "vectors of edges", bins) end
    return bins:to(x.dtype)
  end
  local n = options.integer(bins)
  if n == nil or n < 1 then options.wrong(NAME, "bins", 2, "positive integers or vectors of edges", bins) end
  local low, high = 0, 1
  if range then low, high = range[2 * d - 1], range[2 * d]
  elseif x:size(1) > 0 then low, high = x:select(2, d):min():item(), x:select(2, d):max():item() end
  if type(low) ~= "number" or type(high) ~= "number" or low > high then
    options.wrong(NAME, "range", nil, "a lower and a higher number for each dimension", range)
  end
  if low == high then low, high = low - 0.5, high + 0.5 end
  return torch.linspace(low, high, n + 1, {dtype = x.dtype, device = x.device})
end

-- In which bin (from 1) each number lies, and whether in one at all.
local function place(column, edges)
  local n = edges:numel() - 1
  local bin = torch.searchsorted(edges, column:contiguous(), {right = true}) - 1
  bin = torch.where(column:eq(edges[-1]), torch.full_like(bin, n), bin)
  return bin, bin:ge(1):logical_and(bin:le(n)):logical_and(column:ge(edges[1]))
end

local function divided(counts, edges)
  counts = counts / counts:sum()
  for d, e in ipairs(edges) do
    local shape = {}
    for i = 1, #edges do shape[i] = i == d and -1 or 1 end
    counts = counts / e:diff():reshape(shape)
  end
  return counts
end

--- torch.histogramdd(input: Tensor, bins: any, {range: number[] = nil, weight: Tensor = nil, density: bool = false}) ->
-- Tensor, Tensor[]: The histogram of points (rows of input, of D numbers) in D dimensions, and the edges. bins: an
-- array of D numbers of bins or of D vectors of edges, or one number for all; range: the lower and the higher end of
-- each dimension. weight: of each point. density: divided by the sum and by the size of the bins.
-- Example: torch.histogramdd(torch.tensor({{0.0, 1}, {1, 0}, {1, 1}}), {2, 2})
return function(...)
  local given = options.read(NAME, PARAMETERS, ...)
  if HALVES[given.input.dtype] then return of_halves(given) end
  local input, bins, weight = given.input, given.bins, given.weight
  if input.ndim < 2 or input.dtype ~= torch.float32 and input.dtype ~= torch.float64 then
    options.wrong(NAME, "input", 1, "float32 or float64 of at least 2 dimensions", input)
  end
  local dims = input:size(-1)
  local x = input:detach():reshape({input:numel() // math.max(dims, 1), dims})
  if type(bins) ~= "table" then
    bins = {}
    for d = 1, dims do bins[d] = given.bins end
  end
  if #bins ~= dims then options.wrong(NAME, "bins", 2, ("%d, one for each dimension"):format(dims), bins) end
  local edges, shape, flat, inside = {}, {}, x:new_zeros({x:size(1)}, {dtype = "int64"}), nil
  for d = 1, dims do
    edges[d] = edges_of(x, d, bins[d], given.range)
    shape[d] = edges[d]:numel() - 1
    local bin, within = place(x:select(2, d), edges[d])
    flat, inside = flat * shape[d] + bin - 1, inside and inside:logical_and(within) or within
  end
  weight = weight and weight:detach():reshape(-1):to(x.dtype) or x:new_ones({x:size(1)})
  if weight:numel() ~= x:size(1) then options.wrong(NAME, "weight", nil, "a number for each point", given.weight) end
  local total = 1
  for _, n in ipairs(shape) do total = total * n end
  local counts = x:new_zeros({total}):index_add(1, (flat + 1)[inside], weight[inside]):reshape(shape)
  return given.density and divided(counts, edges) or counts, edges
end
