-- compare.lua: whether what a device computes is what the CPU computes.
local compare = {}

-- Relative and absolute tolerance. Sums and products of float32 differ by their order, functions by a few last
-- digits.
local TOLERANCE = {
  float64 = {1e-9, 1e-10}, float32 = {2e-4, 2e-5}, float16 = {4e-3, 4e-3}, bfloat16 = {3e-2, 3e-2},
  complex64 = {2e-4, 2e-5}, complex128 = {1e-9, 1e-10}}

local function name_of(t) return (tostring(t.dtype):gsub("^torch%.", "")) end

--- nil where two tensors agree, else words. `expected` is on the CPU.
function compare.tensors(got, expected)
  if not torch.is_tensor(got) then return "no tensor but " .. tostring(got) end
  if tostring(got.dtype) ~= tostring(expected.dtype) then
    return ("%s instead of %s"):format(got.dtype, expected.dtype)
  end
  if got.shape ~= expected.shape then return ("shape %s instead of %s"):format(got.shape, expected.shape) end
  for d = 1, got.ndim do
    if got.shape[d] > 1 and got:stride(d) ~= expected:stride(d) then return "other strides" end
  end
  local tolerance = TOLERANCE[name_of(expected)]
  local here = got:detach():to("cpu")
  expected = expected:detach()
  if not tolerance then
    if name_of(expected):find "^uint" then here, expected = here:to "int64", expected:to "int64" end
    return not torch.equal(here, expected) and ("%s instead of %s"):format(here, expected) or nil
  end
  local wide = name_of(expected):find "complex" and "complex128" or "float64"
  local a, b = here:to(wide), expected:to(wide)
  if torch.allclose(a, b, tolerance[1], tolerance[2], true) then return nil end
  return ("%s instead of %s"):format(here, expected)
end

--- The same for values of any kind: lists by their items.
function compare.values(got, expected)
  if torch.is_tensor(expected) then return compare.tensors(got, expected) end
  if type(expected) == "table" and type(got) == "table" then
    if #got ~= #expected then return "lists of different lengths" end
    for i = 1, #expected do
      local words = compare.values(got[i], expected[i])
      if words then return ("item %d: %s"):format(i, words) end
    end
    return nil
  end
  if got == expected or got ~= got and expected ~= expected then return nil end
  return ("%s instead of %s"):format(got, expected)
end

return compare
