--- For tests/fuzz/ops.lua: right calls to start from, as texts: ops from the domains of the gradient checks, modules
-- and optimisers from the recorded cases.
local values = require "values"
local domains, parity = require "domains", require "parity"
local calls = {}

-- {name =, lua =, module =, in_place =, samples = {{text of an argument, …}, …}} for each row.
local function op_of(row)
  local samples = {}
  for _, sample in ipairs(domains.samples(row) or domains.with(row, function(...)
    return torch.rand({...}, {dtype = torch.float64})
  end) or {}) do
    local texts = {}
    for i = 1, sample.n do
      texts[i] = values.literal(sample[i])
      if texts[i] == nil then texts = nil break end
    end
    samples[#samples + 1] = texts
  end
  local module = row.modules and row.modules.torch and "torch" or "torch.nn.functional"
  return {name = row.name, lua = row.lua, module = module, private = row.private, in_place = row.inplace,
    method = row.method, samples = samples}
end

function calls.ops()
  local list = {}
  for _, row in ipairs(require "rows".read()) do
    local op = op_of(row)
    if #op.samples > 0 then list[#list + 1] = op end
  end
  return list
end

-- What stands in a recorded case, as text; tensors as random ones of their shape.
local language = {nan = 0 / 0, inf = math.huge, NIL = "nil",
  T = function(t)
    local shape = "{" .. table.concat(t.shape, ", ") .. "}"
    if t.dtype == "int64" then return ("torch.randint(1, 3, %s)"):format(shape) end
    return ("torch.rand(%s, {dtype = '%s'})%s"):format(shape, t.dtype, t.grad and ":requires_grad_()" or "")
  end,
  D = function(name) return ("torch.%s"):format(name) end,
  C = function() return "0.5" end,
}
local function text_of(v)
  if type(v) == "string" and (v:find "^torch%." or v == "nil" or v:find "^nn%.") then return v end
  if type(v) == "table" then
    local list, keys = {}, {}
    for _, item in ipairs(v) do list[#list + 1] = text_of(item) end
    for key in pairs(v) do if type(key) == "string" then keys[#keys + 1] = key end end
    table.sort(keys)
    for _, key in ipairs(keys) do list[#list + 1] = ("%s = %s"):format(key, text_of(v[key])) end
    return "{" .. table.concat(list, ", ") .. "}"
  end
  return values.literal(v)
end
local function arguments_of(args, kwargs)
  local list = {}
  for i, v in ipairs(args or {}) do list[i] = text_of(v) end
  if kwargs and next(kwargs) then list[#list + 1] = text_of(kwargs) end
  return list
end
function language.M(t)
  return ("nn.%s(%s)"):format(t.module:match "[^.]+$", table.concat(arguments_of(t.args, t.kwargs), ", "))
end

--- {name =, args = texts, inputs = texts} for the first cases of each module.
function calls.modules()
  local list = {}
  for _, name in ipairs(parity.names "modules") do
    local doc = parity.read("modules", name, language)
    local class = doc.module:match "[^.]+$"
    for i = 1, torch.nn[class] and math.min(#doc.cases, 4) or 0 do
      local case = doc.cases[i]
      if case then
        local args = arguments_of(case.args, case.kwargs)
        local inputs = arguments_of(case.inputs)
        if class == "EmbeddingBag" and inputs[2] then -- bags begin at rising positions, the first at 1
          inputs[2] = ("torch.arange(%d):add(1)"):format(inputs[2]:match "{(%d+)}")
        end
        list[#list + 1] = {name = class, args = args, inputs = inputs}
      end
    end
  end
  return list
end

--- {name =, options = text} for the cases of each optimiser.
function calls.optimisers()
  local list = {}
  for _, name in ipairs(parity.names "optim") do
    local doc = parity.read("optim", name, language)
    local class = doc.optim:match "[^.]+$"
    if torch.optim[class] then
      for _, case in ipairs(doc.cases) do
        if case then list[#list + 1] = {name = class, options = text_of(case.kwargs or {})} end
      end
    end
  end
  return list
end

return calls
