-- Recorded cases of torchvision's transforms: what a form of them is here, and whether a case holds.
local F = torchvision.transforms.v2.functional
local tv = torchvision.tv_tensors
local shared = dofile "tests/recorded.lua"
local recorded = {}

-- R{shape=, seed=, dtype=, lo=, hi=}: a tensor by formula.
local function formula(r)
  local data = shared.numbers(r)
  local double = r.dtype:find "float" and torch.tensor(data, {dtype = "float64"})
  return (double and double:to(r.dtype) or torch.tensor(data, {dtype = r.dtype})):reshape(r.shape)
end

local NIL = setmetatable({}, {__name = "NIL"})
local environment = {R = formula, NIL = NIL, nan = 0 / 0, inf = math.huge,
  T = function(t) return torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape) end,
  S = function(s) return s end,
  D = function(name) return torch[name] end}

--- The cases of a file.
function recorded.load(path) return assert(loadfile(path, "t", environment))().cases end

local function close(want, got, case)
  if want == got or want ~= want and got ~= got then return true end
  return math.abs(want - got) <= case.atol + case.rtol * math.abs(want)
end

-- Whether a result is the recorded one: a whole tensor, or some elements of it with mean and standard deviation.
local function same(want, got, case)
  if not torch.is_tensor(got) then return false, "no tensor" end
  if tostring(got.dtype) ~= tostring(torch.is_tensor(want) and want.dtype or torch[want.dtype]) then
    return false, "dtype " .. tostring(got.dtype)
  end
  if table.concat(got.shape, " ") ~= table.concat(want.shape, " ") then
    return false, ("shape %s, expected %s"):format(table.concat(got.shape, "×"), table.concat(want.shape, "×"))
  end
  local values = got:detach():to(got.dtype == torch.bool and "uint8" or got.dtype):double():reshape(-1)
  if torch.is_tensor(want) then
    want = want:to(want.dtype == torch.bool and "uint8" or want.dtype):double():reshape(-1)
    for i = 1, #want do
      if not close(want[i]:item(), values[i]:item(), case) then
        return false, ("element %d is %s, expected %s"):format(i, values[i]:item(), want[i]:item())
      end
    end
    return true
  end
  for i, at in ipairs(want.at) do
    if not close(want.data[i], values[at]:item(), case) then
      return false, ("element %d is %s, expected %s"):format(at, values[at]:item(), want.data[i])
    end
  end
  local loose = {atol = case.atol + 1e-6, rtol = case.rtol + 1e-6}
  if want.mean and not close(want.mean, values:mean():item(), loose) then return false, "the mean" end
  return true
end

local function arguments(case)
  local list, options = {}, {}
  for i, value in ipairs(case.args or {}) do
    list[i] = value
    if value == NIL then list[i] = nil end
  end
  for name, value in pairs(case.kwargs or {}) do
    if value ~= NIL then options[name] = value end
  end
  local n = #(case.args or {})
  if next(options) then n, list[n + 1] = n + 1, options end
  return list, n
end

-- What the case is about, as a tensor that knows what it is.
local function input(case)
  if case.boxes then
    if case.op == "convert_bounding_box_format" then return tv.BoundingBoxes(case.boxes, case.format, {13, 17}) end
    return tv.BoundingBoxes(case.boxes, case.format, case.canvas_size)
  end
  if case.keypoints then return tv.KeyPoints(case.keypoints, case.canvas_size) end
  if case.mask then return tv.Mask(case.mask) end
  return case.image
end

--- Whether the case holds; else why not.
function recorded.check(case)
  local list, n = arguments(case)
  local results = {F[case.op](input(case), table.unpack(list, 1, n))}
  local wanted = case.out
  if case.image == nil then wanted = {case.out, case.valid} end
  for i, want in ipairs(wanted) do
    local ok, why = same(want, results[i], case)
    if not ok then return false, why end
  end
  local size = case.out_canvas
  if size and table.concat(size, " ") ~= table.concat(results[1].canvas_size, " ") then
    return false, "canvas " .. table.concat(results[1].canvas_size, "×")
  end
  return true
end

recorded.same = same
return recorded
