local options = require "torch.utils.options"

--- torch.log_normal_(input: Tensor, mean: float = 1, std: float = 2, *, generator: generator = nil) -> Tensor: Filled
-- with numbers whose logarithms are normal with this mean and standard deviation.
-- Example: torch.empty(2):log_normal_(0, 0.5)
return function(...)
  local given = options.read("log_normal_", {{"input", kind = "tensor", required = true},
    {"mean", kind = "number", default = 1}, {"std", kind = "number", default = 2}, {"generator"}}, ...)
  if not (given.std > 0) then options.wrong("log_normal_", "std", 3, "a number above 0", given.std) end
  return given.input:normal_(given.mean, given.std, {generator = given.generator}):exp_()
end
