local options = require "torch.utils.options"

--- torch.storage(input: Tensor) -> any: The memory that input and its views share, as elements of its dtype: see
-- torch.TypedStorage.
-- Example: #torch.zeros(2, 3)[1]:storage()
return function(...)
  local x = options.read("storage", {{"input", kind = "tensor", required = true}}, ...).input
  return require "torch.storage.classes".of(x, x.dtype)
end
