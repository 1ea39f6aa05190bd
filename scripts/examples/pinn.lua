--- A network that solves a differential equation: u'' = -π² sin(π x) with u(0) = u(1) = 0, whose solution is
-- sin(π x). Its loss has the second derivative of the network in it.
--
--     hecate scripts/examples/pinn.lua [--steps N] [--out FILE.png] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Solves a differential equation by training.", {
  {"steps", 2000, "steps of training"},
  {"out", false, "a picture of the solution (.png)"},
}, {steps = 100})

torch.manual_seed(1)
local net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
local optimizer = optim.Adam(net:parameters(), {lr = 3e-3})
local schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
local ends = torch.tensor({{0.0}, {1.0}})

--- How far u'' is from what it is to be, at some places.
local function residual(x)
  local u = net(x)
  local slope = torch.autograd.grad(u:sum(), x, nil, {create_graph = true})
  local bend = torch.autograd.grad(slope:sum(), x, nil, {create_graph = true})
  return bend + math.pi ^ 2 * torch.sin(math.pi * x)
end

for step = 1, options.steps do
  local x = torch.rand(64, 1, {requires_grad = true})
  optimizer:zero_grad()
  local loss = (residual(x) ^ 2):mean() + 100 * (net(ends) ^ 2):mean()
  loss:backward()
  optimizer:step()
  schedule:step()
  if step % 500 == 0 then print(("step %4d: loss %.2e"):format(step, loss:item())) end
end

local x = torch.linspace(0, 1, 101):unsqueeze(2)
local found = torch.no_grad(function() return net(x) end)
local exact = torch.sin(math.pi * x)
print(("largest error: %.1e"):format((found - exact):abs():max():item()))

if options.out then
  gnuplot.pngfigure(options.out)
  gnuplot.plot({"network", x:squeeze(2), found:squeeze(2), "-"}, {"exact", x:squeeze(2), exact:squeeze(2), dash = "--"})
  gnuplot.close()
end
