-- Files of safetensors, for torch.save and torch.load. Tensors are the entries of the file; what
-- is not a tensor (nested tables, numbers, strings, sharing) is described by one JSON text
-- in the metadata under "hecate", so that other readers of the format see plain tensors.
--
-- The text is {"value": v, "tables": [...], "tensors": [...]}, flat: however deep or cyclic
-- the value, its JSON is not. A value v is: true, false, an integer or a UTF-8 string as
-- itself; {"f": "0x1p+1"} a float; {"c": ["0x1p+1", "nan"]} a complex number; {"b": "00ff"}
-- another string; {"n": true} nil; {"t": i} the i-th table; {"x": i} the i-th tensor. A table is
-- {"a": [v, ...], "h": [[key, v], ...]}; a tensor {"x": entry}, with "o", "z", "d" (offset, size, stride in elements)
-- where it is a view of the entry, and "g": true where it requires a gradient.
local json = require "torch.json"
local collect = require "torch.serialize.collect"
local internal = torch._C
local options = require "torch.utils.options"
local safetensors = {}

local RANK = {number = 1, string = 2, boolean = 3} -- what keys can be
local MAX_HEADER <const> = 100 << 20 -- the format's own limit

local TO_FILE, FROM_FILE = {}, {}
for _, dtype in ipairs(internal.dtypes()) do
  TO_FILE["torch." .. dtype.name] = dtype.safetensors
  FROM_FILE[dtype.safetensors] = {dtype.name, dtype.size}
end

-- ---- saving ------------------------------------------------------------------------

local function same_place(a, b)
  local _, ao = internal.storage_of(a)
  local _, bo = internal.storage_of(b)
  if ao ~= bo or a.dtype ~= b.dtype or not (a.shape == b.shape) then return false end
  for d, s in ipairs(a:stride()) do if s ~= b:stride()[d] then return false end end
  return true
end

-- Decides what of a storage is written: the tensor itself where it is seen in one way only;
-- else the tensor that covers all of it, or the whole as a flat one.
local function choose_entry(group, names)
  local first, one = group[1], true
  for i = 2, #group do one = one and same_place(first, group[i]) end
  while names[group.name] or group.name == "__metadata__" do group.name = group.name .. "_" end
  names[group.name] = true
  if one then
    group.tensor = first
    return
  end
  group.views = true
  local _, _, n = internal.storage_of(first)
  for _, t in ipairs(group) do
    if t.dtype ~= first.dtype then internal.raise("torch.save: tensors of different dtypes share one storage") end
    local _, offset = internal.storage_of(t)
    if not group.tensor and offset == 0 and t:numel() == n and t:is_contiguous() then group.tensor = t end
  end
  group.tensor = group.tensor or first:detach():as_strided({n}, {1}, 0)
end

