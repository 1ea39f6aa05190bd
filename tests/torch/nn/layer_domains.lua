-- What layers that are rows are tried with: by the `domain` of the row a list of samples {arguments of the
-- constructor, inputs}. Float inputs are of float64.
local F64 = {dtype = torch.float64}
local function randn(...) return torch.randn({...}, F64) end
local function rand(...) return torch.rand({...}, F64) * 0.8 + 0.1 end
local function distinct(...) -- no two elements are near each other
  local n = 1
  for _, s in ipairs {...} do n = n * s end
  return (torch.randperm(n):double() * 0.37 - 1.1):reshape({...})
end

local domains = {}

function domains.default() return {{{}, {randn(3, 4)}}, {{}, {randn(2, 2, 3)}}} end
function domains.linear() return {{{3, 2}, {randn(4, 3)}}, {{3, 2}, {randn(2, 2, 3)}}, {{3, 1}, {randn(3)}}} end
function domains.unflatten() return {{{2, {2, 3}}, {randn(2, 6)}}, {{-2, {-1, 2}}, {randn(2, 6, 3)}}} end
function domains.batch_norm1d()
  return {{{3}, {randn(4, 3)}}, {{3}, {randn(4, 3, 2)}}, {{3, 1e-3, false}, {randn(5, 3)}}}
end
function domains.batch_norm2d() return {{{2}, {randn(3, 2, 2, 3)}}, {{2, {momentum = false}}, {randn(3, 2, 2, 3)}}} end
function domains.batch_norm3d() return {{{2}, {randn(2, 2, 2, 1, 3)}}} end
function domains.max_pool() return {{{2}, {distinct(2, 2, 4, 5)}}, {{{3, 2}, 2, 1}, {distinct(1, 5, 4)}}} end
function domains.avg_pool()
  return {{{2}, {randn(2, 2, 4, 5)}}, {{{3, 2}, 2, 1, {divisor_override = 5}}, {randn(1, 5, 4)}}}
end
function domains.conv2d()
  return {{{2, 4, 3}, {randn(2, 2, 5, 6)}},
    {{2, 4, {2, 3}, {padding = "same", groups = 2, dilation = {1, 2}}}, {randn(1, 2, 6, 7)}},
    {{1, 2, 2, {padding = {1, 2}, stride = {2, 1}}}, {randn(1, 4, 5)}},
    {{1, 2, 2, {padding = "valid"}}, {randn(1, 4, 5)}}}
end
function domains.layer_norm() return {{{3}, {randn(2, 3)}}, {{{2, 3}, 1e-3}, {randn(4, 2, 3)}}} end
function domains.embedding() -- the first input are positions: gradients are those of the table
  return {{{5, 3}, {torch.tensor {{1, 5}, {2, 1}}}}, {{4, 2, 1, {norm_type = 1.5}}, {torch.tensor {1, 3, 3}}},
    {{4, 2, {max_norm = 0.7}}, {torch.tensor {1, 3, 3}}}}
end
function domains.classes()
  local weight = rand(4)
  return {{{}, {randn(3, 4), torch.tensor {1, 4, 2}}},
    {{weight}, {randn(2, 4, 3), torch.tensor {{1, 4, 2}, {3, 3, 1}}}},
    {{weight, 4}, {randn(3, 4), torch.tensor({1, 4, 2}, {dtype = torch.int32})}}}
end
function domains.pair() return {{{}, {randn(3, 4), rand(3, 4)}}} end
function domains.probabilities() return {{{}, {rand(3, 4), rand(3, 4)}}} end

-- Signs of numbers and of rows, which are no leaves.
local function signs(...) return torch.bernoulli(torch.full({...}, 0.5, F64)) * 2 - 1 end
function domains.threshold() return {{{0.1, 20}, {randn(3, 4)}}} end
function domains.prelu() return {{{}, {distinct(3, 4)}}, {{4}, {distinct(3, 4)}}} end
function domains.glu() return {{{}, {randn(3, 4)}}, {{1}, {randn(4, 3)}}} end
function domains.planes() return {{{}, {randn(2, 3, 2, 2)}}, {{}, {randn(3, 2, 2)}}} end
function domains.three() return {{{9}, {randn(3, 4), randn(3, 4), randn(3, 4)}}} end
function domains.one_and_signs() return {{{}, {randn(3, 4), signs(3, 4)}}} end
function domains.two_and_signs() return {{{20}, {randn(3, 4), randn(3, 4), signs(3, 4)}}} end
function domains.two_and_row_signs() return {{{-2}, {randn(3, 4), randn(3, 4), signs(3)}}} end
function domains.rows_of_classes()
  return {{{1, 9}, {randn(3, 4), torch.tensor {1, 4, 2}}}, {{2, 9, rand(4)}, {randn(4), torch.tensor(3)}}}
end
function domains.labels() return {{{}, {randn(2, 3), torch.tensor {{1, 3, -1}, {2, -1, 1}}}}} end
function domains.gaussian() return {{{}, {randn(3, 4), randn(3, 4), rand(3, 4)}}} end

return domains
