-- Errors of wrong calls name the line of the program that made the call, whatever lies between: constructors, Lua
-- files of Hecate, methods of classes.

local function line() return debug.getinfo(2, "l").currentline end

--- Calls f and returns its message without the place, which must be that of the line `at` of this file.
local function message(f, at)
  local ok, text = pcall(f)
  assert.is_false(ok)
  local place, rest = text:match "^[^\n]*error_place_spec%.lua:(%d+): (.*)$"
  assert.equal(at, tonumber(place), text)
  return rest
end

local parameter = torch.ones(1, {requires_grad = true})

-- What each call says; the names of the functions are part of it.
local calls = {
  {"add: 'other'", function() local _ = torch.ones(2):add("x") end, line()},
  {"nn.Linear: 'in_features'", function() local _ = nn.Linear("x") end, line()},
  {"nn.Linear: unknown option 'bas'", function() local _ = nn.Linear(1, 2, {bas = true}) end, line()},
  {"nn.Dropout: 'p'", function() local _ = nn.Dropout(3) end, line()},
  {"nn.Linear: 'input'", function() local _ = nn.Linear(1, 2)("x") end, line()},
  {"nn.Sequential: 'module'", function() local _ = nn.Sequential(1) end, line()},
  {"nn.ModuleList: 'module'", function() local _ = nn.ModuleList(1) end, line()},
  {"nn.ModuleDict: 'modules'", function() local _ = nn.ModuleDict(1) end, line()},
  {"nn.ModuleDict: 'a': expected a module", function() local _ = nn.ModuleDict {a = 1} end, line()},
  {"Sequential: position 7", function() local _ = nn.Sequential(nn.Tanh())[7] end, line()},
  {"nn.Parameter: 'data'", function() local _ = nn.Parameter(1) end, line()},
  {"optim.SGD: 'params'", function() local _ = optim.SGD(1) end, line()},
  {"optim.Adam: 'lr'", function() local _ = optim.Adam({parameter}, {lr = "x"}) end, line()},
  {"optim.SGD: 'closure'", function() optim.SGD({parameter}, {lr = 0.1}):step(1) end, line()},
  {"DataLoader: 'dataset'", function() local _ = torch.utils.data.DataLoader(1) end, line()},
  {"DataLoader: 'batch_size'", function() local _ = torch.utils.data.DataLoader({1}, {batch_size = "x"}) end, line()},
  {"DataLoader: unknown option", function() local _ = torch.utils.data.DataLoader({1}, {batchsize = 2}) end, line()},
  {"TensorDataset: 'tensors'", function() local _ = torch.utils.data.TensorDataset(1) end, line()},
  {"random_split: 'lengths'", function() local _ = torch.utils.data.random_split({1, 2}, {5}) end, line(),
    "random_split"},
  {"MNIST: 'root'", function() local _ = torchvision.datasets.MNIST {root = 1} end, line()},
  {"MNIST: no file", function() local _ = torchvision.datasets.MNIST {root = "/nowhere"} end, line()},
  {"optim.Logger: 'filename'", function() local _ = optim.Logger("/nowhere/x") end, line()},
  {"gnuplot.plot: ", function() gnuplot.plot("x", 1) end, line()},
  {"gnuplot.title: 'text'", function() gnuplot.title(1) end, line()},
}

describe("the error of a wrong call", function()
  for _, call in ipairs(calls) do
    it("names the line of the program: " .. call[1], function()
      local rest = message(call[2], call[3])
      assert.matches("^" .. (call[4] or call[1]):gsub("%p", "%%%0"), rest)
    end)
  end

  it("is that of the constructor in a class of the program", function()
    local Net = torch.class("Net", nn.Module)
    function Net:__init() self.fc = nn.Linear(1) end
    local at = line() - 1
    assert.matches("^nn.Linear: 'out_features'", message(function() local _ = Net() end, at))
  end)

  it("has no line where pcall made the call, as with functions of Lua", function()
    assert.matches("^nn.Linear: 'in_features'", (select(2, pcall(nn.Linear, "x"))))
    assert.matches("^add: 'input'", (select(2, pcall(torch.add, "x", 1))))
  end)

  it("leaves what was caught and is no message of an error as it is", function()
    local value = {}
    assert.equal(value, select(2, pcall(torch._C.raise, value)))
    assert.equal("interrupted", select(2, pcall(function() torch._C.raise "interrupted" end)))
  end)
end)
