-- Tensors in nested tables, such as the parameters of a model by name.
local tree = {}

--- What `value` becomes when every tensor in it is replaced by f(tensor); the tables are new.
function tree.map(value, f)
  if torch.is_tensor(value) then return f(value) end
  if type(value) ~= "table" then return value end
  local result = {}
  for key, item in pairs(value) do result[key] = tree.map(item, f) end
  return result
end

--- Appends the tensors of `value` to `list`, in the order in which tree.map meets them.
function tree.collect(value, list)
  tree.map(value, function(x)
    list[#list + 1] = x
    return x
  end)
  return list
end

--- `value` with its tensors replaced by those of `list` from position `at` on; returns the next position, too.
function tree.replace(value, list, at)
  local result = tree.map(value, function()
    at = at + 1
    return list[at - 1]
  end)
  return result, at
end

return tree
