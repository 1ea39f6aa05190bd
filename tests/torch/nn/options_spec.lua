-- No layer takes an option and ignores it: each changes its parameters, its result or a gradient in some call.
package.path = "tests/torch/nn/?.lua;" .. package.path
local domains = require "layer_domains"
local layer = require "torch.nn.layer"

for _, file in ipairs(torch._C.files()) do
  local name = file:match "^torch/nn/layers/([%w_]+)%.lua$"
  if name then require("torch.nn.layers." .. name) end
end

-- What is allowed without an effect, and why.
local KEPT = {["Embedding.sparse"] = "gradients are dense: only false is taken"}
-- A call that shows what those of layer_domains.lua do not.
local function randn(...) return torch.randn({...}, {dtype = "float64"}) end
local SIGNS = torch.tensor({1, -1, -1}, {dtype = "float64"})
local MORE = {AvgPool2d = {{{2, 1, 1}, {torch.arange(1, 17):double():reshape(1, 4, 4)}}},
  CosineEmbeddingLoss = {{{}, {randn(3, 4), randn(3, 4), SIGNS}}},
  MarginRankingLoss = {{{}, {randn(3), randn(3), SIGNS}}},
  PoissonNLLLoss = {{{false}, {SIGNS + 2, SIGNS * 2 + 3}}},
  MultiMarginLoss = {{{}, {randn(3, 4), torch.tensor {1, 4, 2}}}},
  TripletMarginLoss = {{{}, {randn(3, 4), randn(3, 4), randn(3, 4)}}}}

local VALUES = {bool = {true, false}, dtype = {"float64"}, device = {"meta"}, any = {"meta"}, int = {0, 1, 2, 3, 5},
  float = {0.25, 2.5, 0.5, 3, 1, 0, -1, false}, pair = {1, 2, 3, {1, 2}, {2, 1}, 0}, ints = {1, 2, 3, {1}, {2, 3}},
  Tensor = {torch.tensor {0.5, 2, 1, 3}, torch.tensor {0.5, 2, 1}, torch.full({3, 4}, 0.5)}}

local function show(v)
  if not torch.is_tensor(v) then return tostring(v) end
  return table.concat({tostring(v.dtype), table.concat(v.shape, "x"), tostring(v.requires_grad), tostring(v.device),
    v.device.type == "cpu" and tostring(v:detach():clone()) or ""}, "|")
end

local function add_parts(parts, m)
  for name, p in m:named_parameters() do parts[#parts + 1] = name .. show(p) .. (p.grad and show(p.grad) or "") end
  for name, b in m:named_buffers() do parts[#parts + 1] = name .. show(b) end
end

--- What a layer is and does, as a text; nil where its options are refused.
local function outcome(name, arguments, inputs)
  torch.manual_seed(3)
  local ok, m = pcall(function() return nn[name](table.unpack(arguments)) end)
  if not ok then return nil end
  local parts, given = {}, {}
  add_parts(parts, m)
  local first = m:parameters()[1]
  if first == nil or first.device.type == "cpu" then m:double() end
  for i, t in ipairs(inputs) do
    given[i] = t.dtype == torch.float64 and t:detach():clone():requires_grad_(i == 1) or t:clone()
  end
  local results = table.pack(pcall(m, table.unpack(given)))
  if not results[1] then return table.concat(parts, "\n") end
  for i = 2, results.n do parts[#parts + 1] = show(results[i]) end
  local result = results[2]
  if result.requires_grad and result.device.type == "cpu" then (result * (result:detach() + 1)):sum():backward() end
  for _, t in ipairs(given) do parts[#parts + 1] = show(t) .. (t.grad and show(t.grad) or "") end
  add_parts(parts, m)
  return table.concat(parts, "\n")
end

--- The arguments with one more option.
local function with(arguments, option, value)
  local args = table.move(arguments, 1, #arguments, 1, {})
  local last, named = args[#args], {}
  if type(last) == "table" and #last == 0 then
    for key, given in pairs(table.remove(args)) do named[key] = given end
  end
  named[option] = value
  args[#args + 1] = named
  return args
end

local function has_effect(name, option)
  local samples = table.move(MORE[name] or {}, 1, #(MORE[name] or {}), 1, {})
  for _, sample in ipairs(domains[layer.rows[name].domain or "default"]()) do samples[#samples + 1] = sample end
  for _, sample in ipairs(samples) do
    local plain = outcome(name, sample[1], sample[2])
    for _, value in ipairs(option.choices or VALUES[option.type] or VALUES.float) do
      local changed = outcome(name, with(sample[1], option.name, value), sample[2])
      if changed and changed ~= plain then return true end
    end
  end
  return false
end

describe("the options of a layer have an effect:", function()
  for name in pairs(layer.rows) do
    it(name, function()
      for _, option in ipairs(torch._C.describe(nn[name]).arguments or {}) do
        local full = name .. "." .. option.name
        assert.is_true(option.required or KEPT[full] ~= nil or has_effect(name, option), full)
      end
    end)
  end
end)
