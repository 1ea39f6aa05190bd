-- No op takes an option and ignores it: each optional argument of each op changes the result, or the gradient, of some
-- call.

-- Calls that show all options, for the ops whose example in the help does not.
local CALLS = {
  conv2d = "F.conv2d(torch.randn(1, 2, 4, 4), torch.randn(2, 1, 3, 3), nil, 1, 1, 1, 2)",
  conv2d_named = "F.conv2d(torch.randn(1, 2, 5, 5), torch.randn(2, 1, 3, 3), {padding = 'valid', groups = 2})",
  max_pool2d = "F.max_pool2d(torch.rand(1, 1, 5, 5), 2)", avg_pool2d = "F.avg_pool2d(torch.rand(1, 1, 6, 6), 3, 2, 1)",
  max_pool2d_with_indices = "F.max_pool2d_with_indices(torch.rand(1, 1, 5, 5), 2)",
  full = "torch.full({2, 3}, 7.5)",
  glu = "F.glu(torch.randn(2, 2))", rrelu = "torch.rrelu(torch.tensor({-1.0, -2}), 0.1, 0.5)",
  ctc_loss = "F.ctc_loss(torch.randn(2, 2, 3), torch.tensor({{2, 2}, {3, 1}}), {2, 2}, {2, 1}, {reduction = 'none'})",
  poisson_nll_loss = "F.poisson_nll_loss(torch.rand(3), torch.rand(3) * 4, false)",
  nan_to_num = "torch.nan_to_num(torch.tensor({0 / 0, math.huge, -math.huge}))",
  isclose = "torch.isclose(torch.tensor({1.0, 2.0, 0 / 0}), torch.tensor({1.0, 2.1, 0 / 0}))",
  embedding = "F.embedding(torch.tensor({2, 1, 2}), torch.randn(3, 3), {max_norm = 0.5})",
  sort = "torch.sort(torch.randn(2, 3))", argsort = "torch.argsort(torch.randn(3, 3))",
  topk = "torch.topk(torch.randn(3, 3), 2)", cat = "torch.cat({torch.zeros(2, 2), torch.ones(2, 2)})",
  addmm = "torch.addmm(torch.randn(2), torch.ones(2, 3), torch.ones(3, 2))",
  nll_loss = "F.nll_loss(torch.randn(4, 3), torch.tensor({1, 2, 3, 1}))",
  cross_entropy = "F.cross_entropy(torch.randn(4, 3), torch.tensor({1, 2, 3, 1}))",
  cross_entropy_soft = "F.cross_entropy(torch.randn(4, 3), torch.rand(4, 3))",
  mse_loss = "F.mse_loss(torch.randn(3), torch.randn(3))", l1_loss = "F.l1_loss(torch.randn(3), torch.randn(3))",
  batch_norm = "F.batch_norm(torch.randn(4, 3), torch.zeros(3), torch.ones(3), nil, nil, true)",
  pad = "F.pad(torch.randn(3), {2, 1})", mean = "torch.mean(torch.randn(2, 3))", prod = "torch.prod(torch.randn(2, 3))",
  argmax = "torch.argmax(torch.randn(3, 3))", argmin = "torch.argmin(torch.randn(3, 3))",
  any = "torch.any(torch.eye(3):bool())", all = "torch.all(torch.eye(3):bool())", var = "torch.var(torch.randn(2, 3))",
  std = "torch.std(torch.randn(2, 3))", norm = "torch.norm(torch.randn(2, 3))", split = "torch.split(torch.eye(3), 2)",
  diagonal = "torch.randn(2, 3, 3):diagonal()", split_sizes = "torch.split(torch.eye(3), {2, 1})",
  chunk = "torch.chunk(torch.eye(3), 2)", as_strided = "torch.randn(9):as_strided({2, 2}, {1, 2})",
  relu = "torch.randn(3):relu()", exp2 = "torch.randn(3):exp2()", matmul = "torch.randn(2, 2):matmul(torch.eye(2))",
  normal = "torch.zeros(3):normal_(0, 1)", bernoulli_fill = "torch.zeros(3):bernoulli_(0.5)",
  round_decimals = "torch.randn(3):round({decimals = 1})", logsumexp = "torch.randn(3, 3):logsumexp(1)",
  roll = "torch.roll(torch.randn(2, 2), 1)", diag_embed = "torch.diag_embed(torch.randn(2, 2))",
  as_strided_scatter = "torch.as_strided_scatter(torch.zeros(9), torch.ones(2), {2}, {3})",
  slice_scatter = "torch.slice_scatter(torch.zeros(4), torch.ones(2), 1, 1, 4, 2)",
  diagonal_scatter = "torch.diagonal_scatter(torch.zeros(2, 3), torch.ones(2))",
  diagonal_copy = "torch.diagonal_copy(torch.randn(2, 3, 3))",
  scatter_reduce = "torch.scatter_reduce(torch.ones(3), 1, torch.tensor({1, 3, 1}), torch.tensor({2.0, 3, 4}), 'sum')",
  grid_sample = "F.grid_sample(torch.rand(1, 1, 3, 3), torch.rand(1, 3, 3, 2) * 3 - 1)",
  softmax = "torch.randn(3, 3):softmax(1)", log_softmax = "torch.randn(3, 3):log_softmax(1)",
}