local function encode_tensor(t, state)
  local id, offset = internal.storage_of(t)
  local group = state.groups[id]
  local parts = {('"x":%s'):format(json.quote(group.name))}
  if group.views and not rawequal(t, group.tensor) then
    parts[2] = ('"o":%d,"z":[%s],"d":[%s]'):format(offset, table.concat(t.shape, ","), table.concat(t:stride(), ","))
  end
  if t.requires_grad and t.is_leaf then parts[#parts + 1] = '"g":true' end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- A float as text that reads back as itself.
local function float_text(f) return f ~= f and '"nan"' or ('"%a"'):format(f) end

local function encode(value, state)
  local kind = type(value)
  if state.ids[value] then return ('{"%s":%d}'):format(kind == "table" and "t" or "x", state.ids[value]) end
  if kind == "boolean" then return tostring(value) end
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if kind == "number" then return ('{"f":%s}'):format(float_text(value)) end
  if kind == "userdata" then return ('{"c":[%s,%s]}'):format(float_text(value.real), float_text(value.imag)) end
  if kind == "nil" then return '{"n":true}' end
  if utf8.len(value) then return json.quote(value) end
  return '{"b":"' .. value:gsub(".", function(c) return ("%02x"):format(c:byte()) end) .. '"}'
end

local function encode_table(t, keys, state)
  local array, others = {}, {}
  for i = 1, rawlen(t) do array[i] = encode(rawget(t, i), state) end
  for i, key in ipairs(keys) do others[i] = ("[%s,%s]"):format(encode(key, state), encode(rawget(t, key), state)) end
  return ('{"a":[%s],"h":[%s]}'):format(table.concat(array, ","), table.concat(others, ","))
end

local function describe(value, state)
  local tables, tensors = {}, {}
  for i, t in ipairs(state.tables) do tables[i] = encode_table(t, state.keys[i], state) end
  for i, t in ipairs(state.tensors) do tensors[i] = encode_tensor(t, state) end
  return ('{"value":%s,"tables":[%s],"tensors":[%s]}'):format(encode(value, state), table.concat(tables, ","),
    table.concat(tensors, ","))
end

-- The strings of the program in front of our own.
local function quote_metadata(metadata)
  local list = {}
  for key, text in pairs(metadata or {}) do
    if type(key) ~= "string" or type(text) ~= "string" or key == "hecate" or not utf8.len(key)
      or not utf8.len(text) then
      internal.raise(("save: 'metadata': expected names and texts in UTF-8, got %s = %s"):format(tostring(key),
        options.describe(text)))
    end
    list[#list + 1] = ("%s:%s,"):format(json.quote(key), json.quote(text))
  end
  table.sort(list)
  return table.concat(list)
end

--- Writes a value to a file.
function safetensors.save(value, path, given)
  local state, names = collect(value), {}
  for i, group in ipairs(state.order) do
    choose_entry(group, names)
    group.number = i
  end
  -- Wider elements first: so every tensor is aligned in the file, and can be mapped.
  table.sort(state.order, function(a, b)
    local x, y = a.tensor:element_size(), b.tensor:element_size()
    if x ~= y then return x > y end
    return a.number < b.number
  end)
  local entries, tensors, at = {}, {}, 0
  for i, group in ipairs(state.order) do
    local t = group.tensor
    local bytes = t:numel() * t:element_size()
    entries[i] = ('%s:{"dtype":"%s","shape":[%s],"data_offsets":[%d,%d]}'):format(json.quote(group.name),
      TO_FILE[tostring(t.dtype)], table.concat(t.shape, ","), at, at + bytes)
    tensors[i], at = t:detach(), at + bytes
  end
  table.insert(entries, 1, ('"__metadata__":{%s"hecate":%s}'):format(quote_metadata(given and given.metadata),
    json.quote(describe(value, state))))
  local header = "{" .. table.concat(entries, ",") .. "}"
  header = header .. (" "):rep(-#header % 8)
  if #header > MAX_HEADER then
    internal.raise(("torch.save: %s: all that is no tensor takes %d bytes; the format allows %d"):format(path, #header,
      MAX_HEADER))
  end
  internal.write_file(path, string.pack("<I8", #header) .. header, tensors, "torch.save")
end

-- ---- loading -------------------------------------------------------------------------

local function read_header(file)
  local size = file:size()
  local place = "torch.load: " .. file:path():gsub("%%", "%%%%") .. ": %s (offset %d)%s"
  local function bad(offset, what, advice) internal.raise(place:format(what, offset, advice or "")) end
  local function bad_head(offset, what) -- a file of another format is named as what it is
    local format = internal.file_format(file:read(0, math.min(size, 512)))
    if format == "a safetensors file" then format = nil end
    if not format then bad(offset, what) end
    bad(offset, "no safetensors file but " .. format, require "torch.serialize.formats"(format))
  end
  if size < 8 then bad_head(size, "too short for a safetensors file") end
  local n = string.unpack("<I8", file:read(0, 8))
  if n < 2 or n > MAX_HEADER or n > size - 8 then
    bad_head(0, ("a header of %s bytes in a file of %d"):format(math.ult(n, 1 << 62) and n or "too many", size))
  end
  local text = file:read(8, n)
  local ok, header = pcall(json.decode, text, json.null)
  if not ok then
    if type(header) ~= "table" then error(header, 0) end
    bad(8 + header.offset, "header: " .. header.what)
  end
  if type(header) ~= "table" or text:sub(1, 1) ~= "{" then bad(8, "the header is no object") end
  return header, 8 + n, size, bad
end

local function integers(list, least)
  if type(list) ~= "table" or list == json.null then return false end
  for key, v in next, list do
    if math.type(key) ~= "integer" or math.type(v) ~= "integer" or v < least then return false end
  end
  return true
end

-- Checks one entry and returns {offset, dtype, shape, bytes}.
local function check_entry(name, e, start, size, bad)
  local what = "tensor '" .. name .. "': "
  if type(e) ~= "table" or e == json.null then bad(8, what .. "no object") end
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

local function read_entries(file, place)
  local header, start, size, bad = read_header(file)
  local metadata = header.__metadata__
  header.__metadata__ = nil
  local list = {}
  for name, e in next, header do list[#list + 1] = check_entry(name, e, start, size, bad) end
  table.sort(list, function(a, b) return a.from < b.from or (a.from == b.from and a.to < b.to) end)
  local at = 0
  for _, e in ipairs(list) do
    if e.from ~= at then
      bad(start + math.min(at, e.from), ("tensor '%s': overlaps another one or leaves a hole"):format(e.name))
    end
    at = e.to
  end
  if start + at ~= size then bad(start + at, "the file does not end with its last tensor") end
  local tensors = {}
  for _, e in ipairs(list) do tensors[e.name] = place(file:tensor(e[1], e[2], e[3])) end
  return tensors, metadata, bad
end

-- A tensor of the description from the entries of the file.
local function decode_tensor(v, entries, bad)
  if type(v) ~= "table" then bad(8, "a bad tensor in the description") end
  local t = type(v.x) == "string" and entries[v.x]
    or bad(8, ("the description names a tensor '%s' that is not there"):format(tostring(v.x)))
  if v.z ~= nil then
    local whole = integers(v.z, 0) and integers(v.d, 0) and math.type(v.o) == "integer"
    if not (whole and #v.z == #v.d and v.o >= 0) then bad(8, "a bad view") end
    local ok, view = options.try(t.as_strided, t, v.z, v.d, v.o)
    t = ok and view or bad(8, "a view reaches outside its tensor")
  end
  t = t:detach()
  if v.g ~= nil then
    if v.g ~= true or not (t:is_floating_point() or t:is_complex()) then
      bad(8, "a gradient of a tensor that cannot have one")
    end
    t:requires_grad_()
  end
  return t
end

local FLOATS = {nan = 0 / 0, inf = math.huge, ["-inf"] = -math.huge}

local function decode_float(text, state)
  local f = type(text) == "string" and (FLOATS[text] or text:find "^%-?0x[%x.]+p[+-]%d+$" and tonumber(text))
  return math.type(f) == "float" and f or state.bad(8, "a bad number")
end

local function decode_complex(parts, state)
  if type(parts) ~= "table" or #parts ~= 2 then state.bad(8, "a bad complex number") end
  local function part(i) return torch.tensor(decode_float(parts[i], state), {dtype = "float64"}) end
  return torch.complex(part(1), part(2)):item()
end

local function decode(v, state)
  if type(v) ~= "table" then return v end
  if v.t then return state.tables[v.t] or state.bad(8, "a reference to no table") end
  if v.x then return state.tensors[v.x] or state.bad(8, "a reference to no tensor") end
  if v.n then return nil end
  if v.f then return decode_float(v.f, state) end
  if v.c then return decode_complex(v.c, state) end
  if type(v.b) == "string" and #v.b % 2 == 0 and not v.b:find "%X" then
    return (v.b:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
  end
  return state.bad(8, "a value of no known kind")
end

local function fill_table(t, description, state)
  if type(description) ~= "table" or type(description.a) ~= "table" or type(description.h) ~= "table" then
    state.bad(8, "a bad table")
  end
  for i, item in ipairs(description.a) do t[i] = decode(item, state) end
  for _, pair in ipairs(description.h) do
    if type(pair) ~= "table" then state.bad(8, "a bad table") end
    local key = decode(pair[1], state)
    if not RANK[type(key)] or key ~= key then state.bad(8, "a bad key") end
    t[key] = decode(pair[2], state)
  end
end

-- The value that 'text' describes.
local function rebuild(text, entries, bad)
  if type(text) ~= "string" then bad(8, "the description is no string") end
  local ok, all = pcall(json.decode, text)
  if not ok then
    if type(all) ~= "table" then error(all, 0) end
    bad(8, "description: " .. all.what)
  end
  if type(all) ~= "table" or type(all.tables) ~= "table" or type(all.tensors) ~= "table" or all.value == nil then
    bad(8, "a bad description")
  end
  local state = {tables = {}, tensors = {}, bad = bad}
  for i, t in ipairs(all.tensors) do state.tensors[i] = decode_tensor(t, entries, bad) end
  for i in ipairs(all.tables) do state.tables[i] = {} end
  for i, t in ipairs(all.tables) do fill_table(state.tables[i], t, state) end
  return decode(all.value, state)
end

--- What the file holds, and where `given.metadata` asks for it its metadata; `place` gives a tensor on the device
-- where it is wanted.
function safetensors.load(file, place, given)
  local entries, metadata, bad = read_entries(file, place)
  if metadata == json.null then metadata = nil end
  if metadata ~= nil and type(metadata) ~= "table" then bad(8, "the metadata is no object") end
  local description = metadata and metadata.hecate
  local value = entries
  if description ~= nil and description ~= json.null then value = rebuild(description, entries, bad) end
  if not given.metadata then return value end
  local others = {}
  for key, text in pairs(metadata or {}) do
    if key ~= "hecate" and type(text) == "string" then others[key] = text end
  end
  return value, others
end

return safetensors
