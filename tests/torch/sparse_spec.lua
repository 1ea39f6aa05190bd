-- Sparse tensors in coordinate form, and sparse gradients of embeddings.
local sparse = torch.sparse

local function example()
  return torch.sparse_coo_tensor({{1, 2, 1, 2}, {3, 1, 3, 3}}, {1.0, 2.0, 3.0, 4.0}, {2, 3})
end
local DENSE <const> = {{0, 0, 4}, {2, 0, 4}}

describe("sparse tensors", function()
  it("are made of positions and values, and made dense", function()
    local s = example()
    assert.same(DENSE, s:to_dense():tolist())
    assert.same({2, 3}, {table.unpack(s.shape)})
    assert.equal(4, s:_nnz())
    assert.equal(2, s:sparse_dim())
    assert.equal(0, s:dense_dim())
    assert.equal(6, s:numel())
    assert.equal(torch.float32, s.dtype)
    assert.same({2, 3}, {table.unpack(torch.sparse_coo_tensor({{1, 2}, {3, 1}}, {1.0, 2.0}):size())})
  end)
  it("are coalesced: ordered, each place once", function()
    local s = example()
    assert.is_false(s:is_coalesced())
    local once = s:coalesce()
    assert.is_true(once:is_coalesced())
    assert.same({{1, 2, 2}, {3, 1, 3}}, once:indices():tolist())
    assert.same({4, 2, 4}, once:values():tolist())
    assert.same(DENSE, once:to_dense():tolist())
    assert.is_true(rawequal(once, once:coalesce()))
    assert.error_matches(function() s:indices() end,
      "^indices: the tensor is not coalesced: .* call :coalesce%(%) first")
    assert.same({{1, 2, 1, 2}, {3, 1, 3, 3}}, s:_indices():tolist())
  end)
  it("have rows as values", function()
    local s = torch.sparse_coo_tensor({{3, 1, 3}}, torch.tensor{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, {4, 2})
    assert.equal(1, s:dense_dim())
    assert.same({{3, 4}, {0, 0}, {6, 8}, {0, 0}}, s:to_dense():tolist())
    assert.same({{3, 4}, {6, 8}}, s:coalesce():values():tolist())
  end)
  it("come from dense ones", function()
    local x = torch.tensor{{0.0, 1.0, 0.0}, {2.0, 0.0, 3.0}}
    local s = x:to_sparse()
    assert.same({{1, 2, 2}, {2, 1, 3}}, s:indices():tolist())
    assert.is_true(torch.equal(x, s:to_dense()))
    local rows = torch.tensor{{0.0, 0.0}, {1.0, 0.0}}:to_sparse(1)
    assert.same({{1, 0}}, rows:values():tolist())
    assert.is_true(torch.equal(torch.zeros(2, 2), torch.zeros(2, 2):to_sparse():to_dense()))
  end)
  it("are added to dense and to sparse ones", function()
    local s, x = example(), torch.ones(2, 3)
    local sum = {{1, 1, 5}, {3, 1, 5}}
    assert.same(sum, (s + x):tolist())
    assert.same(sum, s:add(x):tolist())
    assert.same({{1, 1, -7}, {-3, 1, -7}}, sparse.add_(torch.ones(2, 3), s, -2):tolist())
    local turned = torch.ones(3, 2):t()
    assert.same(sum, sparse.add_(turned, s):tolist())
    assert.same(sum, turned:tolist())
    assert.same({{0, 0, 8}, {4, 0, 8}}, (s + s):to_dense():tolist())
    assert.same({{0, 0, 0}, {0, 0, 0}}, (s - s):to_dense():tolist())
    assert.same({{0, 0, 12}, {6, 0, 12}}, (3 * s):to_dense():tolist())
    assert.same({{0, 0, -2}, {-1, 0, -2}}, (-s / 2):to_dense():tolist())
    assert.equal(10, sparse.sum(s):item())
  end)
  it("stand on either side of an operator", function()
    local s, x = example(), torch.ones(2, 3)
    assert.same({{1, 1, 5}, {3, 1, 5}}, (x + s):tolist())
    assert.same({{1, 1, -3}, {-1, 1, -3}}, (x - s):tolist())
    assert.same({{0, 0, 8}, {4, 0, 8}}, (2 * x * s):to_dense():tolist())
    assert.same({{0, 0, 8}, {4, 0, 8}}, (s * (2 * x)):to_dense():tolist())
    assert.same({{0, 0, 8}, {4, 0, 8}}, (torch.tensor(2.0) * s):to_dense():tolist())
    assert.error_matches(function() return x / s end, "div: 'other'")
    assert.error_matches(function() return torch.ones(2) * s end, "2×3")
    assert.error_matches(function() return x ^ s end, "expected a tensor or a number, got SparseTensor")
    local Money = torch.class "MoneyOfTest"
    function Money:__add() return "money" end
    assert.equal("money", x + Money())
    assert.equal("money", x + setmetatable({}, {__add = function() return "money" end}))
    assert.error_matches(function() return x - Money() end, "got MoneyOfTest")
  end)
  it("are multiplied by dense matrices, with gradients", function()
    local s = example()
    local d = torch.rand(3, 4)
    assert.is_true(torch.allclose(sparse.mm(s, d), s:to_dense():mm(d)))
    assert.is_true(torch.allclose(s:t():mm(torch.ones(2, 4)), s:to_dense():t():mm(torch.ones(2, 4))))
    local i = torch.tensor{{1, 2, 1}, {3, 1, 3}}
    torch.autograd.gradcheck(function(values, dense)
      return sparse.mm(torch.sparse_coo_tensor(i, values, {2, 3}), dense)
    end, {torch.rand(3, {dtype = "float64", requires_grad = true}),
      torch.rand(3, 2, {dtype = "float64", requires_grad = true})})
    torch.autograd.gradcheck(function(values)
      return torch.sparse_coo_tensor(i, values, {2, 3}):coalesce():to_dense()
    end, {torch.rand(3, {dtype = "float64", requires_grad = true})})
  end)
  it("print as PyTorch's", function()
    assert.equal("tensor(indices=tensor({{1, 2, 2},\n                       {3, 1, 3}}),\n"
      .. "       values=tensor({4., 2., 4.}),\n       size=torch.Size({2, 3}), nnz=3, layout=torch.sparse_coo)",
      tostring(example():coalesce()))
  end)
  it("show that they require a gradient, or came from what does", function()
    local s = torch.sparse_coo_tensor({{1, 2}, {3, 1}}, {4.0, 5.0}, {2, 3}, {requires_grad = true})
    assert.matches("layout=torch.sparse_coo, requires_grad=true%)$", tostring(s))
    assert.matches("\n       values=tensor%({4., 5.}%),\n", tostring(s))
    assert.matches("layout=torch.sparse_coo, grad_fn=<MulBackward>%)$", tostring(s * 2))
    assert.is_true(s.requires_grad and s.is_leaf)
    assert.is_false((s * 2).is_leaf)
    sparse.sum(s * 3):backward()
    assert.same({{0, 0, 3}, {3, 0, 0}}, s.grad:to_dense():tolist())
    assert.is_true(torch.sparse_coo_tensor({{1}}, {4.0}).grad == nil)
  end)
  it("refuse what does not fit", function()
    assert.error_matches(function() torch.sparse_coo_tensor({{0, 1}}, {1.0, 2.0}, {3}) end,
      "^sparse_coo_tensor: 'indices' %(argument 1%): dimension 1: expected positions from 1 to 3")
    assert.error_matches(function() torch.sparse_coo_tensor({{1, 2}}, {1.0}, {3}) end,
      "'values' %(argument 2%): expected a value for each of the 2 entries")
    assert.error_matches(function() torch.sparse_coo_tensor({{1, 2}}, {1.0, 2.0}, {3, 3}) end,
      "expected 1 sizes, got 2")
    assert.error_matches(function() sparse.mm(torch.eye(2), torch.eye(2)) end,
      "^sparse.mm: 'mat1' %(argument 1%): expected a sparse tensor, got float32 %(2×2%)")
    assert.error_matches(function() sparse.mm(example(), torch.eye(2)) end, "expected a matrix of 3 rows")
  end)
end)

describe("sparse gradients of embeddings", function()
  local function grads(options)
    torch.manual_seed(1)
    local e = nn.Embedding(6, 2, options)
    local x = torch.tensor{{2, 5}, {2, 1}}
    return e, function() (e(x):pow(2)):sum():backward() end
  end
  it("have the rows that were read, and the numbers of dense ones", function()
    local dense, run_dense = grads()
    local e, run = grads {sparse = true}
    run_dense()
    run()
    local g = e.weight.grad
    assert.equal("SparseTensor", torch.typename(g))
    assert.equal(4, g:_nnz())
    assert.same({6, 2}, {table.unpack(g.shape)})
    assert.same({{1, 2, 5}}, g:coalesce():indices():tolist())
    assert.is_true(torch.allclose(g:to_dense(), dense.weight.grad))
    run() -- adds to what is there
    assert.equal(8, e.weight.grad:_nnz())
    assert.is_true(torch.allclose(e.weight.grad:to_dense(), dense.weight.grad * 2))
    e:zero_grad()
    assert.is_nil(e.weight.grad)
    assert.equal("Embedding(6, 2, sparse=true)", tostring(e))
  end)
  it("leave out padding_idx", function()
    local e, run = grads {sparse = true, padding_idx = 5}
    run()
    assert.same({{1, 2}}, e.weight.grad:coalesce():indices():tolist())
    local b, run_b = grads {padding_idx = -2}
    run_b()
    assert.is_true(torch.allclose(e.weight.grad:to_dense(), b.weight.grad))
  end)
  it("become dense where something dense is added, or a hook looks", function()
    local w = torch.rand(4, 2, {requires_grad = true})
    local x = torch.tensor{1, 3}
    local function read() return nn.functional.embedding(x, w, {sparse = true}):sum() end
    (read() + w:sum()):backward()
    assert.same({{2, 2}, {1, 1}, {2, 2}, {1, 1}}, w.grad:tolist())
    w.grad = nil
    read():backward()
    w:sum():backward()
    assert.same({{2, 2}, {1, 1}, {2, 2}, {1, 1}}, w.grad:tolist())
    assert.same({{1, 1}, {0, 0}, {1, 1}, {0, 0}}, (torch.autograd.grad(read(), {w})):tolist())
    w.grad = nil
    local seen
    local hook = w:register_hook(function(g) seen = g end)
    read():backward()
    hook:remove()
    assert.same({{1, 1}, {0, 0}, {1, 1}, {0, 0}}, seen:tolist())
    assert.is_true(torch.is_tensor(w.grad))
    w.grad = nil
    nn.functional.embedding(x, w * 2, {sparse = true}):sum():backward() -- no leaf
    assert.same({{2, 2}, {0, 0}, {2, 2}, {0, 0}}, w.grad:tolist())
  end)
  it("are assigned and copied", function()
    local w = torch.rand(4, 2, {requires_grad = true})
    w.grad = torch.sparse_coo_tensor({{4, 4}}, torch.ones(2, 2), {4, 2})
    assert.equal(2, w.grad:_nnz())
    assert.same({2, 2}, w.grad:to_dense()[4]:tolist())
    assert.error_matches(function() w.grad = torch.sparse_coo_tensor({{4}}, torch.ones(1, 3), {4, 3}) end,
      "^grad: expected rows of the tensor")
    w.grad = nil
    assert.is_nil(w.grad)
  end)
  it("are taken by optimisers as the dense ones are", function()
    for name, options in pairs {SGD = {lr = 0.1, momentum = 0.9}, Adagrad = {lr = 0.1}, Adam = {lr = 0.1},
      LAMB = {lr = 0.1}, LBFGS = {lr = 0.1}} do
      local function train(sparse_gradients)
        local e = grads {sparse = sparse_gradients}
        local opt = torch.optim[name](e:parameters(), options)
        for step = 1, 3 do
          opt:zero_grad()
          local function loss()
            opt:zero_grad()
            local l = (e(torch.tensor{1 + step, 2}) - 1):pow(2):sum()
            l:backward()
            return l
          end
          if name == "LBFGS" then opt:step(loss) else loss() opt:step() end
        end
        return e.weight
      end
      assert.is_true(torch.allclose(train(false), train(true), {atol = 1e-5}), name)
    end
  end)
  it("are clipped and scaled", function()
    local dense, run_dense = grads()
    local e, run = grads {sparse = true}
    run_dense()
    run()
    local a = nn.utils.clip_grad_norm_(dense:parameters(), 0.5)
    assert.equal(a:item(), nn.utils.clip_grad_norm_(e:parameters(), 0.5):item())
    assert.is_true(torch.equal(dense.weight.grad, e.weight.grad))
  end)
end)

describe("optim.SparseAdam", function()
  -- Recorded from PyTorch 2.15: a table of ones (3 × 1), gradients 1 at the first row and twice 0.5 at the third, then
  -- 3 at the third.
  it("takes steps as PyTorch", function()
    local w = torch.ones(3, 1, {dtype = "float64", requires_grad = true})
    local opt = torch.optim.SparseAdam({w}, {lr = 0.1})
    w.grad = torch.sparse_coo_tensor({{1, 3, 3}}, torch.tensor({{1.0}, {0.5}, {0.5}}, {dtype = "float64"}), {3, 1})
    opt:step()
    w.grad = torch.sparse_coo_tensor({{3}}, torch.tensor({{3.0}}, {dtype = "float64"}), {3, 1})
    opt:step()
    local want = torch.tensor({0.90000003162276665, 1, 0.80822192890300604}, {dtype = "float64"})
    assert.is_true(torch.allclose(w:flatten(), want, {rtol = 1e-9}))
    assert.equal(2, opt.state[w].step)
  end)
  it("leaves rows alone and refuses dense gradients", function()
    local w = torch.ones(3, 2, {requires_grad = true})
    local opt = torch.optim.SparseAdam({w})
    w.grad = torch.ones(3, 2)
    assert.error_matches(function() opt:step() end,
      "^SparseAdam: expected sparse gradients, got a dense one; optim.Adam takes those")
  end)
end)
