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
