-- MATLAB's files of level 5 (.mat, "MAT-File Format"): elements with a tag of type and size, the arrays among them with
-- dimensions, a name, and their parts. Writing is torch/serialize/mat_writer.lua.
local internal = torch._C
local dtypes = require "torch.serialize.dtypes"

local mat = {}

local HEADER <const> = 128
local DEPTH <const> = 100
-- Types of elements that have numbers.
local NUMBERS <const> = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", [9] = "float64",
  [12] = "int64", [13] = "uint64"}
local MATRIX <const>, COMPRESSED <const> = 14, 15
-- Classes of arrays.
local CLASSES <const> = {[6] = "float64", [7] = "float32", [8] = "int8", [9] = "uint8", [10] = "int16", [11] = "uint16",
  [12] = "int32", [13] = "uint32", [14] = "int64", [15] = "uint64"}
local CELL <const>, STRUCT <const>, CHAR <const> = 1, 2, 4
local REFUSED <const> = {[3] = "an object", [5] = "a sparse matrix; full(x) in MATLAB is one that is read",
  [16] = "a handle of a function", [17] = "an object of a class, such as a string array, a table or a date"}

-- ---- elements ---------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

function Reader:bad(at, what) internal.raise(("torch.load: %s: %s (offset %d)"):format(self.file:path(),
  (what:gsub("%c", "?")), at)) end

function Reader:number(at, form, n) return (string.unpack(self.order .. form, self.file:read(at, n))) end

-- The type of the element at `at`, where its bytes begin, how many they are, and where the next one is.
local function read_tag(r, at, limit)
  if limit - at < 8 then r:bad(at, "the file ends in the middle of an element") end
  local word = r:number(at, "I4", 4)
  if word >> 16 ~= 0 then -- small: the size in the upper half
    local n = word >> 16
    if n > 4 then r:bad(at, "a damaged element") end
    return word & 0xffff, at + 4, n, at + 8
  end
  local n = r:number(at + 4, "I4", 4)
  if n > limit - at - 8 then r:bad(at, ("an element of %d bytes reaches past the end"):format(n)) end
  local padded = word == COMPRESSED and n or (n + 7) // 8 * 8
  return word, at + 8, n, math.min(at + 8 + padded, limit)
end

