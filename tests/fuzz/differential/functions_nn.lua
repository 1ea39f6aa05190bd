--- For tests/fuzz/differential.lua: the functions of torch.nn.functional that are no rows.
local functions, positions = {}, {}
local f = functions
local N <const> = "nn.functional."

-- A picture (or a line, or a block) of `dims` dimensions behind the channels, with a batch or without.
local function picture(d, dims, channels)
  local shape = d:chance(70) and {d:size(1, 2), channels or d:size(1, 3)} or {channels or d:size(1, 3)}
  for _ = 1, dims do shape[#shape + 1] = d:size(4, 7) end
  return d:tensor(shape), shape
end

for dims = 1, 3 do
  if dims ~= 2 then -- conv2d is a row
    f[N .. "conv" .. dims .. "d"] = function(d)
      local groups = d:one {1, 1, 2}
      local channels, out = groups * d:size(1, 2), groups * d:size(1, 2)
      local kernel = {out, channels // groups}
      for _ = 1, dims do kernel[#kernel + 1] = d:size(1, 3) end
      return {picture(d, dims, channels), d:tensor(kernel), d:chance(50) and d:tensor {out} or nil,
        stride = d:number(d:size(1, 2)), padding = d:number(d:size(0, 1)), dilation = d:number(1),
        groups = d:number(groups)}
    end
  end
  f[N .. "conv_transpose" .. dims .. "d"] = function(d)
    local groups = d:one {1, 1, 2}
    local channels, out = groups * d:size(1, 2), d:size(1, 2)
    local kernel = {channels, out}
    for _ = 1, dims do kernel[#kernel + 1] = d:size(1, 3) end
    return {picture(d, dims, channels), d:tensor(kernel), d:chance(50) and d:tensor {out * groups} or nil,
      stride = d:number(d:size(1, 2)), padding = d:number(0), groups = d:number(groups)}
  end
  if dims ~= 2 then
    f[N .. "avg_pool" .. dims .. "d"] = function(d)
      return {picture(d, dims), d:number(d:size(1, 3)), stride = d:number(d:size(1, 2)), padding = d:number(0),
        ceil_mode = d:flag(), count_include_pad = d:flag()}
    end
    f[N .. "max_pool" .. dims .. "d"] = function(d)
      return {picture(d, dims), d:number(d:size(2, 3)), stride = d:number(d:size(1, 2)),
        padding = d:number(d:size(0, 1)), ceil_mode = d:flag()}
    end
  end
  f[N .. "adaptive_avg_pool" .. dims .. "d"] = function(d) return {picture(d, dims), d:number(d:size(1, 5))} end
  f[N .. "adaptive_max_pool" .. dims .. "d"] = function(d) return {picture(d, dims), d:number(d:size(1, 5))} end
  f[N .. "lp_pool" .. dims .. "d"] = function(d)
    return {picture(d, dims), d:number(d:one {1.0, 2.0}), d:number(d:size(2, 3)), ceil_mode = d:flag(false)}
  end
  f[N .. "instance_norm/" .. dims] = function(d)
    local shape = {2, d:size(1, 3)}
    for _ = 1, dims do shape[#shape + 1] = d:size(2, 4) end
    return {d:tensor(shape)}
  end
  f[N .. "interpolate/" .. dims] = function(d)
    local shape, smooth = {d:size(1, 2), d:size(1, 3)}, ({"linear", "bilinear", "trilinear"})[dims]
    for _ = 1, dims do shape[#shape + 1] = d:size(2, 6) end
    local mode = d:one {"nearest", "nearest-exact", "area", smooth}
    return {d:tensor(shape), mode = d:word(mode), align_corners = mode == smooth and d:flag() or nil,
      size = d:chance(50) and d:number(d:size(1, 8)) or nil, scale_factor = nil}
  end
end
f[N .. "interpolate/bicubic"] = function(d)
  -- of one column PyTorch makes equal rows
  return {d:tensor {1, 2, d:size(2, 6), d:size(2, 6)}, size = d:list {d:size(1, 8), d:size(2, 8)},
    mode = d:word(d:one {"bicubic", "bilinear"}), align_corners = d:flag(false), antialias = d:flag()}
end
f[N .. "group_norm"] = function(d)
  local groups = d:size(1, 3)
  local channels = groups * d:size(1, 2)
  return {d:tensor {2, channels, d:size(1, 4)}, d:number(groups), d:tensor {channels}, d:tensor {channels}}
end
f[N .. "rms_norm"] = function(d)
  local n = d:size(2, 5)
  return {d:tensor {d:size(), n}, d:list {n}, d:chance(50) and d:tensor {n} or nil, eps = d:number(1e-3)}
end
f[N .. "local_response_norm"] = function(d) return {picture(d, 2), d:number(d:size(1, 3))} end
f[N .. "normalize"] = function(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:number(d:one {1.0, 2.0}), d:dim(shape)}
end
f[N .. "pixel_shuffle"] = function(d) return {d:tensor {d:size(1, 2), 4, d:size(), d:size()}, d:number(2)} end
f[N .. "pixel_unshuffle"] = function(d) return {d:tensor {d:size(1, 2), d:size(), 4, 6}, d:number(2)} end
f[N .. "channel_shuffle"] = function(d) return {d:tensor {d:size(1, 2), 4, d:size(), d:size()}, d:number(2)} end
f[N .. "affine_grid"] = function(d)
  return {d:tensor {2, 2, 3}, d:list {2, 1, d:size(2, 4), d:size(2, 4)}, align_corners = d:flag()}
end
f[N .. "unfold"] = function(d)
  return {d:tensor {d:size(1, 2), d:size(1, 2), d:size(4, 6), d:size(4, 6)}, d:number(d:size(1, 3)),
    stride = d:number(d:size(1, 2)), padding = d:number(d:size(0, 1))}
end
f[N .. "fold"] = function(d) return {d:tensor {1, 8, 9}, d:list {4, 4}, d:number(2)} end
f[N .. "pdist"] = function(d) return {d:tensor {d:size(1, 5), d:size()}, d:number(d:one {2.0, 1.0})} end
f[N .. "bilinear"] = function(d)
  local n, a, b, o = d:size(), d:size(), d:size(), d:size()
  return {d:tensor {n, a}, d:tensor {n, b}, d:tensor {o, a, b}, d:chance(50) and d:tensor {o} or nil}
end
f[N .. "scaled_dot_product_attention"] = function(d)
  local n, m, e = d:size(), d:size(), d:size()
  return {d:tensor {2, n, e}, d:tensor {2, m, e}, d:tensor {2, m, d:size()}, is_causal = d:flag()}
end
f[N .. "embedding_bag"] = function(d)
  local n, m = d:size(), d:size()
  return {d:positions({d:size(), m}, n), d:tensor {n, d:size()}, mode = d:word(d:one {"sum", "mean", "max"})}
end
f[N .. "triplet_margin_with_distance_loss"] = function(d)
  local shape = {d:size(), d:size()}
  return {d:tensor(shape), d:tensor(shape), d:tensor(shape), margin = d:number(d:one {1.0, 0.5}), swap = d:flag()}
end

return {functions = functions, positions = positions}
