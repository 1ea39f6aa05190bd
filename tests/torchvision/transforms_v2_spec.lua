-- torchvision.transforms.v2: samples of all kinds of tensors, reproducible random numbers, recorded mixtures, wrong
-- calls.
local T = torchvision.transforms.v2
local tv = torchvision.tv_tensors
local recorded = dofile "tests/torchvision/recorded.lua"

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
end

local function sample(dtype)
  local image = torch.randint(0, 256, {3, 24, 32}):to("uint8")
  return {image = tv.Image(dtype == "uint8" and image or image:to(dtype) / 255),
    boxes = tv.BoundingBoxes({{1., 2, 20, 18}, {5, 5, 9, 20}}, "XYXY", {24, 32}),
    points = tv.KeyPoints({{3., 4}, {30, 20}}, {24, 32}), mask = tv.Mask(torch.ones(2, 24, 32):to("uint8")),
    label = torch.tensor(3), name = "picture"}
end

-- What is random and takes a sample of all kinds.
local function random_ones(generator)
  local g = {generator = generator}
  local function with(t)
    t.generator = generator
    return t
  end
  return {T.RandomHorizontalFlip(g), T.RandomVerticalFlip(g), T.RandomCrop(16, with {padding = 3}),
    T.RandomResizedCrop({10, 12}, g), T.RandomRotation(40, g),
    T.RandomAffine(20, with {translate = {0.1, 0.1}, scale = {0.8, 1.2}, shear = 10}),
    T.RandomPerspective(with {p = 1}), T.ElasticTransform(with {sigma = 1}), T.RandomZoomOut(with {p = 1}),
    T.RandomIoUCrop(g), T.ScaleJitter({20, 20}, g), T.RandomShortestSize({10, 14}, g), T.RandomResize(8, 20, g),
    T.ColorJitter(with {brightness = 0.3, contrast = 0.3, saturation = 0.3, hue = 0.2}), T.RandomGrayscale(g),
    T.RandomInvert(g), T.RandomPosterize(3, g), T.RandomSolarize(0.5, g), T.RandomAutocontrast(g), T.RandomEqualize(g),
    T.RandomAdjustSharpness(2, g), T.GaussianBlur(3, {0.1, 2}, g), T.GaussianNoise(g), T.RandomErasing(with {p = 1}),
    T.RandomPhotometricDistort(g), T.RandomChannelPermutation(g),
    T.RandomApply({T.RandomHorizontalFlip(g)}, g), T.RandomChoice({T.RandomInvert(g), T.Identity()}, g),
    T.RandomOrder({T.RandomInvert(g), T.RandomEqualize(g)}, g)}
end

