--- Fits a damped oscillation y = a exp(-t / b) cos(c t + d) to measurements, and tells how sure each number is.
--
--     hecate scripts/examples/fit_curve.lua [--data FILE.csv] [--out FILE.png] [--small]
--
-- The file has a line t,y for each measurement; without one the measurements are made up, with noise of 0.05.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Fits a damped oscillation to measurements.", {
  {"data", false, "a CSV file with lines t,y"},
  {"steps", 2000, "steps of the optimiser"},
  {"out", false, "a picture of the fit (.png)"},
}, {steps = 300})

torch.manual_seed(3)

--- The measurements as two vectors.
local function read(path)
  local t, y = {}, {}
  for line in io.lines(path) do
    local first, second = line:match "^%s*([^,]+),([^,]+)"
    local a, b = tonumber(first), tonumber(second)
    if a and b then t[#t + 1], y[#y + 1] = a, b end
  end
  return torch.tensor(t, {dtype = "float64"}), torch.tensor(y, {dtype = "float64"})
end

local function made_up()
  local t = torch.linspace(0, 10, 120, {dtype = "float64"})
  return t, 2 * torch.exp(-t / 4) * torch.cos(3 * t + 0.5) + 0.05 * torch.randn(120, {dtype = "float64"})
end

local t, y
if options.data then t, y = read(options.data) else t, y = made_up() end
local names = {"a", "b", "c", "d"}
local p = torch.tensor({1.5, 3, 2.8, 0}, {dtype = "float64", requires_grad = true})

local function model(values, at)
  return values[1] * torch.exp(-at / values[2]) * torch.cos(values[3] * at + values[4])
end

local function sum_of_squares() return ((model(p, t) - y) ^ 2):sum() end

local optimizer = optim.Adam({p}, {lr = 0.02})
for _ = 1, options.steps do
  optimizer:zero_grad()
  sum_of_squares():backward()
  optimizer:step()
end

--- The matrix of second derivatives of the sum of squares, row by row.
local function hessian()
  local gradient = torch.autograd.grad(sum_of_squares(), p, nil, {create_graph = true})
  local rows = {}
  for i = 1, #p do rows[i] = torch.autograd.grad(gradient[i], p, nil, {retain_graph = true}) end
  return torch.stack(rows)
end

--- The diagonal of the inverse of a small positive matrix, by elimination.
local function inverse_diagonal(matrix)
  local n, a = matrix.shape[1], matrix:tolist()
  for i = 1, n do
    for j = 1, n do a[i][n + j] = i == j and 1.0 or 0.0 end
  end
  for i = 1, n do
    local pivot = a[i][i]
    for j = 1, 2 * n do a[i][j] = a[i][j] / pivot end
    for k = 1, n do
      local factor = k ~= i and a[k][i] or 0
      for j = 1, 2 * n do a[k][j] = a[k][j] - factor * a[i][j] end
    end
  end
  local diagonal = {}
  for i = 1, n do diagonal[i] = a[i][n + i] end
  return diagonal
end

local variance = sum_of_squares():item() / (#t - #p)
local spread = inverse_diagonal(hessian() / 2)
for i, name in ipairs(names) do
  print(("%s = %.4f ± %.4f"):format(name, p[i]:item(), math.sqrt(math.max(0, variance * spread[i]))))
end
print(("noise of a measurement: %.4f"):format(math.sqrt(variance)))

if options.out then
  local fine = torch.linspace(t:min():item(), t:max():item(), 400, {dtype = "float64"})
  gnuplot.pngfigure(options.out)
  gnuplot.plot({"measured", t, y, "+"}, {"fitted", fine, model(p:detach(), fine), "-"})
  gnuplot.close()
end
