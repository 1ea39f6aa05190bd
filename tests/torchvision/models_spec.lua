-- torchvision.models: names, shapes and outputs recorded from torchvision; wrong calls.
local models = torchvision.models
local recorded = dofile "tests/data/torchvision/models.lua"
local formula = dofile "tests/recorded.lua"

--- "name: 64x3x7x7", with the dtype where that is not float32, a line for each entry of the state.
local function state_text(model)
  local lines = {}
  for name, t in pairs(model:state_dict()) do
    local dtype = tostring(t.dtype):gsub("^torch%.", "")
    lines[#lines + 1] = ("%s: %s%s"):format(name, table.concat(t.shape, "x"), dtype ~= "float32" and " " .. dtype or "")
  end
  return table.concat(lines, "\n")
end

--- f() where tensors are made without memory.
local function on_meta(f)
  torch.set_default_device "meta"
  local ok, result = pcall(f)
  torch.set_default_device "cpu"
  if not ok then error(result, 0) end
  return result
end

local function options_of(name)
  if name == "googlenet" or name == "inception_v3" then return {init_weights = false} end
  return (name:find "^fcn" or name:find "^deeplab") and {aux_loss = true} or {}
end

describe("torchvision.models", function()
  for _, case in ipairs(recorded.states) do
    local name, parameters, code = table.unpack(case)
    it(name .. " has torchvision's names and shapes", function()
      local model = on_meta(function() return models.get_model(name, options_of(name)) end)
      local count = 0
      for _, p in ipairs(model:parameters()) do count = count + p:numel() end
      assert.equal(parameters, count)
      assert.equal(code, formula.hash(state_text(model)), state_text(model):sub(1, 300))
    end)
  end

  for i, case in ipairs(recorded.forward) do
    local name, arguments, size, want = table.unpack(case)
    it(("case %d, %s gives what torchvision gives"):format(i, name), function()
      local make = load(("local models, make = ... return make(%s)"):format(arguments))
      local constructor = name:find "^%u" and models[name] or models.get_model_builder(name)
      local model = make(models, constructor):to("float64"):eval()
      formula.fill(model)
      local x = (formula.uniform(3 * size * size, 7000 + i - 1) * 2 - 1):reshape(1, 3, size, size)
      local out = torch.no_grad(function() return model(x) end)
      if torch.is_tensor(out) then out = {out = out} end
      for key, numbers in pairs(want) do
        local flat = out[key]:flatten()
        local step = flat:numel() // 10
        for k, number in ipairs(numbers) do
          assert.near(number, flat[1 + (k - 1) * step]:item(), 1e-8 * (1 + math.abs(number)), key .. k)
        end
      end
    end)
  end

  it("finds models by name", function()
    assert.same({"resnet101", "resnet152", "resnet18", "resnet34", "resnet50"},
      models.list_models {include = "resnet*"})
    assert.same({"vgg11", "vgg13", "vgg16", "vgg19"}, models.list_models {include = "vgg*", exclude = "*_bn"})
    assert.equal(6, #models.list_models(models.segmentation))
    assert.equal(models.resnet18, models.get_model_builder "ResNet18")
    assert.equal(torch.typename(models.squeezenet1_1()), torch.typename(models.get_model "squeezenet1_1"))
  end)

  it("say what is wrong", function()
    local function fails(text, f, ...)
      local ok, message = pcall(f, ...)
      assert.is_false(ok)
      assert.matches(text, message, 1, true)
    end
    fails("got string 'resnet19', did you mean 'resnet18'?", models.get_model, "resnet19")
    fails("resnet18: unknown option 'classes'", models.resnet18, {classes = 3})
    fails("resnet18: 'num_classes': expected a positive integer, got number 0", models.resnet18, {num_classes = 0})
    fails("MNASNet: 'alpha' (argument 1): expected a number above 0", models.MNASNet, 0)
    fails("SqueezeNet: 'version' (argument 1): expected \"1_0\" or \"1_1\"", models.SqueezeNet, "2_0")
    fails("expected a multiple of 16, got number 50", models.vit_b_16, {image_size = 50})
    fails("expected images (N×3×32×32)", models.VisionTransformer(32, 8, 1, 1, 8, 8), torch.ones(1, 3, 16, 16))
    fails("is a multiple of 7, got number 200", models.maxvit_t, {input_size = 200})
    fails("the blocks of this depth have no dilation", models.resnet18,
      {replace_stride_with_dilation = {false, true, true}})
  end)

  it("train", function()
    torch.manual_seed(1)
    for _, name in ipairs {"resnet18", "mobilenet_v3_small", "shufflenet_v2_x0_5"} do
      local model = models[name] {num_classes = 4}
      local x, y = torch.rand(8, 3, 32, 32), torch.randint(1, 5, {8})
      local optimizer = optim.SGD(model:parameters(), {lr = 0.02, momentum = 0.9})
      local losses = {}
      for step = 1, 8 do
        optimizer:zero_grad()
        local loss = F.cross_entropy(model(x), y)
        loss:backward()
        optimizer:step()
        losses[step] = loss:item()
      end
      assert.is_true(losses[8] < losses[1], name .. ": " .. table.concat(losses, " "))
    end
  end)

  it("give auxiliary results in training", function()
    local net = models.googlenet {num_classes = 3, init_weights = false}
    local out, aux2, aux1 = net(torch.rand(2, 3, 64, 64))
    for _, y in ipairs {out, aux2, aux1} do assert.same({2, 3}, {table.unpack(y.shape)}) end
    assert.is_nil(select(2, net:eval()(torch.rand(1, 3, 64, 64))))
  end)

  it("drop paths in training only", function()
    local net = models.ConvNeXt({{8, nil, 3}}, {num_classes = 2, stochastic_depth_prob = 0.9, layer_scale = 1})
    local x = torch.rand(4, 3, 16, 16)
    assert.is_true(torch.equal(net:eval()(x), net(x)))
    net:train()
    assert.is_false(torch.equal(net(x), net(x)))
  end)
end)

describe("torchvision.models.feature_extraction", function()
  local extraction = models.feature_extraction

  it("gives what modules inside a model give", function()
    torch.manual_seed(2)
    local net = models.resnet18 {num_classes = 3}:eval()
    local extractor = extraction.create_feature_extractor(net, {"bn1", "layer2.0.conv1", fc = "out"})
    local x = torch.rand(1, 3, 32, 32)
    local features = torch.no_grad(function() return extractor(x) end)
    torch.no_grad(function()
      assert.is_true(torch.equal(net.bn1(net.conv1(x)), features.bn1))
      assert.is_true(torch.equal(net(x), features.out))
    end)
    assert.same({1, 128, 4, 4}, {table.unpack(features["layer2.0.conv1"].shape)})
    extractor(x).out:sum():backward()
    assert.truthy(net.conv1.weight.grad)
  end)

  it("says what is wrong", function()
    local net = nn.Sequential(nn.Linear(2, 2))
    assert.same({"0"}, extraction.get_graph_node_names(net))
    assert.error_matches(function() extraction.create_feature_extractor(net, {"layer"}) end,
      "create_feature_extractor: 'return_nodes' %(argument 2%): the model has no module string 'layer'")
    assert.error_matches(function() extraction.create_feature_extractor(5, {"layer"}) end, "expected a module")
    local extractor = extraction.create_feature_extractor(net, {"0"})
    assert.error_matches(function() extractor(torch.ones(1, 3)) end, "nn.Linear")
    assert.same({1, 2}, {table.unpack(extractor(torch.ones(1, 2))["0"].shape)})
  end)
end)

describe("weights of torchvision.models", function()
  local folder
  setup(function()
    folder = dofile("tests/files.lua").capture "mktemp -d":gsub("\n", "")
  end)
  teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

  local function fails(text, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.matches(text, message, 1, true)
  end

  it("are read from a file by name", function()
    local net = models.squeezenet1_1 {num_classes = 3}
    for _, ending in ipairs {"pth", "safetensors"} do
      local path = folder .. "/net." .. ending
      torch.save(net:state_dict(), path)
      local other = models.squeezenet1_1 {weights = path, num_classes = 3}
      assert.is_true(torch.equal(net.features[1].weight, other.features[1].weight))
    end
    torch.save({state_dict = net:state_dict(), epoch = 3}, folder .. "/more.pth")
    assert.is_true(torch.equal(net.classifier[2].bias,
      models.squeezenet1_1(folder .. "/more.pth", {num_classes = 3}).classifier[2].bias))
    assert.truthy(models.squeezenet1_1 {weights = net:state_dict(), num_classes = 3})
    fails("the state does not fit", models.squeezenet1_1, folder .. "/more.pth")
    torch.save({1, 2}, folder .. "/none.pth")
    fails("holds no table of tensors by name", models.squeezenet1_1, folder .. "/none.pth")
  end)

  it("are read under the names of older files", function()
    local dense, state = models.densenet121 {num_classes = 2}, {}
    for name, value in pairs(dense:state_dict()) do
      state[name:gsub("norm1%.", "norm.1."):gsub("conv2%.", "conv.2.")] = value
    end
    assert.truthy(state["features.denseblock1.denselayer1.norm.1.weight"])
    assert.truthy(models.densenet121 {weights = state, num_classes = 2})
    on_meta(function()
      local old = {}
      for name, value in pairs(models.vit_b_32 {num_classes = 2}:state_dict()) do
        old[name:gsub("mlp%.0%.", "mlp.linear_1."):gsub("mlp%.3%.", "mlp.linear_2.")] = value
      end
      assert.truthy(old["encoder.layers.encoder_layer_0.mlp.linear_1.bias"])
      assert.truthy(models.vit_b_32 {num_classes = 2, weights = old})
    end)
  end)

  it("are known by name", function()
    local all = models.get_model_weights "resnet50"
    assert.equal(all.IMAGENET1K_V2, all.DEFAULT)
    assert.equal("https://download.pytorch.org/models/resnet50-11ad3fa6.pth", all.DEFAULT.url)
    assert.equal(models.ResNet50_Weights.IMAGENET1K_V1, models.get_weight "ResNet50_Weights.IMAGENET1K_V1")
    assert.equal(all, models.get_model_weights(models.resnet50))
    assert.equal("ResNet50_Weights.IMAGENET1K_V1", tostring(all.IMAGENET1K_V1))
    assert.equal(25557032, all.DEFAULT.meta.num_params)
    local count = 0
    for _, name in ipairs(models.list_models()) do
      if next(models.get_model_weights(name)) then
        count = count + 1
        assert.truthy(models.get_model_weights(name).DEFAULT, name)
      end
    end
    assert.is_true(count >= 80)
    fails("resnet18: 'weights' (argument 1): expected weights of ResNet18_Weights, got those of ResNet50_Weights",
      models.resnet18, {weights = "ResNet50_Weights.IMAGENET1K_V1"})
    fails("get_weight: 'name' (argument 1): expected the name of weights", models.get_weight, "ResNet50_Weights.V9")
    fails("expected weights of resnet18, got those of resnet50", models.resnet18, all.DEFAULT)
    fails("expected the path of a file, the name of weights", models.resnet18, "IMAGENET1K_V9")
  end)

  it("are read from the folder of torch.hub", function()
    torch.hub.set_dir(folder)
    os.execute("mkdir " .. folder .. "/checkpoints")
    local net = models.squeezenet1_1()
    torch.save(net:state_dict(), folder .. "/checkpoints/squeezenet1_1-b8a52dc0.pth")
    for _, weights in ipairs {"DEFAULT", "IMAGENET1K_V1", models.SqueezeNet1_1_Weights.DEFAULT} do
      assert.is_true(torch.equal(net.features[1].bias, models.squeezenet1_1 {weights = weights}.features[1].bias))
    end
  end)

  it("tell how images become inputs", function()
    local transform = models.ResNet50_Weights.IMAGENET1K_V1.transforms()
    local image = torch.randint(0, 256, {3, 300, 400}, {dtype = "uint8"})
    local x = transform(image)
    assert.same({3, 224, 224}, {table.unpack(x.shape)})
    assert.equal(torch.float32, x.dtype)
    local given = (formula.uniform(3 * 50 * 71, 11) * 256):floor():to "uint8":reshape(3, 50, 71)
    for class, want in pairs {ResNet50_Weights = {{3, 224, 224}, 1.478294, 0.776179, -0.967787, -0.530112},
      EfficientNet_V2_L_Weights = {{3, 480, 480}, -0.388235, 0.678431, -0.694118, 0.270588},
      FCN_ResNet50_Weights = {{3, 520, 738}, 0.365185, 0.005565, -0.354054, -0.097183},
      MaxVit_T_Weights = {{3, 224, 224}, -0.6623, 1.923538, -0.880252, -1.230392}} do
      local y = models[class].DEFAULT.transforms()(given)
      assert.same(want[1], {table.unpack(y.shape)})
      for i, at in ipairs {1, 12346, 54322, 100001} do -- one step of uint8 is at most 0.0175
        assert.near(want[i + 1], y:flatten()[at]:item(), 0.0176, class)
      end
    end
    assert.equal(models.FCN_ResNet50_Weights, models.segmentation.FCN_ResNet50_Weights)
    local grey = transform(torch.full({2, 3, 20, 30}, 0.485))
    assert.near(0, grey[{1, 1, 112, 112}]:item(), 1e-5)
    fails("an image of three channels", transform, torch.ones(1, 4, 4))
  end)

  it("of a folder are made by its hubconf.lua", function()
    local file <close> = io.open(folder .. "/hubconf.lua", "w")
    file:write("return {small = function(n) return nn.Linear(n, 2) end}")
    file:close()
    assert.same({"small"}, torch.hub.list(folder))
    assert.equal(3, torch.hub.load(folder, "small", 3).in_features)
    fails("has no function string 'smal', did you mean 'small'?", torch.hub.load, folder, "smal")
    fails("no file '/nowhere/hubconf.lua'", torch.hub.list, "/nowhere")
  end)
end)

describe("a wrong call of torchvision.models names the line of the program:", function()
  local x = torch.ones(2, 2)
  local values = {false, "/nowhere/text", 7, -1, {1, "x"}, {nothing = 1}, print, x, 0 / 0}
  local names = models.list_models()
  for _, name in ipairs {"get_model", "get_model_builder", "get_model_weights", "get_weight", "list_models"} do
    names[#names + 1] = name
  end
  for _, name in ipairs(names) do
    it(name, function()
      local f = rawget(models, name) or models.get_model_builder(name)
      on_meta(function()
        for _, value in ipairs(values) do
          for _, arguments in ipairs {{value}, {x, value}, {value, value, value}} do
            local ok, message = pcall(function() local _ = f(table.unpack(arguments)) end)
            if not ok then assert.matches("^tests/torchvision/models_spec%.lua:%d+: ", message) end
          end
        end
      end)
    end)
  end
end)
