-- vmap by rules, op by op: results and gradients of all samples at once are those of a loop over them.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows".read(), require "domains"
local batch = require "torch.func.batch"
local vmap, grad = torch.func.vmap, torch.func.grad
local N = 3

local function quiet(f)
  local old = io.stderr
  io.stderr = {write = function() end, flush = function() end}
  local ok, message = pcall(f)
  io.stderr = old
  if not ok then error(message, 0) end
end

local function tensors_in(v, list)
  if torch.is_tensor(v) then list[#list + 1] = v
  elseif type(v) == "table" then for _, item in ipairs(v) do tensors_in(item, list) end end
  return list
end

-- One argument of all samples, stacked, and its in_dims; nil: the samples have other shapes.
local function stacked(values)
  if torch.is_tensor(values[1]) then
    local list = {}
    for i, t in ipairs(values) do
      list[i] = t:detach()
      if t.shape ~= values[1].shape then return nil end
    end
    return torch.stack(list), 1
  end
  if type(values[1]) ~= "table" then return values[1], false end
  local all, dims, any = {}, {}, false
  for key in pairs(values[1]) do
    local items = {}
    for i, v in ipairs(values) do items[i] = v[key] end
    all[key], dims[key] = stacked(items)
    any = any or dims[key]
  end
  return all, any and dims or false
end

local function sample_of(v, dims, i)
  if not dims then return v end
  if torch.is_tensor(v) then return v:select(1, i) end
  local result = {}
  for key, item in pairs(v) do result[key] = sample_of(item, dims[key], i) end
  return result
end

local function detached(v)
  if torch.is_tensor(v) then return v:detach() end
  if type(v) ~= "table" then return v end
  local result = {}
  for key, item in pairs(v) do result[key] = detached(item) end
  return result
end

-- Which arguments have samples: all that can, all but one, one alone.
local function ways_of(dims, n)
  local ways, able = {dims}, {}
  for k = 1, n do if dims[k] then able[#able + 1] = k end end
  for _, k in ipairs(#able > 1 and able or {}) do
    local others, alone = table.move(dims, 1, n, 1, {}), {}
    for j = 1, n do alone[j] = j == k and dims[k] end
    others[k] = false
    ways[#ways + 1], ways[#ways + 2] = others, alone
  end
  return ways
end

local function call(row, n)
  return function(...) return tensors_in(table.pack(torch._C.call(row.name, table.unpack({...}, 1, n))), {}) end
end

-- The gradients of a weighted sum of the results; nil: the op has none.
local function gradients(row, like)
  local f = call(row, like.n)
  return function(...)
    local args, leaves, total = {...}, {}, nil
    local function watch(v, example)
      if type(v) == "table" then
        local result = {}
        for key, item in pairs(v) do result[key] = watch(item, example[key]) end
        return result
      end
      if not torch.is_tensor(v) or not example.requires_grad then return v end
      leaves[#leaves + 1] = v:detach():requires_grad_()
      return leaves[#leaves]
    end
    for k = 1, like.n do args[k] = watch(args[k], like[k]) end
    for i, y in ipairs(#leaves > 0 and f(table.unpack(args, 1, like.n)) or {}) do
      if y.requires_grad and i <= (like.results or i) then
        if y:is_complex() then y = torch.view_as_real(y) end
        local part = (y * (torch.arange(0, y:numel()):reshape(y.shape) + 1)):sum()
        total = total and total + part or part
      end
    end
    if not total then return nil end
    local result = {}
    for _, g in ipairs {torch.autograd.grad(total, leaves, nil, {allow_unused = true})} do result[#result + 1] = g end
    return result
  end
end

-- The results of f for each sample; nil where f does not take these arguments.
local function looped(f, args, dims, n)
  local results = {}
  for i = 1, N do
    local one = {}
    for k = 1, n do one[k] = sample_of(args[k], dims[k], i) end
    local ok, result = pcall(f, table.unpack(one, 1, n))
    if not ok or not result or #result == 0 then return nil end
    results[i] = result
  end
  return results
end

local function compare(what, f, args, dims, n)
  local want = looped(f, args, dims, n)
  if not want then return end
  local ok, got = pcall(vmap(f, dims), table.unpack(args, 1, n))
  if not ok and tostring(got):find("another shape than", 1, true) then return end
  assert(ok, what .. ": " .. tostring(got))
  assert(#want[1] == #got, what)
  for j, all in ipairs(got) do
    local column = {}
    for i = 1, N do column[i] = want[i][j] end
    local whole = torch.stack(column)
    assert(whole.shape == all.shape and whole.dtype == all.dtype and torch.allclose(whole, all,
      {rtol = 1e-9, atol = 1e-9, equal_nan = true}), what)
  end
  return true
end

-- The arguments of a sample of the domain of a row, for N samples, and their in_dims.
local function arguments(sets, c)
  local first, args, dims = sets[1][c], {}, {}
  for k = 1, first.n do
    local values = {}
    for i = 1, N do values[i] = sets[i][c][k] end
    if values[1] ~= nil then
      args[k], dims[k] = stacked(values)
      if dims[k] == nil then return nil end
    else dims[k] = false end
  end
  return args, dims, first
end

describe("vmap of", function()
  for _, row in ipairs(rows) do
    local sets = {}
    for i = 1, N do
      local ok, list = pcall(domains.samples, row, 2025 + i)
      sets[i] = ok and list or nil
    end
    -- as_strided goes by the memory of a tensor, which a part of a stack shares
    if #sets == N and not row.random and row.inplace ~= "only" and row.name ~= "as_strided" then
      it(row.name, function()
        quiet(function()
          for c = 1, #sets[1] do
            local args, dims, first = arguments(sets, c)
            local ways = args and ways_of(dims, first.n) or {}
            for w, way in ipairs(#ways > 3 and {ways[1], ways[2], ways[#ways]} or ways) do
              local given, any = {}, false
              for k = 1, first.n do
                given[k] = way[k] == dims[k] and args[k]
                if way[k] ~= dims[k] or not way[k] then given[k] = detached(first[k]) end
                any = any or way[k]
              end
              local what = ("%s, sample %d, way %d"):format(row.name, c, w)
              if any then
                compare(what, call(row, first.n), given, way, first.n)
                compare("gradients of " .. what, gradients(row, first), given, way, first.n)
              end
            end
          end
        end)
      end)
    end
  end

  it("no more ops than these without a rule", function()
    local known = {}
    for name in ([[all_pole complex ctc_loss_backward dirichlet_slope gamma_slope lag_filter lag_products lapack_eig
      lapack_reflections multilabel_margin_loss_backward native_ctc_loss native_hash_tensor
      native_multilabel_margin_loss pad polyphase polyphase_adjoint recurrent_backward searchsorted
      unit_excess]]):gmatch "%S+" do known[name] = true end
    for name in pairs(batch.single) do assert(known[name], name) end
  end)
end)

describe("vmap", function()
  local F = nn.functional

  -- What f does without computing samples one by one.
  local function at_once(f)
    local loops = batch.loops
    local results = table.pack(f())
    assert.equal(loops, batch.loops)
    return table.unpack(results, 1, results.n)
  end

  local function check_model(net, x, y)
    local params = {}
    for name, p in net:named_parameters() do params[name] = p:detach() end
    local function loss(p, one, label)
      return F.cross_entropy(torch.func.functional_call(net, p, {one:unsqueeze(1)}), label:unsqueeze(1))
    end
    local all = at_once(function() return vmap(grad(loss), {false, 1, 1})(params, x, y) end)
    for i = 1, x:size(1) do
      local one = grad(loss)(params, x[i], y[i])
      for name, g in pairs(one) do assert(torch.allclose(g, all[name][i], {rtol = 1e-4, atol = 1e-6}), name) end
    end
  end

  it("gives the gradients of each sample of a multi-layer network", function()
    check_model(nn.Sequential(nn.Linear(7, 12), nn.ReLU(), nn.LayerNorm(12), nn.Linear(12, 5), nn.GELU(),
      nn.Linear(5, 3)), torch.rand(6, 7), torch.tensor {1, 2, 3, 1, 2, 3})
  end)

  it("of a convolutional one", function()
    check_model(nn.Sequential(nn.Conv2d(2, 4, 3, {padding = 1}), nn.GroupNorm(2, 4), nn.ReLU(), nn.MaxPool2d(2),
      nn.Conv2d(4, 6, 3, {groups = 2}), nn.BatchNorm2d(6):eval(), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(),
      nn.Linear(6, 3)), torch.rand(4, 2, 8, 8), torch.tensor {1, 2, 3, 1})
  end)

  it("of group_norm where each sample has its own weight and bias", function()
    local x, w, b = torch.randn(3, 2, 4, 10), torch.randn(3, 4), torch.randn(3, 4)
    local function loss(t, u, v) return (nn.functional.group_norm(t, 2, u, v) * t):sum() end
    local gradients = torch.func.grad(loss, {1, 2, 3})
    local got = at_once(function() return {vmap(gradients)(x, w, b)} end)
    if #got == 1 then got = got[1] end
    for i = 1, 3 do
      local want = {gradients(x[i], w[i], b[i])}
      if #want == 1 then want = want[1] end
      for k = 1, 3 do assert(torch.allclose(got[k][i], want[k], 1e-4, 1e-5), k) end
    end
  end)

  it("of one with attention and an embedding", function()
    local embedding, layer = nn.Embedding(11, 8), nn.TransformerEncoderLayer(8, 2, {dim_feedforward = 16,
      batch_first = true, dropout = 0})
    local net = nn.Sequential(embedding, layer, nn.Flatten(), nn.Linear(40, 3))
    check_model(net, torch.randint(1, 12, {4, 5}), torch.tensor {1, 2, 3, 1})
  end)

  it("is differentiated, and nests", function()
    local w, x = torch.rand(4):requires_grad_(), torch.rand(3, 4):requires_grad_()
    local function f(one) return (one * w):sin():sum() end
    local want = torch.autograd.grad((x * w):sin():sum(), {w, x})
    local got = at_once(function() return torch.autograd.grad(vmap(f)(x):sum(), {w, x}) end)
    assert(torch.allclose(want, got))
    local a, b = torch.rand(3, 5), torch.rand(4, 5)
    local products = at_once(function()
      return vmap(function(p) return vmap(function(q) return torch.dot(p, q) end)(b) end)(a)
    end)
    assert(torch.allclose(products, a:mm(b:t())))
    local jacobians = at_once(function() return vmap(torch.func.jacrev(function(t) return t * t end))(a) end)
    assert(torch.allclose(jacobians, torch.diag_embed(a * 2)))
    local second = at_once(function() return torch.func.hessian(function(t) return (t ^ 3):sum() end)(a[1]) end)
    assert(torch.allclose(second, torch.diag(a[1] * 6)))
    local outer = at_once(function()
      return grad(function(t) return vmap(grad(function(u) return (u ^ 3):sum() end))(t):sum() end)(a)
    end)
    assert(torch.allclose(outer, a * 6))
  end)

  it("draws other numbers in each sample, or the same", function()
    local x = torch.ones(64, 10)
    local function f(t) return F.dropout(t, 0.5) + torch.rand(10) end
    assert.error_matches(function() vmap(f)(x) end, "vmap: the function draws random numbers")
    local other = at_once(function() return vmap(f, {randomness = "different"})(x) end)
    assert.is_false(torch.equal(other[1], other[2]))
    assert(other:mean():item() > 1.2 and other:mean():item() < 1.8)
    local same = at_once(function() return vmap(f, {randomness = "same"})(x) end)
    for i = 2, 64 do assert(torch.equal(same[1], same[i])) end
  end)

  it("computes one by one what depends on data, and calls the function for each sample once", function()
    local calls = 0
    quiet(function()
      local loops = batch.loops
      local y = vmap(function(t)
        calls = calls + 1
        return t:sum():item() > 0 and t * 2 or t * 3
      end)(torch.tensor {{1.0, 2.0}, {-1.0, -2.0}})
      assert(torch.equal(y, torch.tensor {{2.0, 4.0}, {-3.0, -6.0}}))
      assert.equal(loops + 1, batch.loops)
      assert.equal(2, calls)
      local norm = nn.BatchNorm1d(2)
      vmap(function(t) return norm(t) end)(torch.rand(3, 4, 2))
      assert.equal(3, norm.num_batches_tracked:item())
    end)
  end)

  it("takes chunks", function()
    local calls, x = 0, torch.rand(2, 7)
    local y = at_once(function()
      return vmap(function(t) calls = calls + 1; return t * 2, {t:sum()} end, {in_dims = 2, out_dims = {2, 1},
        chunk_size = 3})(x)
    end)
    assert(torch.equal(y, x * 2))
    assert.equal(3, calls)
  end)

  it("keeps what in-place ops of composites had before them", function() -- the graph used to have it as a constant
    local x = torch.rand(3, 4, {dtype = "float64"})
    quiet(function()
      local all = vmap(grad(function(t) return t:norm(3) end))(x)
      for i = 1, 3 do assert(torch.allclose(all[i], grad(function(t) return t:norm(3) end)(x[i]))) end
    end)
  end)
end)

describe("vmap", function()
  it("writes at positions behind several dimensions", function()
    local x, w, at = torch.randn(3, 4, 5, 6), torch.randn(4, 5, 2), torch.tensor {{1, 2}, {3, 4}, {6, 5}}
    local gradient = torch.func.grad(function(t, i) return (t[{{}, {}, i}] * w):sum() end)
    local all = torch.func.vmap(gradient)(x, at)
    for k = 1, 3 do assert.is_true(torch.allclose(all[k], gradient(x[k], at[k]))) end
  end)

  it("draws the same numbers in all parts", function()
    local f = torch.func.vmap(function(t) return t + torch.rand(2) end, {randomness = "same", chunk_size = 2})
    local y = f(torch.zeros(4, 2))
    assert.is_true(torch.equal(y[1], y[3]) and torch.equal(y[1], y[4]))
  end)
end)
