-- Normalisation.

-- Parameters have the dtype of the input, or float32 beside numbers of 16 bits, as a layer has under autocast.
local function of_dtype(name)
  return ("(%s.dtype == input.dtype or %s.dtype == input.computed)"):format(name, name)
end

-- A tensor with one element for each channel of the input.
local function channels(name)
  local fits = ("%s.ndim == 1 and %s.shape[1] == input.shape[2] and "):format(name, name) .. of_dtype(name)
  return {name, ("input.ndim == 1 or (%s)"):format(fits),
    "{input.dtype} ({input.shape[2]}), one for each channel"}
end

-- The gradients of a normalisation, made of ops that can be differentiated again. The distances from the mean are
-- scaled by the known 1 / √(variance + eps) before they are squared: squares of large ones overflow, those of small
-- ones vanish. Of numbers of 16 bits mean and scale are float32, and so is all that is computed with them.

-- (x - mean) / √(variance + eps), and 1 / √(variance + eps), along the dimensions `together`. `kept`: the shape of
-- the statistics, which are constants outside training.
local function normalised(o, x, training, together, kept)
  local function mean(t) return t:mean{dim = together, keepdim = true, dtype = o.outs[2].dtype} end
  local scale = o.outs[3]:reshape(kept)
  local normal = (x - (training and mean(x) or o.outs[2]:reshape(kept))) * scale
  if not training then return normal, scale, mean end
  local rest = (mean(normal * normal) + scale * o.eps * scale):rsqrt() -- 1, but for its derivative
  return normal * rest, scale * rest, mean
end

-- `shared`: the dimensions along which weight and bias stay the same; `along`: the shape of both between those.
local function gradients(o, training, together, shared, along, kept)
  local g = o.grad
  local normal, invstd, mean = normalised(o, o.input, training, together, kept)
  local dx = g * invstd
  if o.weight then dx = dx * o.weight:reshape(along) end
  if training then dx = dx - mean(dx) - normal * mean(dx * normal) end -- dx is g' = g weight invstd before
  return {input = dx, weight = (g * normal):sum(shared), bias = g:sum(shared)}
end

