local options = require "torch.utils.options"

--- torch.index_fill_(input: Tensor, dim: int, index: Positions, value: any) -> Tensor: index_fill in place.
-- Example: torch.zeros(2, 2):index_fill_(1, torch.tensor({1}), 5)
return function(...)
  local given = options.read("index_fill_", {{"input", kind = "tensor", required = true},
    {"dim", kind = "integer", required = true}, {"index", kind = "tensor", required = true},
    {"value", required = true}}, ...)
  local x, index, value = given.input, given.index:reshape(-1), given.value
  local dim = options.dim("index_fill_", "dim", 2, given.dim, x.ndim)
  if torch.is_tensor(value) then
    if value.ndim > 0 then options.wrong("index_fill_", "value", 4, "a number or a tensor of no dimensions", value) end
  elseif type(value) ~= "number" and type(value) ~= "boolean" then
    options.wrong("index_fill_", "value", 4, "a number or a tensor of no dimensions", value)
  end
  -- A mask counts a position once, however often it is named.
  local n, shape = x.ndim > 0 and x:size(dim) or 1, {}
  for d = 1, x.ndim do shape[d] = d == dim and n or 1 end
  local mask = torch.zeros(n, {dtype = torch.bool, device = x.device})
  mask[index] = true
  mask = mask:reshape(shape)
  if torch.is_tensor(value) then return x:copy_(torch.where(mask, value, x)) end
  return x:masked_fill_(mask, value)
end
