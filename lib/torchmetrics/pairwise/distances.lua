--- Distances and similarities of all pairs of rows.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"

local INPUTS <const> = {{"x", kind = "tensor", required = true}, {"y", kind = "tensor"}}
local OPTIONS <const> = {{"reduction", kind = "string", choices = {"mean", "sum", "none"}, default = "none"},
  {"zero_diagonal", kind = "boolean"}}

local function real(x) return x:is_floating_point() and x or x:float() end

local function check(o, x, y)
  if x.ndim ~= 2 then options.wrong(o._name, "x", 1, "a matrix (N, D)", x) end
  if y and (y.ndim ~= 2 or y:size(2) ~= x:size(2)) then
    options.wrong(o._name, "y", 2, ("a matrix (M, %d)"):format(x:size(2)), y)
  end
  return real(x), real(y or x)
end

--- Between rows of one matrix each with itself counts 0, unless the program says otherwise.
local function define(name, doc, pairs_of, more)
  local list = table.move(OPTIONS, 1, #OPTIONS, 1, {})
  if more then table.insert(list, 1, more) end
  rows.define {name, family = "pairwise", inputs = INPUTS, options = list,
    doc = doc .. ": x (N, D), y (M, D) → (N, M); without y of the rows of x, each with itself 0.",
    update = function(o, x, y)
      local a, b = check(o, x, y)
      local m = pairs_of(a, b, o)
      local zero = o.zero_diagonal
      if zero == nil then zero = y == nil end
      if zero then m = m * (1 - torch.eye(m:size(1), m:size(2), {dtype = m.dtype, device = m.device})) end
      return m
    end,
    compute = function(o, m)
      if o.reduction == "none" then return m end
      return o.reduction == "mean" and m:mean(-1) or m:sum(-1)
    end}
end

local function unit(x) return x / x:norm(2, 2, true) end

define("pairwise_cosine_similarity", "The cosine of the angle of each pair of rows",
  function(x, y) return unit(x):mm(unit(y):t()) end)
define("pairwise_euclidean_distance", "The distance of each pair of rows", function(x, y)
  local a, b = x:double(), y:double()
  local d = a:square():sum(2, {keepdim = true}) + b:square():sum(2):unsqueeze(1) - a:mm(b:t()) * 2
  return d:clamp({min = 0}):to(x.dtype):sqrt()
end)
define("pairwise_linear_similarity", "The inner product of each pair of rows", function(x, y) return x:mm(y:t()) end)
define("pairwise_manhattan_distance", "The sum of the absolute differences of each pair of rows",
  function(x, y) return (x:unsqueeze(2) - y:unsqueeze(1)):abs():sum(-1) end)
define("pairwise_minkowski_distance", "The p-th root of the sum of |x - y|^p of each pair of rows",
  function(x, y, o) return (x:unsqueeze(2) - y:unsqueeze(1)):abs():pow(o.exponent):sum(-1):pow(1 / o.exponent) end,
  {"exponent", kind = "number", default = 2, least = 1})
