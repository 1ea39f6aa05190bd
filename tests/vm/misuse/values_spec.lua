-- Wrong values that used to be taken silently. Methods that get what is not their own are in tests/vm/foreign_spec.lua.
local torch, nn = require "torch", require "torch.nn"

describe("values of other kinds:", function()
  it("a device is equal to devices alone", function()
    assert.is_true(torch.device("cpu") == torch.device("cpu"))
    assert.is_false(torch.device("cpu") == torch.bool)
  end)
  it("an iterator of a closed tensor", function()
    local step
    do
      local t <close> = torch.eye(2)
      step = t:iter()
    end
    assert.error_matches(function() step(nil, 0) end, "iter: 'self': expected a tensor, got a closed tensor")
  end)
end)

describe("what used to be taken silently:", function()
  local x, m = torch.ones(2), nn.Linear(2, 2)
  for what, call in pairs {
    ["'mode': expected true or false, got nothing"] = function() torch.set_grad_enabled() end,
    ["'mode': expected true or false, got the string"] = function() torch.set_grad_enabled("no") end,
    ["requires_grad_: 'requires_grad': expected true or false"] = function() x:requires_grad_("no") end,
    ["requires_grad: 'value': expected true or false"] = function() x.requires_grad = "no" end,
    ["'create_graph': expected true or false"] = function()
      x:clone():requires_grad_():sum():backward(nil, {create_graph = 1})
    end,
    ["training: 'value': expected true or false"] = function() m.training = "no" end,
    ["unknown option 'persistnt', did you mean 'persistent'"] = function()
      m:register_buffer("b", torch.ones(1), {persistnt = false})
    end,
    ["'persistent': expected true or false"] = function()
      m:register_buffer("b", torch.ones(1), {persistent = "no"})
    end,
    ["checkpoint: 'f' %(argument 1%): expected a function, got table"] = function()
      torch.utils.checkpoint.checkpoint({}, x)
    end,
    ["checkpoint_sequential: 'modules' %(argument 1%): expected an nn.Sequential or an array, got nothing"] = function()
      torch.utils.checkpoint.checkpoint_sequential(nil, 1, x)
    end,
    ["checkpoint_sequential: 'modules%[2%]': expected a module or a function, got number 5"] = function()
      torch.utils.checkpoint.checkpoint_sequential({m, 5}, 1, x)
    end,
    ["fork_rng: 'f' %(argument 1%): expected a function or nothing, got number 5"] = function()
      torch.random.fork_rng(5)
    end,
    ["gradcheck: 'f' %(argument 1%): expected a function, got nothing"] = function() torch.autograd.gradcheck() end,
    ["gradcheck: 'inputs' %(argument 2%): expected a tensor or an array of tensors, got number 5"] = function()
      torch.autograd.gradcheck(torch.sin, 5)
    end,
    ["gradgradcheck: 'eps': expected a number, got string 'x'"] = function()
      torch.autograd.gradgradcheck(torch.sin, x, {eps = "x"})
    end,
    ["gradcheck: unknown option 'esp'"] = function() torch.autograd.gradcheck(torch.sin, x, {esp = 1}) end,
    ["trunc_normal_: 'std' %(argument 3%): expected a number, got string 'x'"] = function()
      nn.init.trunc_normal_(x, 0, "x")
    end,
    ["ModuleDict: entry 2: expected {name, module}, got a number"] = function() nn.ModuleDict {{"a", m}, 5} end,
    ["iinfo: 'type' %(argument 1%): expected an integer dtype, got float32 %(2%)"] = function() torch.iinfo(x) end,
    ["finfo: 'type' %(argument 1%): expected a floating point dtype, got string 'a b'"] = function()
      torch.finfo("a\nb")
    end,
    ["abs: 'input' %(argument 1%): .*got the string \"a b\""] = function() torch.abs("a\nb") end,
    ["allclose: 'other' %(argument 2%): expected a tensor, got the string \"a b\""] = function()
      torch.allclose(x, "a\nb")
    end,
    ["position: 'name' %(argument 1%): expected a string, got float32 %(2%)"] = function()
      torch.utils.data.position(x, 1, 2)
    end,
    ["ChainedScheduler: 'schedulers': entry 1: expected a scheduler, got nothing"] = function()
      torch.optim.lr_scheduler.ChainedScheduler(setmetatable({}, {__len = function() return math.maxinteger end}), 3)
    end,
    ["Sampler: a class of samplers defines 'iter' or 'positions'"] = function() torch.utils.data.Sampler():iter() end,
    ["RandomSampler: 'data_source' %(argument 1%): expected a data set or an array"] = function()
      torch.utils.data.RandomSampler(5)
    end,
    ["SequentialSampler: 'data_source' %(argument 1%): expected a data set or an array"] = function()
      torch.utils.data.SequentialSampler()
    end,
    ["vector_to_parameters: 'parameters' %(argument 2%): entry 1: expected a tensor, got a number"] = function()
      nn.utils.vector_to_parameters(x, {5})
    end,
    ["conv2d: the gradient float32 %(1×3×2×2%) does not fit"] = function()
      torch._C.call("conv2d_weight", torch.ones(1, 2, 4, 4, {dtype = "float64"}), torch.ones(1, 3, 2, 2), {3, 2, 3, 3},
        {1, 1}, {0, 0}, {1, 1}, 1)
    end,
    ["got the string \"cpu_typo\""] = function() m:to("cpu_typo") end,
    ["to: unknown option"] = function() m:to({dtype = "float64", [true] = 1}) end,
    ["cat: the table of named arguments mixes"] = function() torch.cat({x, x}, {dim = 1, [true] = 1}) end,
    ["figure: unknown option 'true'"] = function() require "gnuplot".figure({size = {9, 9}, [true] = 1}) end,
    ["split: 'size' %(argument 2%): expected an array of integers without names"] = function()
      torch.split(torch.zeros(4), {2, 2, dim = 9})
    end,
    ["'normalized_shape' %(argument 1%): expected an integer or an array"] = function() nn.LayerNorm({3, nam = 4}) end,
  } do
    it(what, function() assert.error_matches(call, what) end)
  end
end)
