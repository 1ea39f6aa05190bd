-- torch.save and torch.load: safetensors files. Tensors are the entries of the file; what
-- is not a tensor (nested tables, numbers, strings, sharing) is described by one JSON text
-- in the metadata under "hecate", so that other readers of the format see plain tensors.
--
-- Encoding of a value: true, false, integers and UTF-8 strings as themselves;
-- {"f": "0x1p+1"} a float; {"b": "00ff"} other strings; {"t": id, "a": [...], "h": [[key,
-- value], ...]} a table; {"r": id} the same table again; {"x": entry} a tensor, with "o",
-- "z", "d" (offset, size, stride in elements) where it is a view of the entry, and
-- "g": true where it requires a gradient.
local json = require "torch.json"
local internal = torch._C
local serialize = {}

local TO_FILE = {["torch.bool"] = "BOOL", ["torch.uint8"] = "U8", ["torch.int32"] = "I32", ["torch.int64"] = "I64",
  ["torch.float32"] = "F32", ["torch.float64"] = "F64"}
local FROM_FILE = {BOOL = {"bool", 1}, U8 = {"uint8", 1}, I32 = {"int32", 4}, I64 = {"int64", 8}, F32 = {"float32", 4}, F64 = {"float64", 8}}

-- ---- saving ------------------------------------------------------------------------

local function show_path(path) return #path == 0 and "the value" or table.concat(path, "."):gsub("%.%[", "[") end

