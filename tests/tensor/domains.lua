-- Sampled arguments for gradient checks. domains.samples(row) gives a list of calls:
-- {args..., n = number, results = how many results count (default: all)}; float64 tensors
-- that require a gradient are the ones to differentiate by. Positions count from 1.
local domains = {}
local F64 = {dtype = torch.float64}

-- Samples are leaves: x(2, 3) is a randn that requires a gradient.
local function leaf(t) return t:detach():clone():requires_grad_(true) end
local function x(...) return leaf(torch.randn({...}, F64)) end
local function constant(...) return torch.randn({...}, F64) end
local function positive(...) return leaf(torch.rand({...}, F64) * 1.5 + 0.5) end
local function scaled(factor, shift, ...) -- distinct multiples of factor, in random order
  local n = 1
  for _, s in ipairs {...} do n = n * s end
  return leaf((torch.randperm(n):double() * factor + shift):reshape({...}))
end
local function distinct(...) return scaled(0.37, -1.1, ...) end
local function between(...) return scaled(0.37, -0.9, ...) end -- none of these is one of distinct's
local function unit(...) -- clear of 0, 1/2 and 1
  local t = torch.rand({...}, F64) * 0.3 + 0.1
  return leaf(t + torch.bernoulli(torch.full({...}, 0.5, F64)) * 0.5)
end
local function nonzero(...)
  local t = torch.rand({...}, F64) + 0.2
  return leaf(t * (torch.bernoulli(torch.full({...}, 0.5, F64)) * 2 - 1))
end
local function complex(...) -- clear of 0 and of the real axis, where logarithms and roots jump
  return leaf(torch.complex(torch.randn({...}, F64), torch.rand({...}, F64) + 0.3))
end
local function positions(t) return torch.tensor(t) end
local function pack(...) return {n = select("#", ...), ...} end

-- By type, for arguments without default.
local PLAIN = {ARG_NUMBER = 0.7, ARG_FLOAT = 0.6, ARG_INT = 1, ARG_DIM = 2, ARG_INDEX = 2, ARG_BOOL = false,
  ARG_SHAPE = {2, 3}}

-- Arguments of a row with every tensor made by `make(2, 3)`, last one first by `shapes`.
local function by_type(row, make, shapes)
  local args, tensors = {n = 0}, 0
  for _, arg in ipairs(row.args) do
    if arg.default_text or arg.keyword_only then break end
    args.n = args.n + 1
    if arg.type.arg == "ARG_TENSOR" and not arg.list then
      tensors = tensors + 1
      args[args.n] = make(table.unpack(shapes and shapes[tensors] or {2, 3}))
    elseif PLAIN[arg.type.arg] ~= nil and not arg.list then args[args.n] = PLAIN[arg.type.arg]
    else return nil, arg.name end
  end
  return args
