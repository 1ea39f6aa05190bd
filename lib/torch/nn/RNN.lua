--- nn.RNN(input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: tanh|relu = tanh, bias: bool = true,
-- batch_first: bool = false, dropout: float = 0, bidirectional: bool = false, device: device = nil, dtype: dtype =
-- nil): h' = tanh(W_ih x + b_ih + W_hh h + b_hh) of each step, over sequences (T×B×I; B×T×I with batch_first; T×I
-- without a batch) and an optional state; returns the outputs of the last layer and the state h after the last step, of
-- all layers and directions. dropout acts between layers, in training (Elman 1990).
return require "torch.nn.recurrent_layers"("RNN")
