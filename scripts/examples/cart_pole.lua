--- A policy that learns to balance a pole on a cart by trying (REINFORCE); the cart is simulated here.
--
--     hecate scripts/examples/cart_pole.lua [--episodes N] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Learns to balance a pole.", {
  {"episodes", 600, "tries"},
  {"csv", false, "a CSV with the length of each try, for 'hecate plot'"},
}, {episodes = 20})

torch.manual_seed(1)
local LONGEST = 500 -- steps of a try
local GRAVITY, CART, POLE, HALF, FORCE, TIME = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02

--- The state after pushing to the right (true) or left: {place, speed, angle, turn}.
local function push(state, right)
  local x, v, angle, turn = table.unpack(state)
  local force, total = right and FORCE or -FORCE, CART + POLE
  local temp = (force + POLE * HALF * turn ^ 2 * math.sin(angle)) / total
  local alpha = (GRAVITY * math.sin(angle) - math.cos(angle) * temp)
    / (HALF * (4 / 3 - POLE * math.cos(angle) ^ 2 / total))
  local a = temp - POLE * HALF * alpha * math.cos(angle) / total
  return {x + TIME * v, v + TIME * a, angle + TIME * turn, turn + TIME * alpha}
end

local function has_fallen(state) return math.abs(state[1]) > 2.4 or math.abs(state[3]) > 0.21 end

local policy = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 2))
local optimizer = optim.Adam(policy:parameters(), {lr = 5e-3})

--- One try: its states and actions.
local function try()
  local state, states, actions = (torch.rand(4) * 0.1 - 0.05):tolist(), {}, {}
  torch.no_grad(function()
    while #actions < LONGEST and not has_fallen(state) do
      local chance = torch.softmax(policy(torch.tensor(state)), 1)
      local right = torch.rand(1):item() < chance[2]:item()
      states[#states + 1], actions[#actions + 1] = state, right and 2 or 1
      state = push(state, right)
    end
  end)
  return torch.tensor(states), torch.tensor(actions)
end

--- What follows each step, later rewards counting less; brought to mean 0 and spread 1.
local function returns(n)
  local list, sum = {}, 0
  for i = n, 1, -1 do
    sum = 1 + 0.99 * sum
    list[i] = sum
  end
  local t = torch.tensor(list)
  return (t - t:mean()) / (t:std() + 1e-6)
end

local mean, best = 0, 0
local log = options.csv and assert(io.open(options.csv, "w"))
if log then log:write "episode,steps\n" end
for episode = 1, options.episodes do
  local states, actions = try()
  local n = #actions
  optimizer:zero_grad()
  local chosen = torch.log_softmax(policy(states), 2):gather(2, actions:unsqueeze(2)):squeeze(2)
  local loss = -(chosen * returns(n)):mean()
  if n > 1 then
    loss:backward()
    optimizer:step()
  end
  mean = episode == 1 and n or 0.95 * mean + 0.05 * n
  best = math.max(best, mean)
  if log then log:write(episode, ",", n, "\n") end
  if episode % 50 == 0 then print(("try %4d: %3d steps, %.0f on average"):format(episode, n, mean)) end
end
if log then log:close() end
print(("the best average was %.0f steps of %d"):format(best, LONGEST))
