-- NumPy's arrays in files (.npy, versions 1 to 3): a magic word, a header that is a dict of Python, the elements.
local internal = torch._C
local dtypes = require "torch.serialize.dtypes"

local npy = {}

local MAGIC <const> = "\x93NUMPY"
local ALIGNMENT <const> = 64

-- ---- reading ------------------------------------------------------------------------------

local function bad_of(file, start)
  return function(offset, what)
    internal.raise(("torch.load: %s: %s (offset %d)"):format(file:path(), (what:gsub("%c", "?")), start + offset))
  end
end

-- The text of the header, and where the elements begin.
local function read_header(file, start, size, bad)
  if size < 10 or file:read(start, 6) ~= MAGIC then bad(0, "no array of NumPy") end
  local major, minor = file:read(start + 6, 2):byte(1, 2)
  if major < 1 or major > 3 or minor ~= 0 then
    bad(6, ("version %d.%d of NumPy's format; 1.0 to 3.0 are read"):format(major, minor))
  end
  local form, at = major == 1 and "<I2" or "<I4", major == 1 and 10 or 12
  if size < at then bad(size, "the header ends early") end
  local n = string.unpack(form, file:read(start + 8, at - 8))
  if n > size - at then bad(8, ("a header of %d bytes in a file of %d"):format(n, size)) end
  return file:read(start + at, n), at + n
end

-- The fields of a dict of Python with these three keys: texts.
local function read_fields(text, bad)
  local body = text:match "^%s*{%s*(.-)%s*,?%s*}%s*$" or bad(10, "a header that is no dict")
  local fields, i = {}, 1
  while i <= #body do
    local key, at = body:match("^%s*['\"]([%a_]+)['\"]%s*:%s*()", i)
    if not key or fields[key] then bad(10, "a damaged header") end
    local value, after = body:match("^(%b())%s*,?%s*()", at)
    if not value then value, after = body:match("^(%b[])%s*,?%s*()", at) end
    if not value then value, after = body:match("^(['\"][^'\"]*['\"])%s*,?%s*()", at) end
    if not value then value, after = body:match("^(%a+)%s*,?%s*()", at) end
    if not value then bad(10, "a damaged header") end
    fields[key], i = value, after
  end
  return fields
end

