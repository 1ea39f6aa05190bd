-- Whole trainings beside PyTorch's: 200 steps from weights that a formula gives, in float64 and float32. A case of
-- tests/data/training has `layers` (a Sequential) or a net that is built here, the data, loss, optimiser and scheduler;
-- each of its `runs` has losses, norms of the gradients and rates at some steps, and what the trained net gives.

local shared = dofile "tests/recorded.lua"

local env = {nan = 0 / 0, inf = math.huge, T = function(t) return t end, R = function(r) return r end}
local function cases_of(name)
  local doc = assert(loadfile("tests/data/training/" .. name .. ".lua", "t", env))()
  return doc.cases, doc.steps
end

-- ---- data ---------------------------------------------------------------------------------

local pixels, classes
local function digits()
  if pixels then return pixels, classes end
  local rows, labels = {}, {}
  for line in io.lines "lib/torchvision/digits.txt" do
    local row = {}
    for i = 1, 64 do row[i] = (line:byte(i) - 48) / 16 end
    rows[#rows + 1], labels[#labels + 1] = row, line:byte(65) - 47
  end
  pixels, classes = torch.tensor(rows, {dtype = "float64"}), torch.tensor(labels)
  return pixels, classes
end

local function data_of(case, dtype)
  if case.data == "digits" then
    local x, y = digits()
    x = x:to(dtype):reshape(-1, table.unpack(case.input_shape))
    return x, y, {x:narrow(1, 1501, 297), y:narrow(1, 1501, 297)}
  end
  local r = case.x
  local x = torch.tensor(shared.numbers(r), {dtype = "float64"})
  x = x:reshape(r.shape)
  local y = x:select(2, 1) * x:select(2, 2) + 0.5 * x:select(2, 3) ^ 2 - x:select(2, 4)
  x, y = x:to(dtype), y:unsqueeze(2):to(dtype)
  return x, y, {x, y}
end

-- ---- nets ------------------------------------------------------------------------------------

local Recurrent = torch.class("TrainingRecurrent", nn.Module)
function Recurrent:__init(hidden, layers)
  self.rnn = nn.LSTM(8, hidden, {num_layers = layers, batch_first = true})
  self.out = nn.Linear(hidden, 10)
end
function Recurrent:forward(x) return self.out((self.rnn(x)):select(2, -1)) end

local Attention = torch.class("TrainingAttention", nn.Module)
function Attention:__init(d, heads, feedforward, depth, how)
  how.dropout, how.batch_first = 0, true
  self.position = nn.Parameter(torch.zeros(1, 8, d))
  self.embed = nn.Linear(8, d)
  self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(d, heads, feedforward, how), depth)
  self.out = nn.Linear(d, 10)
end
function Attention:forward(x) return self.out(self.encoder(self.embed(x) + self.position):mean(2)) end

