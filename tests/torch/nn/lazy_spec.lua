-- Lazy layers; ParameterList and ParameterDict.
local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

describe("lazy layers", function()
  local function shaped(...) return torch.ones(...) end
  local cases = {
    {"LazyLinear", {3}, "nn.Linear", shaped(2, 5), {3, 5}},
    {"LazyConv1d", {4, 3}, "nn.Conv1d", shaped(2, 6, 8), {4, 6, 3}},
    {"LazyConv2d", {4, 3, {groups = 2}}, "nn.Conv2d", shaped(2, 6, 8, 8), {4, 3, 3, 3}},
    {"LazyConv3d", {4, 3}, "nn.Conv3d", shaped(1, 2, 4, 4, 4), {4, 2, 3, 3, 3}},
    {"LazyConvTranspose1d", {4, 3}, "nn.ConvTranspose1d", shaped(2, 6, 8), {6, 4, 3}},
    {"LazyConvTranspose2d", {4, 3}, "nn.ConvTranspose2d", shaped(6, 8, 8), {6, 4, 3, 3}},
    {"LazyConvTranspose3d", {4, 3}, "nn.ConvTranspose3d", shaped(1, 2, 4, 4, 4), {2, 4, 3, 3, 3}},
    {"LazyBatchNorm1d", {}, "nn.BatchNorm1d", shaped(4, 5), {5}},
    {"LazyBatchNorm2d", {1e-3}, "nn.BatchNorm2d", shaped(2, 5, 3, 3), {5}},
    {"LazyBatchNorm3d", {}, "nn.BatchNorm3d", shaped(2, 5, 3, 3, 3), {5}},
    {"LazyInstanceNorm1d", {{affine = true}}, "nn.InstanceNorm1d", shaped(2, 5, 4), {5}},
    {"LazyInstanceNorm2d", {{affine = true}}, "nn.InstanceNorm2d", shaped(2, 5, 4, 4), {5}},
    {"LazyInstanceNorm3d", {{affine = true}}, "nn.InstanceNorm3d", shaped(5, 4, 4, 4), {5}},
  }
  for _, case in ipairs(cases) do
    local name, args, class, x, shape = table.unpack(case)
    it(name .. " becomes " .. class, function()
      local layer = nn[name](table.unpack(args))
      assert.equal("nn." .. name, torch.typename(layer))
      local weight = layer.weight
      assert.is_true(nn.parameter.is_lazy(weight))
      assert.equal(0, weight:numel())
      local calls = 0
      layer:register_forward_hook(function() calls = calls + 1 end)
      layer(x)
      layer(x)
      assert.equal(2, calls)
      assert.equal(class, torch.typename(layer))
      assert.is_true(rawequal(weight, layer.weight))
      assert.are.same(shape, {table.unpack(weight.shape)})
      assert.is_false(nn.parameter.is_lazy(weight))
      local names, expected = {}, {}
      for key in pairs(layer:state_dict()) do names[#names + 1] = key end
      table.move(args, 1, #args, 2, {})
      local plain = nn[class:sub(4)](class:find "Norm" and shape[1] or x:size(class:find "Linear" and 2
        or -(tonumber(class:match "(%d)d") + 1)), table.unpack(args))
      for key in pairs(plain:state_dict()) do expected[#expected + 1] = key end
      table.sort(names)
      table.sort(expected)
      assert.are.same(expected, names)
      assert.equal(tostring(plain), tostring(layer))
    end)
  end
  it("are trained by an optimiser that was made before", function()
    local net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(1, {bias = false})):double()
    local opt = optim.SGD(net:parameters(), {lr = 0.1})
    local x = torch.rand(3, 2, {dtype = "float64"})
    net(x):sum():backward()
    local before = net[1].bias:detach():clone()
    opt:step()
    assert.equal(torch.float64, net[1].weight.dtype)
    assert.is_false(torch.equal(before, net[1].bias) and net[1].bias.grad:abs():sum():item() > 0)
    assert.is_nil(net[3].bias)
  end)
  it("take their shapes from a state", function()
    local from = nn.Sequential(nn.Linear(5, 3), nn.BatchNorm1d(3))
    local to = nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d())
    to:load_state_dict(from:state_dict())
    assert.equal("nn.Linear", torch.typename(to[1]))
    assert.is_true(torch.equal(from[1].weight, to[1].weight))
    assert.equal("nn.BatchNorm1d", torch.typename(to[2]))
  end)
  it("say what is wrong", function()
    assert.matches("^nn.Linear: 'out_features'", message(nn.LazyLinear))
    assert.equal("nn.LazyConv2d: 'input' (argument 1): expected 3 or 4 dimensions, got float32 (2×3)",
      message(nn.LazyConv2d(4, 3), torch.ones(2, 3)))
    assert.equal("nn.LazyLinear: 'input' (argument 1): expected a tensor, got number 5", message(nn.LazyLinear(3), 5))
  end)
end)

describe("nn.ParameterList and nn.ParameterDict", function()
  it("are lists of parameters", function()
    local shared = nn.Parameter(torch.zeros(3))
    local list = nn.ParameterList({torch.ones(2), shared})
    list:append(torch.full({1}, 7.0))
    assert.equal(3, #list)
    assert.is_true(rawequal(shared, list[2]))
    assert.equal(7, list[-1]:item())
    assert.is_true(list[1].requires_grad)
    list[1] = torch.zeros(4)
    local names = {}
    for name, p in list:named_parameters() do names[#names + 1] = name .. p:numel() end
    assert.are.same({"04", "13", "21"}, names)
    local n = 0
    for i, p in ipairs(list) do
      n = n + 1
      assert.is_true(rawequal(p, list[i]))
    end
    assert.equal(3, n)
    list:extend({torch.ones(1)})
    assert.equal(4, #list)
    assert.equal("nn.ParameterList: expected a position from 1 to 4, got number 5",
      message(function() return list[5] end))
    assert.equal("nn.ParameterList: 'value': expected a tensor, got number 5", message(list.append, list, 5))
    assert.matches("Parameter containing: %[torch.float32 of size 4%]", tostring(list))
  end)
  it("and parameters by name", function()
    local dict = nn.ParameterDict({b = torch.ones(2), a = torch.zeros(1)})
    assert.are.same({"a", "b"}, dict:keys())
    dict.c = nn.Parameter(torch.ones(3))
    assert.equal(3, #dict)
    assert.is_true(dict:contains("c"))
    assert.equal(2, dict:get("b"):numel())
    assert.is_nil(dict:get("keys"))
    assert.equal(3, dict:pop("c"):numel())
    assert.are.same({"a", "b"}, dict:keys())
    local other = nn.ParameterDict(dict)
    assert.is_true(rawequal(other.a, dict.a))
    assert.equal("pop: no parameter 'z'", message(dict.pop, dict, "z"))
    assert.equal("nn.ParameterDict: 'x': expected a tensor, got number 5", message(nn.ParameterDict, {x = 5}))
  end)
end)
