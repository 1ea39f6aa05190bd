--- For tests/fuzz/differential.lua: short names: other names of rows, and functions of `torch` that do what layers and
-- functions of torch.nn do.
local functions, positions = {}, {}
local f = functions

-- ---- other names ---------------------------------------------------------------------------

for _, name in ipairs {"absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "fix", "negative",
  "positive", "special.expit", "special.gammaln", "special.psi", "resolve_conj", "resolve_neg", "detach_copy",
  "is_complex", "is_floating_point", "is_signed", "numel"} do
  f[name] = function(d) return {d:any()} end
end
local function two(d)
  local shape = d:shape()
  return {d:tensor(shape), d:tensor(d:chance(70) and shape or {})}
end
for _, name in ipairs {"arctan2", "divide", "multiply", "subtract", "true_divide", "greater", "greater_equal", "less",
  "less_equal", "not_equal", "equal", "allclose", "is_same_size", "kl_div", "special.gammainc", "special.gammaincc",
  "result_type"} do
  f[name] = two
end
function f.clip(d) return {d:any(), d:number(-1), d:number(2)} end
function f.ger(d) return {d:tensor {d:size()}, d:tensor {d:size(0, 4)}} end
function f.trapz(d)
  local shape = d:shape(1)
  return {d:tensor(shape), dim = d:dim(shape)}
end
local function joined(d)
  local shape, list = d:shape(1), {}
  for i = 1, d:size(1, 3) do list[i] = d:tensor(shape) end
  return {d:tensors(list), d:dim(shape)}
end
f.concat, f.concatenate = joined, joined
f["special.multigammaln"] = function(d)
  return {d:finite(d:shape(), nil, function() return d:size(2, 6) + 0.5 end), d:number(d:size(1, 3))}
end

-- ---- copies and parts ----------------------------------------------------------------------

function f.as_strided_copy(d) return {d:tensor {4, 3}, d:list {2, 3}, d:list {1, 2}, d:number(d:size(0, 3))} end
function f.split_copy(d) return {d:tensor {d:size(1, 6), 2}, d:number(d:size())} end
f.unsafe_split = f.split_copy
function f.split_with_sizes_copy(d) return {d:tensor {5, d:size()}, d:list {2, 0, 3}} end
f.unsafe_split_with_sizes = f.split_with_sizes_copy
function f.unbind_copy(d)
  local shape = d:shape(1)
  return {d:tensor(shape), d:dim(shape)}
end
function f.unsafe_chunk(d) return {d:tensor {d:size(1, 6), 2}, d:number(d:size())} end
function f.constant_pad_nd(d) return {d:any(2), d:list {d:size(0, 2), d:size(-1, 2)}, d:number(d:one {0, 1})} end
function f.nonzero_static(d) -- as many as there are: what fills the rest is no position
  local t, n = d:values(d:shape(1), {0, 1}), 0
  for _, v in ipairs(t.value.data) do n = n + v end
  return {t, size = d:number(d:size(0, n))}
end
positions.nonzero_static = {true}
function f.channel_shuffle(d)
  local groups = d:size(1, 2)
  return {d:tensor {d:size(), groups * d:size(1, 2), d:size(), d:size()}, d:number(groups)}
end
f.native_channel_shuffle = f.channel_shuffle
function f.pixel_shuffle(d) return {d:tensor {d:size(), 4 * d:size(1, 2), d:size(), d:size()}, d:number(2)} end
function f.pixel_unshuffle(d) return {d:tensor {d:size(), d:size(), 4, 2 * d:size(1, 2)}, d:number(2)} end
function f.histogramdd(d)
  return {d:finite {d:size(1, 6), 2}, d:list {d:size(1, 3), d:size(1, 3)}, range = d:list {-2.0, 2.0, -2.0, 2.0}}
end
function f.kaiser_window(d)
  return {d:number(d:size(0, 8)), periodic = d:flag(), beta = d:number(d:one {0.0, 5.0, 12.0}),
    dtype = {kind = "dtype", value = d.dtype}}
end

-- ---- layers --------------------------------------------------------------------------------

