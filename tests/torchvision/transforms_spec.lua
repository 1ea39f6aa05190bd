-- torchvision.transforms.v2.functional and torchvision.tv_tensors: recorded values, every kind of tensor, wrong calls.
local F = torchvision.transforms.v2.functional
local tv = torchvision.tv_tensors
local recorded = dofile "tests/torchvision/recorded.lua"

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
end

describe("torchvision's functions of images", function()
  local cases = {}
  for _, case in ipairs(recorded.load "tests/data/torchvision/transforms.lua") do
    if case.area ~= "mixing" then
      cases[case.op] = cases[case.op] or {}
      table.insert(cases[case.op], case)
    end
  end
  for name, list in pairs(cases) do
    it(("%s: %d recorded cases hold"):format(name, #list), function()
      for i, case in ipairs(list) do
        local held, why = recorded.check(case)
        assert.is_true(held, ("%s %d: %s"):format(case.area, i, tostring(why)))
      end
    end)
  end
end)

describe("torchvision's functions of turned boxes", function()
  for _, case in ipairs(dofile "tests/data/torchvision/turned_boxes.lua") do
    it(("%s of %s, %s: the recorded values"):format(case.op, case.format, case.mode), function()
      local boxes = tv.BoundingBoxes(case.boxes, case.format, {13, 17}, case.mode)
      local out = F[case.op](table.unpack(next(case.kw) and {boxes, case.kw} or {boxes}))
      assert.is_true(torch.allclose(torch.tensor(case.out), out, {atol = 2e-3, rtol = 1e-3, equal_nan = true}))
      assert.same(case.canvas, out.canvas_size)
    end)
  end
end)

describe("torchvision's functions of images with a gradient", function()
  -- What is computed in one pass in C where no gradient is wanted has the same values and a gradient where it is.
  local function both(f, ...)
    local x = torch.rand(2, 3, 9, 11)
    local plain = f(x, ...)
    x:requires_grad_()
    local traced = f(x, ...)
    assert.is_true(torch.allclose(plain, traced:detach(), {atol = 1e-5}))
    traced:sum():backward()
    assert.same({2, 3, 9, 11}, {table.unpack(x.grad.shape)})
    assert.is_true(x.grad:abs():sum():item() > 0)
  end

  it("resize, blur and warp alike", function()
    for _, mode in ipairs {"bilinear", "bicubic"} do
      for _, antialias in ipairs {true, false} do
        both(F.resize, {5, 14}, {interpolation = mode, antialias = antialias})
      end
    end
    both(F.resize, {5, 14}, {interpolation = "lanczos"})
    both(F.gaussian_blur, {5, 3}, {1.5, 0.7})
    local affine = {angle = 20, translate = {1, -1}, scale = 1.2, shear = {5, 3}}
    for _, mode in ipairs {"nearest", "bilinear"} do
      affine.interpolation = mode
      both(F.affine, affine)
      affine.fill = {0.5, 0.25, 1}
      both(F.affine, affine)
      affine.fill = nil
      both(F.rotate, 30, {interpolation = mode, expand = true, fill = 0.5})
      both(F.perspective, {{0, 0}, {10, 0}, {10, 8}, {0, 8}}, {{1, 1}, {9, 0}, {10, 7}, {2, 8}},
        {interpolation = mode})
      both(F.elastic, torch.rand(1, 9, 11, 2) * 0.1, {interpolation = mode})
    end
  end)

  it("in a graph that is traced", function()
    local traced = torch.jit.trace(function(x)
      return F.resize(x, {4, 4}) + F.gaussian_blur(x, 3):mean() + F.rotate(x, 30, "bilinear"):mean()
    end, {torch.rand(1, 8, 8)})
    local x = torch.rand(1, 8, 8)
    local plain = F.resize(x, {4, 4}) + F.gaussian_blur(x, 3):mean() + F.rotate(x, 30, "bilinear"):mean()
    assert.is_true(torch.allclose(traced(x), plain, {atol = 1e-5}))
  end)

  it("take factors that are integers", function()
    local x = torch.tensor({{{200, 100}}}, {dtype = "uint8"})
    assert.same({{{255, 200}}}, F.adjust_brightness(x, 2):tolist())
    assert.same({{{250, 50}}}, F.adjust_contrast(x, 2):tolist())
    local rgb = x:expand(3, 1, 2)
    assert.same({{202, 102}}, F.adjust_saturation(rgb, 3)[1]:tolist()) -- 3 · 200 - 2 · 199, for grey is cut
    assert.same({{{200, 100}}}, x:tolist()) -- what was given stays what it is
  end)

  it("of other layouts and dtypes", function()
    local x = torch.rand(6, 8, 3):permute(3, 1, 2) -- not contiguous
    assert.is_true(torch.equal(F.resize(x, {3, 4}), F.resize(x:contiguous(), {3, 4})))
    assert.is_true(torch.equal(F.gaussian_blur(x, 3), F.gaussian_blur(x:contiguous(), 3)))
    assert.is_true(torch.equal(F.rotate(x, 10, "bilinear"), F.rotate(x:contiguous(), 10, "bilinear")))
    for _, dtype in ipairs {"float16", "int16", "int32"} do
      local y = (x * 100):to(dtype)
      for _, out in ipairs {F.resize(y, {3, 4}), F.gaussian_blur(y, 3), F.rotate(y, 10, "bilinear")} do
        assert.equal(torch[dtype], out.dtype)
      end
    end
    assert.is_true(F.pad(torch.zeros(1, 1, 1):bool(), 1, 0.5)[1][1][1]:item()) -- a border of what is not 0
    assert.same({4, 5}, {table.unpack(F.resize(torch.rand(8, 10), {4, 5}).shape)}) -- no channels
    assert.same({2, 2, 3, 4, 5}, {table.unpack(F.resize(torch.rand(2, 2, 3, 8, 10), {4, 5}).shape)})
    assert.same({0, 3, 4, 5}, {table.unpack(F.resize(torch.rand(0, 3, 8, 10), {4, 5}).shape)})
    assert.same({0, 3, 8, 8}, {table.unpack(F.rotate(torch.rand(0, 3, 8, 8), 30).shape)})
  end)

  it("bytes are resized as floats are, but for what is rounded", function()
    for _, sizes in ipairs {{40, 50, 93, 121}, {17, 16, 40, 33}, {30, 70, 31, 72}, {64, 64, 50, 51}, {9, 120, 9, 37},
      {33, 15, 70, 64}, {20, 33, 21, 7}, {60, 100, 27, 45}, {50, 70, 20, 25}, {90, 200, 40, 51}} do
      local x = torch.randint(0, 256, {2, sizes[1], sizes[2]}):to "uint8"
      for _, antialias in ipairs {true, false} do
        local size = {sizes[3], sizes[4]}
        local exact = F.resize(x:float(), size, {antialias = antialias})
        local off = (F.resize(x, size, {antialias = antialias}):float() - exact):abs():max():item()
        assert.is_true(off < 1.02, ("%s: %g"):format(table.concat(sizes, ","), off))
      end
    end
  end)

  it("lanczos is that of Pillow and PyTorch", function()
    local x = torch.tensor({{{0, 1, 4, 9, 16, 25, 200, 3}}}, {dtype = "uint8"})
    assert.same({{{0, 18, 88}}}, F.resize(x, {1, 3}, "lanczos"):tolist())
    assert.same({{{0, 0, 1, 3, 6, 10, 19, 0, 56, 198, 109, 0}}}, F.resize(x, {1, 12}, 1):tolist())
    local exact = F.resize(x:double(), {1, 3}, "lanczos"):reshape(-1):tolist()
    for i, value in ipairs {-0.8527393332990739, 18.01180685369473, 88.3733091190467} do
      assert.is_true(math.abs(exact[i] - value) < 1e-9)
    end
    fails("resize: 'antialias': mode \"lanczos\" needs antialias = true", F.resize, x, {1, 3}, "lanczos",
      {antialias = false})
    fails("interpolate: 'antialias' (argument 7): mode 'lanczos' needs antialias = true",
      torch.nn.functional.interpolate, x:float():unsqueeze(1), {1, 3}, {mode = "lanczos"})
  end)

  it("equalize is the same by tensors, which a trace sees", function()
    for _, most in ipairs {256, 200, 2} do
      local x, y = torch.randint(0, most, {2, 3, 20, 21}):to "uint8", torch.randint(50, 90, {2, 3, 20, 21}):to "uint8"
      local traced = torch.jit.trace(F.equalize, {x})
      assert.is_true(torch.equal(F.equalize(x), traced(x)))
      assert.is_true(torch.equal(F.equalize(y), traced(y)))
    end
    local flat = torch.full({1, 30, 30}, 7):to "uint8"
    assert.is_true(torch.equal(flat, F.equalize(flat)))
    assert.is_true(torch.equal(flat, torch.jit.trace(F.equalize, {flat})(flat)))
    local half = torch.cat({torch.zeros(1, 20, 20), torch.full({1, 20, 20}, 9)}, 2):to "uint8"
    assert.same({0, 255}, {F.equalize(half)[1][1][1]:item(), F.equalize(half)[1][40][1]:item()})
  end)

  it("say what is wrong", function()
    local x = torch.rand(3, 4, 5)
    fails("pad: 'fill' (argument 3): mode \"edge\" has none", F.pad, x, 1, {1, 2, 3}, "edge")
    fails("resize: 'inpt' (argument 1): expected an image (…×H×W), got float32 (5)", F.resize, torch.rand(5), 3)
    fails("resize: 'size' (argument 2): expected a size or {height, width}, got number 0", F.resize, x, 0)
    fails("resize: 'inpt' (argument 1): expected an image with pixels, got 0×2", F.resize, torch.ones(0, 2), 7)
    fails("resize: 'interpolation' (argument 3): expected \"nearest\"", F.resize, x, 3, "cubic")
    fails("resize: 'max_size' (argument 4): needs a 'size' of one number", F.resize, x, {3, 3}, {max_size = 9})
    fails("'max_size' (argument 4): expected more than the size 3 of the smaller edge", F.resize, x, 3, {max_size = 3})
    fails("pad: 'padding' (argument 2): expected an integer, or an array of 1, 2 or 4 of them", F.pad, x, {1, 2, 3})
    fails("pad: 'padding_mode' (argument 4): expected \"constant\"", F.pad, x, 1, nil, "wrap")
    fails("pad: 'padding' (argument 2): expected at most 3 for mode \"reflect\", got 4", F.pad, x, 4, nil, "reflect")
    fails("pad: 'fill' (argument 3): expected a number, or an array of 3", F.pad, x, 1, {1, 2})
    fails("five_crop: 'size' (argument 2): expected at most the size of the image, 4 × 5", F.five_crop, x, 6)
    fails("affine: 'scale' (argument 4): expected a positive number, got number 0", F.affine, x, 0, {0, 0}, 0, 0)
    fails("rotate: 'interpolation': expected \"nearest\" or \"bilinear\"", F.rotate, x, 7, "bicubic")
    fails("perspective: 'startpoints' (argument 2): expected an array of four points", F.perspective, x, {1}, {2})
    fails("elastic: 'displacement' (argument 2): expected a tensor (1×4×5×2)", F.elastic, x, torch.zeros(1, 4, 5))
    fails("gaussian_blur: 'kernel_size' (argument 2): expected an odd positive integer", F.gaussian_blur, x, 2)
    fails("gaussian_blur: 'kernel_size' (argument 2): expected at most 9 and 7", F.gaussian_blur, x, 11)
    fails("normalize: 'std' (argument 3): expected no 0", F.normalize, x, {0}, {0})
    fails("normalize: 'mean' (argument 2): expected an array of 3 numbers", F.normalize, x, {0, 1}, {1})
    fails("adjust_hue: 'hue_factor' (argument 2): expected a number from -0.5 to 0.5", F.adjust_hue, x, 1)
    fails("adjust_contrast: 'inpt' (argument 1): expected an image of 1 or 3 channels", F.adjust_contrast,
      torch.rand(2, 4, 5), 1)
    fails("posterize: 'bits' (argument 2): expected an integer from 0 to 8", F.posterize, x, 9)
    fails("erase: expected a part of the image, 4 × 5, got 3 × 3 at (2, 2)", F.erase, x, 2, 2, 3, 3, torch.zeros(1))
    fails("to_dtype: 'dtype' (argument 2): float32 cannot hold", F.to_dtype, x, "int32", true)
    fails("permute_channels: 'permutation' (argument 2): expected the numbers 1 to 3", F.permute_channels, x, {1, 1, 2})
    fails("rgb_to_grayscale: 'inpt' (argument 1): not for BoundingBoxes", F.rgb_to_grayscale,
      tv.BoundingBoxes({{1, 2, 3, 4}}, "XYXY", {9, 9}))
  end)
end)

describe("torchvision.tv_tensors", function()
  it("are tensors that know what they are", function()
    local boxes = tv.BoundingBoxes({{1, 2, 9, 8}}, "xyxy", {13, 17})
    assert.equal("BoundingBoxes", tv.kind(boxes))
    assert.equal("XYXY", boxes.format)
    assert.same({13, 17}, boxes.canvas_size)
    assert.equal("soft", boxes.clamping_mode)
    assert.same({{2, 4, 18, 16}}, (boxes * 2):tolist())
    assert.is_nil(tv.kind(boxes * 2)) -- what an op makes is plain
    assert.equal("BoundingBoxes", tv.kind(tv.wrap(boxes * 2, {like = boxes})))
    assert.matches(", BoundingBoxes, format=XYXY, canvas_size={13, 17})", tostring(boxes), 1, true)
    boxes.canvas_size = {20, 20}
    assert.same({20, 20}, boxes.canvas_size)
    assert.equal("Image", tv.kind(tv.Image(torch.zeros(2, 2))))
    assert.same({1, 2, 2}, {table.unpack(tv.Image(torch.zeros(2, 2)).shape)})
    local plain = torch.zeros(3, 2, 2)
    tv.Image(plain)
    assert.is_nil(tv.kind(plain)) -- what was given stays what it is
    for _, kind in ipairs {"Image", "Video", "Mask"} do
      assert.equal(kind, tv.kind(tv[kind](torch.zeros(2, 3, 4, 4))))
      assert.equal(kind, tv.kind(F.resize(tv[kind](torch.zeros(2, 3, 4, 4)), 2)))
    end
  end)

  it("leave their tag behind them", function()
    collectgarbage()
    local before = torch._C.memory().bytes
    for _ = 1, 10 do tv.Mask(torch.zeros(100, 100)) end
    collectgarbage()
    collectgarbage()
    assert.equal(before, torch._C.memory().bytes)
  end)

  it("come from the workers of a loader as what they are", function()
    local data = torch.utils.data
    local set = data.TensorDataset(torch.arange(4)):map(function(x)
      return {boxes = tv.BoundingBoxes({{1, 2, 9, 8}}, "XYWH", {13, 17}), mask = tv.Mask(torch.zeros(90, 90)), n = x}
    end)
    local function list(items) return items end
    local loader = data.DataLoader(set, {batch_size = 2, num_workers = 2, collate_fn = list})
    for batch in loader:iter() do
      for _, item in ipairs(batch) do
        assert.equal("XYWH", item.boxes.format)
        assert.same({13, 17}, item.boxes.canvas_size)
        assert.equal("Mask", tv.kind(item.mask))
      end
    end
  end)

  it("say what is wrong", function()
    fails("BoundingBoxes: 'data' (argument 1): expected boxes (N×4)", tv.BoundingBoxes, {{1, 2}}, "XYXY", {1, 1})
    fails("BoundingBoxes: 'format' (argument 2): expected XYXY", tv.BoundingBoxes, {{1, 2, 3, 4}}, "YX", {1, 1})
    fails("BoundingBoxes: 'canvas_size' (argument 3): expected {height, width}", tv.BoundingBoxes, {{1, 2, 3, 4}},
      "XYXY", 9)
    fails("KeyPoints: 'data' (argument 1): expected points (…×2)", tv.KeyPoints, {{1, 2, 3}}, {1, 1})
    local plain = torch.zeros(1)
    fails("wrap: 'like' (argument 2): expected a tensor of tv_tensors", tv.wrap, plain, {like = plain})
    fails("tensor: no attribute 'format' that can be set", function() torch.zeros(1).format = "XYXY" end)
  end)
end)
