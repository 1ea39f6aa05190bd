-- Optimisers of parameters that have no loops of their own: numbers of 16 bits and complex ones.
local torch = require "torch"
local optim = require "torch.optim"

-- Each with the options that choose its other loops.
local CASES = {
  {"SGD", {lr = 0.1}}, {"SGD", {lr = 0.1, momentum = 0.9, nesterov = true, weight_decay = 0.1}},
  {"Adam", {lr = 0.1}}, {"Adam", {lr = 0.1, amsgrad = true, weight_decay = 0.1, maximize = true}},
  {"AdamW", {lr = 0.1, amsgrad = true}}, {"RMSprop", {lr = 0.1, momentum = 0.5, centered = true}},
  {"Adagrad", {lr = 0.1, initial_accumulator_value = 0.25}}, {"Adadelta", {lr = 1, weight_decay = 0.1}},
  {"Adamax", {lr = 0.1}}, {"NAdam", {lr = 0.1, weight_decay = 0.1}}, {"RAdam", {lr = 0.1}},
}

local function leaf(t) return t:detach():clone():requires_grad_(true) end

describe("parameters of 16 bits", function()
  for _, dtype in ipairs {"float16", "bfloat16"} do
    for i, case in ipairs(CASES) do
      it(("are moved by %s (%d) in float32, and rounded once: %s"):format(case[1], i, dtype), function()
        torch.manual_seed(i)
        local p = leaf(torch.randn(1300, {dtype = dtype})) -- more than one strip
        local opt = optim[case[1]]({p}, case[2])
        for step = 1, 7 do
          -- the same step in float32, from the same state
          local wide = leaf(p:float())
          local reference = optim[case[1]]({wide}, case[2])
          p.grad = torch.randn(1300, {dtype = dtype})
          wide.grad = p.grad:float()
          local states = opt:state_dict()
          reference:load_state_dict(states)
          opt:step()
          reference:step()
          assert.is_true(torch.equal(p, wide:to(dtype)), ("step %d"):format(step))
          for name, value in pairs(opt.state[p] or {}) do
            local want = reference.state[wide][name]
            if torch.is_tensor(value) then
              assert.equal(torch[dtype], value.dtype)
              assert.is_true(torch.equal(value, want:to(dtype)), ("step %d, %s"):format(step, name))
            else assert.equal(want, value, name) end
          end
        end
      end)
    end
  end
  it("that are not contiguous are moved too, and count a version", function()
    local base = torch.ones(4, 3, {dtype = "float16"})
    local p = base:t():requires_grad_(true)
    p.grad = torch.ones(3, 4, {dtype = "float16"})
    optim.SGD({p}, {lr = 0.5}):step()
    assert.is_true(torch.equal(p, torch.full({3, 4}, 0.5, {dtype = "float16"})))
  end)
end)

describe("complex parameters", function()
  for _, dtype in ipairs {"complex64", "complex128"} do
    local real = dtype == "complex64" and "float32" or "float64"
    for i, case in ipairs(CASES) do
      it(("are moved by %s (%d) as their parts: %s"):format(case[1], i, dtype), function()
        torch.manual_seed(i)
        local p = leaf(torch.randn(70, 3, {dtype = dtype}))
        local parts = leaf(torch.view_as_real(p:detach()))
        local opt, reference = optim[case[1]]({p}, case[2]), optim[case[1]]({parts}, case[2])
        for step = 1, 7 do
          p.grad = torch.randn(70, 3, {dtype = dtype})
          parts.grad = torch.view_as_real(p.grad):clone()
          opt:step()
          reference:step()
          assert.equal(torch[real], parts.dtype)
          assert.is_true(torch.equal(torch.view_as_real(p:detach()), parts), ("step %d"):format(step))
          for name, value in pairs(opt.state[p] or {}) do
            local want = reference.state[parts][name]
            if torch.is_tensor(value) then
              assert.equal(torch[dtype], value.dtype)
              assert.is_true(torch.equal(torch.view_as_real(value), want), name)
            else assert.equal(want, value, name) end
          end
        end
      end)
    end
  end
end)

describe("parameters of 8 bits", function()
  it("are refused before anything is moved", function()
    local good, bad = torch.ones(2):requires_grad_(true), torch.ones(2):to("float8_e5m2")
    good.grad = torch.ones(2)
    bad:requires_grad_(true)
    bad.grad = torch.ones(2):to("float8_e5m2")
    assert.error_matches(function() optim.SGD({good, bad}, {lr = 0.1}):step() end,
      "SGD: there is no step for parameters of float8_e5m2")
    assert.same({1, 1}, good:tolist())
  end)
end)
