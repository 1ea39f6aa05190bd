-- torch.save: see torch/serialize.lua.
return require("torch.serialize").save
