--- Recorded cases of torchaudio: tests/data/audio.gz, or the folder that HECATE_AUDIO names. It holds files of Lua
-- tables, each after a line "--- NAME". In them T{shape=, dtype=, data=} is a tensor, R a tensor by formula, S mean,
-- deviation and some elements of a tensor.
local shared = dofile "tests/recorded.lua"
local recorded = {}

local function environment()
  local function kind(name) return function(t) t.kind = name return t end end
  return {T = kind "T", R = kind "R", S = kind "S",
    NIL = setmetatable({}, {__name = "NIL"}), nan = 0 / 0, inf = math.huge, D = function(name) return name end}
end
recorded.environment = environment()

--- The tables of all files, by name.
function recorded.load()
  local all, folder = {}, os.getenv "HECATE_AUDIO"
  if folder then
    for _, name in ipairs {"functional", "transforms"} do
      all[name] = assert(loadfile(folder .. "/" .. name .. ".lua", "t", recorded.environment))().cases
    end
    return all
  end
  for name, doc in pairs(shared.tables("tests/data/audio.gz", recorded.environment)) do all[name] = doc.cases end
  return all
end

--- A wave of sines; outside of its gate it is a hundred times as quiet.
local function wave(w)
  local k = torch.arange(w.length, {dtype = "float64"})
  local x = torch.zeros(w.length, {dtype = "float64"})
  for _, s in ipairs(w.sines) do x = x + s[2] * torch.sin(2 * math.pi * s[1] * k / w.rate + s[3]) end
  if w.gate then
    local inside = k:ge(w.gate[1]):logical_and(k:lt(w.gate[2]))
    x = torch.where(inside, x, x * 0.01)
  end
  return x:to(w.dtype):unsqueeze(1)
end

--- Real and imaginary parts stand in turn.
local function complex_tensor(t)
  local half = t.dtype == "complex64" and "float32" or "float64"
  return torch.view_as_complex(torch.tensor(t.data, {dtype = half}):reshape(-1, 2)):reshape(t.shape)
end

--- The value of an argument.
function recorded.value(v)
  if v == recorded.environment.NIL then return nil end
  if type(v) ~= "table" then return v end
  if v.kind == "R" then v = {kind = "T", shape = v.shape, dtype = v.dtype, data = shared.numbers(v)} end
  if v.kind == "T" then
    return v.dtype:find "complex" and complex_tensor(v) or torch.tensor(v.data, {dtype = v.dtype}):reshape(v.shape)
  end
  if v.window then return torch[v.window .. "_window"](v.n, {dtype = "float64"}) end
  if v.sines then return wave(v) end
  local list = {}
  for key, item in pairs(v) do list[key] = recorded.value(item) end
  return list
end

local function near(x, want, case)
  return torch.allclose(x, want, {rtol = case.rtol or 1e-4, atol = case.atol or 1e-5, equal_nan = true})
end

--- Of S: the deviation is told where it is meant to be small against it.
local function differs_in_short(x, t, case)
  local flat = x:reshape(-1):double()
  local got, want = flat:index_select(1, torch.tensor(t.at)), torch.tensor(t.data, {dtype = t.dtype}):double()
  if not near(got, want, case) then
    return ("elements differ by up to %g"):format((got - want):abs():max():item())
  end
  local scale = 10 * ((case.rtol or 1e-4) * (math.abs(t.mean) + t.std) + (case.atol or 1e-5))
  local mean, std = flat:mean():item(), flat:std():item()
  if math.abs(mean - t.mean) > scale then return ("mean %g, not %g"):format(mean, t.mean) end
  if math.abs(std - t.std) > scale then return ("std %g, not %g"):format(std, t.std) end
end

--- Nothing where x is near the recorded t, else what differs.
function recorded.differs(x, t, case)
  if type(t) ~= "table" then
    if x ~= t then return ("%s, expected %s"):format(x, t) end
    return
  end
  if torch.is_complex(x) and not t.dtype:find "complex" then x = torch.view_as_real(x) end
  if table.concat(x.shape, ",") ~= table.concat(t.shape, ",") then
    return ("shape %s, expected %s"):format(table.concat(x.shape, "×"), table.concat(t.shape, "×"))
  end
  if tostring(x.dtype):gsub("^torch%.", "") ~= t.dtype then return ("%s, expected %s"):format(x.dtype, t.dtype) end
  x = x:detach()
  if t.kind == "S" then return differs_in_short(x, t, case) end
  local want = recorded.value(t)
  if torch.is_complex(x) then x, want = torch.view_as_real(x), torch.view_as_real(want) end
  if not near(x:double(), want:double(), case) then
    return ("differs by up to %g"):format((x:double() - want:double()):abs():max():item())
  end
end

return recorded
