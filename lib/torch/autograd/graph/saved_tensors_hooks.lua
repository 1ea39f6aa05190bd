local options = require "torch.utils.options"
local saving = require "torch.autograd.graph.saving"

--- torch.autograd.graph.saved_tensors_hooks(pack_hook: function, unpack_hook: function, f: function = nil, ...: any) ->
-- any: While f(...) runs (without f: until the result is closed, `local _ <close> = …`), what a graph keeps of a
-- tensor is what pack_hook(tensor) returns, and the backward pass takes unpack_hook(that), a tensor with the same
-- elements. So it may lie in a file, on another device, or in fewer bits. Both run without gradients. torch.fused
-- and torch.autograd.Function keep their tensors themselves.
-- Example:
--     local x = torch.ones(2):requires_grad_()
--     local hooks = torch.autograd.graph.saved_tensors_hooks
--     local y = hooks(function(t) return t:half() end, function(h) return h:float() end, function() return x * x end)
--     y:sum():backward()
--     return x.grad
return function(pack_hook, unpack_hook, f, ...)
  if not options.is_callable(pack_hook) then
    options.wrong("saved_tensors_hooks", "pack_hook", 1, "a function", pack_hook)
  end
  if not options.is_callable(unpack_hook) then
    options.wrong("saved_tensors_hooks", "unpack_hook", 2, "a function", unpack_hook)
  end
  if f ~= nil and not options.is_callable(f) then
    options.wrong("saved_tensors_hooks", "f", 3, "a function or nothing", f)
  end
  return saving.enter(function(x) return pack_hook(x) end, function(x) return unpack_hook(x) end, f, ...)
end
