-- Rules of vmap for losses that are ops of their own (see torch/func/batch.lua).
local rules = {}

-- The loss of each row, and its weight; a sample then takes the sum or the mean of its own rows.
function rules.nll_loss(node)
  local weight, reduction = node.inputs[3], node.a.reduction
  if node:is_batched(3) or node.inputs[1].rank == 1 then return node:each() end
  local losses = node:unfolded(node:call({node:folded(1), node:folded(2), weight and weight.t},
    {reduction = "none"})[1])
  local target = node:full(2)
  local counts = target:ne(node.a.ignore_index)
  local share = counts:to(losses.dtype)
  if weight then
    local safe = torch.where(counts, target, 0)
    share = share * weight.t:index_select(1, safe:flatten() + 1):reshape(safe.shape)
  end
  local totals = share:reshape(node.n, -1):sum(2)
  if reduction == "none" then return {losses, totals} end
  local sum = losses:reshape(node.n, -1):sum(2)
  return {reduction == "mean" and sum / totals or sum, totals}
end

-- Of a mean or a sum each row gets its share of the gradient of its sample.
function rules.nll_loss_backward(node)
  if node:is_batched(3) or #node.a.size == 1 then return node:each() end
  local g, weight, reduction = node:full(1), node.inputs[3], node.a.reduction
  local target = node:full(2)
  if reduction == "mean" then g = g / node:full(4) end
  if reduction ~= "none" then
    while g.ndim < target.ndim do g = g:unsqueeze(-1) end
    g = g:expand(target.shape)
  end
  local size = {node.a.size[1] * node.n, table.unpack(node.a.size, 2)}
  return {node:unfolded(node:call({g:flatten(1, 2), node:folded(2), weight and weight.t, false},
    {reduction = "none", size = size})[1])}
end

return rules
