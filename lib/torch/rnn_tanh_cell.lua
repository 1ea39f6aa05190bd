local options = require "torch.utils.options"
local cells = require "torch.utils.cells"

--- torch.rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor = nil, b_hh: Tensor = nil)
-- -> Tensor: One step of nn.RNNCell with tanh, from the state hx, with weights (H × I) and (H × H): the next state.
-- Example: torch.rnn_tanh_cell(torch.ones(1, 2), torch.ones(1, 1), torch.ones(1, 2), torch.ones(1, 1))
return function(...)
  local given = options.read("rnn_tanh_cell", cells.PARAMETERS, ...)
  local x, h = cells.gates("rnn_tanh_cell", given, given.hx, 1)
  return torch.tanh(x[1] + h[1])
end
