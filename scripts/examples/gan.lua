--- Two networks against each other: one makes points, the other tells them from real ones, which lie in eight heaps on
-- a circle.
--
--     hecate scripts/examples/gan.lua [--steps N] [--out FILE.png] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns to make points like given ones.", {
  {"steps", 4000, "steps of training"},
  {"out", false, "a picture of the points (.png)"},
}, {steps = 50})

torch.manual_seed(2)
local HEAPS, BATCH, NOISE = 8, 256, 8

--- `n` real points.
local function real(n)
  local angle = torch.randint(0, HEAPS, {n}):to("float32") * (2 * math.pi / HEAPS)
  return torch.stack({angle:cos(), angle:sin()}, 2) * 2 + 0.08 * torch.randn(n, 2)
end

local function net(inputs, outputs)
  return nn.Sequential(nn.Linear(inputs, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2),
    nn.Linear(64, outputs))
end

local maker, judge = net(NOISE, 2), net(2, 1)
local criterion = nn.BCEWithLogitsLoss()
local makers = optim.Adam(maker:parameters(), {lr = 1e-3, betas = {0.5, 0.999}})
local judges = optim.Adam(judge:parameters(), {lr = 1e-3, betas = {0.5, 0.999}})
local yes, no = torch.full({BATCH, 1}, 0.9), torch.zeros(BATCH, 1) -- 0.9: a judge that is never quite sure

for step = 1, options.steps do
  judges:zero_grad()
  local made = maker(torch.randn(BATCH, NOISE))
  local judged = criterion(judge(real(BATCH)), yes) + criterion(judge(made:detach()), no)
  judged:backward()
  judges:step()

  makers:zero_grad()
  local loss = criterion(judge(made), yes)
  loss:backward()
  makers:step()
  if step % 1000 == 0 then
    print(("step %4d: judge %.3f, maker %.3f"):format(step, judged:item(), loss:item()))
  end
end

--- How many heaps were found, and the share of points that lie in one.
local points = torch.no_grad(function() return maker(torch.randn(2000, NOISE)) end)
local found, inside = 0, 0
for heap = 0, HEAPS - 1 do
  local angle = heap * 2 * math.pi / HEAPS
  local centre = torch.tensor({2 * math.cos(angle), 2 * math.sin(angle)})
  local near = ((points - centre) ^ 2):sum(2):lt(0.4 ^ 2):sum():item()
  inside = inside + near
  if near > 40 then found = found + 1 end
end
print(("%d of %d heaps found, %.0f %% of the points in one"):format(found, HEAPS, 100 * inside / 2000))

if options.out then
  gnuplot.pngfigure(options.out)
  local given = real(500)
  gnuplot.scatter("real", given:select(2, 1), given:select(2, 2), {alpha = 0.4})
  gnuplot.hold()
  gnuplot.scatter("made", points:select(2, 1), points:select(2, 2), {alpha = 0.3, size = 0.5})
  gnuplot.axis "equal"
  gnuplot.close()
end
