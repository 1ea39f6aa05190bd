local options = require "torch.utils.options"

--- torch.put_(input: Tensor, index: Positions, source: Tensor, accumulate: bool = false) -> Tensor: put in place.
-- Example: torch.zeros(2, 2):put_(torch.tensor({1, 4}), torch.tensor({5.0, 6.0}))
return function(...)
  local given = options.read("put_", {{"input", kind = "tensor", required = true},
    {"index", kind = "tensor", required = true}, {"source", kind = "tensor", required = true},
    {"accumulate", kind = "boolean", default = false}}, ...)
  local x, index, source = given.input, given.index:reshape(-1), given.source:reshape(-1)
  if index:numel() ~= source:numel() then
    options.raise(("put_: 'source' (argument 3): expected %d elements as index has, got %d"):format(index:numel(),
      source:numel()))
  end
  index = torch.where(index:lt(0), index + (x:numel() + 1), index)
  local flat = x:reshape(-1):index_put({index}, source, given.accumulate)
  return x:copy_(flat:reshape(x.shape))
end
