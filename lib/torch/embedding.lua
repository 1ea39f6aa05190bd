local options = require "torch.utils.options"

local PARAMETERS <const> = {{"weight", kind = "tensor", required = true}, {"indices", kind = "tensor", required = true},
  {"padding_idx", kind = "integer"}, {"scale_grad_by_freq", kind = "boolean", default = false},
  {"sparse", kind = "boolean", default = false}}

--- torch.embedding(weight: Tensor, indices: Positions, padding_idx: int = nil, scale_grad_by_freq: bool = false,
-- sparse: bool = false) -> Tensor: nn.functional.embedding with the table first.
-- Example: torch.embedding(torch.eye(3), torch.tensor({1, 3}))
return function(...)
  local given = options.read("embedding", PARAMETERS, ...)
  return torch.nn.functional.embedding(given.indices, given.weight,
    {padding_idx = given.padding_idx, scale_grad_by_freq = given.scale_grad_by_freq,
      sparse = given.sparse})
end
