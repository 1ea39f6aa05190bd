-- The gradients of every module with respect to its inputs and parameters, against finite differences: first
-- derivatives, and second ones. Modules, states and inputs are those of the recorded cases (tests/parity.lua) in
-- float64; of each module the smallest, with HECATE_LONG=1 all.
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"

local Golden, Module, NIL = {}, {}, {}
local language = {
  T = function(t) return setmetatable(t, Golden) end, M = function(t) return setmetatable(t, Module) end,
  NIL = NIL, nan = 0 / 0, inf = math.huge,
}

local function tensor(t)
  local x = torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape)
  return x:is_floating_point() and x:requires_grad_(t.grad == true) or x
end

local construct, argument
function argument(v)
  if v == NIL then return false end -- None, where a number would be meant otherwise
  if getmetatable(v) == Golden then return tensor(v) end
  if getmetatable(v) == Module then return construct(v.module, v.args, v.kwargs) end
  if type(v) ~= "table" then return v end
  local list = {}
  for key, item in pairs(v) do list[key] = argument(item) end
  return list
end
function construct(module, args, kwargs)
  local given, named = {}, {}
  for i, v in ipairs(args) do given[i] = argument(v) end
  for k, v in pairs(kwargs or {}) do named[k] = argument(v) end
  if next(named) then given[#given + 1] = named end
  return torch.nn[module:match "[^.]+$"](table.unpack(given))
end

-- A variance below `eps` counts as `eps`, but its gradient is given as if it counted itself: no derivative.
local function is_clamped(case)
  for _, variance in ipairs(case.inputs[3].data) do
    if variance < (case.kwargs.eps or 1e-6) then return true end
  end
  return false
end
local NOT_DERIVATIVES = {["nn.GaussianNLLLoss"] = is_clamped}

-- How many differences a check of this case takes; nil: it has nothing in float64 to differentiate by.
local function work(case)
  local numbers, some = 0, false
  for _, t in ipairs(case.inputs) do
    if type(t) ~= "table" or t.dtype == nil then return nil end
    if t.grad and t.dtype == "float64" then some = true end
    if t.grad then numbers = numbers + #t.data end
  end
  for _, s in ipairs(case.state) do numbers = numbers + #s[2].data end
  return some and not next(case.inputs_kwargs or {}) and numbers or nil
end

local function chosen(doc)
  local list = {}
  for _, case in ipairs(doc.cases) do
    local is_other = NOT_DERIVATIVES[doc.module]
    if case and work(case) and not (is_other and is_other(case)) then list[#list + 1] = case end
  end
  table.sort(list, function(a, b) return work(a) < work(b) end)
  return os.getenv "HECATE_LONG" == "1" and list or {list[1]}
end

local function check(doc, case)
  local m = construct(doc.module, case.args, case.kwargs)
  local state, leaves = {}, {}
  for _, s in ipairs(case.state) do state[s[1]] = tensor(s[2]) end
  m:double()
  m:train(case.training)
  m:load_state_dict(state)
  for i, t in ipairs(case.inputs) do leaves[i] = tensor(t) end
  local n = #leaves
  for _, p in ipairs(m:parameters()) do leaves[#leaves + 1] = p end -- changed in place by the check, so that m sees it
  local function f(...)
    torch.manual_seed(5)
    return m(table.unpack({...}, 1, n))
  end
  torch.autograd.gradcheck(f, leaves)
  torch.autograd.gradgradcheck(f, leaves)
end

-- Modules whose gradient is no plain derivative, and why.
local OTHERS = {["nn.CTCLoss"] = "takes its input to be normalised: tests/tensor/gradcheck_spec.lua has its derivative",
  ["nn.ChannelShuffle"] = "has no recorded gradient: composed_spec.lua checks it",
  ["nn.EmbeddingBag"] = "takes positions: composed_spec.lua checks the gradient of its table",
  ["nn.MultiheadAttention/2"] = "has options in each call: the cases of the other file are checked"}

describe("gradients of modules:", function()
  for _, name in ipairs(parity.names "modules") do
    local doc = parity.read("modules", name, language)
    local cases = chosen(doc)
    if not OTHERS[name] then it(name, function()
      assert.is_true(#cases > 0, "no case can be checked")
      for _, case in ipairs(cases) do check(doc, case) end
    end) end
  end
end)
