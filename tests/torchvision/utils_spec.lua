-- torchvision.utils. tests/data/torchvision/drawing.lua has values recorded from torchvision.
local torch = require "torch"
local utils = require "torchvision.utils"
local vision = require "torchvision.io"
local files = dofile "tests/files.lua"

local folder = files.capture("mktemp -d"):match "[^\n]+"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(pattern, 1, true), message)
  assert.is_nil(message:find("\n", 1, true))
end

local function image(channels, height, width)
  return (torch.arange(channels * height * width):reshape(channels, height, width) * 37 % 256):to "uint8"
end

--- The first channel as rows of "#" where it is not 0.
local function rows(x)
  local list = {}
  for i, row in ipairs(x[1]:tolist()) do
    for k, value in ipairs(row) do row[k] = value ~= 0 and "#" or "." end
    list[i] = table.concat(row)
  end
  return list
end

local function black(height, width) return torch.zeros(3, height, width, {dtype = "uint8"}) end

describe("make_grid", function()
  it("puts images side by side", function()
    local x = torch.arange(5 * 3 * 2 * 2):reshape(5, 3, 2, 2):float()
    local grid = utils.make_grid(x, {nrow = 3, padding = 1, pad_value = 0.5})
    assert.same({3, 7, 10}, {table.unpack(grid.shape)})
    assert.is_true(torch.equal(x[1], grid[{{}, {2, 3}, {2, 3}}]))
    assert.is_true(torch.equal(x[5], grid[{{}, {5, 6}, {5, 6}}]))
    assert.equal(0.5, grid[{1, 1, 1}]:item())
    assert.equal(0.5, grid[{1, 6, 9}]:item())
    assert.is_true(torch.equal(grid, utils.make_grid({x[1], x[2], x[3], x[4], x[5]}, 3, 1, {pad_value = 0.5})))
  end)

  it("gives grey images three channels and one image without a border", function()
    assert.same({3, 2, 3}, {table.unpack(utils.make_grid(torch.ones(2, 3)).shape)})
    assert.same({3, 2, 3}, {table.unpack(utils.make_grid(torch.ones(1, 1, 2, 3)).shape)})
    assert.same({4, 6, 12}, {table.unpack(utils.make_grid(torch.ones(2, 4, 2, 3)).shape)})
  end)

  it("brings values to [0, 1]", function()
    local x = torch.tensor {{{{-1., 1}}}, {{{0, 3}}}}
    assert.same({{0, 0.5}, {0.25, 1}}, utils.make_grid(x, {normalize = true, padding = 0})[1]:reshape(2, 2):tolist())
    assert.same({{0, 1}, {0, 1}},
      utils.make_grid(x, {normalize = true, scale_each = true, padding = 0})[1]:reshape(2, 2):tolist())
    assert.same({{0, 1}, {0.5, 1}},
      utils.make_grid(x, {normalize = true, value_range = {-1, 1}, padding = 0})[1]:reshape(2, 2):tolist())
    assert.equal(-1, x:min():item())
    refused("make_grid: 'value_range' (argument 5): expected {least, most}", utils.make_grid, x, {value_range = {1}})
    refused("make_grid: 'tensor' (argument 1): expected an image", utils.make_grid, "x")
    refused("make_grid: 'tensor' (argument 1)", utils.make_grid, {torch.ones(2, 2), torch.ones(3, 3)})
  end)

  local save = needs(pcall(require, "torchvision.io.png"), "libpng")
  save("is what save_image writes", function()
    local x = torch.rand(3, 1, 4, 4)
    utils.save_image(x, folder .. "/grid.png", {nrow = 2})
    local want = (utils.make_grid(x, 2) * 255 + 0.5):to "uint8"
    assert.is_true(torch.equal(want, vision.read_image(folder .. "/grid.png")))
    utils.save_image(torch.full({3, 2, 2}, 7), folder .. "/white.bin", "ppm")
    assert.equal(255, vision.read_image(folder .. "/white.bin"):min():item())
    refused("save_image: 'format'", utils.save_image, x, folder .. "/x.png", "doc")
  end)
end)

