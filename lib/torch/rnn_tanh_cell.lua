local cells = require "torch.utils.cells"

--- torch.rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor = nil, b_hh: Tensor = nil)
-- -> Tensor: One step of nn.RNNCell with tanh, from the state hx, with weights (H × I) and (H × H): the next state.
-- Example: torch.rnn_tanh_cell(torch.ones(1, 2), torch.ones(1, 1), torch.ones(1, 2), torch.ones(1, 1))
return cells.elman("rnn_tanh_cell", torch.tanh)
