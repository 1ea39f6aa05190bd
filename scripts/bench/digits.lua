--- hecate scripts/bench/digits.lua [SAMPLES]: the largest errors of elementwise functions in units in the last place
-- (ULP). Of float32 over all of its numbers (SAMPLES random patterns of bits, 2^20, and as many numbers near 0), beside
-- the same function of float64. Of float64 at the points of tests/data/digits.txt, whose values were computed with 300
-- bits: a line is "function x value rest", and value + rest is right. HECATE_MATH=precise measures the precise kernels.
local SAMPLES <const> = math.tointeger(arg[1]) or 1 << 20
local FLOAT64 <const> = {dtype = "float64"}

--- |got - (value + rest)| in units of the last of `digits` binary digits of value; the smallest number is 2^least.
local function error_of(got, value, rest, digits, least)
  local _, exponent = torch.frexp(value)
  local unit = torch.ldexp(torch.ones(#value, FLOAT64), torch.clamp(exponent - digits, least))
  return ((got - value) - rest):abs() / unit
end

local function float32_error(name, x)
  local got, want = torch[name](x):double(), torch[name](x:double())
  local counts = want:abs():lt(3.4e38):logical_and(got:ne(want))
  if name == "sigmoid" then counts = counts:logical_and(x:gt(-87)) end -- what is smaller is no normal number
  local errors = error_of(got, want, torch.zeros(#x, FLOAT64), 24, -149)
  return errors:masked_fill(counts:logical_not(), 0):max():item()
end

local points, order = {}, {}
for line in io.lines "tests/data/digits.txt" do
  local name, x, value, rest = line:match "^(%S+) (%S+) (%S+) (%S+)$"
  if not points[name] then
    points[name], order[#order + 1] = {{}, {}, {}}, name
  end
  for i, text in ipairs {x, value, rest} do table.insert(points[name][i], tonumber(text)) end
end

torch.manual_seed(1)
local bits = torch.randint(-(1 << 31), (1 << 31) - 1, {SAMPLES}, {dtype = "int32"})
local all, near = torch.empty(0):set_(bits:untyped_storage(), 0, {SAMPLES}), torch.randn(SAMPLES)
print "| function | float32 | float64 |\n|---|---|---|"
for _, name in ipairs(order) do
  local list = {}
  for i = 1, 3 do list[i] = torch.tensor(points[name][i], FLOAT64) end
  local x, value, rest = table.unpack(list)
  print(("| %s | %.2f | %.2f |"):format(name, math.max(float32_error(name, all), float32_error(name, near)),
    error_of(torch[name](x), value, rest, 53, -1074):max():item()))
end