-- What is allowed without an effect, and why.
local KEPT = {
  ["cross_entropy_soft.ignore_index"] = "only a negative one is taken, which ignores nothing",
  ["embedding.max_norm"] = "it is in the call", ["ctc_loss.reduction"] = "it is in the call",
  ["poisson_nll_loss.log_input"] = "it is in the call",
  ["diagonal_scatter.dim1"] = "only one pair of dimensions fits", ["diagonal_scatter.dim2"] = "as dim1",
  ["sort.stable"] = "sort is always stable", ["argsort.stable"] = "sort is always stable",
  ["topk.sorted"] = "the order may be any with false, so that of true is right",
  ["one_hot.num_classes"] = "as many as the largest position says by default",
  ["randint.requires_grad"] = "integers have no gradient: only false is taken",
  ["randint_below.requires_grad"] = "integers have no gradient: only false is taken",
  ["randperm.requires_grad"] = "integers have no gradient: only false is taken",
}

local VALUES = {bool = {true, false}, dtype = {"float64", "float32", "int64", "complex64"}, device = {"meta"},
  number = {0.25, 2.5, 0.5, -1, 3, 1, 0}, position = {1, 2, 3, {1}, {2}, -1, {2, 1}}, string = {"ij,jk", "text"},
  int = {0, 1, 2, 3, -1, {1, 1}, {2, 2}, {1}, {2}, {3}}}

