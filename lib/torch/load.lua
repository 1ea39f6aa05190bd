-- torch.load: see torch/serialize.lua.
return require("torch.serialize").load
