--- nn.Dropout2d(p: float = 0.5, inplace: bool = false): nn.functional.dropout2d as a layer.
return require "torch.nn.dropout_layers"("Dropout2d", "dropout2d")
