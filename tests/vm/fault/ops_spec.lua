-- Every op, its gradient and the gradient of that, with every allocation failing in turn: an error about memory that
-- says a name, no memory left, and what a refused op in place was called for is as it was.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows", require "domains"
local fault = dofile "tests/vm/fault.lua"
local LONG = os.getenv "HECATE_LONG" == "1"
local STEP = LONG and 1 or 7 -- every allocation, or a seventh of them, which are others for each op

local function integers() return torch.tensor {{1, 2, 3}, {4, 5, 6}} end
local function numbers(...) return torch.rand({...}, {dtype = torch.float64}) end

-- Calls of ops that take no floats or more than the types of their arguments tell.
local OWN = {
  bitwise_not = function() return {integers()} end, from_position = function() return {integers()} end,
  bitwise_and = function() return {integers(), integers()} end, gcd = function() return {integers(), integers()} end,
  lcm = function() return {integers(), integers()} end,
  bitwise_left_shift = function() return {integers(), integers()} end,
  bitwise_right_shift = function() return {integers(), integers()} end,
  lapack_permutation = function() return {numbers(3, 2), torch.tensor({2, 2}):int()} end,
  lapack_reflections = function() return {numbers(3, 2), numbers(2)} end,
  lapack_ldl = function() return {torch.eye(3, {dtype = torch.float64}), true} end,
  lapack_ldl_solve = function()
    return {torch.eye(3, {dtype = torch.float64}), torch.tensor({1, 2, 3}):int(), numbers(3, 1), false}
  end,
  batch_norm_backward = function()
    local function leaf(...) return numbers(...):requires_grad_() end
    return {leaf(4, 3), leaf(4, 3), leaf(3), numbers(3), numbers(3) + 1, true}
  end,
  layer_norm_backward = function()
    local function leaf(...) return numbers(...):requires_grad_() end
    return {leaf(4, 3), leaf(4, 3), leaf(3), numbers(4), numbers(4) + 1}
  end,
  group_norm_backward = function()
    local function leaf(...) return numbers(...):requires_grad_() end
    return {leaf(2, 4, 3), leaf(2, 4, 3), leaf(4), numbers(4), numbers(4) + 1, 2}
  end,
  multinomial = function() return {numbers(2, 3), 2} end, randint = function() return {1, 9, {2, 3}} end,
  one_hot = function() return {torch.tensor {1, 3, 2}, 4} end,
  embedding_renorm = function() return {numbers(3, 2), torch.tensor {1, 3}, 0.5, 2.0} end,
  native_var = function() return {numbers(2, 3):requires_grad_(), true, {1}, 1} end,
  frames_spectrum = function() return {numbers(2, 9), numbers(4), 2} end,
  frames_power = function() return {numbers(2, 9), numbers(4), 2, 2.0, numbers(3, 2)} end,
  attention_backward = function()
    local q, k, v, mask = numbers(1, 2, 3, 4), numbers(1, 1, 2, 4), numbers(1, 1, 2, 3), numbers(1, 2, 3, 2)
    local out, sums = torch._C.call("attention", q, k, v, mask, false, 0.5)
    return {out * 1, q, k, v, mask, out, sums, false, 0.5}
  end,
  recurrent_backward = function()
    local h, c, recurrent = numbers(2, 2), numbers(2, 2), numbers(8, 2)
    local x, weight = numbers(3, 2, 3), numbers(8, 3)
    local out, cells, gates = torch._C.call("recurrent", x, h, c, weight, recurrent, nil, nil, "lstm")
    return {out * 1, cells * 1, out, cells, gates, h, c, recurrent, "lstm", false}
  end,
  binomial_sample = function() return {torch.tensor {5.0, 40.0}, torch.tensor {0.3, 0.6}} end,
}
OWN.bitwise_or, OWN.bitwise_xor = OWN.bitwise_and, OWN.bitwise_and

local function samples_of(row)
  if OWN[row.name] then
    local sample = OWN[row.name]()
    sample.n = #sample
    return {sample}
  end
  local known = row.backward or row.domain or domains.known(row)
  local list = assert(known and domains.samples(row) or domains.with(row, numbers))
  return LONG and list or {list[1]}
end

-- The tensors of a call that want a gradient.
local function leaves_of(sample)
  local leaves = {}
  local function collect(v)
    if torch.is_tensor(v) then leaves[#leaves + 1] = v.requires_grad and v or nil
    elseif type(v) == "table" then for _, item in ipairs(v) do collect(item) end end
  end
  for i = 1, sample.n do collect(sample[i]) end
  return leaves
end

local function sum_of(list)
  local total
  for i = 1, list.n or #list do
    local y = list[i]
    if torch.is_tensor(y) and y.requires_grad then
      local part = (y:is_complex() and torch.view_as_real(y) or y):sum()
      total = total and total + part or part
    end
  end
  return total
end

-- Ops whose gradient has none.
local ONCE = {ctc_loss = true, native_ctc_loss = true, grid_sampler_slope = true}

-- The gradients of what f gave, and the gradients of these.
local function differentiate(out, leaves, once)
  if type(out[1]) == "table" then out = out[1] end -- a list of results
  local total = sum_of(out)
  if total == nil or #leaves == 0 then return end
  local first = table.pack(torch.autograd.grad(total, leaves, nil, {create_graph = not once, allow_unused = true}))
  first.n = #leaves
  if once then return end
  local second = sum_of(first)
  if second then torch.autograd.grad(second, leaves, nil, {allow_unused = true}) end
end

local function forward_and_back(row, sample, first)
  local leaves = leaves_of(sample)
  fault.each(function() return sample end, function(args)
    torch.manual_seed(7)
    differentiate(table.pack(torch._C.call(row.name, table.unpack(args, 1, args.n))), leaves, ONCE[row.name])
  end, {first = first, step = STEP})
end

-- An in-place form changes a copy of the first argument, or a result where that wants a gradient.
local function in_place(row, sample, first)
  local name = row.lua .. "_"
  fault.each(function()
    local target = sample[1].requires_grad and sample[1] * 1 or sample[1]:clone()
    return {target = target, before = target:detach():clone(), shape = target.shape}
  end, function(c)
    torch.manual_seed(7)
    c.target[name](c.target, table.unpack(sample, 2, sample.n))
  end, {first = first, step = STEP, check = function(c, n)
    if c.target.shape ~= c.shape or not torch.equal(c.target:detach(), c.before) then
      error(("allocation %d: %s has changed what it refused"):format(n, name), 0)
    end
  end})
end

-- Whether the in-place form takes this call: the result has the shape and the dtype of the target.
local function fits(row, sample)
  local target = torch.is_tensor(sample[1]) and sample[1] * 1
  if not target then return false end
  return (pcall(function() target[row.lua .. "_"](target, table.unpack(sample, 2, sample.n)) end))
end

describe("a failing allocation in", function()
  after_each(function() torch._C.fail_at(0) end)
  for number, row in ipairs(rows.read()) do
    local first = 1 + number % STEP
    if row.inplace ~= "only" then
      it(row.name, function()
        for _, sample in ipairs(samples_of(row)) do forward_and_back(row, sample, first) end
        assert.is_true(fault.sound())
      end)
    end
    if row.inplace and not row.private then
      it(row.name .. " in place", function()
        for _, sample in ipairs(samples_of(row)) do
          if fits(row, sample) then in_place(row, sample, first) end
        end
        assert.is_true(fault.sound())
      end)
    end
  end
end)
