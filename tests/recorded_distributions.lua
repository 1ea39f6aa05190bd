--- Recorded cases of torch.distributions: tests/data/distributions.gz, or the folder that HECATE_DISTRIBUTIONS names.
-- It holds files of Lua tables, each after a line "--- NAME". In them T{shape=, dtype=, data=} is a tensor, R a
-- tensor by formula.
local shared = dofile "tests/recorded.lua"
local recorded = {}

local function by_formula(r)
  return {kind = "T", shape = r.shape, dtype = r.dtype, grad = r.grad, data = shared.numbers(r)}
end

local function environment()
  return {T = function(t) t.kind = "T" return t end, R = by_formula, nan = 0 / 0, inf = math.huge}
end

--- The tables of all files, by name.
function recorded.load() return shared.tables("tests/data/distributions.gz", environment()) end

--- A recorded tensor; what has a gradient is added to the list of leaves.
function recorded.tensor(t, leaves)
  local x = torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape)
  if t.grad and leaves then
    x = x:detach():clone():requires_grad_(true)
    leaves[#leaves + 1] = x
  end
  return x
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

--- The value of an argument: a tensor, a distribution, a transform, a list, or itself.
function recorded.value(v, leaves)
  if type(v) ~= "table" then return v end
  if v.kind == "T" then return recorded.tensor(v, leaves) end
  if v.distribution or v.transform or v.constraint then return recorded.make(v, leaves) end
  local list = {}
  for i, item in ipairs(v) do list[i] = recorded.value(item, leaves) end
  return list
end

--- What a description says: {distribution =, args =, n =, kwargs =}, or transform.
function recorded.make(description, leaves, name)
  local class = torch.distributions[name or description.distribution or description.transform]
  local args, n = {}, description.n or #description.args
  for i = 1, n do args[i] = recorded.value(description.args[i], leaves) end
  if description.kwargs then
    local named = {}
    for _, key in ipairs(sorted_keys(description.kwargs)) do
      named[key] = recorded.value(description.kwargs[key], leaves)
    end
    n = n + 1
    args[n] = named
  end
  local made = class(table.unpack(args, 1, n))
  return description.inverse == true and made.inv or made
end

--- Nothing where x is near the recorded t, else what differs.
function recorded.differs(x, t, case)
  local want = recorded.tensor(t)
  if not torch.is_tensor(x) then x = torch.tensor(x, {dtype = want.dtype}) end
  if table.concat(x.shape, ",") ~= table.concat(want.shape, ",") then
    return ("shape %s, expected %s"):format(table.concat(x.shape, "×"), table.concat(want.shape, "×"))
  end
  if x.dtype ~= want.dtype then return ("%s, expected %s"):format(x.dtype, want.dtype) end
  local rtol, atol = case.rtol or 1e-9, case.atol or 1e-9
  if torch.allclose(x:detach():double(), want:double(), {rtol = rtol, atol = atol, equal_nan = true}) then return end
  return ("%s, expected %s"):format(x:detach(), want)
end

return recorded
