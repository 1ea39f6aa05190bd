-- torch.autograd.once_differentiable: see below.

local raise = torch._C.raise -- an error at the line of the program
local Refusal -- the operation whose backward says no; made at first use

local function refusal()
  Refusal = Refusal or torch.autograd.Function("OnceDifferentiable", {
    forward = function(_, n, ...) return select(n + 1, ...) end,
    backward = function() raise("once_differentiable: this backward was marked as not to be differentiated itself") end,
  })
  return Refusal
end

--- torch.autograd.once_differentiable(backward): a backward for torch.autograd.Function that
-- runs unrecorded; a second derivative through it is an error instead of a wrong value.
return function(backward)
  return function(ctx, ...)
    local results = table.pack(torch.no_grad(backward, ctx, ...))
    if not torch.is_grad_enabled() then return table.unpack(results, 1, results.n) end
    local arguments = table.pack(...)
    for i = 1, results.n do arguments[arguments.n + i] = results[i] end
    return refusal():apply(arguments.n, table.unpack(arguments, 1, arguments.n + results.n))
  end
end
