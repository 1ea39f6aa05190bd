local options = require "torch.utils.options"

--- torch.untyped_storage(input: Tensor) -> any: The memory that input and its views share, as bytes: see
-- torch.UntypedStorage.
-- Example: torch.zeros(2, 3)[1]:untyped_storage():nbytes()
return function(...)
  local x = options.read("untyped_storage", {{"input", kind = "tensor", required = true}}, ...).input
  return require "torch.storage.classes".of(x)
end
