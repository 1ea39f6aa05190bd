-- Normalisation of nothing: no rows, no channels.
local torch = require "torch"

describe("layer_norm without elements", function()
  it("gives weight and bias gradients of 0, as PyTorch does", function()
    local x = torch.zeros(0, 3, {dtype = "float64", requires_grad = true})
    local weight, bias = torch.ones(3, {dtype = "float64", requires_grad = true}),
      torch.ones(3, {dtype = "float64", requires_grad = true})
    local y = nn.functional.layer_norm(x, {3}, weight, bias)
    assert.same({0, 3}, {y:size(1), y:size(2)})
    y:sum():backward()
    assert.same({0, 3}, {x.grad:size(1), x.grad:size(2)})
    assert.is_true(torch.equal(weight.grad, torch.zeros(3, {dtype = "float64"})))
    assert.is_true(torch.equal(bias.grad, torch.zeros(3, {dtype = "float64"})))
  end)
end)