describe("draw_bounding_boxes", function()
  it("draws frames and fills them", function()
    local x = utils.draw_bounding_boxes(black(6, 8), torch.tensor {{1, 1, 6, 4}}, {colors = {255, 0, 0}})
    assert.same({"........", ".######.", ".#....#.", ".#....#.", ".######.", "........"}, rows(x))
    assert.equal(0, x[{2, 2, 2}]:item())
    local full = utils.draw_bounding_boxes(black(6, 8), torch.tensor {{1, 1, 6, 4}}, {colors = "white", fill = true})
    assert.equal(100, full[{1, 3, 3}]:item())
    local wide = utils.draw_bounding_boxes(black(6, 8), torch.tensor {{-3, 1, 6, 4}}, {colors = "#fff", width = 2})
    assert.same({"........", "#######.", "#######.", "#######.", "#######.", "........"}, rows(wide))
  end)

  it("keeps the dtype and the image that was given", function()
    local x = image(3, 5, 5)
    local copy = x:clone()
    local y = utils.draw_bounding_boxes(x, torch.tensor {{0, 0, 4, 4}}, nil, "blue")
    assert.is_true(torch.equal(copy, x))
    assert.equal(torch.uint8, y.dtype)
    local float = utils.draw_bounding_boxes(x:float() / 255, torch.tensor {{0, 0, 4, 4}}, nil, "blue")
    assert.is_true((float * 255 - y:float()):abs():max():item() < 1.01)
    assert.equal(3, utils.draw_bounding_boxes(x[{{1, 1}}], torch.zeros(0, 4)).shape[1])
  end)

  it("gives each box a colour of its own and writes labels", function()
    local boxes = torch.tensor {{0, 0, 20, 12}, {0, 0, 20, 12}}
    local x = utils.draw_bounding_boxes(black(14, 24), boxes[{{1, 1}}], {labels = {"Hi"}, colors = "red"})
    assert.same({"#...#...#...", "#...#.......", "#...#..##...", "#####...#...", "#...#...#...", "#...#...#...",
      "#...#..###.."}, rows(x[{{}, {3, 9}, {3, 14}}]))
    local filled = utils.draw_bounding_boxes(black(14, 24), boxes[{{1, 1}}], {labels = {"i"}, fill_labels = true,
      colors = "lime", label_background_colors = "red", label_colors = {0, 0, 255}})
    assert.same({255, 0, 0}, filled[{{}, 3, 3}]:tolist())
    assert.same({0, 0, 255}, filled[{{}, 3, 5}]:tolist())
    local palette = utils.draw_bounding_boxes(black(14, 24), torch.tensor {{0, 0, 1, 1}, {5, 5, 7, 7}})
    assert.same({((1 << 25) - 1) % 255, ((1 << 15) - 1) % 255, ((1 << 21) - 1) % 255}, palette[{{}, 6, 6}]:tolist())
    assert.has_no_error(function()
      utils.draw_bounding_boxes(black(14, 24), boxes[{{1, 1}}], {labels = {"añ☃~\255"}, font_size = 18})
    end)
  end)

  it("draws boxes of four corners", function()
    local x = utils.draw_bounding_boxes(black(9, 9), torch.tensor {{4, 0, 8, 4, 4, 8, 0, 4}}, {colors = "red",
      fill = true})
    assert.equal(100, x[{1, 5, 5}]:item())
    assert.equal(255, x[{1, 5, 1}]:item())
    assert.equal(0, x[{1, 1, 1}]:item())
  end)

  it("refuses what is no box, no colour, no image", function()
    local x = black(4, 4)
    refused("'boxes' (argument 2): box 2 is {3, 0, 1, 2}, expected boxes (N×4", utils.draw_bounding_boxes, x,
      torch.tensor {{0, 0, 1, 1}, {3, 0, 1, 2}})
    refused("'boxes' (argument 2): expected boxes", utils.draw_bounding_boxes, x, torch.zeros(4))
    refused("'labels' (argument 3): expected 1 labels", utils.draw_bounding_boxes, x, torch.zeros(1, 4), {"a", "b"})
    refused("'colors': expected a name, '#rrggbb' or {r, g, b}", utils.draw_bounding_boxes, x, torch.zeros(1, 4),
      {colors = "rde"})
    refused("'colors': expected a colour, or a list of 2", utils.draw_bounding_boxes, x, torch.zeros(2, 4),
      {colors = {"red"}})
    refused("'image' (argument 1): expected an image", utils.draw_bounding_boxes, torch.zeros(2, 4, 4),
      torch.zeros(1, 4))
    refused("fonts of files are not read", utils.draw_bounding_boxes, x, torch.zeros(1, 4), {font = "x.ttf"})
  end)
end)