for dims = 1, 3 do
  local function sizes(list)
    for i = 1, dims do list[i + 2] = 3 end
    return list
  end
  f[("conv%dd/torch"):format(dims)] = function(d)
    local groups, inner = d:size(1, 2), d:size(1, 2)
    local x, w = sizes {d:size(1, 2), groups * inner}, {groups * d:size(1, 2), inner}
    for i = 1, dims do w[i + 2] = d:size(1, 2) end
    return {d:finite(x), d:finite(w), d:chance(50) and d:finite {w[1]} or {kind = "none"}, d:number(d:size(1, 2)),
      d:number(d:size(0, 1)), d:number(1), d:number(groups)}
  end
  f[("conv_transpose%dd/torch"):format(dims)] = function(d)
    local x, w = sizes {d:size(1, 2), 2}, {2, d:size(1, 2)}
    for i = 1, dims do w[i + 2] = d:size(1, 2) end
    return {d:finite(x), d:finite(w), {kind = "none"}, d:number(d:size(1, 2))}
  end
  f[("nn.functional.max_unpool%dd"):format(dims)] = function(d)
    local shape, count = {d:size(1, 2), d:size(1, 2)}, 1
    for i = 1, dims do shape[i + 2], count = 2, count * 2 end
    local x = d:finite(shape)
    local places = d:positions(shape, 1)
    for i = 1, #places.value.data do places.value.data[i] = (i - 1) % count * (dims == 1 and 2 or 1) + 1 end
    places.value.order, places.value.shape = nil, shape
    return {x, places, d:number(2)}
  end
end
function f.conv_tbc(d)
  local n, m = d:size(1, 2), d:size(1, 3)
  return {d:finite {d:size(3, 5), n, m}, d:finite {d:size(1, 3), m, 2}, d:finite {2}, d:number(d:size(0, 1))}
end
local function plane(d, dims)
  local shape = {d:size(1, 2), d:size(1, 3)}
  for i = 1, dims do shape[i + 2] = d:size(3, 6) end
  return d:finite(shape)
end
function f.avg_pool1d(d) return {plane(d, 1), d:number(d:size(1, 3)), d:number(d:size(1, 2))} end
function f.max_pool1d(d) return {plane(d, 1), d:number(d:size(1, 3)), d:number(d:size(1, 2))} end
function f.max_pool3d(d) return {plane(d, 3), d:number(d:size(1, 3)), d:number(d:size(1, 2))} end
function f.adaptive_avg_pool1d(d) return {plane(d, 1), d:number(d:size(1, 4))} end
function f.adaptive_max_pool1d(d) return {plane(d, 1), d:number(d:size(1, 4))} end
f.max_pool1d_with_indices = f.max_pool1d
positions.adaptive_max_pool1d, positions.max_pool1d_with_indices = {[2] = true}, {[2] = true}
function f.group_norm(d)
  local groups, channels = d:size(1, 2), 2 * d:size(1, 2)
  return {d:finite {d:size(1, 3), channels, d:size(2, 4)}, d:number(groups), d:finite {channels}, d:finite {channels}}
end
function f.rms_norm(d)
  local n = d:size(2, 5)
  return {d:finite {d:size(), n}, d:list {n}, d:chance(50) and d:finite {n} or nil}
end
function f.embedding(d)
  local n = d:size(1, 5)
  return {d:finite {n, d:size()}, d:positions(d:shape(), n)}
end
local function cell(gates, states)
  return function(d)
    local b, n, m = d:size(1, 3), d:size(1, 3), d:size(1, 3)
    local h = d:finite {b, m}
    if states == 2 then h = d:tensors {h, d:finite {b, m}} end
    return {d:finite {b, n}, h, d:finite {gates * m, n}, d:finite {gates * m, m}, d:finite {gates * m},
      d:finite {gates * m}}
  end
end
f.rnn_tanh_cell, f.rnn_relu_cell, f.gru_cell, f.lstm_cell = cell(1), cell(1), cell(3), cell(4, 2)
f["fft.hfft2"] = function(d) return {d:tensor {d:size(1, 5), d:size(2, 6)}} end
f["fft.ihfft2"] = f["fft.hfft2"]
for _, name in ipairs {"linalg.matrix_sqrth", "linalg.polar"} do
  f[name] = function(d) return d:is_wide() and {d:positive(d:size())} or nil end
end

return {functions = functions, positions = positions}
