return require("torch.serialize").save
