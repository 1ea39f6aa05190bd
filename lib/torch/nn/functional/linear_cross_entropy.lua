local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true},
  {"linear_weight", kind = "tensor", required = true}, {"target", kind = "tensor", required = true},
  {"linear_bias", kind = "tensor"}, {"weight", kind = "tensor"}, {"reduction", kind = "string", default = "mean"},
  {"ignore_index", kind = "integer", default = -100}, {"label_smoothing", kind = "number", default = 0}}

--- nn.functional.linear_cross_entropy(input: Tensor, linear_weight: Tensor, target: Tensor, {linear_bias: Tensor = nil,
-- weight: Tensor = nil, reduction: none|mean|sum = "mean", ignore_index: int = -100, label_smoothing: float = 0}) ->
-- Tensor: cross_entropy of linear(input, linear_weight, linear_bias). linear_weight (C × … × in) may have
-- dimensions between classes and inputs, which the scores then have too.
-- Example: F.linear_cross_entropy(torch.zeros(1, 2), torch.ones(3, 2), torch.tensor({1}))
return function(...)
  local given = options.read("linear_cross_entropy", PARAMETERS, ...)
  local functional, x, weight, bias = torch.nn.functional, given.input, given.linear_weight, given.linear_bias
  if weight.ndim < 2 or x.ndim < 1 or x:size(-1) ~= weight:size(-1) then
    options.wrong("linear_cross_entropy", "linear_weight", 2, "a weight for each number of a row of input", weight)
  end
  local shape = table.move(x.shape, 1, x.ndim - 1, 1, {})
  table.move(weight.shape, 1, weight.ndim - 1, x.ndim, shape)
  local n = weight:size(-1)
  local scores = functional.linear(x, weight:reshape({weight:numel() // math.max(n, 1), n}), bias and bias:reshape(-1))
  return functional.cross_entropy(scores:reshape(shape), given.target, {weight = given.weight,
    ignore_index = given.ignore_index, reduction = given.reduction, label_smoothing = given.label_smoothing})
end