-- The same of groups of channels: each is a row of a matrix while it is normalised.
local function group_gradients(o)
  local g, shape = o.grad, o.input.shape
  local groups = shape[1] * o.groups
  local rows = {groups, o.input.numel // groups}
  local normal, invstd, mean = normalised(o, o.input:reshape(rows), true, 2, {groups, 1})
  local weighted = g
  if o.weight then weighted = g * o.weight:reshape(shape:only(2)) end
  local dx = weighted:reshape(rows) * invstd
  dx = dx - mean(dx) - normal * mean(dx * normal)
  return {input = dx:reshape(shape), weight = (g * normal:reshape(shape)):sum(shape:others(2)),
    bias = g:sum(shape:others(2))}
end

op {"batch_norm", "(input: Tensor, running_mean: Tensor = nil, running_var: Tensor = nil, weight: Tensor = nil, "
    .. "bias: Tensor = nil, training: bool = false, momentum: float = 0.1, eps: float = 1e-5) -> Tensor",
  module = "nn.functional", method = false, domain = "batch_norm",
  mutates = {"running_mean", "running_var", when = "training"},
  specialize = {["input.ndim"] = {1}}, -- of one dimension there is only (0), which has no channels
  check = {{"input", "input.is_float and (input.ndim >= 2 or (input.ndim == 1 and input.numel == 0))",
      "a float tensor (N×C) or (N×C×…)"},
    channels "running_mean", channels "running_var", channels "weight", channels "bias",
    {"given(running_mean) == given(running_var)", "running_mean and running_var come together"},
    {"training or given(running_mean)", "'running_mean' (argument 2): needed when not training"},
    {"input", "not training or input.ndim == 1 or input.shape[2] == 0 or input.numel ~= input.shape[2]",
      "more than 1 value per channel when training"}},
  composite = function(o)
    if o.input.ndim == 1 then return o.input:clone() end
    return (o.input:native_batch_norm(o.running_mean, o.running_var, o.weight, o.bias, o.training, o.momentum, o.eps))
  end,
  doc = [[(input - mean) / √(variance + eps) · weight + bias for each channel of (N×C), (N×C×L), (N×C×H×W)…
(Ioffe and Szegedy 2015). In training mean and variance are the batch's, and running_mean and running_var move towards
them by momentum (the variance with n - 1); otherwise they are the running ones.]],
  example = "nn.functional.batch_norm(torch.randn(4, 3), nil, nil, nil, nil, true)"}
op {"native_batch_norm", "(input: Tensor, running_mean: Tensor = nil, running_var: Tensor = nil, weight: Tensor = nil, "
    .. "bias: Tensor = nil, training: bool, momentum: float, eps: float) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "native_batch_norm", contiguous = true, specialize = {"weight", "training"},
  mutates = {"running_mean", "running_var", when = "training"},
  backward = function(o)
    if not o.create_graph then
      local dx, dweight, dbias = o.grad:batch_norm_backward(o.input, o.as_given.weight, o.outs[2], o.outs[3],
        o.as_given.training)
      return {input = dx, weight = dweight, bias = dbias}
    end
    local others = o.input.shape:others(2)
    return gradients(o, o.training, others, others, o.input.shape:only(2), o.input.shape:only(2))
  end,
  doc = [[batch_norm; also the mean and 1 / √(variance + eps) that it used.]]}
op {"batch_norm_backward", "(g: Tensor, input: Tensor, weight: Tensor = nil, mean: Tensor, invstd: Tensor, "
    .. "training: bool) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "batch_norm_backward", contiguous = true,
  doc = [[The gradients of batch_norm for input, weight and bias.]]}

local function normalized(name)
  return {name, ("%s.ndim == normalized_shape.n and ends_with(%s, normalized_shape) and "):format(name, name)
    .. of_dtype(name), "{input.dtype} {normalized_shape}"}
end
op {"layer_norm", "(input: Tensor, normalized_shape: shape, weight: Tensor = nil, bias: Tensor = nil, "
    .. "eps: float = 1e-5) -> Tensor",
  amp = {cuda = "float"},
  module = {"torch", "nn.functional"}, method = false, domain = "layer_norm",
  specialize = {["input.numel"] = {0}, "weight", "bias"},
  check = {{"input", "input.is_float and ends_with(input, normalized_shape)",
    "a float tensor whose shape ends with {normalized_shape}"},
    normalized "weight", normalized "bias"},
  composite = function(o) -- a matrix of the rows to be normalised, and a row each of weight and bias
    local x = o.input
    if x.numel == 0 then -- nothing to normalise; weight and bias take part for their gradients, which are 0
      local y = o.weight and x * o.weight or x:clone()
      return o.bias and y + o.bias or y
    end
    local n = o.normalized_shape:product()
    local weight, bias = o.weight and o.weight:reshape({n}), o.bias and o.bias:reshape({n})
    return (x:reshape({x.numel // n, n}):native_layer_norm(weight, bias, o.eps)):reshape(x.shape)
  end,
  doc = [[(input - mean) / √(variance + eps) · weight + bias over the last dimensions, whose sizes are
normalized_shape (Ba et al. 2016).]],
  example = "nn.functional.layer_norm(torch.randn(2, 3), {3})"}
op {"native_layer_norm", "(input: Tensor, weight: Tensor = nil, bias: Tensor = nil, eps: float) -> Tensor, Tensor, "
    .. "Tensor",
  private = true, types = "float", infer = "native_layer_norm", contiguous = true, specialize = {"weight"},
  backward = function(o)
    if not o.create_graph then
      local dx, dweight, dbias = o.grad:layer_norm_backward(o.input, o.as_given.weight, o.outs[2], o.outs[3])
      return {input = dx, weight = dweight, bias = dbias}
    end
    return gradients(o, true, 2, 1, {1, o.input.shape[2]}, {o.input.shape[1], 1})
  end,
  doc = [[layer_norm of the rows of a matrix; also the mean and 1 / √(variance + eps) of each row.]]}
op {"layer_norm_backward", "(g: Tensor, input: Tensor, weight: Tensor = nil, mean: Tensor, "
    .. "invstd: Tensor) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "layer_norm_backward", contiguous = true,
  doc = [[The gradients of layer_norm for input, weight and bias.]]}

op {"native_group_norm", "(input: Tensor, weight: Tensor = nil, bias: Tensor = nil, groups: int, eps: float) "
    .. "-> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "native_group_norm", contiguous = true, specialize = {"weight"},
  backward = function(o)
    if not o.create_graph then
      local dx, dweight, dbias = o.grad:group_norm_backward(o.input, o.as_given.weight, o.outs[2], o.outs[3], o.groups)
      return {input = dx, weight = dweight, bias = dbias}
    end
    return group_gradients(o)
  end,
  doc = [[(input - mean) / √(variance + eps) · weight + bias over each group of channels of each sample (N×C×…)
(Wu and He 2018); also the mean and 1 / √(variance + eps) of each group.]]}
op {"group_norm_backward", "(g: Tensor, input: Tensor, weight: Tensor = nil, mean: Tensor, invstd: Tensor, "
    .. "groups: int) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "group_norm_backward", contiguous = true,
  doc = [[The gradients of native_group_norm for input, weight and bias.]]}
