local options = require "torch.utils.options"

--- torch.apply_(input: Tensor, f: function) -> Tensor: Each element becomes f(element), one call after the other; for
-- experiments, for it is slow. It has no gradient, and x stands on the CPU.
-- Example: torch.arange(3):apply_(function(v) return v * v end)
return function(...)
  local given = options.read("apply_", {{"input", kind = "tensor", required = true}, {"f", required = true}}, ...)
  local x, f = given.input, given.f
  if not options.is_callable(f) then options.wrong("apply_", "f", 2, "a function", f) end
  local values = x:detach():reshape(-1):tolist()
  local is_real = x:is_floating_point() or x:is_complex()
  for i, value in ipairs(values) do
    local result = f(value)
    if type(result) ~= "number" and type(result) ~= "boolean" then
      options.raise(("apply_: the function gave %s for element %d, and a number is needed"):format(
        options.describe(result), i))
    end
    if type(result) == "boolean" then result = result and 1 or 0 end
    values[i] = result
  end
  if #values == 0 then return x end
  -- int64 and float64 hold what functions give; an integral dtype takes what is in front of the point.
  local made
  if is_real then made = torch.tensor(values, {dtype = "float64"})
  else
    for i, value in ipairs(values) do
      if x.dtype == torch.bool then values[i] = value ~= 0 and 1 or 0
      else values[i] = math.tointeger(value < 0 and -(-value // 1) or value // 1) or value end
    end
    local ok, whole = options.try(torch.tensor, values, {dtype = "int64"})
    made = ok and whole or torch.tensor(values, {dtype = "float64"})
  end
  return x:copy_(made:to(x.dtype):reshape(x.shape))
end
