local options = require "torch.utils.options"

local PARAMETERS <const> = {{"parameters", required = true}, {"max_norm", kind = "number", required = true},
  {"total_norm", kind = "tensor", required = true}}

--- nn.utils.clip_grads_with_norm_(parameters: Tensor|Tensor[], max_norm: float, total_norm: Tensor): Scales the
-- gradients by max_norm / total_norm where that is less than 1: the second half of nn.utils.clip_grad_norm_.
-- Example: nn.utils.clip_grads_with_norm_(nn.Linear(2, 1):parameters(), 1.0, torch.tensor(2.0))
return function(...)
  local given = options.read("clip_grads_with_norm_", PARAMETERS, ...)
  local list = torch.is_tensor(given.parameters) and {given.parameters} or given.parameters
  if type(list) ~= "table" then
    options.wrong("clip_grads_with_norm_", "parameters", 1, "a tensor or an array of tensors", list)
  end
  torch.no_grad(function()
    local factor = (given.max_norm / (given.total_norm + 1e-6)):clamp({max = 1})
    for i, p in ipairs(list) do
      if not torch.is_tensor(p) then
        options.wrong("clip_grads_with_norm_", ("parameters[%d]"):format(i), nil, "a tensor", p)
      end
      local grad = torch.sparse._dense_grad(p)
      if grad then grad:mul_(factor:to(grad.dtype)) end
    end
  end)
end
