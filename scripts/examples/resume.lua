--- Checkpoints: a training that is cut off goes on as if nothing had happened, its curve too.
--
--     hecate scripts/examples/resume.lua [--out DIR] [--small]
--
-- Run it, press Ctrl-C, and run it again: it goes on at the last checkpoint. --stop N ends it at step N, as a crash
-- would. In DIR are checkpoint.safetensors, state.safetensors, loss.csv and loss.png.
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Trains with checkpoints.", {
  {"steps", 400, "steps of training"},
  {"every", 50, "steps from one checkpoint to the next"},
  {"stop", 0, "the step at which to break off"},
  {"out", ".", "the folder of its files"},
}, {steps = 40, every = 10})

local weights, state, csv = options.out .. "/checkpoint.safetensors", options.out .. "/state.safetensors",
  options.out .. "/loss.csv"
torch.manual_seed(1)
local net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
local optimizer = optim.Adam(net:parameters(), {lr = 1e-2})
local x = torch.randn(512, 8)
local y = (x ^ 2):sum(2, {keepdim = true}) / 8

--- The batch of a step: the same one whenever that step is done.
local function batch(step)
  local at = torch.randint(1, 513, {64}, {generator = torch.Generator():manual_seed(step)})
  return x:index_select(1, at), y:index_select(1, at)
end

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

local first = 1
if exists(weights) and exists(state) then
  net:load_state_dict(torch.load(weights))
  local kept = torch.load(state)
  optimizer:load_state_dict(kept.optimizer)
  first = kept.step + 1
  print(("goes on at step %d"):format(first))
end

local curve <close> = gnuplot.live{title = "loss", csv = csv, file = options.out .. "/loss.png",
  resume = first > 1 and first}
local last
for step = first, options.steps do
  if step == options.stop then error("stopped at step " .. step, 0) end
  local inputs, targets = batch(step)
  optimizer:zero_grad()
  last = F.mse_loss(net(inputs), targets)
  last:backward()
  optimizer:step()
  curve:add("train", step, last:item())
  if step % options.every == 0 then
    torch.save(net:state_dict(), weights)
    torch.save({optimizer = optimizer:state_dict(), step = step}, state)
  end
end
if last then print(("step %d: loss %.6f"):format(options.steps, last:item())) end
