local options = require "torch.utils.options"
local cells = require "torch.utils.cells"

--- torch.lstm_cell(input: Tensor, hx: Tensor[], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor = nil, b_hh: Tensor = nil) ->
-- Tensor, Tensor: One step of a long short-term memory (nn.LSTMCell) from the states hx = {h, c}, with weights
-- (4 H × I) and (4 H × H): the next h and c.
-- Example: torch.lstm_cell(torch.ones(1, 2), {torch.ones(1, 1), torch.ones(1, 1)}, torch.ones(4, 2), torch.ones(4, 1))
return function(...)
  local given = options.read("lstm_cell", cells.PARAMETERS, ...)
  local states = given.hx
  if type(states) ~= "table" or not torch.is_tensor(states[1]) or not torch.is_tensor(states[2]) then
    options.wrong("lstm_cell", "hx", 2, "an array of two tensors, h and c", states)
  end
  local x, h = cells.gates("lstm_cell", given, states[1], 4)
  local sums = {}
  for i = 1, 4 do sums[i] = x[i] + h[i] end
  local c = torch.sigmoid(sums[2]) * states[2] + torch.sigmoid(sums[1]) * torch.tanh(sums[3])
  return torch.sigmoid(sums[4]) * torch.tanh(c), c
end
