-- Batch normalisation with fixed statistics is a product and a sum, which a layer before it can do itself.
local options = require "torch.utils.options"
local fusion = {}

--- Weight and bias that do the normalisation, too. `outputs`: the dimension of the weight that counts the outputs.
function fusion.weights(weight, bias, mean, var, eps, scale, shift, outputs)
  local factor = (var + eps):rsqrt()
  if scale then factor = factor * scale end
  local shape = {}
  for d = 1, weight.ndim do shape[d] = d == outputs and weight:size(d) or 1 end
  bias = bias or torch.zeros_like(mean)
  local new_bias = (bias - mean) * factor
  if shift then new_bias = new_bias + shift end
  return torch.nn.Parameter((weight * factor:reshape(shape)):to(weight.dtype):detach(), weight.requires_grad),
    torch.nn.Parameter(new_bias:to(bias.dtype):detach(), weight.requires_grad)
end

--- A copy of the layer `first` that does what the normalisation `bn` does, too.
function fusion.fuse(name, first, bn, transpose)
  for i = 1, 2 do
    local module = i == 1 and first or i == 2 and bn
    if not torch.isinstance(module, torch.nn.Module) then
      options.wrong(name, i == 1 and "layer" or "bn", i, "a module", module)
    end
    if module.training then options.raise(("%s: both modules must be in eval mode"):format(name)) end
  end
  if bn.running_mean == nil then
    options.raise(("%s: %s keeps no running statistics"):format(name, torch.typename(bn)))
  end
  local outputs = transpose and 2 or 1
  if first.weight:size(outputs) ~= bn.running_mean:size(1) then
    options.raise(("%s: the layer has %d outputs, the normalisation %d"):format(name, first.weight:size(outputs),
      bn.running_mean:size(1)))
  end
  local fused = first:clone()
  local weight, bias = fusion.weights(fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight,
    bn.bias, outputs)
  fused.weight, fused.bias = weight, bias
  return fused
end

return fusion
