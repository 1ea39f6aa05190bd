-- A rule of vmap for ops whose inputs all have a shape in common, and which work along one of its dimensions.
return function(node)
  local rank = node.inputs[1].rank
  if rank > 0 then return node:call(node:all_full(), {dim = node.shifted(node.a.dim, rank)}) end
  local list = {}
  for k in ipairs(node.inputs) do list[k] = node:full(k, 1) end
  return {node:call(list, {dim = 1})[1]:select(2, 1)}
end
