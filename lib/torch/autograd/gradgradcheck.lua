-- torch.autograd.gradgradcheck: second derivatives against differences of the first.

local read = require "torch.autograd.gradient_check"

--- torch.autograd.gradgradcheck(f: function, inputs: Tensor|Tensor[], {eps: float = 1e-6, atol: float = 1e-5,
-- rtol: float = 1e-3, raise_exception: bool = true}) -> bool, string: Second derivatives: gradcheck of the gradients
-- of f with respect to the inputs that require one.
-- Example: torch.autograd.gradgradcheck(torch.sin, torch.tensor({1.0}, {dtype = "float64", requires_grad = true}))
return function(f, inputs, options)
  inputs, options = read("gradgradcheck", f, inputs, options)
  local n = inputs.n or #inputs
  local checked = {}
  for i = 1, n do
    if torch.is_tensor(inputs[i]) and inputs[i].requires_grad then checked[#checked + 1] = i end
  end
  return torch.autograd.gradcheck(function(...)
    local args = table.pack(...)
    return torch.enable_grad(function()
      local leaves = {}
      for k, i in ipairs(checked) do
        if not args[i].requires_grad then args[i] = args[i]:detach():requires_grad_() end
        leaves[k] = args[i]
      end
      local total
      for k, y in ipairs {f(table.unpack(args, 1, n))} do
        if torch.is_tensor(y) and y:is_complex() then y = torch.view_as_real(y) end
        if torch.is_tensor(y) and y.requires_grad then
          local part = (y * (y:detach() * 0 + 0.5 + 0.1 * k)):sum() + (y * y):sum() * 0.25
          total = total and total + part or part
        end
      end
      if not total then return torch.zeros(1, {dtype = torch.float64}) end
      local grads = table.pack(torch.autograd.grad(total, leaves, nil, {create_graph = true, allow_unused = true}))
      local out = {}
      for k = 1, #leaves do if grads[k] then out[#out + 1] = grads[k] + leaves[k] * 0 end end
      return table.unpack(out)
    end)
  end, inputs, options)
end