local function sequential(layers)
  local list = {}
  for i, layer in ipairs(layers) do
    local args = table.move(layer.args, 1, #layer.args, 1, {})
    args[#args + 1] = layer.kwargs
    list[i] = {layer.name, nn[layer.module:sub(4)](table.unpack(args))}
  end
  return nn.Sequential(list)
end

local function net_of(case, dtype)
  local net
  if case.layers then net = sequential(case.layers)
  elseif case.forward:find "LSTM" then
    net = Recurrent(math.tointeger(case.forward:match "LSTM%(8, (%d+)"),
      math.tointeger(case.forward:match "num_layers = (%d+)" or 1))
  else
    local d, heads, feedforward, depth = case.forward:match "d (%d+), heads (%d+), feedforward (%d+), depth (%d+)"
    net = Attention(math.tointeger(d), math.tointeger(heads), math.tointeger(feedforward), math.tointeger(depth),
      {activation = case.forward:find "activation gelu" and "gelu" or "relu",
        norm_first = case.forward:find "norm_first" ~= nil})
  end
  net:to(dtype)
  local names = {}
  torch.no_grad(function()
    for name, x in pairs(net:state_dict()) do
      names[#names + 1] = name
      if x:is_floating_point() then x:copy_(shared.value(name, x):reshape(x.shape)) end
    end
  end)
  for i, entry in ipairs(case.state) do assert.equal(entry:match "^(.-):", names[i]) end
  return net
end

-- ---- a run -------------------------------------------------------------------------------------

local LOSSES <const> = {
  cross_entropy = function(out, y) return F.cross_entropy(out, y) end,
  ["cross_entropy, label_smoothing 0.1"] = function(out, y) return F.cross_entropy(out, y, {label_smoothing = 0.1}) end,
  mse_loss = F.mse_loss,
  huber_loss = F.huber_loss,
}

local function batch(case, step)
  local rows = {}
  for j = 0, case.batch - 1 do rows[j + 1] = ((step - 1) * case.batch + j) * case.stride % case.n + 1 end
  return torch.tensor(rows)
end

local function train(case, steps, dtype)
  local net, loss_of = net_of(case, dtype), LOSSES[case.loss]
  local x, y, evaluation = data_of(case, dtype)
  local optimizer = optim[case.optimizer:match "[^.]+$"](net:parameters(), case.optimizer_kwargs)
  local scheduler = case.scheduler
    and optim.lr_scheduler[case.scheduler:match "[^.]+$"](optimizer, case.scheduler_kwargs)
  local found, wanted = {losses = {}, grad_norms = {}, rates = {}}, {}
  for _, step in ipairs(steps) do wanted[step] = true end
  for step = 1, 200 do
    local rows = batch(case, step)
    local loss = loss_of(net(x:index_select(1, rows)), y:index_select(1, rows))
    optimizer:zero_grad()
    loss:backward()
    local norm
    if case.clip_grad_norm then norm = nn.utils.clip_grad_norm_(net:parameters(), case.clip_grad_norm)
    elseif wanted[step] then
      local grads = {}
      for i, p in ipairs(net:parameters()) do grads[i] = p.grad end
      norm = nn.utils.get_total_norm(grads)
    end
    if wanted[step] then
      table.insert(found.losses, loss:item())
      table.insert(found.grad_norms, norm:item())
      table.insert(found.rates, optimizer.param_groups[1].lr)
    end
    optimizer:step()
    if scheduler then scheduler:step() end
  end
  return net, found, evaluation
end

-- In float32 ten times the tolerance of the record is allowed. There one ReLU that another processor rounds to the
-- other side of 0, or another window that has the largest element, changes all that follows: behind step 50 a training
-- may leave the record, and has to stay in its neighbourhood from then on.
local ATOL <const> = {float64 = 1e-9, float32 = 1e-5}
local FACTOR <const> = {float64 = 1, float32 = 10}
local CLOSE_STEPS <const> = 50
local NEIGHBOURHOOD <const> = {rtol = 0.3, atol = 0.05}

local function check(case, steps, run)
  local atol, factor, left = ATOL[run.dtype], FACTOR[run.dtype], false -- left: the record
  local function near(what, expected, got, rtol, may_leave)
    local size, off = math.abs(expected), math.abs(got - expected)
    left = left or (may_leave and run.dtype == "float32" and off > factor * rtol * size + atol)
    local most = left and NEIGHBOURHOOD.rtol * size + NEIGHBOURHOOD.atol or factor * rtol * size + atol
    assert.is_true(off <= most, ("%s: expected %.17g, got %.17g"):format(what, expected, got))
  end
  local net, found, evaluation = train(case, steps, run.dtype)
  for i, step in ipairs(steps) do
    near("loss in step " .. step, run.losses[i], found.losses[i], run.rtol, step > CLOSE_STEPS)
    near("norm in step " .. step, run.grad_norms[i], found.grad_norms[i], run.grad_rtol, step > CLOSE_STEPS)
    if run.rates then near("rate in step " .. step, run.rates[i], found.rates[i], 1e-9) end
  end
  near("norm of the parameters", run.parameter_norm, nn.utils.get_total_norm(net:parameters()):item(), run.grad_rtol)
  net:eval()
  torch.no_grad(function()
    local out = net(evaluation[1])
    if run.eval_loss then
      near("loss of the evaluation", run.eval_loss, F.cross_entropy(out, evaluation[2]):item(), run.grad_rtol)
    end
    local first = torch.tensor(run.eval_out.data, {dtype = run.dtype}):reshape(run.eval_out.shape)
    local ours = out:narrow(1, 1, first:size(1))
    local scale, difference = first:abs():max():item(), (ours - first):abs():max():item()
    -- PyTorch's own float32 is as far from its float64: a bias before a batch normalisation, whose gradient is noise.
    local exact = torch.tensor(case.runs[1].eval_out.data, {dtype = "float64"}):reshape(first.shape)
    local noise = run.dtype == "float32" and (first:double() - exact):abs():max():item() * factor or 0
    near("what the trained net gives, at most", scale, scale + math.max(difference - noise, 0), run.grad_rtol)
    if run.accuracy then
      local accuracy = out:argmax(2):eq(evaluation[2]):double():mean():item()
      local most = left and 9 / 297 or run.dtype == "float32" and 1.5 / 297 or 1e-12
      assert.is_true(math.abs(accuracy - run.accuracy) <= most)
    end
  end)
end

for _, name in ipairs {"mlp", "cnn", "rnn", "transformer"} do
  describe("trainings follow PyTorch's: " .. name .. ",", function()
    local cases, steps = cases_of(name)
    for _, case in ipairs(cases) do
      for _, run in ipairs(case.runs) do
        it(case.name .. ", " .. run.dtype, function() check(case, steps, run) end)
      end
    end
  end)
end
