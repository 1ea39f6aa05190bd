-- Element types by the names that files of others have for them.
local internal = torch._C
local dtypes = {}

local FROM_NUMPY, TO_NUMPY, FROM_STORAGE, TO_STORAGE, SIZES = {}, {}, {}, {}, {}
for _, row in ipairs(internal.dtypes()) do
  if row.numpy then
    FROM_NUMPY[row.numpy:sub(2)], TO_NUMPY["torch." .. row.name] = row.name, row.numpy
  end
  if row.pickle then FROM_STORAGE[row.pickle], TO_STORAGE["torch." .. row.name] = row.name, row.pickle end
  SIZES[row.name] = row.size
end

-- What NumPy has beside these, in words.
local KINDS <const> = {V = "structured or raw bytes; bfloat16 of others looks so", O = "objects of Python",
  M = "dates", m = "time spans", U = "texts", S = "bytes", f = "long doubles", g = "long doubles",
    c = "complex long doubles"}

--- The dtype of a description of NumPy such as "<f4", and whether its bytes are big-endian; nil and what it is in
-- words.
function dtypes.of_numpy(code)
  local order, rest = code:match "^([<>|=]?)(%a%d*)$"
  local dtype = rest and FROM_NUMPY[rest]
  if dtype then return dtype, order == ">" and SIZES[dtype] > 1 end
  local words = KINDS[(rest or code):sub(1, 1)]
  return nil, words and (": " .. words) or ""
end

--- The description of NumPy of a dtype; nil where NumPy has none.
function dtypes.to_numpy(dtype) return TO_NUMPY[tostring(dtype)] end

--- The dtype of a class of storages of PyTorch ("FloatStorage"), and back; nil where there is none.
function dtypes.of_storage(name) return FROM_STORAGE[name] end
function dtypes.to_storage(dtype) return TO_STORAGE[tostring(dtype)] end

--- The bytes of an element of a dtype, by its name.
function dtypes.size(name) return SIZES[name] end

--- The dimensions n to 1.
function dtypes.backwards(n)
  local dims = {}
  for d = 1, n do dims[d] = n + 1 - d end
  return dims
end

--- An array with its items backwards.
function dtypes.reversed(list)
  local other = {}
  for i = 1, #list do other[i] = list[#list + 1 - i] end
  return other
end

return dtypes
