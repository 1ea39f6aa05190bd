-- nn.utils.parametrize and nn.utils.parametrizations; the older weight_norm and spectral_norm.
local F64 = {dtype = "float64"}
local parametrize, parametrizations = nn.utils.parametrize, nn.utils.parametrizations

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

local function close(a, b, tolerance)
  assert.is_true(torch.allclose(a, b, tolerance or 1e-6, tolerance or 1e-8), tostring(a) .. "\n" .. tostring(b))
end

local Symmetric = torch.class("Symmetric", nn.Module)
function Symmetric:forward(x) return x:triu() + x:triu(1):t() end
function Symmetric:right_inverse(x) return x:triu() end
local Double = torch.class("Double", nn.Module)
function Double:forward(x) return x * 2 end

local function names_of(module)
  local list = {}
  for name in pairs(module:state_dict()) do list[#list + 1] = name end
  return list
end

describe("nn.utils.parametrize", function()
  it("computes a parameter when it is read", function()
    local net = nn.Linear(3, 3, F64)
    local original = net.weight
    assert.is_true(rawequal(net, parametrize.register_parametrization(net, "weight", Symmetric())))
    assert.is_true(torch.equal(net.weight, net.weight:t()))
    assert.is_true(rawequal(original, net.parametrizations.weight.original))
    assert.are.same({"bias", "parametrizations.weight.original"}, names_of(net))
    local x = torch.rand(2, 3, F64)
    close(net(x), x:mm(net.weight:t()) + net.bias)
    net(x):sum():backward()
    assert.is_not_nil(original.grad)
    assert.is_true(parametrize.is_parametrized(net))
    assert.is_true(parametrize.is_parametrized(net, "weight"))
    assert.is_false(parametrize.is_parametrized(net, "bias"))
    assert.is_false(parametrize.is_parametrized(nn.Linear(1, 1)))
  end)
  it("puts parametrizations after each other, takes assignments and is removed", function()
    local net = nn.Linear(2, 2, F64)
    parametrize.register_parametrization(net, "weight", Symmetric())
    local first = net.weight:detach()
    parametrize.register_parametrization(net, "weight", Double())
    close(first * 2, net.weight)
    assert.matches("^Double: it has no right_inverse", message(function() net.weight = torch.eye(2, F64) end))
    parametrize.remove_parametrizations(net, "weight")
    close(first * 2, net.weight)
    assert.is_false(parametrize.is_parametrized(net))
    assert.are.same({"bias", "weight"}, names_of(net))
    assert.is_true(net.weight.requires_grad)
    parametrize.register_parametrization(net, "weight", Symmetric())
    net.weight = torch.tensor({{1, 2}, {2, 3}}, F64)
    close(torch.tensor({{1, 2}, {2, 3}}, F64), net.weight)
    local original = net.parametrizations.weight.original:detach():clone()
    parametrize.remove_parametrizations(net, "weight", false)
    close(original, net.weight)
  end)
  it("is transferred to another module", function()
    local from, to = nn.Linear(2, 2, F64), nn.Linear(2, 2, F64)
    parametrize.register_parametrization(from, "weight", Symmetric())
    assert.is_true(rawequal(to, parametrize.transfer_parametrizations_and_params(from, to)))
    close(from.weight, to.weight)
    assert.is_true(rawequal(from.parametrizations.weight.original, to.parametrizations.weight.original))
    assert.equal("transfer_parametrizations_and_params: 'from_module' (argument 1): it is not parametrized",
      message(parametrize.transfer_parametrizations_and_params, nn.Linear(1, 1), to))
  end)
  it("keeps values while cached runs", function()
    local calls, Count = 0, torch.class("Count", nn.Module)
    function Count:forward(x)
      calls = calls + 1
      return x + 0
    end
    local net = nn.Linear(2, 2)
    parametrize.register_parametrization(net, "weight", Count())
    calls = 0
    parametrize.cached(function() for _ = 1, 3 do net(torch.ones(1, 2)) end end)
    assert.equal(1, calls)
    do
      local _ <close> = parametrize.cached()
      assert.is_true(rawequal(net.weight, net.weight))
    end
    assert.is_false(rawequal(net.weight, net.weight))
  end)
  it("works inside of a Sequential, in a clone and through a state dict", function()
    local net = nn.Sequential(nn.Linear(2, 2, F64), nn.ReLU())
    parametrize.register_parametrization(net[1], "weight", Symmetric())
    local copy = net:clone()
    local x = torch.rand(3, 2, F64)
    close(net(x), copy(x))
    torch.no_grad(function() copy[1].parametrizations.weight.original:add_(1) end)
    assert.is_false(torch.equal(net(x), copy(x)))
    net:load_state_dict(copy:state_dict())
    close(net(x), copy(x))
    assert.is_true(parametrize.is_parametrized(copy[1]))
  end)
  it("says what is wrong, and registers nothing then", function()
    local net = nn.Linear(2, 3)
    assert.equal("register_parametrization: 'tensor_name' (argument 2): nn.Linear has no parameter or buffer 'w'",
      message(parametrize.register_parametrization, net, "w", Double()))
    assert.equal("register_parametrization: 'parametrization' (argument 3): expected a module, got number 5",
      message(parametrize.register_parametrization, net, "weight", 5))
    local Wrong = torch.class("Wrong", nn.Module)
    function Wrong:forward(x) return x:t() end
    assert.matches("a parametrization has to keep dtype and shape unless unsafe = true: it makes float32 %(2×3%) of "
      .. "float32 %(3×2%)", message(parametrize.register_parametrization, net, "weight", Wrong()))
    assert.are.same({"weight", "bias"}, names_of(net))
    assert.equal("remove_parametrizations: 'tensor_name' (argument 2): 'weight' is not parametrized",
      message(parametrize.remove_parametrizations, net, "weight"))
  end)
end)

describe("nn.utils.parametrizations", function()
  it("weight_norm: length times direction", function()
    local net = nn.Linear(3, 2, F64)
    local weight = net.weight:detach():clone()
    parametrizations.weight_norm(net)
    close(weight, net.weight)
    local list = net.parametrizations.weight
    assert.are.same({2, 1}, {table.unpack(list.original0.shape)})
    close(weight:norm(2, 2, true), list.original0)
    close(weight, list.original1)
    assert.is_true(torch.autograd.gradcheck(function(x, g, v)
      return torch.func.functional_call(net, {["parametrizations.weight.original0"] = g,
        ["parametrizations.weight.original1"] = v}, x)
    end, {torch.rand(2, 3, F64):requires_grad_(), list.original0:detach():requires_grad_(),
      list.original1:detach():requires_grad_()}))
    parametrize.remove_parametrizations(net, "weight")
    close(weight, net.weight)
    local whole = parametrizations.weight_norm(nn.Linear(3, 2, F64), "weight", false)
    assert.equal(1, whole.parametrizations.weight.original0:numel())
  end)
  it("spectral_norm: the largest singular value is 1", function()
    torch.manual_seed(1)
    local net = nn.Linear(6, 4, F64)
    parametrizations.spectral_norm(net, "weight", {n_power_iterations = 30})
    assert.are.same({"bias", "parametrizations.weight.original", "parametrizations.weight.0._u",
      "parametrizations.weight.0._v"}, names_of(net))
    local values = torch.linalg.svdvals(net.weight)
    assert.is_true(math.abs(values[1]:item() - 1) < 1e-3)
    net:eval()
    close(net.weight, net.weight)
    local conv = parametrizations.spectral_norm(nn.ConvTranspose2d(3, 4, 2))
    assert.equal(4, conv.parametrizations.weight[1]._u:numel())
  end)
  it("orthogonal: orthonormal columns, by each map", function()
    torch.manual_seed(2)
    for _, map in ipairs {"matrix_exp", "cayley", "householder"} do
      for _, size in ipairs {{4, 4}, {5, 3}, {3, 5}} do
        for _, trivial in ipairs {true, false} do
          if trivial or map == "householder" then
            local net = nn.Linear(size[1], size[2], F64)
            parametrizations.orthogonal(net, "weight", map, {use_trivialization = trivial})
            for _ = 1, 2 do
              local w = net.weight
              local unit = size[1] >= size[2] and w:mm(w:t()) or w:t():mm(w)
              close(torch.eye(math.min(size[1], size[2]), F64), unit, 1e-6)
              local original = net.parametrizations.weight.original
              torch.no_grad(function() original:add_(torch.randn(size[2], size[1], F64)) end)
              if map == "householder" then break end -- the signs of its diagonal belong to it
            end
          end
        end
      end
    end
    local net = parametrizations.orthogonal(nn.Linear(3, 3, F64))
    local Q = torch.linalg.qr(torch.randn(3, 3, F64))
    net.weight = Q
    close(Q, net.weight, 1e-6)
    assert.matches("^orthogonal: 'orthogonal_map' %(argument 3%): expected matrix_exp",
      message(parametrizations.orthogonal, nn.Linear(2, 2), "weight", "qr"))
  end)
end)

describe("gradients of parametrized weights, first and second:", function()
  local function check(net, x)
    local names, list = {}, {x:requires_grad_()}
    for name, p in net:named_parameters() do
      names[#names + 1] = name
      list[#list + 1] = p:detach():clone():requires_grad_()
    end
    local function f(input, ...)
      local parts = {}
      for i, name in ipairs(names) do parts[name] = (select(i, ...)) end
      return torch.func.functional_call(net, parts, input)
    end
    assert.is_true(torch.autograd.gradcheck(f, list))
    assert.is_true(torch.autograd.gradgradcheck(f, list))
  end
  it("spectral_norm", function()
    torch.manual_seed(7)
    check(parametrizations.spectral_norm(nn.Linear(3, 2, F64)):eval(), torch.rand(2, 3, F64))
  end)
  for _, map in ipairs {"matrix_exp", "cayley", "householder"} do
    it("orthogonal by " .. map, function()
      torch.manual_seed(8)
      local net = parametrizations.orthogonal(nn.Linear(3, 3, {bias = false, dtype = "float64"}), "weight", map)
      -- away from -1 on the diagonal, where the signs that householder takes of it jump
      torch.no_grad(function() net.parametrizations.weight.original:sub_(0.25) end)
      check(net, torch.rand(2, 3, F64))
    end)
  end
  it("packed sequences", function()
    torch.manual_seed(9)
    local gru = nn.GRU(2, 2, {bidirectional = true, dtype = "float64"})
    local x = torch.rand(3, 2, 2, F64):requires_grad_()
    assert.is_true(torch.autograd.gradcheck(function(t)
      local packed = nn.utils.rnn.pack_padded_sequence(t, {3, 1})
      return (gru(packed)).data
    end, {x}))
  end)
end)

describe("the older nn.utils.weight_norm and spectral_norm", function()
  it("compute the weight before every forward", function()
    local net = nn.Linear(3, 2, F64)
    local weight = net.weight:detach():clone()
    nn.utils.weight_norm(net)
    assert.are.same({"bias", "weight_g", "weight_v"}, names_of(net))
    torch.no_grad(function() net.weight_g:mul_(2) end)
    local x = torch.rand(4, 3, F64)
    close(x:mm(weight:t()) * 2 + net.bias, net(x))
    net(x):sum():backward()
    assert.is_not_nil(net.weight_g.grad)
    nn.utils.remove_weight_norm(net)
    close(weight * 2, net.weight)
    assert.are.same({"bias", "weight"}, names_of(net))
    close(x:mm(weight:t()) * 2 + net.bias, net(x))
    assert.equal("remove_weight_norm: 'weight' of nn.Linear has no weight_norm",
      message(nn.utils.remove_weight_norm, net))
  end)
  it("spectral_norm", function()
    torch.manual_seed(3)
    local net = nn.Linear(5, 4, F64)
    local weight = net.weight:detach():clone()
    nn.utils.spectral_norm(net, {n_power_iterations = 50})
    assert.are.same({"bias", "weight_orig", "weight_u", "weight_v"}, names_of(net))
    net(torch.rand(2, 5, F64))
    local largest = torch.linalg.svdvals(weight)[1]
    close(weight / largest, net.weight, 1e-4)
    nn.utils.remove_spectral_norm(net)
    close(weight / largest, net.weight, 1e-4)
  end)
end)

describe("wrong arguments", function()
  local function says(words, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.matches(words, message)
    assert.is_nil(message:find("\n", 1, true))
  end

  it("of what is called by others are told by name", function()
    local utils = nn.utils
    says("ParametrizationList: 'modules' %(argument 1%): expected an array of modules", function()
      utils.parametrize.ParametrizationList(nn.ReLU(), torch.rand(2))
    end)
    says("ParametrizationList: 'original' %(argument 2%): expected a tensor", function()
      utils.parametrize.ParametrizationList({nn.ReLU()})
    end)
    says("fuse_linear_bn_eval: 'layer' %(argument 1%): expected a module", function() utils.fuse_linear_bn_eval() end)
    says("fuse_linear_bn_eval: 'bn' %(argument 2%): expected a module", function()
      utils.fuse_linear_bn_eval(nn.Linear(2, 2):eval())
    end)
    says("Transform: it has no method _call", function() torch.distributions.transforms.Transform()(torch.rand(2)) end)
    says("write x:lt%(y%)", function() return torch.rand(3, 2) < torch.optim.SGD({torch.rand(2)}, {lr = 0.1}) end)
    says("write x:lt%(0.5%)", function() return torch.rand(3, 2) < 0.5 end)
  end)
end)