local function read_shape(text, bad)
  local body = text and text:match "^%((.*)%)$" or bad(10, "a header without a shape")
  local shape = {}
  for part in body:gmatch "[^,]+" do
    if part:find "%S" then
      local size = math.tointeger(tonumber(part:match "^%s*(%d+)L?%s*$"))
      shape[#shape + 1] = size or bad(10, ("a shape with the size '%s'"):format(part:sub(1, 20):gsub("%c", "?")))
    end
  end
  return shape
end

-- ---- texts ----------------------------------------------------------------------------------

-- A function from a place in the array to its text: bytes (S) or code points of four bytes (U), with zeros behind.
local function reader_of_texts(file, at, kind, width, big, bad)
  local form = big and ">I4" or "<I4"
  return function(i)
    local bytes = file:read(at + i * width, width)
    if kind == "S" then return (bytes:gsub("\0+$", "")) end
    local codes = {}
    for k = 1, width, 4 do codes[#codes + 1] = string.unpack(form, bytes, k) end
    while codes[#codes] == 0 do codes[#codes] = nil end
    for _, code in ipairs(codes) do if code > 0x10ffff then bad(at + i * width, "a text with a bad character") end end
    return utf8.char(table.unpack(codes))
  end
end

-- Nested arrays of this shape; the element at a position is read(place), places counted by `steps`.
local function nested(shape, steps, read, dim, place)
  if dim > #shape then return read(place) end
  local list = {}
  for i = 1, shape[dim] do list[i] = nested(shape, steps, read, dim + 1, place + (i - 1) * steps[dim]) end
  return list
end

local function read_texts(file, start, at, size, descr, shape, fortran, bad)
  local order, kind, width = descr:match "^([<>|=]?)([SU])(%d+)$"
  width = math.tointeger(tonumber(width)) or bad(10, "a bad dtype")
  if kind == "U" then width = width * 4 end
  local count, steps = 1.0, {}
  for _, n in ipairs(shape) do count = count * n end
  if #shape > 12 or width > size or count * math.max(width, 1) ~= size - at then
    bad(at, "the shape does not fit the bytes")
  end
  if width > 4096 then bad(10, ("refused: texts of %d bytes each"):format(width)) end
  local step = 1
  for k = 1, #shape do
    local d = fortran and k or #shape + 1 - k
    steps[d], step = step, step * shape[d]
  end
  return nested(shape, steps, reader_of_texts(file, start + at, kind, width, order == ">", bad), 1, 0)
end

--- The array that stands in `size` bytes of a file from `start` on: a tensor, or nested arrays of texts.
function npy.read(file, start, size, place)
  local bad = bad_of(file, start)
  local text, at = read_header(file, start, size, bad)
  local fields = read_fields(text, bad)
  local shape = read_shape(fields.shape, bad)
  local fortran = fields.fortran_order
  if fortran ~= "True" and fortran ~= "False" then bad(10, "a header without fortran_order") end
  fortran = fortran == "True"
  local descr = (fields.descr or ""):match "^['\"](.*)['\"]$"
  if not descr then bad(10, fields.descr and "refused: an array with fields" or "a header without a dtype") end
  if descr:find "^[<>|=]?[SU]%d+$" then return read_texts(file, start, at, size, descr, shape, fortran, bad) end
  local dtype, swap = dtypes.of_numpy(descr)
  if not dtype then bad(10, ("refused: an array of dtype '%s'%s"):format(descr:gsub("%c", "?"):sub(1, 40), swap)) end
  local count = dtypes.size(dtype) + 0.0
  for _, n in ipairs(shape) do count = count * n end
  if count ~= size - at then bad(at, "the shape does not fit the bytes") end
  local t = place(file:tensor(start + at, dtype, fortran and dtypes.reversed(shape) or shape, swap))
  return fortran and t:permute(dtypes.backwards(#shape)) or t
end

function npy.load(file, place) return npy.read(file, 0, file:size(), place) end

-- ---- writing ------------------------------------------------------------------------------

--- The header and the elements of a tensor, a number or a boolean as an array: a string and a contiguous tensor. `name`
-- tells in errors what the value is.
function npy.encode(value, path, name)
  local kind = type(value)
  if kind == "number" or kind == "boolean" or torch.typename(value) == "torch.complex" then
    local wide = math.type(value) == "float" and {dtype = "float64"} or nil
    if kind == "userdata" then value = torch.tensor({value}, {dtype = "complex128"}):reshape({})
    else value = torch.tensor(value, wide) end
  end
  if not torch.is_tensor(value) then
    internal.raise(("torch.save: %s: %s: an array of NumPy is a tensor or a number, got %s"):format(path, name,
      require "torch.utils.options".describe(value)))
  end
  local descr = dtypes.to_numpy(value.dtype)
  if not descr then
    internal.raise(("torch.save: %s: %s: NumPy has no %s; x:to(\"float32\") has the same values"):format(path, name,
      tostring(value.dtype):gsub("^torch%.", "")))
  end
  local backwards = value:permute(dtypes.backwards(value.ndim))
  local fortran = not value:is_contiguous() and backwards:is_contiguous()
  local sizes = table.concat(value.shape, ", ") .. (value.ndim == 1 and "," or "")
  local text = ("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }"):format(descr, fortran and "True" or "False",
    sizes)
  text = text .. (" "):rep(-(10 + #text + 1) % ALIGNMENT) .. "\n"
  return MAGIC .. "\1\0" .. string.pack("<s2", text), (fortran and backwards or value):detach():cpu():contiguous()
end

function npy.save(value, path)
  local header, tensor = npy.encode(value, path, "the value")
  internal.write_file(path, header, {tensor}, "torch.save")
end

return npy
