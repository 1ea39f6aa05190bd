-- Composites that are formulas: what they are made of (torch._C.formula), their checks, and the name that
-- their failures carry.

--- The decomposition of an op as text: for each way through it the outcomes that lead there, then its steps.
local function told(name)
  local lines = {}
  for _, f in ipairs(torch._C.formula(name)) do
    lines[#lines + 1] = f.when .. ":"
    for _, s in ipairs(f.steps) do
      local given = {}
      for i = 1, s.inputs.n do given[i] = s.inputs[i] or "nil" end
      if s.attributes ~= "" then given[#given + 1] = s.attributes end
      lines[#lines + 1] = ("  %s = %s%s(%s)"):format(table.concat(s.outputs, ", "), s.op, s.in_place and "_"
        or "", table.concat(given, ", "))
    end
    lines[#lines + 1] = "  return " .. table.concat(f.results, ", ")
  end
  return table.concat(lines, "\n")
end

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok, "no error; expected: " .. expected)
  message = message:gsub("^[^:]*:%d+: ", "")
  assert.equal(expected, message)
end
local F = torch.nn.functional

describe("torch._C.formula", function()
  it("tells what an op is made of", function()
    assert.equal([[
input of a complex dtype:
  t1 = abs(input)
  t2 = norm(t1, p = p, dim = dim, keepdim = keepdim)
  return t2
input of another dtype, p = 2:
  t1 = native_norm(input, which = 2, dim = dim, keepdim = keepdim)
  return t1
input of another dtype, p = 1:
  t1 = native_norm(input, which = 1, dim = dim, keepdim = keepdim)
  return t1
input of another dtype, p = 0:
  t1 = native_norm(input, which = 0, dim = dim, keepdim = keepdim)
  return t1
input of another dtype, p = math.huge:
  t1 = native_norm(input, which = 3, dim = dim, keepdim = keepdim)
  return t1
input of another dtype, p = -math.huge:
  t1 = native_norm(input, which = 4, dim = dim, keepdim = keepdim)
  return t1
input of another dtype, any other p:
  t1 = power_norm(input, p = p, dim = dim, keepdim = keepdim)
  return t1]], told "norm")
  end)

  it("tells the ways through cross_entropy by their outcomes", function()
    local text = told "cross_entropy"
    local plain = "\n  t1 = log_softmax(input, dim = 2)\n" ..
      "  t2, t3 = nll_loss(t1, target, weight, ignore_index = ignore_index, reduction = reduction)\n  return t2"
    assert.is_truthy(text:find("target of another dtype, any other input.ndim, label_smoothing = 0:" .. plain,
      1, true), text)
    local soft = [[
target of a float dtype, label_smoothing = 0, input.ndim = 1, weight given, reduction = "sum":
  t1 = log_softmax(input, dim = 1)
  t2 = mul(t1, target)
  t3 = reshape(weight, shape = input.shape:only(1))
  t4 = mul(t2, t3)
  t5 = sum(t4, dim = 1)
  t6 = neg(t5)
  t7 = sum(t6)
  return t7]]
    assert.is_truthy(text:find(soft, 1, true), text)
  end)

  it("has nothing to tell of other ops", function()
    assert.is_nil(torch._C.formula("add"))
    assert.is_nil(torch._C.formula("reshape"))
    fails("formula: no op 'nothing'", torch._C.formula, "nothing")
  end)

  it("names inputs and results that the op has", function()
    local formulas = 0
    for _, op in ipairs(torch._C.ops()) do
      for _, f in ipairs(torch._C.formula(op.name) or {}) do
        formulas = formulas + 1
        local known = {}
        for name in op.signature:gmatch "([%w_]+):" do known[name] = true end
        for _, s in ipairs(f.steps) do
          for i = 1, s.inputs.n do assert.is_true(s.inputs[i] == nil or known[s.inputs[i]], op.name) end
          for _, name in ipairs(s.outputs) do known[name] = true end
        end
        for _, name in ipairs(f.results) do assert.is_true(known[name], op.name) end
      end
    end
    assert.is_true(formulas > 100)
  end)
end)

describe("a composite's failures", function()
  local x, ints = torch.ones(2, 3), torch.ones(2, 3):long()

  it("carry its own name, whichever inner op fails", function()
    fails("norm: dimension 5 is out of range; the tensor has 2 dimensions", torch.norm, x, 3, 5)
    fails("norm: dimension 5 is out of range; the tensor has 2 dimensions", torch.norm, x, 2, 5)
    fails("logsumexp: dimension 4 is out of range; the tensor has 2 dimensions", torch.logsumexp, x, 4)
    fails("var: dimension 3 is out of range; the tensor has 2 dimensions", torch.var, x, 3)
    fails("std: dimension 3 is out of range; the tensor has 2 dimensions", torch.std, x, 3, true)
    fails("mse_loss: shapes (2×3) and (4) do not broadcast (dimension 2)", F.mse_loss, x, torch.ones(4))
    fails("cross_entropy: 'target' (argument 2): expected the shape of the input (2×3) without its classes, got (3)",
      F.cross_entropy, x, torch.tensor({1, 2, 3}))
    fails("masked_select: shapes (2×3) and (4) do not broadcast", torch.masked_select, x, torch.ones(4):bool())
    fails("expand_as: shape (2×3) does not expand to (2)", torch.expand_as, x, torch.ones(2))
    fails("reshape: shape (5) does not hold 6 elements", torch.reshape, x, 5)
    fails("embedding: position 7 is out of range for dimension 1 of size 2", F.embedding, torch.tensor({7}), x)
  end)

  it("name no argument that it does not have", function()
    -- mv is made of mm, which says: 'mat2' (argument 2): …
    fails("mv: expected float32 as the first argument is, got float64", torch.mv, x, torch.ones(3):double())
    fails("matmul: the batches of (2×3×3) and (4×3×3) do not broadcast", torch.matmul, torch.ones(2, 3, 3),
      torch.ones(4, 3, 3))
  end)

  it("inside a hook belong to the op that the hook calls", function()
    local a = torch.ones(2, {requires_grad = true})
    local y = torch.logsumexp(a)
    a:register_hook(function(g) return torch.norm(g, 2, 5) end)
    fails("norm: dimension 5 is out of range; the tensor has 1 dimension", y.backward, y)
  end)

  it("enforce the types of the row", function()
    fails("norm: 'input' (argument 1): not defined for tensors of dtype int64", torch.norm, ints)
    fails("var: 'input' (argument 1): not defined for tensors of dtype int64", torch.var, ints)
    fails("std: 'input' (argument 1): not defined for tensors of dtype int64", torch.std, ints, false)
  end)
end)

describe("the checks of composites", function()
  local x = torch.ones(2, 3)

  it("say which argument is wrong, what was expected and what came", function()
    fails("mv: 'vec' (argument 2): expected 1 dimension, got float32 (2×3)", torch.mv, x, x)
    fails("mv: 'vec' (argument 2): inner dimensions differ: (2×3) × (2)", torch.mv, x, torch.ones(2))
    fails("matmul: 'input' (argument 1): expected at least 1 dimension, got float32 ()", torch.matmul,
      torch.tensor(1.0), x)
    fails("matmul: 'other' (argument 2): expected float32 as the first argument is, got float64 (3)",
      torch.matmul, x, torch.ones(3):double())
    fails("batch_norm: 'weight' (argument 4): expected float32 (3), one for each channel, got float32 (2)",
      F.batch_norm, x, nil, nil, torch.ones(2), nil, true)
    fails("batch_norm: 'running_mean' (argument 2): needed when not training", F.batch_norm, x)
    fails("batch_norm: running_mean and running_var come together", F.batch_norm, x, torch.zeros(3))
    fails("batch_norm: 'input' (argument 1): expected more than 1 value per channel when training, got float32 (1×3)",
      F.batch_norm, torch.ones(1, 3), nil, nil, nil, nil, true)
    fails("layer_norm: 'bias' (argument 4): expected float32 (3), got float32 (2)",
      F.layer_norm, x, {3}, nil, torch.ones(2))
    fails("layer_norm: 'input' (argument 1): expected a float tensor whose shape ends with (2), got float32 (2×3)",
      F.layer_norm, x, {2})
    fails("cross_entropy: 'label_smoothing' (argument 6): expected a number from 0 to 1, got 2",
      F.cross_entropy, x, torch.tensor({1, 2}), {label_smoothing = 2})
    fails("huber_loss: 'delta' (argument 3): expected a number above 0, got 0", F.huber_loss, x, x, 0)
    fails("binary_cross_entropy: 'target' (argument 2): expected the shape of 'input' (2×3), got float32 (3)",
      F.binary_cross_entropy, x, torch.ones(3))
    fails("binary_cross_entropy: 'input' (argument 1): expected numbers from 0 to 1, got 2",
      F.binary_cross_entropy, x * 2, x)
    fails("norm: 'dim' (argument 3): expected at most 2 dimensions, got 3", torch.norm,
      torch.ones(2, 2, 2), "fro", {1, 2, 3})
    fails("dropout: 'p' (argument 2): expected a number from 0 to 1, got 1.5", F.dropout, x, 1.5)
    fails("clamp: 'min' or 'max' must be given", torch._C.call, "clamp_tensor", x)
    fails("cat: 'tensors' (argument 1): expected at least one tensor", torch.cat, {})
  end)

  it("let pass optional arguments that are not given", function()
    assert.is_true(torch.allclose(F.batch_norm(torch.tensor({{0.0}, {2.0}}), nil, nil, nil, nil, true),
      torch.tensor({{-1.0}, {1.0}})))
    assert.is_true(torch.equal(F.layer_norm(torch.ones(2, 3), {3}), torch.zeros(2, 3)))
  end)
end)
