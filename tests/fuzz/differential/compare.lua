--- For tests/fuzz/differential.lua: whether results are those of PyTorch.
local compare = {}

-- How far numbers of a dtype may be apart: relative, and as a share of the largest.
local TOLERANCE <const> = {float64 = {1e-7, 1e-9}, complex128 = {1e-7, 1e-9}, float32 = {2e-4, 2e-5},
  complex64 = {2e-4, 2e-5}, float16 = {2e-2, 4e-3}, bfloat16 = {6e-2, 3e-2}}

local function near(got, want, relative, absolute)
  if want ~= want then return got ~= got end
  if got == want then return true end
  if math.abs(want) == math.huge or math.abs(got) == math.huge then return false end
  return math.abs(got - want) <= absolute + relative * math.abs(want)
end

local function flat(t)
  t = t:detach()
  if t:is_complex() then t = torch.view_as_real(t) end
  return t:reshape({-1}):tolist()
end

local function shape_of(list) return table.concat(list, "×") end

--- nil, or what is different about one result; positions of PyTorch count from 0.
function compare.tensor(got, want, positions)
  if type(want) ~= "table" then
    if torch.is_tensor(got) and got.ndim == 0 then got = got:item() end
    if type(got) == "number" and type(want) == "number" then
      return not near(got, want, 1e-6, 1e-9) and ("%s, want %s"):format(got, want) or nil
    end
    return got ~= want and want ~= false and ("%s, want %s"):format(tostring(got), tostring(want)) or nil
  end
  if not torch.is_tensor(got) then return "a " .. type(got) .. ", want a tensor" end
  local dtype = tostring(got.dtype):match "[^.]+$"
  if dtype ~= want.dtype then return ("%s, want %s"):format(dtype, want.dtype) end
  if shape_of(got.shape) ~= shape_of(want.shape) then
    return ("shape %s, want %s"):format(shape_of(got.shape), shape_of(want.shape))
  end
  local data, largest = want.data, 0
  for _, v in ipairs(data) do
    if type(v) == "number" and v == v and math.abs(v) ~= math.huge then largest = math.max(largest, math.abs(v)) end
  end
  local relative, share = table.unpack(TOLERANCE[dtype] or {0, 0})
  for i, g in ipairs(#data > 0 and flat(got) or {}) do
    local w = positions and data[i] + 1 or data[i]
    local same = g == w
    if type(g) == "number" and type(w) == "number" then
      same = near(g, w, relative, share * math.max(largest, 0.05))
    end
    if not same then return ("element %d is %s, want %s"):format(i, tostring(g), tostring(w)) end
  end
end

return compare
