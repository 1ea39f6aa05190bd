local options = require "torch.utils.options"

--- torch.apply_(input: Tensor, f: function) -> Tensor: Each element becomes f(element), one call after the other; for
-- experiments, for it is slow. It has no gradient, and x stands on the CPU.
-- Example: torch.arange(3):apply_(function(v) return v * v end)
return function(...)
  local given = options.read("apply_", {{"input", kind = "tensor", required = true}, {"f", required = true}}, ...)
  local x, f = given.input, given.f
  if not options.is_callable(f) then options.wrong("apply_", "f", 2, "a function", f) end
  local values = x:detach():reshape(-1):tolist()
  for i, value in ipairs(values) do
    local result = f(value)
    if type(result) ~= "number" and type(result) ~= "boolean" then
      options.raise(("apply_: the function gave %s for element %d, and a number is needed"):format(
        options.describe(result), i))
    end
    values[i] = result
  end
  return x:copy_(torch.tensor(values):to(x.dtype):reshape(x.shape))
end
