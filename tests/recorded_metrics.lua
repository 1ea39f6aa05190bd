--- Recorded cases of torchmetrics: tests/data/metrics.gz, files of Lua tables, each after a line "--- NAME", in the
-- form that tests/recorded_distributions.lua describes. S{shape=, mean=, at=, data=} is a tensor in short.
local shared = dofile "tests/recorded.lua"
local recorded = {}

local function by_formula(r)
  return {kind = "T", shape = r.shape, dtype = r.dtype, data = shared.numbers(r)}
end

local function tagged(kind) return function(t) t.kind = kind return t end end

--- The tables of all files, by name.
function recorded.load()
  return shared.tables("tests/data/metrics.gz",
    {T = tagged "T", S = tagged "S", R = by_formula, nan = 0 / 0, inf = math.huge})
end

function recorded.tensor(t) return torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape) end

--- The value of an argument: tensors in lists and tables, or itself.
function recorded.value(v)
  if type(v) ~= "table" then return v end
  if v.kind == "T" then return recorded.tensor(v) end
  local made = {}
  for key, item in pairs(v) do made[key] = recorded.value(item) end
  return made
end

local function in_short(got, want)
  local flat = got:reshape(-1):double()
  for i, at in ipairs(want.at) do
    local x, y = flat[at]:item(), want.data[i]
    if not (math.abs(x - y) <= 1e-5 + 1e-4 * math.abs(y)) then
      return ("element %d is %s, expected %s"):format(at, x, y)
    end
  end
end

local function tensor_differs(got, want, case)
  if not torch.is_tensor(got) then return "no tensor: " .. tostring(got) end
  if table.concat(got.shape, ",") ~= table.concat(want.shape, ",") then
    return ("shape %s, expected %s"):format(table.concat(got.shape, "×"), table.concat(want.shape, "×"))
  end
  if want.kind == "S" then return in_short(got, want) end
  local w = recorded.tensor(want)
  if got.dtype ~= w.dtype then return ("%s, expected %s"):format(got.dtype, w.dtype) end
  local rtol = case.rtol or 1e-4
  if w.dtype == torch.float32 then rtol = math.max(rtol, 1e-6) end -- what float32 holds
  if torch.allclose(got:detach():double(), w:double(), {rtol = rtol, atol = case.atol or 1e-5, equal_nan = true}) then
    return
  end
  return ("%s, expected %s"):format(got:detach(), w)
end

--- Nothing where a value is near the recorded one, else what differs.
function recorded.differs(got, want, case)
  if type(want) ~= "table" then
    return got ~= want and ("%s, expected %s"):format(tostring(got), tostring(want)) or nil
  end
  if want.kind then return tensor_differs(got, want, case) end
  for key, item in pairs(want) do
    local why = recorded.differs(type(got) == "table" and got[key] or nil, item, case)
    if why then return ("%s: %s"):format(key, why) end
  end
end

--- What a call gave, in the form of what was recorded: one value, or a list of results.
function recorded.results(got, want)
  local is_list = type(want) == "table" and not want.kind and #want > 0
  if is_list and got.n > 1 then return got end
  return got[1]
end

return recorded