describe("draw_segmentation_masks", function()
  it("mixes colours into the image", function()
    local masks = torch.tensor {{{true, true, false}}, {{false, true, false}}}
    local x = torch.full({3, 1, 3}, 100, {dtype = "uint8"})
    local y = utils.draw_segmentation_masks(x, masks, 0.5, {"red", {0, 0, 255}})
    assert.same({{{177, 50, 100}}, {{50, 50, 100}}, {{50, 50, 100}}}, y:tolist())
    local float = utils.draw_segmentation_masks(torch.ones(3, 1, 3), masks[1], {alpha = 1, colors = "blue"})
    assert.same({{0, 0, 1}}, float[1]:tolist())
    refused("'masks' (argument 2): expected bool masks (N×1×3 or 1×3)", utils.draw_segmentation_masks, x,
      torch.ones(1, 3))
  end)
end)

describe("draw_keypoints", function()
  it("draws points and the lines between them", function()
    local x = utils.draw_keypoints(black(7, 12), torch.tensor {{{2, 3}, {9, 3}}}, {{1, 2}}, "red", 2, 1)
    assert.same({"............", ".###....###.", "#####..#####", "############", "#####..#####", ".###....###.",
      "............"}, rows(x))
    assert.equal(255, x[{3, 4, 6}]:item())
    local hidden = utils.draw_keypoints(black(7, 12), torch.tensor {{{2, 3}, {9, 3}}}, {connectivity = {{1, 2}},
      visibility = torch.tensor {{1, 0}}, radius = 0})
    assert.equal(3, hidden:ne(0):sum():item())
    refused("'connectivity' (argument 3): expected pairs of positions from 1 to 2", utils.draw_keypoints, black(3, 3),
      torch.zeros(1, 2, 2), {{0, 1}})
    refused("'keypoints' (argument 2): expected points", utils.draw_keypoints, black(3, 3), torch.zeros(2, 2))
    refused("'visibility' (argument 7): expected 1×2 of them", utils.draw_keypoints, black(3, 3), torch.zeros(1, 2, 2),
      {visibility = torch.ones(1, 3)})
  end)
end)

describe("lines that lead far away", function()
  it("are drawn where they cross the image, at once", function()
    local far = torch.tensor {{{-1e15, 3}, {1e15, 3}}}
    local x = utils.draw_keypoints(black(7, 6), far, {{1, 2}}, "red", 0, 1)
    assert.same({"......", "......", "......", "######", "......", "......", "......"}, rows(x))
    local corners = torch.tensor {{-1e15, 1, 1e15, 1, 1e15, 4, -1e15, 4}}
    local y = utils.draw_bounding_boxes(black(6, 4), corners, {colors = "red"})
    assert.same({"....", "####", "....", "....", "####", "...."}, rows(y))
    assert.equal(0, utils.draw_keypoints(black(4, 4), torch.full({1, 2, 2}, -1e18), {{1, 2}}):sum():item())
  end)
end)

describe("values of torchvision", function()
  for i, case in ipairs(dofile "tests/data/torchvision/drawing.lua") do
    it(("are ours: %d %s"):format(i, case.op), function()
      local function tensor(t) return torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape) end
      local out
      if case.op == "draw_keypoints" then
        out = utils.draw_keypoints(tensor(case.image), tensor(case.points), case.joined, "red", case.radius, case.width)
      elseif case.op == "draw_bounding_boxes" then
        out = utils.draw_bounding_boxes(tensor(case.image), tensor(case.boxes), {width = case.width, fill = case.fill})
      else out = utils.flow_to_image(tensor(case.flow)) end
      assert.is_true(torch.equal(tensor(case.out), out))
    end)
  end
end)
