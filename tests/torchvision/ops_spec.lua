-- torchvision.ops: values and gradients recorded from torchvision, and wrong calls.
local ops = torchvision.ops
local cases = dofile "tests/data/torchvision/ops.lua"

--- What a recorded value is here.
local function value(v)
  if type(v) ~= "table" then return v end
  local all = v.list or v.plain
  if not all then return torch.tensor(v.data, {dtype = v.dtype}):reshape(v.shape) end
  local made = {}
  for i, item in ipairs(all) do made[i] = value(item) end
  return made
end

local function same(want, got, what)
  assert.equal(tostring(want.dtype), tostring(got.dtype), what)
  assert.same({table.unpack(want.shape)}, {table.unpack(got.shape)}, what)
  assert.is_true(torch.allclose(want, got, {rtol = 1e-7, atol = 1e-8, equal_nan = true}), what)
end

local function check(case)
  local args, options = {}, {}
  for i, arg in ipairs(case.args) do args[i] = value(arg) end
  for name, option in pairs(case.options or {}) do options[name] = value(option) end
  for i in pairs(case.grads or {}) do args[i]:requires_grad_() end
  args[#args + 1] = next(options) and options or nil
  local out = ops[case.op](table.unpack(args))
  same(value(case.out), out:detach(), "value")
  if not case.grads then return end
  local n = out:numel()
  out:backward((torch.arange(n, {dtype = out.dtype}) / n + 0.5):reshape(out.shape))
  for i, grad in pairs(case.grads) do same(value(grad), args[i].grad, "gradient " .. i) end
end

describe("torchvision.ops", function()
  for i, case in ipairs(cases) do
    it(("%s: case %d is torchvision's"):format(case.op, i), function() check(case) end)
  end

  it("of no boxes at all", function()
    local none = torch.zeros(0, 4)
    assert.equal(0, #ops.nms(none, torch.zeros(0), 0.5))
    assert.equal(0, #ops.batched_nms(none, torch.zeros(0), torch.zeros(0, {dtype = "int64"}), 0.5))
    assert.same({0, 3}, {table.unpack(ops.box_iou(none, torch.ones(3, 4)).shape)})
    assert.same({0, 2, 2, 2}, {table.unpack(ops.roi_align(torch.ones(1, 2, 4, 4), torch.zeros(0, 5), 2).shape)})
    assert.same({0, 2, 2, 2}, {table.unpack(ops.roi_pool(torch.ones(1, 2, 4, 4), torch.zeros(0, 5), 2).shape)})
  end)

  it("say what is wrong", function()
    local function fails(text, f, ...)
      local ok, message = pcall(f, ...)
      assert.is_false(ok)
      assert.matches(text, message, 1, true)
    end
    local boxes, map = torch.ones(2, 4), torch.ones(1, 4, 5, 5)
    fails("box_iou: 'boxes2' (argument 2): expected boxes (…×4), got nothing", ops.box_iou, boxes)
    fails("box_area: 'boxes' (argument 1): expected boxes (…×4), got float32 (3)", ops.box_area, torch.ones(3))
    fails("'in_fmt': expected \"xyxy\", \"xywh\" or \"cxcywh\", got string 'yx'", ops.box_convert, boxes, "yx", "xyxy")
    fails("nms: 'scores' (argument 2): expected a score of each of the 2 boxes", ops.nms, boxes, torch.ones(3), 0.5)
    fails("expected images from 1 to 1", ops.roi_align, map, torch.tensor({{2., 0, 0, 1, 1}}), 2)
    fails("'output_size' (argument 3): expected a size or {height, width}", ops.roi_align, map, torch.ones(1, 5), "a")
    fails("expected regions (K×5)", ops.roi_pool, map, boxes, 2)
    fails("a number of channels that 3 × 3 divides", ops.ps_roi_align, map, torch.ones(1, 5), 3)
    fails("'reduction': expected \"none\", \"mean\" or \"sum\"", ops.sigmoid_focal_loss, boxes, boxes,
      {reduction = "all"})
    fails("'boxes2' (argument 2): expected the shape of 'boxes1'", ops.complete_box_iou_loss, boxes, torch.ones(3, 4))
    fails("deform_conv2d: 'offset' (argument 2): expected (N×18·groups×height×width)", ops.deform_conv2d, map,
      torch.zeros(1, 4, 3, 3), torch.ones(2, 4, 3, 3))
  end)
end)
