local options = require "torch.utils.options"

--- torch.map_(input: Tensor, other: Tensor, f: function) -> Tensor: Each element a becomes f(a, b), where b is that of
-- other; for experiments, for it is slow. It has no gradient, and both stand on the CPU.
-- Example: torch.arange(3):map_(torch.ones(3), function(a, b) return a + 2 * b end)
return function(...)
  local given = options.read("map_", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}, {"f", required = true}}, ...)
  local x, f = given.input, given.f
  if not options.is_callable(f) then options.wrong("map_", "f", 3, "a function", f) end
  local others, i = given.other:detach():expand(x.shape):reshape(-1):tolist(), 0
  return x:apply_(function(value)
    i = i + 1
    return f(value, others[i])
  end)
end