describe("torchvision.transforms.v2", function()
  it("keep the parts of a sample together", function()
    torch.manual_seed(1)
    for _, dtype in ipairs {"uint8", "float32"} do
      for _, t in ipairs(random_ones()) do
        local out = t(sample(dtype))
        local size = {out.image.shape[2], out.image.shape[3]}
        assert.equal("Image", tv.kind(out.image), tostring(t))
        assert.equal(torch[dtype], out.image.dtype, tostring(t))
        assert.same(size, out.boxes.canvas_size, tostring(t))
        assert.same(size, out.points.canvas_size, tostring(t))
        assert.same({2, size[1], size[2]}, {table.unpack(out.mask.shape)}, tostring(t))
        assert.equal(torch.uint8, out.mask.dtype)
        assert.same({2, 4}, {table.unpack(out.boxes.shape)})
        assert.equal(3, out.label:item())
        assert.equal("picture", out.name)
      end
    end
  end)

  it("take an image alone, arguments, and batches", function()
    local image, flip = torch.arange(6):reshape(1, 2, 3), T.RandomHorizontalFlip(1)
    assert.same({{{2, 1, 0}, {5, 4, 3}}}, flip(image):tolist())
    local a, b = flip(image, 7)
    assert.same({{{2, 1, 0}, {5, 4, 3}}}, a:tolist())
    assert.equal(7, b)
    -- The first plain tensor is the image, the others are labels, unless there is an Image.
    local x, y = flip(image, torch.tensor({{1, 2}}))
    assert.same({{1, 2}}, y:tolist())
    x, y = flip(torch.tensor({{1, 2}}), tv.Image(image))
    assert.same({{1, 2}}, x:tolist())
    assert.same({{{2, 1, 0}, {5, 4, 3}}}, y:tolist())
    assert.same({4, 2, 3, 5, 5}, {table.unpack(T.Resize({5, 5})(torch.rand(4, 2, 3, 8, 8)).shape)})
    assert.equal(5, #T.FiveCrop(2)(torch.rand(3, 8, 8)))
    assert.equal(10, #T.TenCrop(2)(torch.rand(3, 8, 8)))
    local ten = T.Compose({T.TenCrop(2), T.Lambda(torch.stack)})
    assert.same({10, 3, 2, 2}, {table.unpack(ten(torch.rand(3, 8, 8)).shape)})
  end)

  it("draw the same from one seed, and from a generator of their own", function()
    local function run(list)
      local sums = {}
      for i, t in ipairs(list) do
        for k = 1, 3 do
          torch.manual_seed(100)
          local x = torch.rand(3, 24, 32)
          local s = {tv.Image(x), tv.BoundingBoxes({{1., 2, 20, 18}}, "XYXY", {24, 32})}
          if list.seed then torch.manual_seed(list.seed + i * k) end
          sums[#sums + 1] = t(s)[1]:double():sum():item()
        end
      end
      return sums
    end
    local list = random_ones()
    list.seed = 5
    local first = run(list)
    assert.same(first, run(list))
    list.seed = 6
    assert.is_false(table.concat(first, " ") == table.concat(run(list), " "))
    local function of_generator(seed)
      local g = torch.Generator()
      g:manual_seed(seed)
      return run(random_ones(g))
    end
    assert.same(of_generator(1), of_generator(1))
    assert.is_false(table.concat(of_generator(1), " ") == table.concat(of_generator(2), " "))
  end)

  it("vary data alike for any number of workers", function()
    local data = torch.utils.data
    local augment = T.Compose({T.RandomResizedCrop(8), T.RandomHorizontalFlip(), T.ColorJitter({brightness = 0.5}),
      T.RandomErasing()})
    local set = data.TensorDataset(torch.rand(12, 3, 16, 16)):map(function(x) return augment(x) end)
    local function sum(workers)
      torch.manual_seed(3)
      local total = {}
      for x in data.DataLoader(set, {batch_size = 4, shuffle = true, num_workers = workers}):iter() do
        total[#total + 1] = x:double():sum():item()
      end
      return total
    end
    local alone = sum(0)
    assert.same(alone, sum(1))
    assert.same(alone, sum(3))
  end)

  it("happen with their probability", function()
    torch.manual_seed(1)
    local x, flip, n = torch.tensor({{{1, 2}}}), T.RandomHorizontalFlip(0.25), 0
    for _ = 1, 1000 do n = n + (flip(x)[{1, 1, 1}]:item() == 2 and 1 or 0) end
    assert.is_true(n > 190 and n < 310) -- 4 standard errors
    local counts = {0, 0, 0}
    local choice = T.RandomChoice({function() return 1 end, function() return 2 end, function() return 3 end},
      {p = {1, 0, 3}})
    for _ = 1, 1000 do
      local at = choice(x)
      counts[at] = counts[at] + 1
    end
    assert.equal(0, counts[2])
    assert.is_true(counts[1] > 190 and counts[1] < 310)
  end)

  it("crop within bounds, as drawn", function()
    torch.manual_seed(2)
    for _ = 1, 50 do
      local crop = T.RandomResizedCrop(4, {scale = {0.3, 0.6}, ratio = {0.5, 2}}):make_params({torch.zeros(3, 20, 30)})
      assert.is_true(crop.top >= 0 and crop.left >= 0 and crop.top + crop.height <= 20 and crop.left + crop.width <= 30)
      local share, ratio = crop.height * crop.width / 600, crop.width / crop.height
      assert.is_true(share > 0.25 and share < 0.65 and ratio > 0.45 and ratio < 2.2)
    end
    fails("RandomCrop: the part, 9 × 9, is larger than the image, 8 × 8", T.RandomCrop(9), torch.rand(3, 8, 8))
    assert.same({3, 9, 9}, {table.unpack(T.RandomCrop(9, {pad_if_needed = true})(torch.rand(3, 8, 8)).shape)})
  end)

  it("have dtypes and fills by kind", function()
    local s = T.ToDtype({Image = torch.float32, Mask = torch.int64}, {scale = true})(sample "uint8")
    assert.equal(torch.float32, s.image.dtype)
    assert.is_true(s.image:max():item() <= 1)
    assert.equal(torch.int64, s.mask.dtype)
    s = T.Pad(1, {fill = {Image = 9, Mask = 5, others = 0}})(sample "uint8")
    assert.equal(9, s.image[{1, 1, 1}]:item())
    assert.equal(5, s.mask[{1, 1, 1}]:item())
    s = T.ToDtype(torch.float32)(sample "uint8")
    assert.equal(torch.uint8, s.mask.dtype) -- images alone
  end)

  it("leave out boxes with their labels and masks", function()
    local s = {boxes = tv.BoundingBoxes({{1, 2, 9, 8}, {3, 3, 3, 9}, {0, 0, 40, 9}}, "XYXY", {24, 32}),
      mask = tv.Mask(torch.arange(3):reshape(3, 1, 1):expand(3, 24, 32)), labels = torch.tensor({7, 8, 9}),
      image = tv.Image(torch.rand(3, 24, 32))}
    local out = T.SanitizeBoundingBoxes()(s)
    assert.same({{1, 2, 9, 8}}, out.boxes:tolist())
    assert.same({7}, out.labels:tolist())
    assert.same({1, 24, 32}, {table.unpack(out.mask.shape)})
    assert.same({3, 24, 32}, {table.unpack(out.image.shape)})
    out = T.SanitizeBoundingBoxes({labels_getter = false})(s)
    assert.equal(3, #out.labels)
    s.labels = torch.tensor({7, 8})
    fails("SanitizeBoundingBoxes: 'labels': expected labels of 3 items, got int64 (2)", T.SanitizeBoundingBoxes(), s)
    local points = T.SanitizeKeyPoints({labels_getter = function(p) return p[2] end})({
      tv.KeyPoints({{1, 2}, {40, 3}}, {24, 32}), torch.tensor({5, 6})})
    assert.same({{1, 2}}, points[1]:tolist())
    assert.same({5}, points[2]:tolist())
  end)

  it("need no other part of torchvision", function()
    local files = dofile "tests/files.lua"
    local code = "print(torchvision.transforms.Resize(2)(torch.ones(1, 4, 4)):sum():item())"
    assert.equal("4.0\n", files.capture(("'%s' -e '%s'"):format(os.getenv "HECATE_BIN" or "build/hecate", code)))
  end)

  it("are classes to subclass", function()
    local Shift = torch.class("Shift", T.Transform)
    function Shift:make_params(parts) return {by = #parts} end
    function Shift:transform(x, params) return tv.kind(x) == "Mask" and x or x + params.by end
    local s = Shift()({tv.Image(torch.zeros(1, 1, 1)), tv.Mask(torch.zeros(1, 1)), "text"})
    assert.equal(2, s[1]:item())
    assert.equal(0, s[2]:item())
    assert.equal("text", s[3])
    assert.matches("^Shift", tostring(Shift()))
  end)

  it("print as torchvision's", function()
    assert.equal("Resize(size=[256], interpolation=bilinear, antialias=True)", tostring(T.Resize(256)))
    assert.equal("RandomZoomOut(p=0.5, fill=0, side_range=(1.0, 4.0))", tostring(T.RandomZoomOut()))
    assert.equal("RandomResizedCrop(size=(8, 8), scale=(0.08, 1.0), ratio=(0.75, 1.3333333333333333), "
      .. "interpolation=bilinear, antialias=True)", tostring(T.RandomResizedCrop(8)))
    assert.equal("Compose(\n      ToImage()\n      CenterCrop(size=(3, 3))\n)",
      tostring(T.Compose({T.ToImage(), T.CenterCrop(3)})))
    assert.equal("RandomRotation(degrees=[-30.0, 30.0], interpolation=nearest, expand=False, fill=0)",
      tostring(T.RandomRotation(30)))
  end)

  it("say what is wrong", function()
    fails("Resize: 'size' (argument 1): expected a size or {height, width}, got number 0", T.Resize, 0)
    fails("Resize: unknown option 'antialis', did you mean 'antialias'?", T.Resize, 3, {antialis = true})
    fails("Compose: 'transforms[2]': expected a transform or a function, got number 3", T.Compose, {T.ToImage(), 3})
    fails("Compose: 'transforms' (argument 1): expected an array of transforms", T.Compose, {})
    fails("RandomHorizontalFlip: 'p': expected a probability from 0 to 1, got number 2", T.RandomHorizontalFlip, 2)
    fails("RandomRotation: 'degrees': expected a number, 0 or more", T.RandomRotation, -3)
    fails("ColorJitter: 'hue': expected {low, high} from -0.5 to 0.5", T.ColorJitter, {hue = 0.7})
    fails("RandomAffine: 'translate': expected two numbers from 0 to 1", T.RandomAffine, 3, {translate = {0.1, 2}})
    fails("GaussianBlur: 'kernel_size' (argument 1): expected odd positive integers", T.GaussianBlur, 4)
    fails("Normalize: 'std' (argument 2): expected no 0", T.Normalize, {0}, {0})
    fails("RandomResizedCrop: 'interpolation': expected \"nearest\"", T.RandomResizedCrop, 3, {interpolation = "cubic"})
    fails("Resize: expected an image or a sample, got nothing", T.Compose({T.Resize(3)}))
    fails("MixUp: 'num_classes' (argument 2): labels by number need it", T.MixUp(), torch.rand(2, 3, 4, 4),
      torch.tensor({1, 2}))
    fails("MixUp: no labels in the sample", T.MixUp({num_classes = 2}), {image = torch.rand(2, 3, 4, 4)})
    fails("CutMix: 'inpt' (argument 1): expected a batch of 2 images", T.CutMix({num_classes = 2}), torch.rand(3, 4, 4),
      torch.tensor({1, 2}))
    fails("AutoAugment: 'policy' (argument 1): expected \"imagenet\"", T.AutoAugment, "mnist")
    fails("AutoAugment: not for a sample with BoundingBoxes", T.AutoAugment(), sample "uint8")
    fails("RandomCrop: the sample has parts of different sizes", T.RandomCrop(2),
      {tv.Image(torch.zeros(1, 4, 4)), tv.Mask(torch.zeros(5, 5))})
    fails("FiveCrop: not for a sample with BoundingBoxes", T.FiveCrop(2), sample "uint8")
  end)
end)

describe("torchvision's mixtures and policies", function()
  local kinds = {}
  function kinds.MixUp(case)
    local mix = T[case.op]({num_classes = case.num_classes})
    function mix.make_params() return {lam = case.lam, box = case.box, lam_adjusted = case.lam_adjusted} end
    local images, labels = mix(case.images, case.labels)
    local ok, why = recorded.same(case.out, images, case)
    if not ok then return false, why end
    return recorded.same(case.out_labels, labels, case)
  end
  kinds.CutMix = kinds.MixUp
  function kinds.RandAugment(case)
    local list = T[case.op]._AUGMENTATION_SPACE
    if #list ~= #case.space then return false, "the number of operations" end
    for i, want in ipairs(case.space) do
      local got = list[i]
      if got[1] ~= want.name or got[3] ~= want.signed then return false, want.name end
      local magnitudes = got[2](case.bins, case.size[1], case.size[2])
      if (magnitudes == nil) ~= (want.magnitudes == false) then return false, want.name end
      if magnitudes and not torch.allclose(torch.tensor(magnitudes, {dtype = "float64"}),
        torch.tensor(want.magnitudes, {dtype = "float64"}), {rtol = case.rtol, atol = case.atol}) then
        return false, want.name
      end
    end
    return true
  end
  kinds.AutoAugment = kinds.RandAugment
  function kinds.augment(case)
    local magnitude = type(case.magnitude) == "number" and case.magnitude or nil
    local out = T.RandAugment():_apply_image_or_video_transform(case.image, case.name, magnitude, case.interpolation)
    return recorded.same(case.out, out, case)
  end

  for _, case in ipairs(recorded.load "tests/data/torchvision/transforms.lua") do
    if case.area == "mixing" then
      it(("%s %s: the recorded values"):format(case.op, case.name or ""), function()
        local held, why = kinds[case.op](case)
        assert.is_true(held, tostring(why))
      end)
    end
  end

  it("give images of the same shape and dtype", function()
    torch.manual_seed(1)
    for _, name in ipairs {"AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix"} do
      for _, dtype in ipairs {"uint8", "float32"} do
        for _, shape in ipairs {{3, 17, 19}, {2, 3, 17, 19}} do
          local x = torch.randint(0, 256, shape):to("uint8")
          if dtype == "float32" then x = x:float() / 255 end
          local t = T[name]()
          for _ = 1, 8 do
            local out = t(x)
            assert.same(shape, {table.unpack(out.shape)}, name)
            assert.equal(x.dtype, out.dtype, name)
          end
          assert.equal(4, (select(2, t(x, 4))))
        end
      end
    end
    for _, policy in pairs(T.AutoAugmentPolicy) do T.AutoAugment(policy)(torch.zeros(3, 8, 8)) end
    assert.equal(25, #require "torchvision.transforms.v2.policies".svhn)
  end)

  it("mix labels that are shares, and keep their sums", function()
    torch.manual_seed(4)
    for _, name in ipairs {"MixUp", "CutMix"} do
      local x, y = torch.rand(4, 3, 8, 8), torch.nn.functional.one_hot(torch.tensor({1, 2, 3, 1}), 3)
      local images, labels = T[name]({alpha = 0.5})(x, y)
      assert.same({4, 3, 8, 8}, {table.unpack(images.shape)})
      assert.is_true(torch.allclose(labels:sum(2), torch.ones(4)))
      local s = T[name]({num_classes = 3, labels_getter = function(s) return s.target end})({image = x,
        target = torch.tensor({1, 2, 3, 1})})
      assert.same({4, 3}, {table.unpack(s.target.shape)})
    end
  end)

  it("go through a JPEG, each image of a batch", function()
    if not pcall(torchvision.io.encode_jpeg, torch.zeros(3, 8, 8):to "uint8") then return end
    local x = (torch.linspace(0, 250, 2 * 3 * 16 * 16):reshape(2, 3, 16, 16)):to "uint8"
    local y = T.JPEG({80, 90})(x)
    assert.same({{2, 3, 16, 16}, torch.uint8}, {{table.unpack(y.shape)}, y.dtype})
    assert.is_true((y:float() - x:float()):abs():max():item() < 12)
    fails("jpeg: 'inpt' (argument 1): expected an image of bytes with 1 or 3 channels", T.JPEG(50), torch.ones(3, 8, 8))
    fails("jpeg: 'quality' (argument 2): expected an integer from 1 to 100", T.functional.jpeg, x, 101)
  end)

  it("tell wrong arguments of their methods", function()
    local x = torch.zeros(3, 8, 8)
    for name, class in pairs(T) do
      local ok, t = pcall(class, 3)
      if not ok then ok, t = pcall(class, {8, 8}) end
      local is = ok and type(t) ~= "table" and torch.isinstance(t, T.Transform)
      for method, calls in pairs {transform = {{}, {5}, {"x"}, {x}, {x, 5}}, make_params = {{}, {5}, {{5}}},
        check_inputs = {{}, {5}}} do
        for _, args in ipairs(is and calls or {}) do
          local fine, message = pcall(t[method], t, table.unpack(args))
          assert.is_truthy(fine or not message:find "attempt to", name .. ": " .. tostring(message))
        end
      end
    end
    local t = T.RandomChannelPermutation()
    fails("RandomChannelPermutation:transform: 'params' (argument 2): expected a table", t.transform, t, x)
    fails("Resize:transform: 'inpt' (argument 1): expected a tensor", T.Resize(4).transform, T.Resize(4))
  end)
end)
