-- Writes a table of variables as a file of MATLAB of level 5; see torch/serialize/mat.lua.
local internal = torch._C
local options = require "torch.utils.options"
local dtypes = require "torch.serialize.dtypes"

-- By dtype: class of arrays, type of elements.
local CODES <const> = {float64 = {6, 9}, float32 = {7, 7}, int8 = {8, 1}, uint8 = {9, 2}, int16 = {10, 3},
  uint16 = {11, 4}, int32 = {12, 5}, uint32 = {13, 6}, int64 = {14, 12}, uint64 = {15, 13}, bool = {9, 2},
  complex128 = {6, 9}, complex64 = {7, 7}}
local CELL <const>, STRUCT <const>, CHAR <const> = 1, 2, 4
local MOST <const> = 0x7fffffff -- bytes of an element that MATLAB reads

local Parts = {} -- strings and tensors, and how many bytes they are
Parts.__index = Parts

local function new_parts() return setmetatable({bytes = 0}, Parts) end

function Parts:add(part)
  self[#self + 1] = part
  self.bytes = self.bytes + (type(part) == "string" and #part or part:numel() * part:element_size())
end

-- An element with its tag, and zeros up to a multiple of 8.
function Parts:element(kind, part, n)
  self:add(string.pack("<I4I4", kind, n))
  self:add(part)
  if n % 8 > 0 then self:add(("\0"):rep(8 - n % 8)) end
end

-- An array: its head, then what `body` adds.
local function matrix(place, class, flags, shape, name, body)
  local inner = new_parts()
  inner:element(6, string.pack("<I4I4", class | flags << 8, 0), 8)
  inner:element(5, string.pack(("<" .. ("i4"):rep(#shape)), table.unpack(shape)), 4 * #shape)
  inner:element(1, name, #name)
  body(inner)
  if inner.bytes > MOST then
    internal.raise(("torch.save: %s: %d bytes; an array of MATLAB has at most %d"):format(place, inner.bytes, MOST))
  end
  return inner
end

local encode

local function put_matrix(parts, inner)
  parts:add(string.pack("<I4I4", 14, inner.bytes))
  for _, part in ipairs(inner) do parts:add(part) end
end

local function encode_tensor(x, name, place)
  local dtype = tostring(x.dtype):gsub("^torch%.", "")
  local codes = CODES[dtype]
  if not codes then
    internal.raise(("torch.save: %s: MATLAB has no %s; x:float() has the same values"):format(place, dtype))
  end
  local shape = table.move(x.shape, 1, x.ndim, 1, {})
  if #shape == 0 then shape = {1, 1} elseif #shape == 1 then shape = {1, shape[1]} end
  for _, n in ipairs(shape) do
    if n > MOST then internal.raise(("torch.save: %s: a dimension of %d; MATLAB's have at most %d"):format(place, n,
      MOST)) end
  end
  local columns = x:detach():cpu():permute(dtypes.backwards(x.ndim)):contiguous()
  local flags = (x:is_complex() and 8 or 0) | (dtype == "bool" and 2 or 0)
  return matrix(place, codes[1], flags, shape, name, function(inner)
    local list = x:is_complex() and {columns.real:contiguous(), columns.imag:contiguous()} or {columns}
    for _, part in ipairs(list) do inner:element(codes[2], part, part:numel() * part:element_size()) end
  end)
end

local function encode_text(text, name, place)
  if not utf8.len(text) then internal.raise(("torch.save: %s: a string that is no UTF-8"):format(place)) end
  local units = {}
  for _, code in utf8.codes(text) do
    if code >= 0x10000 then
      units[#units + 1] = string.pack("<I2", 0xd800 + (code - 0x10000) // 1024)
      code = 0xdc00 + (code - 0x10000) % 1024
    end
    units[#units + 1] = string.pack("<I2", code)
  end
  return matrix(place, CHAR, 0, {#units > 0 and 1 or 0, #units}, name, function(inner)
    inner:element(17, table.concat(units), 2 * #units)
  end)
end

local DEPTH <const> = 100 -- of tables in tables, as in the reader

-- A table with items 1 to n is a cell array of one row, one with names a struct.
local function encode_table(t, name, place, seen)
  seen.depth = (seen.depth or 0) + 1
  if seen.depth > DEPTH then internal.raise(("torch.save: tables are nested more than %d deep"):format(DEPTH)) end
  if seen[t] then internal.raise(("torch.save: %s: a table inside of itself"):format(place)) end
  seen[t] = true
  local n, fields = rawlen(t), {}
  for key in next, t do
    if type(key) == "string" then fields[#fields + 1] = key
    elseif math.type(key) ~= "integer" or key < 1 or key > n then fields[#fields + 1] = false end
  end
  local inner
  if #fields == 0 then
    inner = matrix(place, CELL, 0, {1, n}, name, function(parts)
      for i = 1, n do put_matrix(parts, encode(rawget(t, i), "", ("%s[%d]"):format(place, i), seen)) end
    end)
  else
    local width = 1
    for _, field in ipairs(fields) do
      if not field or n > 0 or not field:find "^%a[%w_]*$" or #field > 63 then
        internal.raise(("torch.save: %s: a table of MATLAB has items 1 to n, or fields with names "
          .. "such as 'x_1'"):format(place))
      end
      width = math.max(width, #field + 1)
    end
    table.sort(fields)
    inner = matrix(place, STRUCT, 0, {1, 1}, name, function(parts)
      local names = {}
      for i, field in ipairs(fields) do names[i] = field .. ("\0"):rep(width - #field) end
      parts:element(5, string.pack("<I4", width), 4)
      parts:element(1, table.concat(names), width * #fields)
      for _, field in ipairs(fields) do
        put_matrix(parts, encode(rawget(t, field), "", place .. "." .. field, seen))
      end
    end)
  end
  seen[t], seen.depth = nil, seen.depth - 1
  return inner
end

--- The parts of the array that a value is, without its tag.
function encode(value, name, place, seen)
  local kind = type(value)
  if torch.is_tensor(value) then return encode_tensor(value, name, place) end
  if kind == "number" then return encode_tensor(torch.tensor(value, {dtype = "float64"}), name, place) end
  if kind == "boolean" then return encode_tensor(torch.tensor(value), name, place) end
  if torch.typename(value) == "torch.complex" then
    return encode_tensor(torch.tensor({value}, {dtype = "complex128"}), name, place)
  end
  if kind == "string" then return encode_text(value, name, place) end
  if kind == "table" then return encode_table(value, name, place, seen) end
  internal.raise(("torch.save: %s: cannot save a %s"):format(place, torch.typename(value) or kind))
end

-- The variable packed by zlib: one element of bytes.
local function pack(parts)
  local list = {}
  for i, part in ipairs(parts) do
    if type(part) ~= "string" then
      part = internal.open_tensor(part, "torch.save", "a part"):read(0, part:numel() * part:element_size())
    end
    list[i] = part
  end
  local bytes = require "hecate.zlib".deflate(table.concat(list))
  return {string.pack("<I4I4", 15, #bytes), bytes}
end

return function(value, path, given)
  if type(value) ~= "table" then
    internal.raise(("torch.save: %s: a file of MATLAB holds a table of variables, got %s"):format(path,
      options.describe(value)))
  end
  local names, all = {}, {}
  for name in next, value do
    if type(name) ~= "string" or not name:find "^%a[%w_]*$" or #name > 63 then
      internal.raise(("torch.save: %s: variables of MATLAB have names such as 'x_1', got the key %s"):format(path,
        tostring(name)))
    end
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local parts = new_parts()
    put_matrix(parts, encode(value[name], name, name, {}))
    table.move(given.compressed and pack(parts) or parts, 1, #parts, #all + 1, all)
  end
  local head = ("MATLAB 5.0 MAT-file, written by Hecate"):sub(1, 116)
  head = head .. (" "):rep(116 - #head) .. ("\0"):rep(8) .. "\0\1IM"
  internal.write_file(path, head, all, "torch.save")
end
