--- nn.LSTM(input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = true, batch_first: bool = false,
-- dropout: float = 0, bidirectional: bool = false, proj_size: int = 0, device: device = nil, dtype: dtype = nil): gates
-- i, f, g, o; c' = f c + i g, h' = o tanh(c') of each step, over sequences (T×B×I; B×T×I with batch_first; T×I
-- without a batch) and an optional state; returns the outputs of the last layer and the state {h, c} after the last
-- step, of all layers and directions. dropout acts between layers, in training (Hochreiter and Schmidhuber 1997).
return require "torch.nn.recurrent_layers"("LSTM")
