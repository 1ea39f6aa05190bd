-- nn.Softplus
local F = torch.nn.functional

--- nn.Softplus(beta = 1, threshold = 20): log(1 + exp(beta x)) / beta, and x itself where
-- beta x > threshold.
local Softplus = torch.class("nn.Softplus", torch.nn.Module)

function Softplus:__init(beta, threshold)
  if type(beta) == "table" then beta, threshold = beta.beta, beta.threshold end
  if type(threshold) == "table" then threshold = threshold.threshold end
  self.beta, self.threshold = beta or 1, threshold or 20
end

function Softplus:forward(input) return F.softplus(input, self.beta, self.threshold) end

function Softplus:extra_repr() return ("beta=%s, threshold=%s"):format(self.beta, self.threshold) end

return Softplus
