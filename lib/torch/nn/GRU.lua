--- nn.GRU(input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = true, batch_first: bool = false,
-- dropout: float = 0, bidirectional: bool = false, device: device = nil, dtype: dtype = nil): gates r, z, n; h' = (1 -
-- z) n + z h of each step, over sequences (T×B×I; B×T×I with batch_first; T×I without a batch) and an optional
-- state; returns the outputs of the last layer and the state h after the last step, of all layers and directions.
-- dropout acts between layers, in training (Cho et al. 2014).
return require "torch.nn.recurrent_layers"("GRU")
