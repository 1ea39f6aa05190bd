-- Sampled arguments of special functions, activations and losses, for domains.lua.
return function(by_name, by_domain, make)
  local pack, x, with, F64 = make.pack, make.x, make.with, make.F64
  local positive, unit, nonzero, positions, leaf = make.positive, make.unit, make.nonzero, make.positions, make.leaf
  local function above_one(...) return leaf(torch.rand({...}, F64) * 2 + 1.2) end
  -- Signs, which are no leaves.
  local function signs(...) return torch.bernoulli(torch.full({...}, 0.5, F64)) * 2 - 1 end
  local function each_reduction(sample)
    local list = {}
    for _, reduction in ipairs {"mean", "sum", "none"} do list[#list + 1] = sample({reduction = reduction}) end
    return list
  end

  function by_domain.above_one(row) return with(row, above_one) end
  function by_domain.polynomial(row)
    local n = torch.tensor({{0, 1, 2}, {3, 4, 6}})
    local rest = row.by_name.family and {4, 1} or {}
    return {pack(leaf(torch.rand({2, 3}, F64) - 0.2), n, table.unpack(rest))}
  end
  function by_domain.threshold(row)
    return {pack(nonzero(2, 3), 0.05, 1.5), pack(leaf(torch.rand({3}, F64)), 2, -1)}
  end
  function by_domain.rows(row)
    if row.by_name.x2 then
      return {pack(x(3, 4), x(3, 4)), pack(x(2, 4), x(4), 2), pack(x(2, 3), x(2, 3), {eps = 0.5})}
    end
    return {pack(x(3, 4), 2), pack(x(3, 4), 1)}
  end
  -- Where the gradient, which passes as if nothing was rounded, is that of a constant.
  function by_domain.beyond_range(row)
    local far, scales = leaf(torch.rand({2, 3}, F64) + 100), torch.tensor({0.5, 0.25, 2}, F64)
    if row.by_name.axis then return {pack(far, scales, torch.zeros(3, F64), 2, -8, 7)} end
    return {pack(far, torch.tensor(0.5, F64), torch.tensor(1, F64), -8, 7)}
  end
  function by_domain.raised() return {pack(positive(2, 3), 0.25)} end
  function by_domain.triplets()
    return each_reduction(function(o) return pack(x(3, 4), x(3, 4), x(3, 4), 5, o) end)
  end
  function by_domain.two_and_signs()
    return each_reduction(function(o) return pack(x(3, 4), x(3, 4), signs(3), -2, o) end)
  end
  function by_domain.two_and_signs_of_each()
    return each_reduction(function(o) return pack(x(3, 4), x(3, 4), signs(3, 4), 20, o) end)
  end
  function by_domain.one_and_signs(row)
    return each_reduction(function(o)
      return row.by_name.margin and pack(x(3, 4), signs(3, 4), 9, o) or pack(x(3, 4), signs(3, 4), o)
    end)
  end
  function by_domain.one_and_labels()
    return each_reduction(function(o)
      return pack(x(3, 4), torch.bernoulli(torch.full({3, 4}, 0.5, F64)), torch.rand({4}, F64), o)
    end)
  end
  function by_domain.classes_of_rows()
    local list = each_reduction(function(o)
      return pack(x(3, 4), positions {1, 4, 2}, 2, 9, torch.rand({4}, F64), o)
    end)
    list[#list + 1] = pack(x(4), positions(3), 1, 9)
    return list
  end
  function by_domain.labels(row)
    local target = positions {{1, 3, -1}, {2, -1, 1}}
    if row.by_name.reduction then return each_reduction(function(o) return pack(x(2, 3), target, o) end) end
    return {pack(x(2, 3), target)}
  end
  function by_name.multilabel_margin_loss_backward()
    return {pack(x(2), x(2, 3), positions {{1, 3, -1}, {2, -1, 1}})}
  end
  function by_domain.counts(row)
    local list = each_reduction(function(o) return pack(x(2, 3), x(2, 3), o) end)
    list[#list + 1] = pack(positive(2, 3), leaf(positive(2, 3) * 3 + 1), false, true)
    return list
  end
  function by_domain.gaussian()
    local list = each_reduction(function(o) return pack(x(2, 3), x(2, 3), positive(2, 3), true, o) end)
    list[#list + 1] = pack(x(2, 3), x(2, 3), positive(2))
    list[#list + 1] = pack(x(2, 3), x(2, 3), positive(2, 1))
    return list
  end
  -- Log probabilities near -60: the gradient that takes them to be normalised is the derivative there.
  function by_domain.ctc(row)
    local logs = leaf(torch.randn({5, 2, 4}, F64) - 60)
    local lengths, targets = {5, 4}, positions {{2, 3, 3}, {4, 2, 1}}
    if row.by_name.losses then
      return {pack(x(2), logs:detach(), targets, lengths, {2, 1}, torch.tensor({300, 240}, F64), 1)}
    end
    if not row.by_name.reduction then return {pack(logs, targets, lengths, {2, 1}, 1)} end
    return {pack(logs, targets, lengths, {2, 1}),
      pack(logs, positions {2, 3, 4}, lengths, {2, 1}, {reduction = "none"}),
      pack(leaf(torch.randn({4, 3}, F64) - 60), positions {2, 3}, {4}, {2}, {reduction = "sum", zero_infinity = true})}
  end

  function by_name.zeta() return {pack(above_one(2, 3):detach(), positive(2, 3)), pack(2.5, positive(2))} end
  function by_name.igamma()
    return {pack(positive(2, 3):detach(), positive(2, 3)), pack(above_one(3):detach(), positive(2, 1))}
  end
  by_name.igammac = by_name.igamma
  function by_name.polygamma() return {pack(0, positive(2, 3)), pack(2, positive(2, 3))} end
  function by_name.mvlgamma() return {pack(above_one(2, 3), 2)} end
  function by_name.native_mvlgamma() return {pack(above_one(2, 3), 3)} end
  function by_name.native_mvpolygamma() return {pack(above_one(2, 3), 1, 3)} end
  function by_name.glu() return {pack(x(2, 4)), pack(x(4, 3), 1)} end
  function by_name.prelu() return {pack(nonzero(2, 3), x(3)), pack(nonzero(2, 3), x(1)), pack(nonzero(2), x())} end
  function by_name.rrelu() return {pack(nonzero(2, 3)), pack(nonzero(2, 3), 0.1, 0.4, true)} end
  function by_name.copysign() return {pack(nonzero(2, 3), nonzero(2, 3)), pack(nonzero(2, 3), -2)} end
  function by_name.clamp_min_tensor() return {pack(x(2, 3), x(2, 3)), pack(x(2, 3), x(3))} end
  by_name.clamp_max_tensor = by_name.clamp_min_tensor
  function by_name.nan_to_num() return {pack(x(2, 3)), pack(x(2, 3), 1, 2, 3)} end
  function by_name.native_nan_to_num() return {pack(x(2, 3), 0, 9, -9)} end
  function by_name.selu() return {pack(nonzero(2, 3))} end
  function by_name.celu() return {pack(nonzero(2, 3)), pack(nonzero(2, 3), 2)} end
  function by_name.softshrink() return {pack(nonzero(2, 3), 0.05)} end
  function by_name.hardshrink() return {pack(nonzero(2, 3), 0.05)} end
  by_name.native_softshrink = by_name.softshrink
  function by_name.hardshrink_backward() return {pack(x(2, 3), nonzero(2, 3), 0.05)} end
  function by_name.threshold_backward() return {pack(x(2, 3), nonzero(2, 3), 0.05)} end
  function by_name.hardswish() return {pack(nonzero(2, 3)), pack(leaf(torch.tensor({-4, 5, 2.5}, F64)))} end
  by_name.hardsigmoid = by_name.hardswish

  -- Sampling: each mode with each border, planes and a volume.
  local function sampled(list, make)
    for mode = 0, 2 do
      for padding = 0, 2 do
        list[#list + 1] = make(leaf(torch.rand({2, 2, 3, 2}, F64) * 2.6 - 1.3), {2, 3}, {3, 4}, mode, padding,
          (mode + padding) % 2 == 0)
      end
    end
    list[#list + 1] = make(leaf(torch.rand({2, 1, 2, 2, 3}, F64) * 2.6 - 1.3), {1, 2, 2}, {2, 3, 3}, 0, 0, false)
    return list
  end
  local function join(n, c, sizes) return {n, c, table.unpack(sizes)} end
  function by_name.grid_sampler_along()
    local list = sampled({}, function(grid, _, sizes, ...)
      return pack(x(2, 2, table.unpack(sizes)), grid, nil, ...)
    end)
    return sampled(list, function(grid, _, sizes, ...)
      return pack(x(2, 2, table.unpack(sizes)), grid:detach(), x(table.unpack(grid.shape)), ...)
    end)
  end
  function by_name.grid_sampler_spread()
    return sampled({}, function(grid, places, sizes, ...)
      return pack(x(2, 2, table.unpack(places)), grid, nil, join(2, 2, sizes), ...)
    end)
  end
  function by_name.grid_sampler_slope()
    return sampled({}, function(grid, places, sizes, ...)
      return pack(x(2, 2, table.unpack(places)), x(2, 2, table.unpack(sizes)), grid, nil, ...)
    end)
  end
  local function places(...) return leaf(torch.rand({...}, F64) * 2.6 - 1.3) end
  function by_name.grid_sampler() return {pack(x(1, 2, 3, 4), places(1, 2, 2, 2), 0, 1, true)} end
  by_name.grid_sampler_2d = by_name.grid_sampler
  function by_name.grid_sampler_3d() return {pack(x(1, 1, 2, 3, 3), places(1, 1, 2, 2, 3), 0, 2, false)} end
  function by_name.grid_sample() return {pack(x(1, 2, 3, 4), places(1, 2, 2, 2), "bicubic", "border")} end
end
