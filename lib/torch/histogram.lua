local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"bins", required = true},
  {"range", kind = "table"}, {"weight", kind = "tensor"}, {"density", kind = "boolean", default = false}}

local HALVES <const> = {[torch.float16] = true, [torch.bfloat16] = true}

-- Counted in float32; the results have the dtype of the input.
local function of_halves(given)
  local function wide(x) return torch.is_tensor(x) and x:float() or x end
  local counts, edges = torch.histogram(wide(given.input), wide(given.bins), {range = given.range,
    weight = wide(given.weight), density = given.density})
  return counts:to(given.input.dtype), edges:to(given.input.dtype)
end

--- torch.histogram(input: Tensor, bins: any, {range: number[] = nil, weight: Tensor = nil, density: bool = false}) ->
-- Tensor, Tensor: How many elements, or what sum of weights, falls into each bin, and the edges of the bins. bins:
-- how many equal ones there are in range (that of input if not given), or a vector of rising edges. density: divided
-- by the sum and by the width. The last bin has both its edges.
-- Example: torch.histogram(torch.tensor({1.0, 2, 1}), 4, {range = {0, 3}})
return function(...)
  local given = options.read("histogram", PARAMETERS, ...)
  if HALVES[given.input.dtype] then return of_halves(given) end
  local x, edges, weight = given.input:detach():reshape(-1), given.bins, given.weight
  if x.dtype ~= torch.float32 and x.dtype ~= torch.float64 then
    options.wrong("histogram", "input", 1, "float32 or float64", given.input)
  end
  if options.integer(edges) then
    local n, range = options.integer(edges), given.range
    if n < 1 then options.wrong("histogram", "bins", 2, "a positive integer or a vector of edges", edges) end
    local low, high = 0, 0
    if range then low, high = range[1], range[2]
    elseif x:numel() > 0 then low, high = x:min():item(), x:max():item() end
    if type(low) ~= "number" or type(high) ~= "number" or low > high then
      options.wrong("histogram", "range", nil, "two numbers, the lower one first", range)
    end
    if low == high then low, high = low - 0.5, high + 0.5 end
    edges = torch.linspace(low, high, n + 1, {dtype = x.dtype, device = x.device})
  elseif not torch.is_tensor(edges) or edges.ndim ~= 1 or edges:numel() < 1 then
    options.wrong("histogram", "bins", 2, "a positive integer or a vector of edges", edges)
  elseif edges:diff():lt(0):any():item() then
    options.raise "histogram: 'bins' (argument 2): expected rising edges"
  end
  local n = edges:numel() - 1
  if weight then weight = weight:detach():expand(given.input.shape):reshape(-1) else weight = torch.ones_like(x) end
  local bin = torch.searchsorted(edges, x, {right = true}) - 1 -- from 1; the last edge belongs to the last bin
  bin = torch.where(x:eq(edges[-1]), torch.full_like(bin, n), bin)
  local inside = bin:ge(1):logical_and(bin:le(n))
  local counts = edges:new_zeros({n}):index_add(1, bin[inside], weight[inside]:to(edges.dtype))
  if given.density then counts = counts / (edges:narrow(1, 2, n) - edges:narrow(1, 1, n)) / counts:sum() end
  return counts, edges
end
