--- A variational autoencoder of handwritten digits: learns to draw new ones.
--
--     hecate scripts/examples/vae.lua [--epochs N] [--out FILE.png] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns to draw digits.", {
  {"epochs", 60, "passes over the training set"},
  {"latent", 8, "numbers that describe a picture"},
  {"out", false, "a picture of new digits (.png)"},
}, {epochs = 2})
local DataLoader = torch.utils.data.DataLoader

torch.manual_seed(1)
local digits = torchvision.datasets.Digits{train = true}
local SIZE = 64

local VAE = torch.class("VAE", nn.Module)
function VAE:__init(latent)
  self.encoder = nn.Sequential(nn.Linear(SIZE, 128), nn.ReLU())
  self.mean = nn.Linear(128, latent)
  self.spread = nn.Linear(128, latent) -- the logarithm of the variance
  self.decoder = nn.Sequential(nn.Linear(latent, 128), nn.ReLU(), nn.Linear(128, SIZE))
end

function VAE:forward(x)
  local hidden = self.encoder(x)
  local mean, spread = self.mean(hidden), self.spread(hidden)
  local z = mean + torch.exp(spread / 2) * torch.randn(mean.shape)
  return self.decoder(z), mean, spread
end

--- The loss of a picture: how badly it is drawn, and how far its description is from normal numbers.
local function loss_of(x, drawn, mean, spread)
  local bad = F.binary_cross_entropy_with_logits(drawn, x, {reduction = "sum"})
  local far = -0.5 * (1 + spread - mean ^ 2 - torch.exp(spread)):sum()
  return (bad + far) / #x
end

local net = VAE(options.latent)
local optimizer = optim.Adam(net:parameters(), {lr = 2e-3})
local first, last
for epoch = 1, options.epochs do
  local sum, n = 0, 0
  for images in DataLoader(digits, {batch_size = 64, shuffle = true}):iter() do
    local x = images:flatten(2)
    optimizer:zero_grad()
    local loss = loss_of(x, net(x))
    loss:backward()
    optimizer:step()
    sum, n = sum + loss:item(), n + 1
  end
  last = sum / n
  first = first or last
  if epoch % 10 == 0 or epoch == options.epochs then print(("epoch %3d: loss %.2f"):format(epoch, last)) end
end
print(("the loss fell from %.2f to %.2f"):format(first, last))

if options.out then
  torch.no_grad(function()
    local drawn = torch.sigmoid(net.decoder(torch.randn(40, options.latent)))
    gnuplot.pngfigure(options.out)
    gnuplot.images(drawn:reshape(40, 1, 8, 8), {nrow = 10})
    gnuplot.close()
  end)
end