local function step(path, key)
  local next_path = table.move(path, 1, #path, 1, {})
  next_path[#next_path + 1] = type(key) == "string" and key or ("[%s]"):format(tostring(key))
  return next_path
end

-- First walk: every tensor, by storage, with the path it was first seen at.
local function collect(value, path, state)
  if torch.is_tensor(value) then
    local id = internal.storage_of(value)
    local group = state.groups[id]
    if not group then
      group = {path = path}
      state.groups[id] = group
      state.order[#state.order + 1] = group
    end
    group[#group + 1] = value
  elseif type(value) == "table" and not state.seen[value] then
    state.seen[value] = true
    for _, key in ipairs(serialize.keys(value)) do collect(value[key], step(path, key), state) end
  end
end

--- Keys of a table in a fixed order: integers, other numbers, strings, booleans.
function serialize.keys(t)
  local keys = {}
  for key in next, t do keys[#keys + 1] = key end
  local rank = {number = 1, string = 2, boolean = 3}
  table.sort(keys, function(a, b)
    local ra, rb = rank[type(a)] or 4, rank[type(b)] or 4
    if ra ~= rb then return ra < rb end
    if ra == 3 then return not a and b end
    if ra == 4 then return tostring(a) < tostring(b) end
    return a < b
  end)
  return keys
end

local function same_place(a, b)
  local _, ao = internal.storage_of(a)
  local _, bo = internal.storage_of(b)
  if ao ~= bo or a.dtype ~= b.dtype or not (a.shape == b.shape) then return false end
  for d, s in ipairs(a:stride()) do if s ~= b:stride()[d] then return false end end
  return true
end

-- A storage that is seen in one way is written as that tensor, else as a flat whole.
local function entry_of(group, names)
  local first, one = group[1], true
  for i = 2, #group do one = one and same_place(first, group[i]) end
  local name = #group.path == 0 and "tensor" or table.concat(group.path, "."):gsub("%.?%[(.-)%]", ".%1"):gsub("^%.", "")
  if not utf8.len(name) then name = "tensor" end
  while names[name] or name == "__metadata__" do name = name .. "_" end
  names[name] = true
  group.name = name
  if one then group.tensor = first
  else
    local _, _, n = internal.storage_of(first)
    group.tensor, group.flat = first:detach():as_strided({n}, {1}, 0), true
  end
end

local encode

local function encode_tensor(t, state)
  local group = state.groups[internal.storage_of(t)]
  local parts = {('"x":%s'):format(json.quote(group.name))}
  if group.flat then
    local _, offset = internal.storage_of(t)
    parts[2] = ('"o":%d,"z":[%s],"d":[%s]'):format(offset, table.concat(t.shape, ","), table.concat(t:stride(), ","))
    if t.dtype ~= group.tensor.dtype then error("torch.save: tensors of different dtypes share one storage", 0) end
  end
  if t.requires_grad and t.is_leaf then parts[#parts + 1] = '"g":true' end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function encode_table(t, path, state)
  if state.ids[t] then return ('{"r":%d}'):format(state.ids[t]) end
  state.count = state.count + 1
  state.ids[t] = state.count
  local id, array, pairs_, n = state.count, {}, {}, rawlen(t)
  for i = 1, n do array[i] = encode(rawget(t, i), step(path, i), state) end
  for _, key in ipairs(serialize.keys(t)) do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then
      local p = step(path, key)
      pairs_[#pairs_ + 1] = "[" .. encode(key, p, state) .. "," .. encode(rawget(t, key), p, state) .. "]"
    end
  end
  return ('{"t":%d,"a":[%s],"h":[%s]}'):format(id, table.concat(array, ","), table.concat(pairs_, ","))
end

function encode(value, path, state)
  local kind = type(value)
  if torch.is_tensor(value) then return encode_tensor(value, state) end
  if kind == "table" then return encode_table(value, path, state) end
  if kind == "boolean" then return tostring(value) end
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if kind == "number" then return ('{"f":"%s"}'):format(value ~= value and "nan" or ("%a"):format(value)) end
  if kind == "string" and utf8.len(value) then return json.quote(value) end
  if kind == "string" then
    return '{"b":"' .. value:gsub(".", function(c) return ("%02x"):format(c:byte()) end) .. '"}'
  end
  if kind == "nil" then return '{"n":true}' end
  error(("torch.save: %s: cannot save a %s"):format(show_path(path), torch.typename(value) or kind), 0)
end

--- torch.save(value, path): writes tensors, numbers, strings, booleans and tables of them
-- to a safetensors file. Tensors and tables that are shared stay shared. The file is
-- replaced in one step: after any failure the old one is still there.
function serialize.save(value, path)
  if type(path) ~= "string" then
    error(("save: 'path' (argument 2): expected a string, got %s"):format(type(path)), 2)
  end
  local state = {groups = {}, order = {}, seen = {}, ids = {}, count = 0}
  collect(value, {}, state)
  local names, entries, tensors, at = {}, {}, {}, 0
  for i, group in ipairs(state.order) do
    entry_of(group, names)
    local t = group.tensor
    local bytes = t:numel() * t:element_size()
    entries[i] = ('%s:{"dtype":"%s","shape":[%s],"data_offsets":[%d,%d]}'):format(json.quote(group.name), TO_FILE[tostring(t.dtype)],
      table.concat(t.shape, ","), at, at + bytes)
    tensors[i], at = t:detach(), at + bytes
  end
  local metadata = ('"__metadata__":{"hecate":%s}'):format(json.quote(encode(value, {}, state)))
  table.insert(entries, 1, metadata)
  local header = "{" .. table.concat(entries, ",") .. "}"
  header = header .. (" "):rep(-#header % 8)
  internal.write_file(path, string.pack("<I8", #header) .. header, tensors)
end

-- ---- loading -------------------------------------------------------------------------

local function read_header(path)
  local head, size = internal.read_head(path, 8)
  local function bad(offset, what) error(("torch.load: %s: %s (offset %d)"):format(path, what, offset), 0) end
  if size < 8 then bad(size, "too short for a safetensors file") end
  local n = string.unpack("<I8", head)
  if n < 2 or n > 100 << 20 or n > size - 8 then bad(0, ("a header of %s bytes in a file of %d"):format(math.ult(n, 1 << 62) and n or "too many", size)) end
  local text = internal.read_head(path, 8 + n):sub(9)
  local ok, header = pcall(json.decode, text)
  if not ok then
    if type(header) ~= "table" then error(header, 0) end
    bad(8 + header.offset, "header: " .. header.what)
  end
  if type(header) ~= "table" or text:sub(1, 1) ~= "{" then bad(8, "the header is no object") end
  return header, 8 + n, size, bad
end

local function integers(list, least)
  if type(list) ~= "table" then return false end
  for key, v in next, list do
    if math.type(key) ~= "integer" or math.type(v) ~= "integer" or v < least then return false end
  end
  return true
end

-- Checks one entry and returns {offset, dtype, shape, bytes}.
local function check_entry(name, e, start, size, bad)
  local what = "tensor '" .. name .. "': "
  if type(e) ~= "table" then bad(8, what .. "no object") end
  local dtype = FROM_FILE[e.dtype]
  if not dtype then bad(8, what .. ("dtype %s is not supported"):format(tostring(e.dtype))) end
  if not integers(e.shape, 0) or #e.shape > 12 then bad(8, what .. "a bad shape") end
  local range = e.data_offsets
  if not integers(range, 0) or #range ~= 2 or range[1] > range[2] or range[2] > size - start then
    bad(8, what .. "its data lies outside the file")
  end
  local count = 1.0
  for _, s in ipairs(e.shape) do count = count * s end
  if count * dtype[2] ~= range[2] - range[1] then bad(start + range[1], what .. "its shape does not fit its data") end
  return {start + range[1], dtype[1], e.shape, name = name, from = range[1], to = range[2]}
end

local function read_entries(path)
  local header, start, size, bad = read_header(path)
  local metadata = header.__metadata__
  header.__metadata__ = nil
  local list = {}
  for name, e in next, header do list[#list + 1] = check_entry(name, e, start, size, bad) end
  table.sort(list, function(a, b) return a.from < b.from or (a.from == b.from and a.to < b.to) end)
  local at = 0
  for _, e in ipairs(list) do
    if e.from ~= at then bad(start + math.min(at, e.from), ("tensor '%s': overlaps another one or leaves a hole"):format(e.name)) end
    at = e.to
  end
  if start + at ~= size then bad(start + at, "the file does not end with its last tensor") end
  local tensors = {}
  for i, t in ipairs(internal.read_tensors(path, list)) do tensors[list[i].name] = t end
  return tensors, metadata, bad
end

local function decode_tensor(v, tensors, bad)
  local t = tensors[v.x] or bad(8, ("the value names a tensor '%s' that is not there"):format(tostring(v.x)))
  if v.z then
    if not (integers(v.z, 0) and integers(v.d, 0) and math.type(v.o) == "integer") then bad(8, "a bad view") end
    local ok, view = pcall(t.as_strided, t, v.z, v.d, v.o)
    t = ok and view or bad(8, "a view reaches outside its tensor")
    t = t:detach()
  end
  if v.g == true and t:is_floating_point() then t = t:detach():requires_grad_() end
  return t
end

local function decode(v, tensors, tables, bad)
  if type(v) ~= "table" then return v end
  if v.f then return type(v.f) == "string" and (v.f == "nan" and 0 / 0 or v.f == "inf" and math.huge or v.f == "-inf" and -math.huge or tonumber(v.f)) or bad(8, "a bad number") end
  if v.b then
    if type(v.b) ~= "string" or #v.b % 2 ~= 0 or v.b:find "%X" then bad(8, "a bad string") end
    return (v.b:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
  end
  if v.n then return nil end
  if v.x then return decode_tensor(v, tensors, bad) end
  if v.r then return tables[v.r] or bad(8, "a reference to no table") end
  if not v.t or type(v.a) ~= "table" or type(v.h) ~= "table" then bad(8, "a value of no known kind") end
  local t = {}
  tables[v.t] = t
  for i, item in ipairs(v.a) do t[i] = decode(item, tensors, tables, bad) end
  for _, pair in ipairs(v.h) do
    if type(pair) ~= "table" then bad(8, "a bad table") end
    local key = decode(pair[1], tensors, tables, bad)
    if key == nil or key ~= key then bad(8, "a bad key") end
    t[key] = decode(pair[2], tensors, tables, bad)
  end
  return t
end

--- torch.load(path): what torch.save wrote; of other safetensors files a table from names to
-- tensors. Files hold data only: nothing in one is run. A damaged file raises an error
-- with its name and the offset.
function serialize.load(path)
  if type(path) ~= "string" then
    error(("load: 'path' (argument 1): expected a string, got %s"):format(type(path)), 2)
  end
  local tensors, metadata, bad = read_entries(path)
  local text = type(metadata) == "table" and metadata.hecate
  if not text then return tensors end
  if type(text) ~= "string" then bad(8, "the metadata is no string") end
  local ok, value = pcall(json.decode, text)
  if not ok then
    if type(value) ~= "table" then error(value, 0) end
    bad(8, "metadata: " .. value.what)
  end
  return decode(value, tensors, {}, bad)
end

return serialize
