local options = require "torch.utils.options"

local PARAMETERS <const> = {{"tensors", required = true}, {"norm_type", kind = "number", default = 2},
  {"error_if_nonfinite", kind = "boolean", default = false}}

--- nn.utils.get_total_norm(tensors: Tensor|Tensor[], norm_type: float = 2, error_if_nonfinite: bool = false) -> Tensor:
-- The norm of all tensors as one vector. norm_type may be math.huge.
-- Example: nn.utils.get_total_norm({torch.ones(2), torch.ones(2)})
return function(...)
  local given = options.read("get_total_norm", PARAMETERS, ...)
  local list = torch.is_tensor(given.tensors) and {given.tensors} or given.tensors
  if type(list) ~= "table" then
    options.wrong("get_total_norm", "tensors", 1, "a tensor or an array of tensors", list)
  end
  local norms = {}
  for i, x in ipairs(list) do
    if not torch.is_tensor(x) then options.wrong("get_total_norm", ("tensors[%d]"):format(i), nil, "a tensor", x) end
    norms[i] = torch.linalg.vector_norm(x, given.norm_type)
  end
  if #norms == 0 then return torch.tensor(0.0) end
  local total = torch.linalg.vector_norm(torch.stack(norms, 1), given.norm_type)
  if given.error_if_nonfinite and not torch.isfinite(total):item() then
    options.raise(("get_total_norm: the norm is %s"):format(total:item()))
  end
  return total
end
