local options = require "torch.utils.options"

--- torch.native_dropout(input: Tensor, p: float, train: bool = nil) -> Tensor, Tensor: torch.dropout, and a tensor of
-- bool that is true where an element stayed. Without train it is true.
-- Example: torch.native_dropout(torch.ones(2, 3), 0.5, false)
return function(...)
  local given = options.read("native_dropout", {{"input", kind = "tensor", required = true},
    {"p", kind = "number", required = true}, {"train", kind = "boolean", default = true}}, ...)
  local x = given.input
  local scale = torch.dropout(torch.ones(x.shape, {dtype = x.dtype, device = x.device}), given.p, given.train)
  return x * scale, scale:ne(0)
end
