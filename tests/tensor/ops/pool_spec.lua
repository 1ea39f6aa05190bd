-- Pooling by windows of two by two, which have loops of their own, against windows that a loop cuts out.
local F = torch.nn.functional

local NAN = 0 / 0

--- The largest element of each window (the last NaN wins) and its position, and the average of each window.
local function by_loop(x)
  local planes, height, width = x:size(1), x:size(2), x:size(3)
  local most, at, mean = {}, {}, {}
  for p = 1, planes do
    most[p], at[p], mean[p] = {}, {}, {}
    for i = 1, height // 2 do
      most[p][i], at[p][i], mean[p][i] = {}, {}, {}
      for j = 1, width // 2 do
        local best, where, sum = nil, nil, 0
        for y = 2 * i - 1, 2 * i do
          for z = 2 * j - 1, 2 * j do
            local v = x[{p, y, z}]:item()
            if best == nil or v > best or v ~= v then best, where = v, (y - 1) * width + z end
            sum = sum + v
          end
        end
        most[p][i][j], at[p][i][j], mean[p][i][j] = best, where, sum / 4
      end
    end
  end
  return torch.tensor(most), torch.tensor(at), torch.tensor(mean)
end

describe("pooling by windows of two by two", function()
  for _, size in ipairs {{2, 2}, {3, 3}, {4, 7}, {9, 38}, {6, 67}} do
    it(("of %d × %d planes is what a loop finds"):format(size[1], size[2]), function()
      torch.manual_seed(1)
      local x = torch.randint(-3, 4, {3, size[1], size[2]}):to(torch.float32) -- with equal elements
      x[{2, 1, 1}] = NAN
      x[{2, 2, 2}] = NAN
      x[{3, 2, 1}] = math.huge
      local most, at, mean = by_loop(x)
      for _, dtype in ipairs {torch.float32, torch.float64} do
        local values, positions = F.max_pool2d(x:to(dtype), 2, {return_indices = true})
        assert.is_true(torch.allclose(most:to(dtype), values, {equal_nan = true}))
        assert.is_true(torch.equal(at, positions))
        assert.is_true(torch.allclose(mean:to(dtype), F.avg_pool2d(x:to(dtype), 2), {equal_nan = true}))
      end
    end)
  end
  it("of integers", function()
    local x = torch.tensor {{{1, 5, -7, 120}, {3, 2, 9, 100}}}
    for _, dtype in ipairs {torch.int8, torch.int32, torch.int64} do
      assert.is_true(torch.equal(torch.tensor({{{5, 120}}}, {dtype = dtype}), (F.max_pool2d(x:to(dtype), 2))))
    end
    assert.is_true(torch.equal(torch.tensor {{{11 // 4, 222 // 4}}}, (F.avg_pool2d(x, 2))))
  end)
  it("with a row of padding, with half windows at the end, and rows that overlap", function()
    local x = torch.arange(1, 19):to(torch.float32):view(1, 3, 6)
    for _, o in ipairs {{padding = {1, 0}}, {ceil_mode = true}, {stride = {1, 2}}} do
      local padded = torch.full({1, 5, 6}, -math.huge)
      padded[{{}, {2, 4}, {}}] = x
      local from, step = o.padding and 1 or 2, o.stride and 1 or 2
      local out = F.max_pool2d(x, 2, o)
      for i = 1, out:size(2) do
        local y = from + (i - 1) * step
        for j = 1, 3 do
          assert.equal(padded[{1, {y, y + 1}, {2 * j - 1, 2 * j}}]:max():item(), out[{1, i, j}]:item())
        end
      end
    end
  end)
  it("of adaptive windows, those of one size and others", function()
    local x = torch.randn(2, 3, 12, 8, {dtype = torch.float64})
    for _, count in ipairs {{1, 1}, {4, 4}, {3, 2}, {12, 8}, {5, 3}, {6, 3}} do
      local mean, most = F.adaptive_avg_pool2d(x, count), F.adaptive_max_pool2d(x, count)
      local values, places = F.adaptive_max_pool2d_with_indices(x, count)
      assert.is_true(torch.equal(values, x:flatten(3):gather(3, places:flatten(3)):reshape(values.shape)))
      for i = 1, count[1] do
        for j = 1, count[2] do
          local rows, columns = {(i - 1) * 12 // count[1] + 1, -(-i * 12 // count[1])},
            {(j - 1) * 8 // count[2] + 1, -(-j * 8 // count[2])}
          local window = x[{{}, {}, rows, columns}]
          assert.is_true(torch.allclose(window:mean({-2, -1}), mean[{{}, {}, i, j}]))
          assert.is_true(torch.equal(window:amax({-2, -1}), most[{{}, {}, i, j}]))
          assert.is_true(torch.equal(most, values))
        end
      end
    end
    assert.is_true(torch.equal(x[1]:view(3, 12, 2, 4):mean(-1), F.adaptive_avg_pool1d(x[1], 2)))
    for _, same in ipairs {F.adaptive_avg_pool2d(x, {12, 8}), F.adaptive_avg_pool3d(x, {3, 12, 8})} do
      assert.is_true(torch.equal(x, same) and not rawequal(x, same) and x:data_ptr() ~= same:data_ptr())
    end
  end)
end)
