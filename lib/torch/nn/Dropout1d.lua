--- nn.Dropout1d(p: float = 0.5, inplace: bool = false): nn.functional.dropout1d as a layer.
return require "torch.nn.dropout_layers"("Dropout1d", "dropout1d")