--- Values that an argument of this type may have.
local function values_of(kind)
  if kind == "generator" then return {torch.Generator():manual_seed(99)} end
  if kind:find "|" then
    local words = {}
    for word in kind:gmatch "[^|]+" do words[#words + 1] = word end
    return words
  end
  if kind:find "dim" or kind == "index" then return VALUES.position end
  if kind == "int" or kind == "ints" or kind == "shape" then return VALUES.int end
  if kind == "Tensor" or kind == "Positions" then
    local list = {torch.tensor(0.3)}
    for _, shape in ipairs {{1}, {2}, {3}, {4}, {2, 2}, {2, 3}, {3, 3}} do
      list[#list + 1] = torch.arange(1, torch.zeros(shape):numel() + 1):float():reshape(shape) * 0.3
    end
    return list
  end
  return VALUES[kind] or VALUES.number
end

--- A text that tells results apart.
local function show(v)
  if torch.is_tensor(v) then
    local data = v.device.type == "cpu" and tostring(v:detach():clone()) or ""
    return table.concat({tostring(v.dtype), table.concat(v.shape, "x"), tostring(v.requires_grad), tostring(v.device),
      data, table.concat(v:stride(), ",")}, "|")
  end
  if type(v) ~= "table" then return tostring(v) end
  local parts = {}
  for i, item in ipairs(v) do parts[i] = show(item) end
  return table.concat(parts, ";")
end

local function gradients(result, leaves)
  local first = type(result) == "table" and result[1] or result
  if not torch.is_tensor(first) or not first.requires_grad or first.device.type ~= "cpu" then return "" end
  pcall(function() first:mul(first:detach() + 1):sum():backward() end)
  local parts = {}
  for i, leaf in ipairs(leaves) do parts[i] = leaf.grad and show(leaf.grad) or "none" end
  return table.concat(parts, ";")
end

--- What a call gives and changes; nil where it is refused.
local function outcome(f, given, wants_gradient)
  local args, leaves = {n = given.n}, {}
  for i = 1, given.n do
    local value = given[i]
    args[i] = torch.is_tensor(value) and value:clone() or value
    if wants_gradient and torch.is_tensor(value) and value:is_floating_point() then
      leaves[#leaves + 1] = args[i]:requires_grad_(true)
    end
  end
  torch.manual_seed(3)
  local results = table.pack(pcall(f, table.unpack(args, 1, args.n)))
  if not results[1] then return nil end
  local parts = {}
  for i = 2, results.n do parts[#parts + 1] = show(results[i]) end
  for i = 1, args.n do parts[#parts + 1] = torch.is_tensor(args[i]) and show(args[i]) or nil end
  return table.concat(parts, "\n") .. gradients(results[2], leaves)
end

local methods = getmetatable(torch.zeros(1)).__methods

--- Runs a call of an op and returns its function and arguments.
local function capture(op, code)
  local places = {methods}
  for _, module in ipairs(op.modules or {}) do
    places[#places + 1] = module == "nn.functional" and F or module == "torch" and torch or require(module)
  end
  local found, given, old = nil, nil, {}
  for _, place in ipairs(places) do
    for _, name in ipairs {op.lua, op.lua .. "_"} do
      local f = rawget(place, name)
      if f then
        old[#old + 1] = {place, name, f}
        place[name] = function(...)
          if not given then found, given = f, table.pack(...) end
          return f(...)
        end
      end
    end
  end
  torch.manual_seed(1)
  local ok, message = pcall(load("return " .. code) or load(code))
  for _, entry in ipairs(old) do entry[1][entry[2]] = entry[3] end
  assert(ok, message)
  return found, given
end

--- The optional arguments of an op: {name, type, position}.
local function optional(op)
  local list, position = {}, 0
  for name, kind, default in op.signature:match "^%b()":sub(2, -2):gmatch "([%w_]+): ([^,=]+)([^,]*)" do
    position = position + 1
    if default ~= "" then list[#list + 1] = {name, kind:match "^(.-)%s*$", position} end
  end
  return list
end

--- Whether some value of the option changes what the call gives; nil where none is taken.
local function has_effect(f, given, option)
  local last, named = given[given.n], {}
  local has_table = type(last) == "table" and getmetatable(last) == nil and #last == 0
  local n = has_table and given.n - 1 or given.n
  if n >= option[3] then return true end -- it is in the call
  for key, value in pairs(has_table and last or {}) do named[key] = value end
  if named[option[1]] ~= nil then return true end
  local taken
  for _, wants_gradient in ipairs {false, true} do
    local args = table.move(given, 1, n, 1, {n = n + 1})
    local plain = outcome(f, given, wants_gradient)
    for _, value in ipairs(values_of(option[2])) do
      local with = {[option[1]] = value}
      for key, other in pairs(named) do with[key] = other end
      args[n + 1] = with
      local changed = outcome(f, args, wants_gradient)
      if changed and plain and changed ~= plain then return true end
      taken = taken or changed and true
    end
  end
  return taken and false
end

describe("the options of the ops", function()
  local seen = {}
  for _, op in ipairs(torch._C.ops()) do
    local code = CALLS[op.name] or op.example and op.example:match "^(.-)%s*%-%->" or op.example
    if op.lua and code and #optional(op) > 0 then
      it("have an effect: " .. op.name, function()
        local f, given = capture(op, code)
        assert(given, op.name .. ": the call does not lead to it: " .. code)
        for _, option in ipairs(optional(op)) do
          local name = op.name .. "." .. option[1]
          local effect = has_effect(f, given, option)
          seen[name] = true
          assert.truthy(effect ~= nil or KEPT[name], name .. ": no value that was tried is taken")
          assert.truthy(effect or KEPT[name], name .. ": is taken and has no effect in " .. code)
        end
      end)
    end
  end

  it("that are kept without one are there", function()
    for name in pairs(KEPT) do assert.is_true(seen[name] or false, name) end
  end)
end)

describe("what would be ignored", function()
  it("is refused", function()
    local function refused(text, f, ...)
      local ok, message = pcall(f, ...)
      assert.is_false(ok)
      assert.truthy(message:find(text, 1, true), message)
    end
    refused("pad: 'value' (argument 4): expected none, for the mode is not \"constant\"", F.pad, torch.ones(1, 1, 3),
      {1, 1}, "reflect", 3)
    refused("cross_entropy: 'ignore_index' (argument 4): expected none, for the target holds probabilities, got 1",
      F.cross_entropy, torch.eye(3), torch.full({3, 3}, 1 / 3), {ignore_index = 1})
    refused("empty: no argument 'generator'", torch.empty, 2, {generator = torch.Generator()})
  end)
end)
