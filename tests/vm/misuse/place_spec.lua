-- Wrong calls of all public functions and constructors, in C and in Lua: what is refused is refused in one line that
-- names the line of the program and the function that was called.
local registry = require "hecate.help.registry"
local walk = dofile "tests/vm/misuse/walk.lua"

local warn_once = require "torch.utils.options".warn
setup(function() require "torch.utils.options".warn = function() end end) -- of what is right but odd
teardown(function()
  require "torch.utils.options".warn = warn_once
  gnuplot.closeall()
end)

describe("a wrong call names the line of the program and the function:", function()
  for _, entry in ipairs(registry.index().list) do
    -- A method is called with a wrong object when it is called with a dot, which slips.lua answers.
    if walk.takes(entry) and not entry.name:find "^torch%.Tensor" and not entry.owner then
      it(entry.name, function()
        local call = ("object.%s(table.unpack(arguments, 1, arguments.n))"):format(entry.key)
        for _, arguments in ipairs(walk.arguments(walk.right_arguments(entry))) do
          local why, message = walk.try(call, entry.library.table, arguments, entry.name)
          if why then error(("%s: the message %s: %s"):format(walk.show(arguments), why, message), 0) end
        end
      end)
    end
  end
end)

describe("a function of the library that calls another one", function()
  local function message(f)
    local _, text = pcall(f)
    return (text:gsub("^[^:]*:%d+: ", ""))
  end
  local x = torch.zeros(2, 2)
  it("puts its own name before the other's", function()
    assert.equal("histc: item: needs data, which a tensor on meta has not",
      message(function() local _ = torch.histc(x:to "meta") end))
    assert.equal("inverse: linalg.inv: the matrix is singular (the diagonal element 1 of U is zero)",
      message(function() local _ = torch.inverse(x) end))
    assert.equal("nn.LazyLinear: nn.Linear: 'out_features' (argument 2): expected a value, got nil",
      message(function() local _ = nn.LazyLinear() end))
    assert.equal("histc: item: needs data, which a tensor on meta has not",
      message(function() local _ = x:to "meta":histc() end))
  end)
  it("has its own name where the other is the same function", function()
    assert.equal("nn.init.constant: 'tensor' (argument 1): expected a value, got nil",
      message(function() local _ = nn.init.constant() end))
    assert.equal("addmv_: 'mat' (argument 2): expected a tensor, got nothing",
      message(function() local _ = torch.addmv_(x) end))
  end)
  it("has one line of the program, also where an error was caught and is raised again", function()
    assert.matches("^MNIST: no file ", message(function() local _ = torchvision.datasets.MNIST "/nowhere" end))
  end)
  it("says nothing of a name that the program gave", function()
    local mine = {layer = nn.Linear(2, 3), count = F.normalize}
    assert.equal("nn.Linear: 'input' (argument 1): expected a tensor, got the string \"x\"",
      message(function() local _ = mine.layer("x") end))
    assert.matches("^norm: ", message(function() local _ = mine.count(x:long()) end))
    local count = F.normalize
    assert.matches("^norm: ", message(function() local _ = count(x:long()) end))
  end)
end)

describe("words of Lua were told by", function()
  local transforms = torch.distributions.transforms
  for message, call in pairs {
    ["StickBreakingTransform: 'x' (argument 1): expected a tensor, got nothing"] = function()
      local _ = transforms.StickBreakingTransform()()
    end,
    ["LowerCholeskyTransform: 'x' (argument 1): expected a tensor, got number 99"] = function()
      local _ = transforms.LowerCholeskyTransform()(99)
    end,
    ["SoftmaxTransform: 'x' (argument 1): expected at least 1 dimensions, got int64 ()"] = function()
      local _ = transforms.SoftmaxTransform()(torch.tensor(1))
    end,
    ["ExpTransform: 'x' (argument 1): expected a tensor, got nothing"] = function()
      local _ = transforms.ExpTransform():log_abs_det_jacobian()
    end,
    ["inverse_shape: 'shape' (argument 1): expected at least 2 dimensions, got 1"] = function()
      local _ = transforms.CorrCholeskyTransform():inverse_shape {3}
    end,
    ["triplet_margin_with_distance_loss: 'distance_function': it gives nothing, expected a tensor"] = function()
      local x = torch.ones(1, 2)
      nn.TripletMarginWithDistanceLoss(function() end)(x, x, x)
    end,
    ["nn.Parameter: 'data' (argument 1): expected floating point or complex numbers, or requires_grad = false, got "
      .. "a tensor bool (2)"] = function() local _ = nn.Parameter(torch.tensor {true, false}) end,
    ["nn.BatchNorm1d: weight: size -1 in dimension 1 is negative"] = function() local _ = nn.BatchNorm1d(-1) end,
    ["typename: 'value' (argument 1): expected a value, got nothing"] = function() local _ = torch.typename() end,
    ["RandomAffine: 'degrees': expected a number, 0 or more, or an array of two numbers, got bool (2)"] = function()
      local _ = torchvision.transforms.RandomAffine(torch.tensor {true, false})
    end,
    ["range: 'step' (argument 3): 1 does not lead from 0 to nan"] = function() local _ = torch.range(-(0 / 0)) end,
    ["set_rng_state: 'new_state': expected a state from get_state, a uint8 tensor of 16 elements, got nothing"] =
      function() torch.set_rng_state() end,
  } do
    it(message:match "^[^:]*", function()
      local ok, got = pcall(call)
      assert.is_false(ok)
      assert.equal(message, (got:gsub("^[^:]*:%d+: ", "")))
    end)
  end
end)
