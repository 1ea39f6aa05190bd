-- The trajectories of optimisers that were recorded from PyTorch (tests/parity.lua).
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"
local known = dofile("tests/data/parity/known.lua").optim
local torch = require "torch"
local optim = require "torch.optim"

local function tensor(t)
  return torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape)
end
local function leaf(t) return tensor(t):detach():requires_grad_(true) end

local function load_cases(name)
  local env = {T = function(t) return t end, nan = 0 / 0, inf = math.huge}
  return parity.read("optim", name, env)
end

local function close(got, want, where, rtol, atol)
  local list = got:detach():reshape({-1}):tolist()
  for i, w in ipairs(want.data) do
    if not (math.abs(list[i] - w) <= atol + rtol * math.abs(w)) then
      error(("%s: element %d is %.17g, want %.17g"):format(where, i, list[i], w))
    end
  end
end

local function replay(class, case, where)
  local params, given = {}, {}
  for i, p in ipairs(case.params) do params[i] = leaf(p) end
  for i, g in ipairs(case.groups or {}) do
    given[i] = {}
    for k, v in pairs(g) do given[i][k] = v end
    given[i].params = {}
    for j, number in ipairs(g.params) do given[i].params[j] = params[number] end
  end
  local opt = class(case.groups and given or params, case.kwargs)
  for step, grads in ipairs(case.grads) do
    for i, p in ipairs(params) do p.grad = grads[i] and tensor(grads[i]) or nil end
    opt:step()
    for i, want in ipairs(case.after[step] or {}) do
      close(params[i], want, ("%s step %d parameter %d"):format(where, step, i), case.rtol or 1e-9, case.atol or 1e-12)
    end
  end
end

-- Recorded problems of LBFGS, whose closure is told in words.
local problems = {
  quadratic = function(params, data)
    local x = torch.cat {params[1]:reshape {-1}, params[2]:reshape {-1}}
    return x:dot(data.A:mv(x)) * 0.5 - data.b:dot(x)
  end,
  rosenbrock = function(params)
    return ((1 - params[1]) ^ 2 + (params[2] - params[1] ^ 2) ^ 2 * 100):sum()
  end,
}

local function replay_problem(class, case, where)
  local params, data, calls = {}, {}, 0
  for i, p in ipairs(case.params) do params[i] = leaf(p) end
  for key, value in pairs(case.data or {}) do data[key] = tensor(value) end
  local opt = class(params, case.kwargs)
  for step, want in ipairs(case.losses) do
    local first = opt:step(function()
      calls = calls + 1
      opt:zero_grad()
      local loss = problems[case.problem](params, data)
      loss:backward()
      return loss
    end)
    assert.equal(case.closure_calls[step], calls, ("%s step %d: calls of the closure"):format(where, step))
    close(first, {data = {want}}, ("%s step %d loss"):format(where, step), 1e-9, 1e-12)
    for i, after in ipairs(case.after[step] or {}) do
      close(params[i], after, ("%s step %d parameter %d"):format(where, step, i), 1e-9, 1e-12)
    end
  end
end

describe("optim", function()
  for _, name in ipairs(parity.names "optim") do
    it(name .. " follows PyTorch to 1e-9", function()
      local exceptions = known[name] or {}
      for i, case in ipairs(load_cases(name).cases) do
        local where = ("%s case %d"):format(name, i)
        local ok, why = pcall(case.problem and replay_problem or replay, optim[name:match "^[^/]*"], case, where)
        if exceptions[i] then assert.is_false(ok, where .. " holds now: take it from known.lua")
        elseif not ok then error(why, 0) end
      end
    end)
  end
  it("has trajectories of 15 optimisers", function() assert.is_true(#parity.names "optim" >= 18) end)
end)