end
local function with(row, make)
  local first, missing = by_type(row, make)
  if not first then return nil, missing end
  local list = {first}
  if row.complex and row.kind == "elementwise" then
    list[#list + 1] = by_type(row, complex)
    local made = 0
    local function turn(...) -- real and complex inputs
      made = made + 1
      return (made % 2 == 1 and complex or make)(...) -- the first, which ops in place change, is complex
    end
    if #row.inputs >= 2 and not row.operand then list[#list + 1] = by_type(row, turn) end
  end
  if #row.inputs >= 2 and (row.expr or row.kind == "elementwise") then -- broadcast both ways
    for _, shapes in ipairs {{{3}, {2, 3}, {2, 1}}, {{2, 1, 3}, {2, 1}, {3}}, {{}, {2, 3}, {}}} do
      list[#list + 1] = by_type(row, make, shapes)
    end
  end
  for _, name in ipairs {"alpha", "value", "beta"} do
    if row.by_name[name] and row.by_name[name].keyword_only then
      local more = by_type(row, make)
      more.n = more.n + 1
      more[more.n] = {[name] = 2.5}
      list[#list + 1] = more
    end
  end
  if row.by_name.dim and row.by_name.dim.default_text and row.args[2].name == "dim" then -- reductions
    list[#list + 1] = pack(make(2, 3), {dim = 2})
    list[#list + 1] = pack(make(2, 3, 2), {dim = row.by_name.dim.type.arg == "ARG_DIMS" and {1, -1} or -2,
      keepdim = row.by_name.keepdim and true or nil})
    list[#list + 1] = pack(make(2, 3, 2), {dim = 1})
  end
  if row.args[1] and row.args[1].type.arg == "ARG_TENSOR" and not row.args[1].list then
    local strange = by_type(row, function(...) return make(...) end, {{2, 3}})
    strange.transposed = true -- the first input is used through t():t() of a copy (see the spec)
    list[#list + 1] = strange
  end
  return list
end
domains.with = with

local by_name = {}
local by_domain = {
  positive = function(row) return with(row, positive) end,
  nonzero = function(row) return with(row, nonzero) end,
  unit = function(row) return with(row, unit) end,
  distinct = function(row) return with(row, distinct) end,
  condition = function()
    local c = torch.tensor {{true, false, true}, {false, false, true}}
    return {pack(c, x(2, 3), x(2, 3)), pack(c, x(3), x(2, 1)), pack(torch.tensor {true, false, true}, x(2, 3), x(2, 3))}
  end,
  mask = function(row)
    local mask = torch.tensor {{true, false, true}, {false, false, true}}
    local rest = (row.by_name.value or row.by_name.scale) and {1.5} or {}
    return {pack(x(2, 3), mask, table.unpack(rest)),
      pack(x(2, 3), torch.tensor {true, false, true}, table.unpack(rest))}
  end,
  clamp = function()
    return {pack(nonzero(2, 3), -0.1, 0.65), pack(nonzero(2, 3), -0.1),
      pack(nonzero(2, 3), {max = 0.1}), pack(x(2, 3), 5, 1)}
  end,
  lerp = function()
    return {pack(x(2, 3), x(2, 3), 0.3), pack(x(3), x(2, 1), 1.75), pack(x(2, 3), x(2, 3), x(3)),
      pack(x(2, 1), x(3), x())}
  end,
  rounding = function()
    return {pack(positive(2, 3), positive(2, 3), {rounding_mode = "trunc"}),
      pack(leaf(positive(2, 3) * -1), positive(3), {rounding_mode = "floor"})}
  end,
  clamp_tensor = function() -- also where min > max
    local low, high = scaled(0.2, -0.94, 2, 3), scaled(0.2, -0.61, 2, 3)
    return {pack(distinct(2, 3), low, high), pack(distinct(2, 3), scaled(0.2, -0.05, 3)),
      pack(distinct(2, 3), nil, scaled(0.2, -0.05, 2, 1)),
      pack(distinct(2, 3), scaled(0.2, 0.33, 3), scaled(0.2, 0.17, 2, 1))}
  end,
  masked_fill_tensor = function()
    local mask = torch.tensor {{true, false, true}, {false, false, true}}
    return {pack(x(2, 3), mask, x()), pack(x(3), mask, x()), pack(x(2, 3), torch.tensor {true, false, true}, x())}
  end,
  gather = function()
    return {pack(x(3, 4), 2, positions {{1, 4}, {2, 2}, {3, 1}}), pack(x(3, 4), 1, positions {{3, 1}, {3, 2}}),
      pack(x(4), -1, positions {4, 4, 1})}
  end,
  scatter = function()
    return {pack(x(3, 4), 2, positions {{1, 4, 1}, {2, 2, 2}}, x(2, 3)),
      pack(x(3, 4), 1, positions {{3, 1}, {3, 2}}, x(3, 4)), pack(x(4), 1, positions {4, 4, 1}, x(3))}
  end,
  scatter_distinct = function(row)
    local function src(...) if row.by_name.value then return 1.5 else return x(...) end end
    return {pack(x(3, 4), 2, positions {{1, 4, 2}, {2, 3, 4}}, src(2, 3)),
      pack(x(3, 4), 1, positions {{3, 1}, {1, 2}}, src(3, 4)), pack(x(4), 1, positions {4, 2, 1}, src(3))}
  end,
  scatter_fold = function()
    local list = {}
    for _, how in ipairs {"prod", "amax", "amin"} do
      list[#list + 1] = pack(distinct(3, 4), 2, positions {{1, 4, 1}, {2, 2, 2}}, between(2, 3), how)
      list[#list + 1] = pack(distinct(4), -1, positions {4, 4, 1}, between(3), how)
    end
    return list
  end,
  scatter_reduce = function()
    local list = {}
    for _, how in ipairs {"sum", "prod", "mean", "amax", "amin"} do
      for _, with_self in ipairs {true, false} do
        list[#list + 1] = pack(distinct(3, 4), 1, positions {{3, 1, 2}, {3, 2, 2}}, between(2, 3), how,
          {include_self = with_self})
      end
    end
    return list
  end,
  index_select = function()
    return {pack(x(3, 4), 2, positions {3, 1, 3}), pack(x(3, 4), 1, positions {2}),
      pack(x(2, 3, 2), -1, positions {2, 1, 1})}
  end,
  index_add = function()
    return {pack(x(3, 4), 1, positions {1, 3}, x(2, 4)),
      pack(x(3, 4), 2, positions {1, 3, 3}, x(3, 3), {alpha = 2.5})}
  end,
  index = function()
    return {pack(x(3, 4), {1}, {positions {1, 3, 3}}),
      pack(x(3, 4), {1, 2}, {positions {1, 3, 3}, positions {4, 1, 1}}),
      pack(x(2, 3, 4), {1, 3}, {positions {{1}, {2}}, positions {4, 1, 1}}),
      pack(x(2, 3, 4), {2}, {positions {{1, 2}, {3, 3}}})}
  end,
  index_put = function()
    return {pack(x(3, 4), x(2, 4), {1}, false, {positions {1, 3}}), pack(x(3, 4), x(4), {1}, false, {positions {1, 3}}),
      pack(x(3, 4), x(3), {1, 2}, true, {positions {1, 3, 3}, positions {4, 1, 1}}),
      pack(x(2, 3, 4), x(2, 1), {2}, true, {positions {3, 3}}),
      pack(x(3, 4), x(), {2}, false, {positions {2}})}
  end,
  take = function() return {pack(x(3, 4), positions {{1, 12}, {5, 5}})} end,
  embedding = function()
    return {pack(positions {{2, 1}, {4, 2}}, x(4, 3)), pack(positions {3, 1, 3}, x(4, 3), 2),
      pack(positions(3), x(4, 3))}
    -- max_norm changes weight and scale_grad_by_freq the gradient, on purpose: see nn_spec.lua
  end,
  matrix = function() return {pack(x(3, 3)), pack(x(3, 4), 1), pack(x(2, 4, 3), -1)} end,
  nth_smallest = function() return {pack(distinct(3, 4), 2, 1), pack(distinct(2, 5), 0, -1)} end,
  topk = function()
    return {pack(distinct(2, 4), 2), pack(distinct(3, 4), 2, 1, false),
      pack(distinct(5), 3, 1, true)}
  end,
  cat = function()
    return {pack({x(2, 3), x(1, 3)}, 1), pack({x(2, 3), x(2, 2), x(2, 1)}, 2), pack({x(3)}, 1)}
  end,
  mm = function() return {pack(x(2, 3), x(3, 4)), pack(x(1, 3), x(3, 1))} end,
  bmm = function() return {pack(x(2, 2, 3), x(2, 3, 4))} end,
  addmm = function()
    return {pack(x(2, 4), x(2, 3), x(3, 4)), pack(x(4), x(2, 3), x(3, 4), {beta = 0.5, alpha = 2.5}),
      pack(x(2, 1), x(2, 3), x(3, 4), {beta = 0})}
  end,
  mv = function() return {pack(x(2, 3), x(3))} end,
  dot = function() return {pack(x(3), x(3))} end,
  outer = function() return {pack(x(3), x(2))} end,
  matmul = function()
    return {pack(x(3), x(3)), pack(x(2, 3), x(3)), pack(x(3), x(3, 2)), pack(x(2, 3), x(3, 2)),
      pack(x(2, 2, 3), x(3)), pack(x(2, 1, 2, 3), x(3, 3, 2)), pack(x(3), x(2, 3, 2))}
  end,
  linear = function()
    return {pack(x(2, 3), x(4, 3), x(4)), pack(x(2, 2, 3), x(4, 3)), pack(x(3), x(4, 3), x(4)),
      pack(x(2, 3), x(3))}
  end,
  classes = function()
    local t = positions {1, 4, 2}
    local w = torch.rand({4}, F64) + 0.5
    return {pack(x(3, 4), t), pack(x(3, 4), t, w), pack(x(3, 4), t, nil, {reduction = "sum"}),
      pack(x(3, 4), t, w, {reduction = "none"}),
      pack(x(3, 4), t, w, {ignore_index = 4}), pack(x(4), positions(3)),
      pack(x(2, 3, 2), positions {{1, 3}, {2, 2}}, nil),
      pack(x(2, 3, 2), positions {{1, 3}, {2, 2}}, nil, {reduction = "none"})}
  end,
  probabilities = function()
    return {pack(x(3, 4), leaf(torch.softmax(constant(3, 4), 2))),
      pack(x(3, 4), leaf(torch.softmax(constant(3, 4), 2)), torch.rand({4}, F64),
        {reduction = "sum", label_smoothing = 0.1})}
  end,
  loss = function(row)
    local list = {}
    for _, r in ipairs {"mean", "sum", "none"} do
      list[#list + 1] = pack(x(2, 3), x(2, 3), {reduction = r})
      if row.by_name.weight then
        list[#list + 1] = pack(x(2, 3), x(2, 3), {weight = torch.rand({2, 3}, F64), reduction = r})
      end
    end
    return list
  end,
  probability = function()
    local list = {pack(unit(2, 3), unit(2, 3), torch.rand({2, 3}, F64))}
    for _, r in ipairs {"mean", "sum", "none"} do list[#list + 1] = pack(unit(2, 3), unit(2, 3), {reduction = r}) end
    return list
  end,
  batch_norm = function()
    local function running() return torch.randn({3}, F64), torch.rand({3}, F64) + 0.5 end
    local m, v = running()
    return {pack(x(4, 3), nil, nil, x(3), x(3), true), pack(x(2, 3, 2), nil, nil, nil, nil, true),
      pack(x(4, 3), m, v, x(3), x(3), false), pack(x(2, 3, 2, 2), m, v, x(3), x(3), false)}
  end,
  layer_norm = function()
    return {pack(x(4, 3), {3}, x(3), x(3)), pack(x(2, 2, 3), {2, 3}, x(2, 3), x(2, 3)),
      pack(x(2, 3), {3})}
  end,
  pad = function()
    return {pack(x(2, 3), {1, 2}), pack(x(2, 3, 4), {1, -2, 0, 2}, "constant", 1.5),
      pack(x(2, 3, 4), {2, 3, 1, 0}, "reflect"),
      pack(x(1, 3, 2), {1, -1, 2, 1}, "replicate"), pack(x(3, 2), {2, 1, 3, 1}, "circular")}
  end,
  conv2d = function()
    return {pack(x(1, 2, 4, 4), x(3, 2, 3, 3), x(3)), pack(x(2, 2, 4, 3), x(2, 1, 2, 2), nil, 2, 1, 1, 2),
      pack(x(2, 5, 5), x(2, 2, 2, 2), x(2), {1, 2}, {0, 1}, {2, 1})}
  end,
  conv2d_named = function()
    return {pack(x(1, 2, 4, 3), x(2, 2, 2, 3), x(2), {padding = "same"}),
      pack(x(2, 4, 5), x(2, 1, 3, 2), nil, 1, "same", {1, 2}, 2),
      pack(x(1, 2, 4, 4), x(2, 2, 3, 3), {padding = "valid", stride = 2})}
  end,
  conv2d_input = function()
    return {pack(x(1, 3, 2, 2), x(3, 2, 3, 3), {1, 2, 4, 4}, {1, 1}, {0, 0}, {1, 1}, 1),
      pack(x(2, 2, 3, 2), x(2, 1, 2, 2), {2, 2, 4, 3}, {2, 2}, {1, 1}, {1, 1}, 2)}
  end,
  conv2d_weight = function()
    return {pack(x(1, 2, 4, 4), x(1, 3, 2, 2), {3, 2, 3, 3}, {1, 1}, {0, 0}, {1, 1}, 1),
      pack(x(2, 2, 4, 3), x(2, 2, 3, 2), {2, 1, 2, 2}, {2, 2}, {1, 1}, {1, 1}, 2)}
  end,
  planes = function()
    return {pack(x(1, 2, 4, 4), 2), pack(x(2, 5, 4), {3, 2}, {2, 1}, {1, 1}, true, false),
      pack(x(1, 1, 5, 5), 3, 2, 1, true, true, 5)}
  end,
  distinct_planes = function()
    return {pack(distinct(1, 2, 4, 4), 2), pack(distinct(2, 5, 4), {3, 2}, {2, 1}, {1, 1}),
      pack(distinct(1, 1, 5, 5), 2, 2, 0, 1, true), pack(distinct(1, 1, 5, 5), 2, 1, 1, 2)}
  end,
  euclidean_distances = function() return {pack(x(2, 3, 4), x(2, 5, 4)), pack(x(1, 2, 1), x(1, 3, 1))} end,
  avg_pool2d_adjoint = function()
    local none = math.mininteger -- "no divisor_override", as the row above says it
    return {pack(x(1, 2, 2, 2), {1, 2, 4, 4}, {2, 2}, {2, 2}, {0, 0}, false, true, none),
      pack(x(1, 1, 3, 3), {1, 1, 5, 5}, {3, 3}, {2, 2}, {1, 1}, false, false, none),
      pack(x(1, 1, 3, 3), {1, 1, 5, 5}, {3, 3}, {2, 2}, {1, 1}, false, true, 5)}
  end,
}

-- Rows whose arguments are their own.
function by_name.clamp_backward()
  return {pack(x(2, 3), nonzero(2, 3), {min = -0.1, max = 0.65}), pack(x(2, 3), nonzero(2, 3), {min = 0.1}),
    pack(x(2, 3), nonzero(2, 3))}
end
function by_name.softplus_backward() return {pack(x(2, 3), x(2, 3), 1, 20), pack(x(2, 3), nonzero(2, 3), 3, 0.2)} end
function by_name.softplus() return {pack(x(2, 3)), pack(nonzero(2, 3), 3, 0.2)} end
function by_name.relu_backward() return {pack(x(2, 3), nonzero(2, 3))} end
function by_name.fill() return {pack(x(2, 3), 1.5)} end
function by_name.copy() return {pack(x(2, 3), x(2, 3)), pack(x(2, 3), x(3)), pack(x(2, 3), x())} end
function by_name.uniform() return {pack(x(2, 3), -1, 2)} end
function by_name.normal() return {pack(x(2, 3), 1, 2)} end
function by_name.native_dropout() return {pack(x(2, 3), 0.5, 2.0), pack(x(4, 5), 0.25, 1 / 0.75)} end
function by_name.transfer() return {pack(x(2, 3), "cpu"), pack(x(), torch.device "cpu")} end
function by_name.cast() return {pack(x(2, 3), torch.float64)} end
function by_name.prod(row)
  local list = with(row, nonzero)
  list[#list + 1] = pack(leaf(torch.tensor({{1.5, 0, 2}, {3, 1, -1}}, F64)))
  list[#list + 1] = pack(leaf(torch.tensor({{1.5, 0, 2}, {0, 1, 0}}, F64)), {dim = 2})
  list[#list + 1] = pack(leaf(torch.tensor({{{1.5, 0}, {3, 1}, {2, -1}}, {{0, 0}, {0.5, 2}, {1, 1}}}, F64)),
    {dim = {1, 3}})
  return list
end
function by_name.matrix_norm() return {pack(x(2, 3), "fro"), pack(x(2, 3, 2), "fro", {1, 3}, true)} end
function by_name.var_unbiased() return {pack(distinct(2, 4), 2, true), pack(distinct(2, 4), {1, 2}, false, true)} end
function by_name.var_of_all() return {pack(distinct(2, 4), true), pack(distinct(2, 4), false)} end
by_name.std_unbiased, by_name.std_of_all = by_name.var_unbiased, by_name.var_of_all
function by_name.norm(row)
  local list = with(row, function(...) return scaled(0.37, 0.2, ...) end)
  for _, p in ipairs {1, 2, 3, 1.5, 0, math.huge, -math.huge} do
    list[#list + 1] = pack(scaled(0.37, -1.0, 2, 3), p)
    list[#list + 1] = pack(scaled(0.37, -1.0, 2, 3), p, 2, true)
  end
  list[1] = pack(x(2, 3))
  list[2] = pack(x(2, 3, 2), 2, {1, 3})
  return list
end
function by_name.var(row)
  local list = with(row, distinct)
  list[#list + 1] = pack(distinct(2, 4), 2, 0)
  list[#list + 1] = pack(distinct(2, 4), 2, 1.5)
  list[#list + 1] = pack(distinct(2, 4), {dim = 1, unbiased = false})
  return list
end
by_name.std = by_name.var
function by_name.round_decimals()
  return {pack(unit(2, 3), {decimals = 0}), pack(scaled(15, 1, 2, 3), {decimals = -1})}
end
function by_name.sort() return {pack(distinct(2, 4)), pack(distinct(3, 4), 1, true), pack(distinct(5))} end
function by_name.gelu() return {pack(x(2, 3)), pack(x(2, 3), {approximate = "tanh"})} end
function by_name.cumprod()
  return {pack(x(2, 4), 2), pack(leaf(torch.tensor({{1.5, 0, -2}, {0.5, 2, 3}}, F64)), 1), pack(x(), 1)}
end
function by_name.logcumsumexp() return {pack(x(2, 4), 2), pack(x(3, 2), 1), pack(x(), 1)} end
function by_name.cummax() return {pack(distinct(2, 4), 2), pack(distinct(3, 2), 1)} end
by_name.cummin = by_name.cummax
function by_name.linear_scan() return {pack(x(2, 4), x(2, 4), 2), pack(x(3, 2), x(3, 2), 1, true)} end
function by_name.shift() return {pack(x(2, 4), 2, true), pack(x(3, 2), 1, false, 2), pack(x(1), 1, true)} end
function by_name.fourier() return {pack(complex(2, 6), 2), pack(complex(5, 2), 1, true), pack(complex(37), 1)} end
function by_name.stack() return {pack({x(2, 3), x(2, 3)}, 1), pack({x(2), x(2), x(2)}, -1)} end
by_name.cat = by_domain.cat
function by_name.dropout() return {pack(x(2, 3), 0.5, true), pack(x(2, 3), 0.5, false)} end
function by_name.max_other() return {pack(x(2, 3), x(3))} end
by_name.min_other = by_name.max_other
function by_name.native_smooth_l1_loss() return {pack(x(2, 3), 0.7), pack(x(2, 3), 1)} end
by_name.l1_loss = by_domain.loss

local make = {pack = pack, x = x, with = with, positive = positive, unit = unit, nonzero = nonzero, distinct = distinct,
  constant = constant, positions = positions, leaf = leaf, F64 = F64}
for _, part in ipairs {"functions", "views", "linalg", "layers"} do
  require("domains_" .. part)(by_name, by_domain, make)
end

function by_domain.complex() return {pack(complex(2, 3)), pack(complex(4))} end
function by_domain.two_real() return {pack(x(2, 3), x(3)), pack(x(2), x(2))} end
function by_domain.pairs() return {pack(x(3, 2)), pack(x(2, 2, 2))} end

--- The arguments of a sample with f(tensor) in the place of each tensor, also of those in arrays, in their order.
function domains.map(sample, f)
  local function put(v)
    if torch.is_tensor(v) then return f(v) end
    if type(v) ~= "table" then return v end
    local out = {}
    for key, item in pairs(v) do if type(key) == "string" then out[key] = item end end
    for i, item in ipairs(v) do out[i] = put(item) end
    return out
  end
  local args = {n = sample.n}
  for i = 1, sample.n do args[i] = put(sample[i]) end
  return args
end

--- Calls to check a row with, or nil and the argument that has no sample.
function domains.samples(row, seed)
  torch.manual_seed(seed or 2026)
  local make = by_name[row.name] or by_domain[row.domain]
  if make then return make(row) end
  if row.domain then return nil, "domain " .. row.domain end
  return with(row, x)
end

--- Whether a row without a gradient of its own has samples made for it.
function domains.known(row) return by_name[row.name] ~= nil or row.domain ~= nil and by_domain[row.domain] ~= nil end

return domains
