local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input1", kind = "tensor", required = true}, {"input2", kind = "tensor", required = true},
  {"weight", kind = "tensor", required = true}, {"bias", kind = "tensor"}}

--- nn.functional.bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor = nil) -> Tensor: Element o is
-- input1ᵀ weight[o] input2 + bias[o]: input1 (…×I), input2 (…×J), weight (O×I×J), bias (O).
-- Example: F.bilinear(torch.ones(1, 2), torch.ones(1, 3), torch.ones(1, 2, 3))
return function(...)
  local given = options.read("bilinear", PARAMETERS, ...)
  local a, b, weight = given.input1, given.input2, given.weight
  if weight.ndim ~= 3 then options.wrong("bilinear", "weight", 3, "3 dimensions", weight) end
  local outputs, first, second = weight:size(1), weight:size(2), weight:size(3)
  if a.ndim < 1 or a:size(-1) ~= first then
    options.wrong("bilinear", "input1", 1, ("a last dimension of size %d"):format(first), a)
  end
  local front = table.move(a.shape, 1, a.ndim - 1, 1, {})
  local whole = table.move(front, 1, #front, 1, {})
  whole[a.ndim] = second
  if b.shape ~= whole then
    options.wrong("bilinear", "input2", 2, ("the sizes of 'input1' and a last dimension of size %d"):format(second), b)
  end
  local products = a:reshape(-1, first):matmul(weight:permute(2, 1, 3):reshape(first, outputs * second))
  local out = products:reshape(-1, outputs, second):matmul(b:reshape(-1, second, 1)):squeeze(-1)
  front[#front + 1] = outputs
  out = out:reshape(front)
  return given.bias and out + given.bias or out
end
