-- hecate check: a script is run without data: what it reports, that nothing is written.
local sh = dofile "tests/screen.lua".sh
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

--- Writes the script into a folder of its own and checks it: the output, the exit code, the folder.
local function check(text, ...)
  local folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
  local file <close> = assert(io.open(folder .. "/train.lua", "w"))
  file:write(text)
  file:close()
  local words = table.concat({...}, " ")
  local here = hecate:sub(1, 1) == "/" and hecate or os.getenv "PWD" .. "/" .. hecate
  local command = ("cd %s && %s check %s train.lua 2>&1; echo $?; ls"):format(folder, here, words)
  local pipe <close> = assert(io.popen(command))
  local out = pipe:read "a"
  os.execute("rm -r " .. folder)
  local report, code, files = out:match "^(.*)\n(%d+)\n([^\n]*.*)$"
  return report, tonumber(code), files
end

local DATA = [[
local set = torch.utils.data.TensorDataset(torch.randn(100, 8), torch.randint(1, 4, {100}))
local loader = torch.utils.data.DataLoader(set, {batch_size = 10, shuffle = true})
]]

describe("hecate check", function()
  it("runs the example of Fashion-MNIST as it is", function()
    local folder = sh "mktemp -d"
    local out = sh("%s check scripts/examples/fashion_mnist.lua --data digits --out %s 2>&1", hecate, folder)
    assert.matches("no errors", out)
    assert.matches("parameters +76.8 KB", out)
    assert.matches("optimiser state +153.7 KB", out)
    assert.matches("saved activations", out)
    assert.matches("note: item read data %d+ times, first at scripts/examples/fashion_mnist.lua:%d+: it got zeros", out)
    assert.equal("", sh("ls -A %s; rmdir %s 2>&1", folder, folder))
  end)

  it("names the line and the layer of an error of shapes", function()
    local report, code = check(DATA .. [[
local model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Sequential(nn.Linear(15, 4)))
for x, y in loader:iter() do
  local out = model(x)
end]])
    assert.equal(1, code)
    assert.matches("^train.lua:5: nn.Linear: 'input' %(argument 1%): expected a last dimension of size 15 as 'weight' "
      .. "has, "
      .. "got float32 %(10×16%) on meta %(in 2.0, nn.Linear%)\n", report)
    assert.matches("train.lua: 1 error$", report)
  end)

  it("names the module of a class of the script's own", function()
    local report, code = check(DATA .. [[
local Net = torch.class("Net", nn.Module)
function Net:__init()
  nn.Module.__init(self)
  self.first = nn.Linear(8, 16)
  self.second = nn.Linear(16, 3)
end
function Net:forward(x)
  return self.second(self.first(x):t())
end
for x, y in loader:iter() do Net()(x) end]])
    assert.equal(1, code)
    assert.matches("^train.lua:10: nn.Linear: .* %(in second, nn.Linear%)\n", report)
  end)

  it("finds errors of dtypes and devices are what they are", function()
    local report, code = check [[
local device = torch.cuda.is_available() and "cuda:0" or "cpu"
local x = torch.ones(2, 3, {device = device}):to(device)
local y = nn.Linear(3, 3):to(device)(x):cpu():cuda()
torch.bitwise_and(y, 1)]]
    assert.equal(1, code)
    assert.matches("^train.lua:4: bitwise_and: not defined for tensors of dtype float32", report)
  end)

  it("writes nothing, runs no command, and loads what was saved", function()
    local report, code, files = check([[
local model = nn.Linear(2, 2)
torch.save(model:state_dict(), "model.safetensors")
model:load_state_dict(torch.load "model.safetensors")
local f = io.open("log.txt", "w")
f:write("text")
f:close()
os.execute("touch made")
os.remove("train.lua")
local gnuplot = require "gnuplot"
gnuplot.live{file = "loss.png"}:add("train", 1, 2)
print("said")
os.exit(3)]])
    assert.equal(0, code)
    assert.equal("train.lua\n", files)
    assert.matches("note: torch.save: model.safetensors is not written", report)
    assert.matches("note: os.execute: touch made: not done", report)
    assert.is_nil(report:find "said")
    assert.matches("^said", (check('print("said")', "--output")))
  end)

  it("counts what training takes", function()
    local report = check(DATA .. [[
local model = nn.Sequential(nn.Linear(8, 100), nn.Tanh(), nn.Linear(100, 3))
local optimizer = torch.optim.SGD(model:parameters(), {lr = 0.1, momentum = 0.9})
for x, y in loader:iter() do
  optimizer:zero_grad()
  local loss = nn.functional.cross_entropy(model(x), y)
  loss:backward()
  optimizer:step()
end]])
    local parameters = 4 * (8 * 100 + 100 + 100 * 3 + 3)
    for _, name in ipairs {"parameters", "gradients", "optimiser state"} do
      assert.matches(("%s +%.1f KB\n"):format(name, parameters / 1000), report)
    end
  end)

  it("counts batches, and reads the one without workers", function()
    local report, code = check([[
local set = torch.utils.data.TensorDataset(torch.randn(100, 8), torch.randint(1, 4, {100}))
local loader = torch.utils.data.DataLoader(set, {batch_size = 10, num_workers = 2})
for epoch = 1, 2 do
  for i, x, y in loader:enumerate() do print(epoch, i, x.shape[1], x.device, y.dtype) end
end
print(loader.num_workers)]], "--output")
    assert.equal(0, code)
    assert.matches("^1\t1\t10\tmeta\ttorch.int64\n2\t1\t10\tmeta\ttorch.int64\n2\n", report)
  end)

  it("gives ones for integers that are read, which may be positions", function()
    local report, code = check([[
local x = torch.randn(10, 4)
local at = torch.randint(1, 11, {1}):item()
print(x[at].shape[1], x:narrow(1, at, 2).shape[1], ({"a", "b"})[torch.argmax(x[1]):item()], x:sum():item())
for i = 1, torch.tensor({7}):sum():item() do print("round", i) end]], "--output")
    assert.equal(0, code)
    assert.matches("^4\t2\ta\t0.0\nround\t1\nnote: item read data 4 times, first at train.lua:2: "
      .. "it got zeros, ones of integers", report)
  end)

  it("writes no file by any function of a library", function()
    local report, code, files = check([[
local x = torch.rand(3, 8, 8)
torchvision.utils.save_image(x, "a.png")
torchvision.io.write_png((x * 255):to(torch.uint8), "b.png")
torchvision.io.write_file("c.bin", torch.zeros(3, {dtype = "uint8"}))
require("torchaudio").save("d.wav", torch.rand(1, 800), 8000)
torch.jit.save(torch.jit.trace(nn.Linear(3, 2), torch.rand(1, 3)), "e.safetensors")
local p = torch.profiler.profile({}, function() x:add(1) end)
p:export_chrome_trace "f.json"
optim.Logger "g.txt"
local name = os.tmpname()
assert(not io.open(name))
io.open(name, "w"):close()
io.output "h.txt"
io.write "text"
io.close()
print(pcall(torch.hub.download_url_to_file, "http://127.0.0.1:1/i", "i"))]])
    assert.equal(0, code)
    assert.equal("train.lua\n", files)
    for _, file in ipairs {"a.png", "b.png", "c.bin", "d.wav", "e.safetensors", "f.json", "g.txt", "h.txt"} do
      assert.matches("note: [%w_.: ]*" .. file .. " is not written", report)
    end
    assert.is_nil(report:find "warning")
  end)

  it("runs the examples, but one that waits for another program", function()
    for path in sh("ls scripts/examples/*.lua"):gmatch "%S+" do
      if not path:find "python.lua" then
        local out = sh("%s check %s 2>&1", hecate, path)
        assert.matches("no errors", out)
      end
    end
  end)

  it("goes on where a shape depends on data, and says what it took", function()
    local report, code = check([[
local x = torch.randn(10, 4)
local chosen = x[x:gt(0)]
local rows = x[x:sum(2):gt(0)]
x[x:lt(0)] = 0
print(x:nonzero().shape, chosen.shape[1] + 0, nn.Linear(4, 2)(rows).shape)
nn.Linear(5, 2)(rows)]], "--output")
    assert.equal(1, code)
    assert.matches("train.lua:6: nn.Linear: .*got float32 %(10×4%) on meta", report)
    assert.matches("note: a shape depends on data %(a mask, nonzero%): took 40 of 40 elements, 2 times, "
      .. "first at train.lua:2\n", report)
    assert.matches("took 10 of 10 elements, 1 time, first at train.lua:3\n", report)
  end)

  it("counts in the dtypes that autocast gives", function()
    local text = [[
local model = nn.Sequential(nn.Linear(8, 400), nn.Tanh(), nn.Linear(400, 3))
local optimizer = torch.optim.SGD(model:parameters(), {lr = 0.1})
local loss
torch.autocast("%s", {enabled = %s, dtype = torch.bfloat16}, function()
  loss = model(torch.randn(100, 8)):sum()
end)
loss:backward()]]
    local function kept(device, on)
      return tonumber(check(text:format(device, on)):match "saved activations +([%d.]+) KB")
    end
    local full = kept("cpu", "false")
    assert.is_true(full >= 160)
    for _, device in ipairs {"cpu", "cuda"} do
      assert.is_true(kept(device, "true") < 0.65 * full)
      assert.equal(full, kept(device, "false"))
    end
  end)

  it("ends loops that wait for data", function()
    local report, code = check("while torch.rand(1):item() < 1 do end", "--seconds", "0.2")
    assert.equal(1, code)
    assert.matches("train.lua:1: did not end in 0.2 s", report)
  end)

  it("tells wrong words and syntax errors", function()
    local report, code = check("local = 1")
    assert.equal(1, code)
    assert.matches("^train.lua:1: ", report)
    report, code = check("", "--wrong")
    assert.equal(1, code)
    assert.matches("^check: unknown option '%-%-wrong'", report)
  end)
end)
