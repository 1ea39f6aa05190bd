--- Where an integer is expected a float with an integral value, as 4 / 2, is taken, as Lua's own library does. Other
--- floats are refused.

-- Expressions; each number behind a $ is tried as an integer, as a float, and as a float with a fraction.
local expressions = {
  -- positions, ranges, assignments
  "x[$2]", "x[$-1]", "x[{$2}]", "x[{$2, $1}]", "x[{{$1, $2}}]", "x[{{$1, $3, $2}}]", "x[{{$2}}]", "x[{'...', $2}]",
  "set(function(y) y[$2] = 9 end)", "set(function(y) y[{$2, {$1, $2}}] = 9 end)",
  "set(function(y) y[{{}, $3}] = x[1] end)",
  "x:select($1, $2)", "x:narrow($1, $2, $1)", "x:index_select($1, p)", "x:gather($2, p2)", "x:take($3)",
  "x:index_add($1, p, x[{{1, 2}}])", "x:scatter($2, p2, 7)",
  -- dimensions
  "x:sum($1)", "x:sum({$1, $2})", "x:sum({dim = $1})", "x:mean($-1)", "x:max($2)", "x:argmax($1)", "x:sort($1)",
  "x:topk($2, $1)", "x:cumsum($1)", "x:softmax($1)", "x:norm(2, $1)", "x:var($1)", "x:transpose($1, $2)",
  "x:permute($2, $1)", "x:unsqueeze($1)", "x:squeeze($1)", "x:unbind($1)",
  "x:flatten($1, $2)", "x:unflatten($1, {$3, $1})", "x:size($1)", "x:stride($2)", "x:diagonal($1)", "x:tril($1)",
  "torch.cat({x, x}, $1)", "torch.stack({x, x}, $2)", "x:split($2)", "x:split({$1, $2})", "x:split($1, {dim = $2})",
  "x:chunk($2)", "x:chunk($3, $2)",
  -- sizes
  "torch.zeros($2, $3)", "torch.ones({$2, $3})", "torch.full({$2}, 7)", "torch.eye($2)", "torch.empty($0)",
  "x:view($3, $3)",
  "x:reshape({$1, $-1})",
  "x:expand($2, $3, $3)", "x:repeatTensor($2, $1)", "x:as_strided({$2}, {$3}, $1)",
  "torch.linspace(0, 1, $3)", "x.new_zeros(x, $2)",
  "seeded(function() return torch.randint($1, $5, {$3}) end)", "seeded(function() return torch.randperm($4) end)",
  "seeded(function() return torch.rand($2) end)", "seeded(function() return torch.multinomial(x[1], $2) end)",
  "torch.manual_seed($3):initial_seed()", "torch.Generator():manual_seed($7):initial_seed()",
  "torch.device('cpu', $0)",
  -- layers and functions of them
  "nn.Linear($2, $3).weight.shape", "nn.Conv2d($1, $2, $3, {padding = $1}).weight.shape",
  "nn.Conv2d(1, 2, {$3, $2}).weight.shape",
  "nn.Embedding($3, $2).weight.shape", "nn.BatchNorm1d($3).weight.shape", "nn.LayerNorm({$3})(x)", "nn.Softmax($2)(x)",
  "nn.MaxPool2d($2)(image)", "nn.Flatten($2)(image)", "nn.Sequential(nn.ReLU(), nn.Tanh())[$2]",
  "nn.Unflatten($2, {$1, $3})(x)", "F.max_pool2d(image, $2)", "F.avg_pool2d(image, {$2, $2}, {stride = $1})",
  "F.pad(x, {$1, $2})", "F.conv2d(image, image, nil, {padding = $1, stride = $2})", "F.softmax(x, $1)",
  "F.cross_entropy(x, torch.tensor({1, 2, 3}), {ignore_index = $2})", "nn.init.dirac_(torch.ones(2, 1, 1), $2)",
  "F.one_hot(p, $5)",
  -- data
  "#data.DataLoader({1, 2, 3}, {batch_size = $2})", "#data.DataLoader({1, 2, 3}, $2)", "data.TensorDataset(x)[$2][1]",
  "data.Subset({4, 5, 6}, {3, 1})[$2]", "data.ConcatDataset({{1}, {2, 3}})[$3]", "data.position('d', $-1, 3)",
  "#data.RandomSampler({1, 2, 3}, {num_samples = $2})", "{#data.random_split({1, 2, 3}, {$1, $2})}",
  "torch.utils.checkpoint.checkpoint_sequential({nn.ReLU(), nn.Tanh()}, $2, x)", "counted(torch.utils.progress($3))",
  "counted(torch.utils.progress(function() end, {total = $3}))",
  -- plots
  "gnuplot.histc(x, $3).raw", "plot(gnuplot.figure, {size = {$40, $30}})", "plot(gnuplot.subplot, $1, $2, $2)",
  "plot(gnuplot.hist, x, $3)", "plot(gnuplot.plot, {1, 2}, {color = $2, point = $3, axis = $2})",
  "plot(gnuplot.figure, $1)",
  "plot(gnuplot.contour, x, {levels = $2})", "plot(gnuplot.images, torch.ones(2, 3, 3), {nrow = $1, padding = $1})",
}

local environment = setmetatable({
  x = torch.tensor({{3.0, 1.0, 2.0}, {6.0, 5.0, 4.0}, {9.0, 7.0, 8.0}}), p = torch.tensor {1, 3},
  p2 = torch.tensor {{1, 2}, {3, 1}, {2, 2}}, image = torch.arange(9.0):reshape(1, 1, 3, 3), data = torch.utils.data,
  F = nn.functional,
}, {__index = _G})
function environment.set(f)
  local y = torch.zeros(3, 3)
  f(y)
  return y
end
function environment.seeded(f)
  torch.manual_seed(1)
  return f()
end
function environment.counted(bar)
  bar.leave = false
  local n = 0
  for _ in bar do n = n + 1 end
  return n
end
function environment.plot(f, ...)
  gnuplot.setterm "none"
  gnuplot.figure(1)
  f(...)
  gnuplot.closeall()
  gnuplot.setterm(nil)
  return true
end

--- The results of an expression whose numbers behind $ are written by `write`, as text.
local function results(expression, write)
  local code = expression:gsub("%$(%-?%d+)", write)
  local all = table.pack(assert(load("return " .. code, "=" .. code, "t", environment))())
  for i = 1, all.n do
    if type(all[i]) == "table" and all[i][1] ~= nil then
      local parts = {}
      for k, part in ipairs(all[i]) do parts[k] = tostring(part) end
      all[i] = table.concat(parts, "; ")
    end
    all[i] = tostring(all[i])
  end
  return table.concat(all, "\n")
end

describe("a float with an integral value", function()
  for _, expression in ipairs(expressions) do
    it("is an integer in " .. expression, function()
      local right = results(expression, "%1")
      assert.equal(right, results(expression, "%1.0"))
      for _, fraction in ipairs {".5", ".0e300"} do
        local ok, message = pcall(results, expression, "%1" .. fraction)
        if expression:find "%$0" and fraction ~= ".5" then ok = false end -- 0e300 is 0
        if ok then error("taken with " .. fraction) end
      end
    end)
  end
end)
