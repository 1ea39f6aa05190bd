--- nn.FeatureAlphaDropout(p: float = 0.5, inplace: bool = false): nn.functional.feature_alpha_dropout as a layer.
return require "torch.nn.dropout_layers"("FeatureAlphaDropout", "feature_alpha_dropout")
