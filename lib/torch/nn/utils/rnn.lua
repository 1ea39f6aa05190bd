--- nn.utils.rnn: Sequences of different lengths in one batch: padded, or packed for nn.RNN, nn.LSTM and nn.GRU.
return torch._C.lazy({}, "torch.nn.utils.rnn")
