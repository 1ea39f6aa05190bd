--- nn.GRUCell(input_size: int, hidden_size: int, bias: bool = true, device: device = nil, dtype: dtype = nil): One step
-- of nn.GRU: called with the input (B×I or I) and the state h (zeros without one), returns the next.
return require "torch.nn.recurrent_cell"("GRU")
