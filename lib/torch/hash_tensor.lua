local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"dim"},
  {"keepdim", kind = "boolean", default = false}, {"mode", kind = "integer", default = 0}}

--- torch.hash_tensor(input: Tensor, dim: any = nil, {keepdim: bool = false, mode: int = 0}) -> Tensor: A checksum of
-- the numbers along dim (a dimension, an array of them, or all): their bits, those of float64 for floats and of int64
-- for others, joined by exclusive or, as uint64. The order does not count. mode 0 is the only one.
-- Example: torch.hash_tensor(torch.arange(4)):to("int64")
-- 0
return function(...)
  local given = options.read("hash_tensor", PARAMETERS, ...)
  local x, dims, reduced = given.input, given.dim, {}
  if given.mode ~= 0 then options.wrong("hash_tensor", "mode", nil, "0", given.mode) end
  if torch.is_complex(x) then options.wrong("hash_tensor", "input", 1, "real numbers", x) end
  if dims == nil or type(dims) == "table" and #dims == 0 then
    for d = 1, x.ndim do reduced[d] = true end
  else
    for _, dim in ipairs(type(dims) == "table" and dims or {dims}) do
      reduced[options.dim("hash_tensor", "dim", 2, dim, x.ndim)] = true
    end
  end
  local order, last, shape, rows = {}, {}, {}, 1
  for d = 1, x.ndim do
    if reduced[d] then last[#last + 1] = d else order[#order + 1], rows = d, rows * x:size(d) end
    if not reduced[d] then shape[#shape + 1] = x:size(d) elseif given.keepdim then shape[#shape + 1] = 1 end
  end
  table.move(last, 1, #last, #order + 1, order)
  local wide = torch.is_floating_point(x) and x:detach():double() or x:long()
  local matrix = wide:permute(order):reshape({rows, rows > 0 and x:numel() // rows or 0})
  return torch._C.call("native_hash_tensor", matrix):reshape(shape)
end
