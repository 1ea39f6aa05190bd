--- nn.RNNCell(input_size: int, hidden_size: int, bias: bool = true, nonlinearity: tanh|relu = tanh, device: device =
-- nil, dtype: dtype = nil): One step of nn.RNN: called with the input (B×I or I) and the state h (zeros without one),
-- returns the next.
return require "torch.nn.recurrent_cell"("RNN")
