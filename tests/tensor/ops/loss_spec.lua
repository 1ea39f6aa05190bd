-- Losses: what the recorded cases of PyTorch do not say.
describe("weights of losses of differences", function()
  local F = nn.functional
  local input, target = torch.tensor({1.0, 2.0, 3.0}), torch.tensor({3.0, 3.0, 3.0})
  local weight = torch.tensor({0.5, 1.0, 2.5})

  it("divide the mean by their sum, in huber_loss by their number", function()
    assert.equal((0.5 * 4 + 1) / 4, F.mse_loss(input, target, {weight = weight}):item())
    assert.equal((0.5 * 2 + 1) / 4, F.l1_loss(input, target, {weight = weight}):item())
    assert.near((0.5 * 1.5 + 0.5) / 3, F.huber_loss(input, target, {weight = weight}):item(), 1e-7)
  end)

  it("get gradients of their own", function()
    local w = weight:clone():requires_grad_(true)
    F.mse_loss(input, target, {weight = w, reduction = "sum"}):backward()
    assert.same({4, 1, 0}, w.grad:tolist())
  end)

  it("have the shape of the input", function()
    for _, name in ipairs {"mse_loss", "l1_loss", "huber_loss"} do
      local ok, message = pcall(F[name], input, target, {weight = torch.ones(2)})
      assert.is_false(ok)
      assert.matches(name .. ": 'weight' %(argument %d%): expected the shape of 'input' %(3%), got float32 %(2%)",
        message)
    end
  end)

  it("binary_cross_entropy takes probabilities alone", function()
    local function fails(x, y, what)
      assert.error_matches(function() F.binary_cross_entropy(torch.tensor{x}, torch.tensor{y}) end, what)
    end
    fails(0 / 0, 1.0, "'input' %(argument 1%): expected numbers from 0 to 1, got .?nan")
    fails(1.5, 1.0, "'input' %(argument 1%): expected numbers from 0 to 1, got 1.5")
    fails(0.5, 2.0, "'target' %(argument 2%): expected numbers from 0 to 1, got 2")
    fails(0.5, -1.0, "'target' %(argument 2%): expected numbers from 0 to 1, got %-1")
  end)
end)

describe("nll_loss of float16", function()
  it("counts more targets than float16 has numbers for", function()
    local x = torch.zeros(70000, 2, {dtype = "float16"}):requires_grad_(true)
    local loss = nn.functional.nll_loss(x - 1, torch.ones(70000, {dtype = "int64"}))
    assert.equal(1, loss:item())
    loss:backward()
    assert.is_true(math.abs(x.grad[1][1]:item() * 70000 + 1) < 0.01)
    assert.equal(torch.float16, x.grad.dtype)
  end)
end)
