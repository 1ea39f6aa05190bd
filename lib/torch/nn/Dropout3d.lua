--- nn.Dropout3d(p: float = 0.5, inplace: bool = false): nn.functional.dropout3d as a layer.
return require "torch.nn.dropout_layers"("Dropout3d", "dropout3d")
