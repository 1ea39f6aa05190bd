--- For tests/fuzz/ops.lua: random values as text of Lua. In a program v[1], v[2] … are what its steps gave.
local random = require "random"
local one, below, chance = random.one, random.below, random.chance
local values = {}

local NUMBERS = {"0", "1", "2", "3", "-1", "-2", "0.5", "1.0", "2.0", "-2.5", "0/0", "1/0", "-1/0", "1e300",
  "1e20", "1e-30",
  "math.maxinteger", "math.mininteger", "1 << 53", "1 << 40", "1 << 62", "99", "-99", "true", "300", "-0.0"}
local SIZES = {"0", "1", "1", "2", "2", "3", "3", "4", "5"}
local ODD_SIZES = {"-1", "1 << 40", "1 << 62", "math.maxinteger", "math.mininteger", "1.5", "'x'", "0/0", "99"}
local DTYPES = {}
for _, d in ipairs(torch._C.dtypes()) do DTYPES[#DTYPES + 1] = d.name end
local USUAL = {"float32", "float32", "float64", "float64", "int64", "bool", "int32", "uint8", "float16", "bfloat16",
  "complex64", "complex128"}
local CALLBACKS = {}
for name in pairs(require "helpers".callbacks) do CALLBACKS[#CALLBACKS + 1] = name end
table.sort(CALLBACKS)
local OPTIONS = {"dim", "keepdim", "dtype", "device", "requires_grad", "generator", "reduction", "alpha", "value", "p",
  "lr", "momentum", "weight_decay", "create_graph", "retain_graph", "max", "min", "eps", "bias", "no_such_name",
  "inplace", "stride", "padding", "batch_size", "shuffle", "size", "weight", "foreach", "maximize", "nesterov"}

function values.number() return one(NUMBERS) end
function values.dtype()
  return chance(80) and ("torch." .. one(USUAL)) or chance(50) and ("'%s'"):format(one(DTYPES)) or "'float99'"
end
function values.callback() return "H.callbacks." .. one(CALLBACKS) end
function values.dim() return one {"1", "1", "2", "-1", "3", "0", "-2", "99", "1.0"} end

function values.shape(odd)
  local list = {}
  for i = 1, one {0, 1, 1, 2, 2, 2, 3, 3, 4} do list[i] = chance(odd or 0) and one(ODD_SIZES) or one(SIZES) end
  if chance(odd or 0) and chance(10) then for i = 1, 70 do list[i] = "1" end end
  return "{" .. table.concat(list, ", ") .. "}"
end

-- What makes another view or another kind of tensor of one.
local AFTER = {":t()", ":transpose(1, -1)", "[{{1, -1, 2}}]", "[1]", ":unsqueeze(1)", ":flatten()", ":detach()",
  ":requires_grad_()", ":requires_grad_()", ":clone()", ":to 'meta'", ":expand(2, -1, -1)", ".real", ".imag",
  ":diagonal()", ":narrow(1, 1, 1)", ":as_strided({2, 2}, {0, 1})", ":squeeze()", ":conj()", ":contiguous()",
  ":double()", ":half()", ":long()", ":bool()", ":gt(1)", ":mul(1e20)", ":mul(1e-30)"}

function values.fresh_tensor()
  local shape, dtype = values.shape(), chance(75) and one {"float32", "float64"} or one(USUAL)
  local text
  if dtype:find "float" and chance(80) then text = ("torch.randn(%s, {dtype = '%s'})"):format(shape, dtype)
  else
    local fill = one {"torch.zeros(%s)", "torch.ones(%s)", "torch.full(%s, 3)", "torch.randint(1, 4, %s)",
      "torch.rand(%s)", "torch.full(%s, 0/0)"}
    text = (fill .. ":to '%s'"):format(shape, dtype)
  end
  if dtype:find "float" and chance(50) then text = text .. ":requires_grad_()" end
  for _ = 1, chance(30) and below(2) or 0 do text = ("(%s)%s"):format(text, one(AFTER)) end
  return text
end

-- The places in the pool of what fits a test, the latest most often.
local function places(pool, fits)
  local list = {}
  for i = 1, pool.n do if pool[i] ~= nil and fits(pool[i]) then list[#list + 1] = i end end
  return list
end

--- The text of an object of the pool, or nil.
function values.from_pool(pool, fits)
  local list = places(pool, fits)
  if #list == 0 then return nil end
  return ("v[%d]"):format(chance(50) and list[#list] or one(list))
end

local function is_tensor(x) return torch.is_tensor(x) end
function values.tensor(pool)
  local text = chance(70) and values.from_pool(pool, is_tensor) or values.fresh_tensor()
  if chance(15) then text = ("(%s)%s"):format(text, one(AFTER)) end
  return text
end

function values.tensors(pool)
  local list = {}
  for i = 1, below(3) do list[i] = values.tensor(pool) end
  if chance(20) then list[#list + 1] = list[1] end
  return "{" .. table.concat(list, ", ") .. "}"
end

function values.index(pool)
  local function item()
    return random.weighted {30, function() return one {"1", "2", "-1", "99", "0", "2.0", "1.5"} end,
      30, function() return one {"{}", "{1, 2}", "{1, -1, 2}", "{2, 1}", "{-1, 1, -1}", "{1, 99}", "{1, 2, 0}"} end,
      20, function() return one {"torch.tensor{1, 1}", "torch.tensor{2, -1}", "torch.tensor(true)", "torch.tensor{0}",
        "torch.tensor{true, false, true}", "torch.empty(0, {dtype = 'int64'})", "torch.tensor{{1, 2}}"} end,
      10, function() return one {"'...'", "'newaxis'", "true", "false"} end,
      10, function() return values.any(pool) end}()
  end
  if chance(30) then return item() end
  local list = {}
  for i = 1, below(3) do list[i] = item() end
  return "{" .. table.concat(list, ", ") .. "}"
end

function values.options(pool)
  local list = {}
  for i = 1, below(2) do list[i] = ("%s = %s"):format(one(OPTIONS), values.any(pool, true)) end
  return "{" .. table.concat(list, ", ") .. "}"
end

local function anything() return true end
local ODD = {"nil", "'text'", "''", "'mean'", "'cpu'", "'meta'", "'float32'", "{}", "{1, 2}", "{{}}",
  "{'x'}", "print", "io.stdout",
  "coroutine.create(print)", "torch.device 'cpu'", "torch.Generator()", "('x'):rep(200)", "true", "false",
  "H.strange 'raises'", "H.strange 'long'", "H.strange 'negative'", "H.strange 'cycle'", "torch", "nn.ReLU()",
  "nn.Linear(3, 2)", "string.dump(function() end)"}

--- A value of any kind; flat: with no table of options.
function values.any(pool, flat)
  return random.weighted {45, values.tensor, 15, values.number, 5, values.dtype, 5, values.callback,
    6, function() return values.shape(20) end, 4, values.tensors, flat and 0 or 6, values.options, 14,
    function() return one(ODD) end,
    8, function() return values.from_pool(pool, anything) or "nil" end}(pool)
end

--- The text of a value of the domains of the gradient checks; nil: of a kind that has none.
function values.literal(x)
  if torch.is_tensor(x) then
    local data = x:detach()
    if data:is_complex() then return nil end
    local shape, dtype = values.literal(x.shape), tostring(x.dtype):gsub("torch%.", "")
    local text = ("torch.empty(%s, {dtype = '%s'})"):format(shape, dtype)
    if data:numel() > 0 then
      local list = values.literal(data:flatten():tolist())
      text = ("torch.tensor(%s, {dtype = '%s'}):reshape(%s)"):format(list, dtype, shape)
    end
    return text .. (x.requires_grad and ":requires_grad_()" or "")
  end
  if type(x) == "string" then return ("%q"):format(x) end
  if type(x) == "number" then
    return x ~= x and "0/0" or x == math.huge and "1/0" or x == -math.huge and "-1/0" or
      math.type(x) == "integer" and ("%q"):format(x) or ("%.4g"):format(x)
  end
  if type(x) == "boolean" or x == nil then return tostring(x) end
  if type(x) ~= "table" and not pcall(function() return #x end) then return nil end
  local list = {}
  for i = 1, #x do list[i] = values.literal(x[i]) or "nil" end
  local keys = {}
  for key in pairs(type(x) == "table" and x or {}) do
    if type(key) == "string" and key ~= "n" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do list[#list + 1] = ("%s = %s"):format(key, values.literal(x[key])) end
  return "{" .. table.concat(list, ", ") .. "}"
end

return values
