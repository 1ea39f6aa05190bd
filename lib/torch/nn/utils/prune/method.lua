-- The objects prune.L1Unstructured and its kin.

--- The method `name`, which the function prune.<f> applies.
return function(name, f)
  return {
    method = name,
    apply = function(...) return (torch.nn.utils.prune[f](...)) end,
  }
end
