--- nn.LSTMCell(input_size: int, hidden_size: int, bias: bool = true, device: device = nil, dtype: dtype = nil): One
-- step of nn.LSTM: called with the input (B×I or I) and the state {h, c} (zeros without one), returns the next.
return require "torch.nn.recurrent_cell"("LSTM")
