local options = require "torch.utils.options"
local cells = require "torch.utils.cells"

--- torch.gru_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor = nil, b_hh: Tensor = nil) ->
-- Tensor: One step of a gated recurrent unit (nn.GRUCell) from the state hx, with weights (3 H × I) and (3 H × H).
-- Example: torch.gru_cell(torch.ones(1, 2), torch.zeros(1, 3), torch.ones(9, 2), torch.ones(9, 3)).shape
return function(...)
  local given = options.read("gru_cell", cells.PARAMETERS, ...)
  local x, h = cells.gates("gru_cell", given, given.hx, 3)
  local reset, update = torch.sigmoid(x[1] + h[1]), torch.sigmoid(x[2] + h[2])
  local candidate = torch.tanh(x[3] + reset * h[3])
  return candidate + update * (given.hx - candidate)
end
