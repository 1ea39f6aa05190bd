-- Wrong calls of the functions of torch.func, torch.autograd, nn.utils, optim.swa_utils and their kin: what is
-- refused is refused in one line that is about the call.
local function quiet() end

local function arguments()
  local x, net = torch.ones(2, 3), nn.Linear(3, 2)
  local sgd = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1})
  return {{}, {5}, {"x"}, {{}}, {true}, {quiet}, {{5}}, {{"x"}}, {torch.float32}, {torch.tensor(1)}, {x},
    {torch.ones(0)}, {x, "x"}, {x, {}}, {x, quiet}, {x, x, "y"}, {x, 1, "x"}, {x, x, x, x}, {{x, 5}}, {x, 0.5},
    {x, -100}, {x, 1e18},
    {x, {foo = 1}}, {x, x, {foo = 1}}, {{x, x}, {1, 9}}, {x, {2, 3}}, {x, {1, 2}, 5}, {"a", "b", "c"}, {quiet, x, 5},
    {torch.sin, x}, {torch.sin, x, x}, {torch.sin, {x}, {x}}, {torch.sin, {x}, x, x}, {torch.sin, 0}, {torch.sin, {}},
    {torch.sin, 1, 1, 5}, {torch.sin, {foo = 1}}, {net}, {net, 5}, {net, "weight"}, {net, "weight", 5}, {net, "bias"},
    {net, "weight", "x"}, {net, "weight", 0.5, 5}, {net, "weight", 1, 2, 9}, {net, {}, x}, {net, {weight = 5}, x},
    {net, nn.ReLU()}, {nn.ReLU():eval(), nn.ReLU():eval()}, {nn.Linear(3, 2):eval(), nn.BatchNorm1d(5):eval()},
    {nn.ReLU(), "weight"}, {sgd}, {sgd, "x"}, {sgd, 5, "x"}, {sgd, 5, 5, 5, "x"}, {sgd, 5, {foo = 1}}, {nil, 5}}
end

local libraries = {["torch.func"] = torch.func, ["torch.autograd.functional"] = torch.autograd.functional,
  ["torch.autograd.graph"] = torch.autograd.graph, ["torch.autograd.forward_ad"] = torch.autograd.forward_ad,
  ["nn.utils"] = nn.utils, ["nn.utils.rnn"] = nn.utils.rnn, ["nn.utils.prune"] = nn.utils.prune,
  ["nn.utils.parametrize"] = nn.utils.parametrize, ["nn.utils.parametrizations"] = nn.utils.parametrizations,
  ["nn.modules.module"] = nn.modules.module, ["optim.swa_utils"] = optim.swa_utils,
  transformers = require "transformers", ["torch.cuda.amp"] = torch.cuda.amp,
  ["torch.utils.checkpoint"] = torch.utils.checkpoint}
local others = {LazyLinear = nn.LazyLinear, LazyConv2d = nn.LazyConv2d, ParameterList = nn.ParameterList,
  ParameterDict = nn.ParameterDict, EarlyStopping = torch.utils.EarlyStopping, Variable = torch.autograd.Variable}

local function functions_of(library)
  local list = {}
  for name, value in pairs(library) do list[name] = value end
  local meta = getmetatable(library)
  for name in pairs(meta and meta.__lazy or {}) do list[name] = library[name] end
  return list
end

local function check(f)
  for i, args in ipairs(arguments()) do
    local n = args[1] == nil and #args == 0 and args[2] and 2 or #args
    local handles = table.pack(pcall(f, table.unpack(args, 1, n)))
    local message = not handles[1] and tostring(handles[2]) or ""
    assert.is_nil(message:find "attempt to" or message:find "bad argument" or message:find "bad 'for'"
      or message:find "^lib/" or message:find "\n", ("call %d: %s"):format(i, message))
    local meta = handles[1] and type(handles[2]) == "table" and getmetatable(handles[2])
    if meta and meta.__close then meta.__close(handles[2]) end -- a mode or a hook
  end
end

for _, name in ipairs {"torch.distributions", "torchaudio", "torchaudio.functional", "torchaudio.transforms",
  "torchmetrics", "torchmetrics.functional", "torchmetrics.classification", "torchmetrics.regression",
  "torchmetrics.text", "torchmetrics.image", "tokenizers", "tokenizers.models", "tokenizers.decoders",
  "tokenizers.normalizers", "tokenizers.pre_tokenizers", "tokenizers.processors", "tokenizers.trainers",
  "torchvision.ops", "torchvision.transforms.v2", "torchvision.transforms.v2.functional"} do
  local there, library = pcall(require, name)
  if there and type(library) == "table" then libraries[name] = library end
end
libraries.others = others
for library_name, library in pairs(libraries) do
  describe("wrong calls of " .. library_name .. ":", function()
    for name, f in pairs(functions_of(library)) do
      local meta = getmetatable(f)
      if type(f) == "function" or type(f) == "table" and meta and meta.__call then
        it(name, function()
          check(f)
          while pcall(torch.autograd.forward_ad.exit_dual_level) do end
        end)
      end
    end
  end)
end
