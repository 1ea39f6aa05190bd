--- nn.AlphaDropout(p: float = 0.5, inplace: bool = false): nn.functional.alpha_dropout as a layer.
return require "torch.nn.dropout_layers"("AlphaDropout", "alpha_dropout")
