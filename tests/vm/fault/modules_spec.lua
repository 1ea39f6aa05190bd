-- Every layer, every optimiser, indexing, fused and traced functions, with every allocation failing in turn (normal:
-- some of them). The cases are those of the random programs of tests/fuzz/ops.lua.
package.path = "tests/fuzz/ops/?.lua;scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local calls = require "calls"
local fault = dofile "tests/vm/fault.lua"
local LONG = os.getenv "HECATE_LONG" == "1"
local STEP = LONG and 1 or 11

local function value(text) return assert(load("return " .. text))() end
local function values(texts) return value(table.concat(texts, ", ")) end

-- In float64, with gradients where `x` has them; tables of tensors likewise.
local function in_double(x)
  if type(x) == "table" then
    local list = {}
    for i, item in ipairs(x) do list[i] = in_double(item) end
    return list
  end
  if not torch.is_tensor(x) or not x:is_floating_point() then return x end
  return x:detach():double():requires_grad_(x.requires_grad)
end

local function derive(y)
  if type(y) == "table" then y = y[1] end
  if torch.is_tensor(y) and y.requires_grad then y:sum():backward() end
end

local function each(name, setup, work, number)
  it(name, function()
    fault.each(setup, work, {first = 1 + number % STEP, step = STEP})
    assert.is_true(fault.sound())
  end)
end

describe("a failing allocation in", function()
  after_each(function() torch._C.fail_at(0) end)
  local seen = {}
  for number, m in ipairs(calls.modules()) do
    if LONG or not seen[m.name] then
      seen[m.name] = true
      each(("nn.%s, case %d"):format(m.name, number), function()
        torch.manual_seed(1)
        local inputs = table.pack(values(m.inputs))
        for i = 1, inputs.n do inputs[i] = in_double(inputs[i]) end
        return {module = value(("nn.%s(%s)"):format(m.name, table.concat(m.args, ", "))):double(), inputs = inputs}
      end, function(c)
        torch.manual_seed(3)
        derive(c.module(table.unpack(c.inputs, 1, c.inputs.n)))
        c.module:zero_grad()
      end, number)
    end
  end

  for number, o in ipairs(calls.optimisers()) do
    if LONG or not seen[o.name] then
      seen[o.name] = true
      each(("optim.%s, case %d"):format(o.name, number), function()
        torch.manual_seed(1)
        local parameters = {torch.randn(2, 3):requires_grad_(), torch.randn(4, 1):requires_grad_()}
        for _, p in ipairs(parameters) do p.grad = torch.randn(p.shape) end
        local function closure()
          local loss = (parameters[1] * parameters[1]):sum() + parameters[2]:exp():sum()
          for _, p in ipairs(parameters) do p.grad = nil end
          loss:backward()
          return loss
        end
        return {optimizer = torch.optim[o.name](parameters, value(o.options)),
          closure = o.name == "LBFGS" and closure or nil}
      end, function(c)
        for _ = 1, 2 do c.optimizer:step(c.closure) end
        c.optimizer:load_state_dict(c.optimizer:state_dict())
        c.optimizer:zero_grad()
      end, number)
    end
  end

  local function leaf() return torch.arange(12.0, {dtype = "float64"}):reshape(3, 4):requires_grad_() end
  local body = function(x) return ((x * 2 + 1):exp() * x):sum(1) end
  each("a fused function", leaf, function(x) derive(torch.fused(body)(x)) end, 1)
  each("a traced function", leaf, function(x)
    local traced = torch.jit.trace(body, x:detach())
    derive(traced(x))
  end, 2)
  for number, items in ipairs {{2}, {{}, {1, -1, 2}}, {torch.tensor {3, 1}}, {{}, torch.tensor {4, 1, 1}},
    {"newaxis", 1}, {torch.tensor {true, false, true}}} do
    each("an index, case " .. number, leaf, function(x) derive(x[items]) end, number)
    if items[1] ~= "newaxis" then
      each("an assignment, case " .. number, leaf, function(x)
        local y = x * 1
        y[items] = x[items] * 2
        derive(y)
        local plain = x:detach():clone()
        plain[items] = 5
      end, number)
    end
  end
end)
