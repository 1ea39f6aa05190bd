local options = require "torch.utils.options"

local PARAMETERS <const> = {{"tensors", kind = "tensors", required = true}, {"fn", kind = "callable", required = true},
  {"mode", kind = "string", default = "all"}}

local Handle = {__name = "torch.utils.hooks.RemovableHandle"}
Handle.__index = Handle
function Handle:remove()
  for _, handle in ipairs(self) do handle:remove() end
end
Handle.__close = Handle.remove

--- torch.autograd.graph.register_multi_grad_hook(tensors: Tensor[], fn: function, {mode: string = "all"}) -> any: In a
-- backward pass calls fn(gradients), an array with nil for what got none, when the gradients of all tensors are there
-- that the pass reaches; with mode = "any" fn(gradient) with the first. A pass that does not reach all of them calls
-- fn when the next pass begins anew. The handle's :remove() takes it away.
-- Example:
--     local x, y = torch.ones(1):requires_grad_(), torch.ones(1):requires_grad_()
--     torch.autograd.graph.register_multi_grad_hook({x, y}, function(gradients) print(#gradients) end)
--     torch.dot(x, y):backward()
return function(...)
  local given = options.read("register_multi_grad_hook", PARAMETERS, ...)
  local mode, fn, n = given.mode, given.fn, #given.tensors
  if mode ~= "all" and mode ~= "any" then
    options.wrong("register_multi_grad_hook", "mode", 3, "all or any", mode)
  end
  local gradients, seen = {}, 0
  local handles = {}
  for i, x in ipairs(given.tensors) do
    handles[i] = x:register_hook(function(gradient)
      if gradients[i] ~= nil then gradients, seen = {}, 0 end -- the next pass
      gradients[i], seen = gradient, seen + 1
      if mode == "any" and seen == 1 then fn(gradient) end
      if seen < n then return end
      local all = gradients
      gradients, seen = {}, 0
      if mode == "all" then fn(all) end
    end)
  end
  return setmetatable(handles, Handle)
end