-- The numbers of an element as a flat tensor, in the dtype that they have in the file.
local function read_numbers(r, at, limit)
  local kind, data, n, next_one = read_tag(r, at, limit)
  local dtype = NUMBERS[kind] or kind == 16 and "uint8" or kind == 17 and "uint16" or kind == 18 and "uint32"
  if not dtype or n % dtypes.size(dtype) ~= 0 then r:bad(at,
    ("an element of type %d where numbers are expected"):format(kind)) end
  return r.file:tensor(data, dtype, {n // dtypes.size(dtype)}, r.order == ">"), next_one, kind
end

local function read_text(r, at, limit)
  local _, data, n, next_one = read_tag(r, at, limit)
  return r.file:read(data, n), next_one
end

-- ---- arrays -----------------------------------------------------------------------------------

local read_matrix

-- Nested arrays in the shape of an array of MATLAB, of items in its order (columns first): n × 1 and 1 × n are one
-- array.
local function arrange(items, shape)
  local long = 0
  for _, n in ipairs(shape) do long = long + (n ~= 1 and 1 or 0) end
  if long <= 1 then return items end
  local function nest(dim, place, step)
    if dim > #shape then return items[place] end
    local list = {}
    for i = 1, shape[dim] do list[i] = nest(dim + 1, place + (i - 1) * step, step * shape[dim]) end
    return list
  end
  return nest(1, 1, 1)
end

local function count_of(r, shape, at, limit)
  local count = 1.0
  for _, n in ipairs(shape) do count = count * n end
  if count > limit - at then r:bad(at, "an array of more items than bytes") end
  return math.tointeger(count)
end

local function read_cell(r, a, depth)
  local items, at = {}, a.at
  for i = 1, count_of(r, a.shape, at, a.limit) do
    local _
    items[i], _, at = read_matrix(r, at, a.limit, depth + 1)
  end
  return arrange(items, a.shape)
end

local function read_struct(r, a, depth)
  local count = count_of(r, a.shape, a.at, a.limit)
  local width, at = read_numbers(r, a.at, a.limit)
  width = width:numel() == 1 and width:item()
  if not width or width < 1 or width > 1 << 16 then r:bad(a.at, "a struct without the length of its names") end
  local text, names = nil, {}
  text, at = read_text(r, at, a.limit)
  for i = 1, #text, width do names[#names + 1] = text:sub(i, i + width - 1):match "^[^\0]*" end
  local items = {}
  for i = 1, count do
    items[i] = {}
    for _, name in ipairs(names) do
      local _
      items[i][name], _, at = read_matrix(r, at, a.limit, depth + 1)
    end
  end
  return count == 1 and items[1] or arrange(items, a.shape)
end

-- The codes of the characters of an array: as UTF-8 they may be fewer than its shape says, in one row; then a string.
local function read_codes(r, a, count)
  local flat, _, kind = read_numbers(r, a.at, a.limit)
  if kind == 16 then
    local text = internal.open_tensor(flat, "torch.load", "text"):read(0, flat:numel())
    local n = utf8.len(text) or r:bad(a.at, "a text that is no UTF-8")
    if n ~= count then return text end
    local codes = {}
    for _, code in utf8.codes(text) do codes[#codes + 1] = code end
    return codes
  end
  if flat:numel() ~= count then r:bad(a.at, "a text whose characters do not fit its shape") end
  return flat:tolist()
end

-- The text of the characters i, i + step … up to `last` of the codes: those of UTF-16 may be pairs.
local function join(r, a, codes, i, step, last)
  local row = {}
  for k = i, last, step do
    local code, before = codes[k], row[#row]
    if before and before >= 0xd800 and before < 0xdc00 and code >= 0xdc00 and code < 0xe000 then
      row[#row] = 0x10000 + (before - 0xd800) * 1024 + (code - 0xdc00)
    else row[#row + 1] = code end
  end
  for k, code in ipairs(row) do
    row[k] = code >= 0 and code <= 0x10ffff and utf8.char(code) or r:bad(a.at, "no character")
  end
  return table.concat(row)
end

-- Characters: a string where they stand in one row, else an array of the rows.
local function read_char(r, a)
  if #a.shape > 2 then r:bad(a.at, "refused: characters of more than two dimensions") end
  local codes = read_codes(r, a, a.shape[1] * a.shape[2])
  if type(codes) == "string" then return codes end
  local n, rows = a.shape[1], {}
  for i = 1, #codes > 0 and n or 0 do rows[i] = join(r, a, codes, i, n, #codes) end
  return #rows <= 1 and (rows[1] or "") or rows
end

local function read_tensor(r, a)
  local dtype, count = CLASSES[a.class], 1.0
  for _, n in ipairs(a.shape) do count = count * n end
  local function part(at)
    local flat, next_one = read_numbers(r, at, a.limit)
    if flat:numel() ~= count then r:bad(at, "an array whose numbers do not fit its shape") end
    return flat, next_one
  end
  local x, at = part(a.at)
  if a.complex then
    local wide = dtype == "float32" and "float32" or "float64"
    x = torch.complex(x:to(wide), (part(at)):to(wide))
  else x = x:to(a.logical and "bool" or dtype) end
  if #a.shape > 12 then r:bad(a.at, ("%d dimensions; at most 12 are possible"):format(#a.shape)) end
  return r.place(x:reshape(dtypes.reversed(a.shape)):permute(dtypes.backwards(#a.shape)))
end

-- Flags, dimensions and name of an array whose bytes go from `at` to `limit`.
local function read_head(r, at, limit)
  local flags, shape, next_one, name
  flags, next_one = read_numbers(r, at, limit)
  if flags:numel() ~= 2 then r:bad(at, "an array without its flags") end
  local word = flags[1]:item()
  shape, at = read_numbers(r, next_one, limit)
  shape = shape:tolist()
  if #shape < 2 or #shape > 64 then r:bad(next_one, "an array without dimensions") end
  for _, n in ipairs(shape) do if n < 0 then r:bad(next_one, "a negative dimension") end end
  name, at = read_text(r, at, limit)
  return {class = word & 0xff, complex = word & 0x800 ~= 0, logical = word & 0x200 ~= 0, shape = shape, name = name,
    at = at,
    limit = limit}
end

-- The value of the array at `at`, its name, and where the next element is.
function read_matrix(r, at, limit, depth)
  local kind, data, n, next_one = read_tag(r, at, limit)
  if kind ~= MATRIX then r:bad(at, ("an element of type %d where an array is expected"):format(kind)) end
  if depth > DEPTH then r:bad(at, ("arrays in arrays, more than %d deep"):format(DEPTH)) end
  if n == 0 then return torch.empty(0, 0, {dtype = "float64"}), "", next_one end
  local a = read_head(r, data, data + n)
  local value
  if CLASSES[a.class] then value = read_tensor(r, a)
  elseif a.class == CELL then value = read_cell(r, a, depth)
  elseif a.class == STRUCT then value = read_struct(r, a, depth)
  elseif a.class == CHAR then value = read_char(r, a)
  else r:bad(at, ("refused: '%s' is %s"):format(a.name, REFUSED[a.class] or ("of class %d"):format(a.class))) end
  return value, a.name, next_one
end

-- An element that is packed by zlib, as a reader of its own.
local function unpack(r, at, n)
  if n < 6 then r:bad(at, "a packed element of too few bytes") end
  local zlib, bytes = require "hecate.zlib", r.file:read(at + 2, n - 6)
  local head, reason = zlib.inflate(bytes, 8, true)
  if not head then r:bad(at, reason) end
  local size = string.unpack(r.order .. "I4", internal.open_tensor(head, "torch.load", "x"):read(4, 4)) + 8
  if size > #bytes * 1032 + 64 then r:bad(at, ("%d bytes cannot unpack to %d"):format(n, size)) end
  local whole
  whole, reason = zlib.inflate(bytes, size)
  if not whole then r:bad(at, reason) end
  local path = ("%s: the element at %d"):format(r.file:path(), at)
  return setmetatable({file = internal.open_tensor(whole, "torch.load", path), order = r.order, place = r.place},
    Reader),
    size
end

--- A table from the names of variables to tensors, strings and tables.
function mat.load(file, place)
  local r = setmetatable({file = file, order = "<", place = place}, Reader)
  if file:size() < HEADER then r:bad(file:size(), "too short for a file of MATLAB") end
  local version, mark = file:read(124, 2), file:read(126, 2)
  if mark ~= "IM" and mark ~= "MI" then r:bad(126, "a file of MATLAB without the order of its bytes") end
  r.order = mark == "IM" and "<" or ">"
  if string.unpack(r.order .. "I2", version) ~= 0x100 then
    r:bad(124, "no file of MATLAB of level 5; save(…, '-v7') in MATLAB writes one")
  end
  local at, variables = HEADER, {}
  while at < file:size() do
    local kind, data, n, next_one = read_tag(r, at, file:size())
    local value, name
    if kind == COMPRESSED then
      local inner, size = unpack(r, data, n)
      value, name = read_matrix(inner, 0, size, 1)
    elseif kind == MATRIX then value, name = read_matrix(r, at, file:size(), 1)
    else r:bad(at, ("an element of type %d where an array is expected"):format(kind)) end
    if variables[name] ~= nil then r:bad(at, ("two variables '%s'"):format(name)) end
    variables[name], at = value, next_one
  end
  return variables
end

function mat.save(value, path, given) require "torch.serialize.mat_writer"(value, path, given) end

return mat
