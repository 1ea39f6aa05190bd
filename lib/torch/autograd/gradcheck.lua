-- torch.autograd.gradcheck: gradients against central differences, in float64.

local read = require "torch.autograd.gradient_check"
local raise = torch._C.raise -- an error at the line of the program
local function weights(y, k)
  local n = y:numel()
  local w = torch.arange(n):double()
  return ((w * 0.7 + k):sin() * 0.5 + 1):reshape(y.shape)
end

local function weighted(f, inputs)
  local total
  local results = table.pack(f(table.unpack(inputs, 1, inputs.n or #inputs)))
  for i = 1, results.n do
    local y = results[i]
    if torch.is_tensor(y) and y:is_complex() then y = torch.view_as_real(y) end
    if torch.is_tensor(y) and y:is_floating_point() then
      local part = (y * weights(y, i)):sum()
      total = total and total + part or part
    end
  end
  return total
end

-- All parts of all elements, as one dimension that shares memory with x where x lies in order.
local function reals(x) return (x:is_complex() and torch.view_as_real(x) or x):reshape(-1) end

local function numeric(f, inputs, x, eps)
  return torch.no_grad(function()
    local flat, out = reals(x.data), {}
    for i = 1, flat:numel() do
      local old = flat[i]:item()
      flat[i] = old + eps
      local high = weighted(f, inputs):item()
      flat[i] = old - eps
      local low = weighted(f, inputs):item()
      flat[i] = old
      out[i] = (high - low) / (2 * eps)
    end
    return out
  end)
end

--- torch.autograd.gradcheck(f: function, inputs: Tensor|Tensor[], {eps: float = 1e-6, atol: float = 1e-5,
-- rtol: float = 1e-3, raise_exception: bool = true}) -> bool, string: Whether the gradients of
-- f(table.unpack(inputs)) agree with finite differences. Inputs are float64 or complex128 tensors; those that require a
-- gradient are checked, complex ones part by part. Every floating point result of f that has a history takes part,
-- weighted by fixed numbers, so that one scalar is compared:
-- d Σ wᵢ yᵢ / dx = (Σ wᵢ yᵢ(x + ε) - Σ wᵢ yᵢ(x - ε)) / 2ε.
-- Raises on disagreement unless raise_exception is false, then returns false and the reason.
-- Example: torch.autograd.gradcheck(torch.sin, torch.tensor({1.0}, {dtype = "float64", requires_grad = true}))
return function(f, inputs, given)
  inputs, given = read("gradcheck", f, inputs, given)
  local eps, atol, rtol = given.eps or 1e-6, given.atol or 1e-5, given.rtol or 1e-3
  local function no(...)
    local reason = "gradcheck: " .. string.format(...)
    if given.raise_exception == false then return false, reason end
    raise(reason)
  end
  local checked, places = {}, {}
  for i = 1, inputs.n or #inputs do
    local x = inputs[i]
    if torch.is_tensor(x) and x.requires_grad then
      if x.dtype ~= torch.float64 and x.dtype ~= torch.complex128 then
        return no("input %d is %s; differences need float64 or complex128", i, tostring(x.dtype))
      end
      checked[#checked + 1], places[#places + 1] = x, i
    end
  end
  if #checked == 0 then return no("no input requires a gradient") end
  local total = weighted(f, inputs)
  if not total or not total.requires_grad then return no("no result depends on the inputs") end
  local grads = table.pack(torch.autograd.grad(total, checked, nil, {allow_unused = true}))
  for k, x in ipairs(checked) do
    local expected = numeric(f, inputs, x, eps)
    local got = grads[k] and reals(grads[k]):tolist()
    for i, e in ipairs(expected) do
      local g = got and got[i] or 0
      if not (math.abs(g - e) <= atol + rtol * math.abs(e)) then
        return no("input %d, element %d: the gradient is %.9g, differences give %.9g", places[k], i, g, e)
      end
    end
  end
  return true
end
