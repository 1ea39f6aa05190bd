return require("torch.serialize").load
