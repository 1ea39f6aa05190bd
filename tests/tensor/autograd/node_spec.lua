-- The names of nodes: those of the ops that the program called, whatever they are made of.
local x = torch.rand(4, 3):requires_grad_(true)
local y = torch.rand(4, 3)
local none = {reduction = "none"}

local function name(t) return t.grad_fn:name() end

describe("the name of a node is that of the op which was called", function()
  for expected, make in pairs {
    AddBackward = function() return x + y end,
    GeluBackward = function() return F.gelu(x) end,
    DropoutBackward = function() return F.dropout(x, 0.5, true) end,
    BatchNormBackward = function() return F.batch_norm(x, nil, nil, nil, nil, true) end,
    NormBackward = function() return x:norm() end,
    StackBackward = function() return torch.stack {x, x} end,
    CatBackward = function() return torch.cat {x, x} end,
    SmoothL1LossBackward = function() return F.smooth_l1_loss(x, y, none) end,
    HuberLossBackward = function() return F.huber_loss(x, y, none) end,
    BinaryCrossEntropyBackward = function() return F.binary_cross_entropy(x, y, none) end,
    KlDivBackward = function() return F.kl_div(x, y, none) end,
    MseLossBackward = function() return F.mse_loss(x, y) end,
    L1LossBackward = function() return F.l1_loss(x, y) end,
    LayerNormBackward = function() return F.layer_norm(x, {3}) end,
    RoundBackward = function() return x:round({decimals = 1}) end,
    MaxBackward = function() return (x:max(1)) end,
    SplitBackward = function() return x:split({1, 3}, 1)[1] end,
  } do
    it(expected, function() assert.equal(expected, name(make())) end)
  end

  it("also in a layer, which calls ops from C", function()
    assert.equal("BatchNormBackward", name(nn.BatchNorm1d(3)(x)))
    assert.equal("GeluBackward", name(nn.Sequential(nn.GELU())(x)))
  end)

  it("of the op that was called, not of those that it is made of", function()
    local loss = F.mse_loss(x, y)
    local inner = {}
    for _, node in ipairs(loss.grad_fn:next_functions()) do inner[#inner + 1] = node:name() end
    assert.same({"SquareBackward"}, inner)
    local kept = x + 1
    assert.equal("AddBackward", name(kept:contiguous())) -- the tensor itself, whose node was there before
    assert.equal("AddBackward", name(kept))
  end)

  it("after an op that failed, too", function()
    assert.is_false(pcall(F.binary_cross_entropy, x, torch.rand(5, 5)))
    assert.equal("CatBackward", name(torch.cat {x, x}))
  end)

  it("of a private op that was called alone, its own", function()
    assert.equal("NativeKlDivBackward", name(torch._C.call("native_kl_div", x, y)))
  end)
end)
