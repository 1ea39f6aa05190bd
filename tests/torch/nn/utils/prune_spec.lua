-- nn.utils.prune; fusion with batch normalisation, norms of gradients, skip_init.
local prune = nn.utils.prune
local F64 = {dtype = "float64"}

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

local function linear()
  local net = nn.Linear(3, 2)
  torch.no_grad(function() net.weight:copy_(torch.tensor({{1.0, -6.0, 3.0}, {-2.0, 5.0, -4.0}})) end)
  return net
end

describe("nn.utils.prune", function()
  it("l1_unstructured, once and again", function()
    local net = linear()
    local original = net.weight
    assert.is_false(prune.is_pruned(net))
    prune.l1_unstructured(net, "weight", 2)
    assert.are.same({{0, -6, 3}, {0, 5, -4}}, net.weight:tolist())
    assert.is_true(rawequal(original, net.weight_orig))
    assert.are.same({{0, 1, 1}, {0, 1, 1}}, net.weight_mask:tolist())
    assert.is_true(prune.is_pruned(nn.Sequential(net)))
    local x = torch.ones(1, 3)
    assert.are.same((x:mm(net.weight:t()) + net.bias):tolist(), net(x):tolist())
    net(x):sum():backward()
    assert.are.same({{0, 1, 1}, {0, 1, 1}}, original.grad:tolist())
    prune.l1_unstructured(net, "weight", 0.5)
    assert.are.same({{0, -6, 0}, {0, 5, 0}}, net.weight:tolist())
    local names = {}
    for name in pairs(net:state_dict()) do names[#names + 1] = name end
    assert.are.same({"bias", "weight_orig", "weight_mask"}, names)
    prune.remove(net, "weight")
    assert.are.same({{0, -6, 0}, {0, 5, 0}}, net.weight:tolist())
    assert.is_true(rawequal(original, net.weight))
    assert.is_false(prune.is_pruned(net))
  end)
  it("slices, masks, scores, at random", function()
    local net = linear()
    prune.ln_structured(net, "weight", {amount = 1, n = 2, dim = 2})
    assert.are.same({{0, -6, 3}, {0, 5, -4}}, net.weight:tolist())
    prune.ln_structured(net, "weight", 1, math.huge, 1)
    assert.are.same({{0, -6, 3}, {0, 0, 0}}, net.weight:tolist())
    net = linear()
    prune.custom_from_mask(net, "weight", torch.tensor({{1, 0, 1}, {0, 1, 0}}))
    assert.are.same({{1, 0, 3}, {0, 5, 0}}, net.weight:tolist())
    net = linear()
    prune.l1_unstructured(net, "weight", 1, torch.tensor({{9.0, 9, 1}, {9, 9, 9}}))
    assert.are.same({{1, -6, 0}, {-2, 5, -4}}, net.weight:tolist())
    net = linear()
    prune.random_unstructured(net, "weight", 0.5)
    assert.equal(3, net.weight_mask:sum():item())
    prune.random_unstructured(net, "weight", 2)
    assert.equal(1, net.weight_mask:sum():item())
    net = linear()
    prune.random_structured(net, "weight", 1, 2)
    assert.equal(4, net.weight_mask:sum():item())
    net = prune.identity(linear(), "weight")
    assert.equal(6, net.weight_mask:sum():item())
    assert.equal(3, prune.L1Unstructured.apply(linear(), "weight", 3).weight_mask:sum():item())
  end)
  it("by a method of the program", function()
    local EverySecond = torch.class("EverySecondOfSpec", prune.BasePruningMethod)
    function EverySecond:__init(step) self.step = step or 2 end
    function EverySecond:compute_mask(_, default_mask)
      local mask = default_mask:clone()
      mask[{{1, -1, self.step}}] = 0
      return mask
    end
    local net = linear()
    EverySecond:apply(net, "weight")
    assert.are.same({{0, -6, 0}, {-2, 0, -4}}, net.weight:tolist())
    EverySecond:apply(net, "weight", 3) -- of what is left
    assert.are.same({{0, 0, 0}, {-2, 0, -4}}, net.weight:tolist())
    local Rows = torch.class("RowsOfSpec", prune.BasePruningMethod)
    Rows.PRUNING_TYPE = "structured"
    function Rows:compute_mask(_, mask)
      mask = mask:clone()
      mask[1] = 0
      return mask
    end
    assert.are.same({{0, 0, 0}, {-2, 5, -4}}, Rows:apply(linear(), "weight").weight:tolist())
    assert.matches("the class has no method 'compute_mask'", message(function()
      torch.class("NoneOfSpec", prune.BasePruningMethod):apply(linear(), "weight")
    end))
  end)
  it("global_unstructured", function()
    local one, two = linear(), linear()
    torch.no_grad(function() two.weight:mul_(0.1) end)
    prune.global_unstructured({{one, "weight"}, {two, "weight"}}, prune.L1Unstructured, {amount = 7})
    assert.are.same({{0, -6, 3}, {-2, 5, -4}}, one.weight:tolist())
    assert.are.same({{0, 0, 0}, {0, 0, 0}}, two.weight:tolist())
    prune.global_unstructured({{one, "weight"}, {two, "weight"}}, prune.RandomUnstructured, {amount = 2})
    assert.equal(3, (one.weight_mask:sum() + two.weight_mask:sum()):item())
  end)
  it("says what is wrong", function()
    local net = linear()
    assert.equal("l1_unstructured: 'name' (argument 2): nn.Linear has no parameter 'w'",
      message(prune.l1_unstructured, net, "w", 1))
    assert.equal("l1_unstructured: 'amount': expected at most 6 elements, got 7",
      message(prune.l1_unstructured, net, "weight", 7))
    assert.equal("l1_unstructured: 'amount': expected a share from 0 to 1, or a number of elements, got number -1",
      message(prune.l1_unstructured, net, "weight", -1))
    assert.equal("custom_from_mask: 'mask' (argument 3): expected a tensor (2×3), got float32 (2)",
      message(prune.custom_from_mask, net, "weight", torch.ones(2)))
    assert.equal("remove: 'name' (argument 2): 'weight' of nn.Linear is not pruned",
      message(prune.remove, net, "weight"))
    assert.equal("global_unstructured: 'pruning_method' (argument 2): expected prune.L1Unstructured or "
      .. "prune.RandomUnstructured, got number 5",
      message(prune.global_unstructured, {{net, "weight"}}, 5, {amount = 1}))
    assert.is_true(net.weight_orig == nil)
  end)
end)

describe("nn.utils", function()
  it("fuses batch normalisation into the layer before it", function()
    torch.manual_seed(6)
    local function trained(bn)
      torch.no_grad(function()
        for _, x in ipairs {bn.running_mean, bn.weight, bn.bias} do x:normal_() end
        bn.running_var:uniform_(0.5, 2)
      end)
      return bn:eval()
    end
    local x = torch.randn(2, 3, 5, 5, F64)
    local bn = trained(nn.BatchNorm2d(4, F64))
    for _, conv in ipairs {nn.Conv2d(3, 4, 3, F64), nn.Conv2d(3, 4, 3, {bias = false, dtype = "float64"})} do
      conv:eval()
      local fused = nn.utils.fuse_conv_bn_eval(conv, bn)
      assert.is_true(torch.allclose(bn(conv(x)), fused(x), 1e-9, 1e-9))
    end
    local transposed = nn.ConvTranspose2d(3, 4, 3, F64):eval()
    assert.is_true(torch.allclose(bn(transposed(x)), nn.utils.fuse_conv_bn_eval(transposed, bn, true)(x), 1e-9, 1e-9))
    local linear_layer, bn1 = nn.Linear(3, 4, F64):eval(), trained(nn.BatchNorm1d(4, F64))
    local rows = torch.randn(5, 3, F64)
    assert.is_true(torch.allclose(bn1(linear_layer(rows)), nn.utils.fuse_linear_bn_eval(linear_layer, bn1)(rows), 1e-9,
      1e-9))
    assert.equal("fuse_linear_bn_eval: both modules must be in eval mode",
      message(nn.utils.fuse_linear_bn_eval, nn.Linear(3, 4), bn1))
    assert.equal("fuse_linear_bn_eval: the layer has 2 outputs, the normalisation 4",
      message(nn.utils.fuse_linear_bn_eval, nn.Linear(3, 2):eval(), bn1))
  end)
  it("get_total_norm, clip_grads_with_norm_ and clip_grad_norm", function()
    local x, y = torch.tensor({3.0, 0.0}), torch.tensor({4.0})
    assert.equal(5, nn.utils.get_total_norm({x, y}):item())
    assert.equal(4, nn.utils.get_total_norm({x, y}, math.huge):item())
    assert.equal(7, nn.utils.get_total_norm({x, y}, 1):item())
    assert.equal(0, nn.utils.get_total_norm({}):item())
    assert.matches("^get_total_norm: the norm is inf",
      message(nn.utils.get_total_norm, {torch.tensor({math.huge})}, {error_if_nonfinite = true}))
    x:requires_grad_()
    x.grad = torch.tensor({3.0, 4.0})
    nn.utils.clip_grads_with_norm_(x, 1, torch.tensor(5.0))
    assert.is_true(torch.allclose(x.grad, torch.tensor({0.6, 0.8}), 1e-5, 1e-6))
    nn.utils.clip_grads_with_norm_({x}, 1, torch.tensor(0.5))
    assert.is_true(torch.allclose(x.grad, torch.tensor({0.6, 0.8}), 1e-5, 1e-6))
    assert.is_true(math.abs(nn.utils.clip_grad_norm({x}, 0.5):item() - 1) < 1e-5)
  end)
  it("skip_init", function()
    local net = nn.utils.skip_init(nn.Linear, 3, 2, {bias = false, dtype = "float64"})
    assert.are.same({2, 3}, {table.unpack(net.weight.shape)})
    assert.equal(torch.float64, net.weight.dtype)
    assert.equal("cpu", net.weight.device.type)
    assert.is_nil(net.bias)
    assert.equal("skip_init: 'class' (argument 1): expected a class of modules, got number 5",
      message(nn.utils.skip_init, 5))
  end)
end)

describe("older names", function()
  it("of nn.init, functional_call and Variable", function()
    for _, name in ipairs {"uniform", "normal", "constant", "eye", "dirac", "xavier_uniform", "xavier_normal",
      "kaiming_uniform", "kaiming_normal", "orthogonal", "sparse"} do
      assert.equal(nn.init[name .. "_"], nn.init[name])
    end
    local net = nn.Linear(2, 1)
    assert.are.same({{2}}, nn.utils.stateless.functional_call(net,
      {weight = torch.ones(1, 2), bias = torch.zeros(1)}, torch.ones(1, 2)):tolist())
    assert.is_true(torch.autograd.Variable(torch.ones(1), {requires_grad = true}).requires_grad)
    assert.is_false(torch.autograd.Variable(torch.ones(1)).requires_grad)
  end)
end)
