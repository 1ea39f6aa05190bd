local options = require "torch.utils.options"

local PARAMETERS <const> = {{"tensors", kind = "tensors", required = true}, {"fn", kind = "callable", required = true},
  {"mode", kind = "string", default = "all"}}

local Handle = {__name = "torch.utils.hooks.RemovableHandle"}
Handle.__index = Handle
function Handle:remove()
  for _, handle in ipairs(self) do handle:remove() end
end
Handle.__close = Handle.remove

--- torch.autograd.graph.register_multi_grad_hook(tensors: Tensor[], fn: function, {mode: string = "all"}) -> any: In
-- each backward pass that computes the gradient of one of the tensors or of several, calls fn(gradients) when the last
-- of them is there: an array with nil for a tensor that the pass does not reach. With mode = "any" it calls
-- fn(gradient) with the first. The handle's :remove() takes the hook away.
-- Example:
--     local x, y = torch.ones(1):requires_grad_(), torch.ones(1):requires_grad_()
--     torch.autograd.graph.register_multi_grad_hook({x, y}, function(gradients) print(#gradients) end)
--     torch.dot(x, y):backward()
return function(...)
  local given = options.read("register_multi_grad_hook", PARAMETERS, ...)
  local mode, fn = given.mode, given.fn
  if mode ~= "all" and mode ~= "any" then
    options.wrong("register_multi_grad_hook", "mode", 3, "all or any", mode)
  end
  local ids = {} -- of the hooks; they hold no tensors, which might lead to each other
  local passes = {} -- number → {gradients, seen =, wanted =} of passes that run: a hook may begin another pass
  local function arrived(i, gradient)
    local number, wanted, outermost = torch._C.backward_pass(ids)
    for other in pairs(passes) do -- what is left of passes that an error has ended
      if other > number or outermost and other < number then passes[other] = nil end
    end
    local pass = passes[number] or {gradients = {}, seen = 0, wanted = wanted}
    passes[number] = pass
    pass.gradients[i], pass.seen = gradient, pass.seen + 1
    if pass.seen == pass.wanted then passes[number] = nil end
    if mode == "any" and pass.seen == 1 then fn(gradient) end
    if mode == "all" and pass.seen == pass.wanted then fn(pass.gradients) end
  end
  local handles = {}
  for i, x in ipairs(given.tensors) do
    handles[i] = x:register_hook(function(gradient) arrived(i, gradient) end)
    ids[i] = torch._C.hook_id(handles[i])
  end
  return setmetatable(handles, Handle)
end
