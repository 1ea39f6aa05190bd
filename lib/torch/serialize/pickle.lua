-- A value as the pickle (protocol 2) that torch.save of PyTorch writes: tables are lists and dicts, tensors are rebuilt
-- from storages, which stand in the file by themselves.
local internal = torch._C
local options = require "torch.utils.options"
local collect = require "torch.serialize.collect"
local dtypes = require "torch.serialize.dtypes"

local function put(w, text) w.parts[#w.parts + 1] = text end

-- What is at the top gets the next number of the memo, under which `key` is found again.
local function remember(w, key)
  w.memo[key] = w.remembered
  put(w, w.remembered < 256 and "q" .. string.char(w.remembered) or "r" .. string.pack("<I4", w.remembered))
  w.remembered = w.remembered + 1
end

local function recall(w, key)
  local at = w.memo[key]
  if at == nil then return false end
  put(w, at < 256 and "h" .. string.char(at) or "j" .. string.pack("<I4", at))
  return true
end

local function put_integer(w, value)
  if value >= 0 and value < 256 then put(w, "K" .. string.char(value))
  elseif value >= 0 and value < 65536 then put(w, "M" .. string.pack("<I2", value))
  elseif value >= -0x80000000 and value < 0x80000000 then put(w, "J" .. string.pack("<i4", value))
  else put(w, "\x8a\8" .. string.pack("<i8", value)) end
end

-- Two kinds of keys in one memo: strings stand behind a mark of their kind.
local function put_global(w, name)
  if recall(w, "g" .. name) then return end
  local module, field = name:match "^(.*)%.([^.]+)$"
  put(w, "c" .. module .. "\n" .. field .. "\n")
  remember(w, "g" .. name)
end

local function put_text(w, text) put(w, "X" .. string.pack("<s4", text)) end

-- Bytes that are no UTF-8 are those of a text of the codes 0 to 255, as Python's protocol 2 has it.
local function put_string(w, text)
  if recall(w, "s" .. text) then return end
  if utf8.len(text) then put_text(w, text)
  else
    put_global(w, "_codecs.encode")
    put_text(w, text:gsub("[\x80-\xff]", function(c) return utf8.char(c:byte()) end))
    put_text(w, "latin1")
    put(w, "\x86R")
  end
  remember(w, "s" .. text)
end

local function put_float(w, value) put(w, "G" .. string.pack(">d", value)) end

-- ---- storages ---------------------------------------------------------------------------------

-- The first and last element that a tensor shows, as offsets of bytes in its storage.
local function span(t)
  local size, _, first = t:element_size(), internal.storage_of(t)
  if t:numel() == 0 then return first * size, first * size end
  local last, stride = first, t:stride()
  for d, s in ipairs(t.shape) do last = last + (s - 1) * stride[d] end
  return first * size, (last + 1) * size
end

-- What is written of the storage that the tensors of a group share: the bytes that they show, as elements of their
-- dtype; without a type where they have several, or where PyTorch has no class of storages for theirs.
local function choose_storage(group)
  local first, from, to, dtype = group[1], math.huge, 0, group[1].dtype
  if not options.has_data(first) then
    internal.raise(("torch.save: %s: a tensor on meta has no elements"):format(group.name))
  end
  for _, t in ipairs(group) do
    local a, b = span(t)
    from, to = math.min(from, a), math.max(to, b)
    if t.dtype ~= dtype then dtype = nil end
  end
  local size = first:element_size()
  if not dtype then
    from = from // 16 * 16
    to = -(-to // size) * size
  end
  group.from, group.class = from, dtype and dtypes.to_storage(dtype) or "UntypedStorage"
  local n = (to - from) // size
  group.bytes = n * size
  group.length = group.class == "UntypedStorage" and group.bytes or n
  group.flat = first:detach():as_strided({n}, {1}, from // size):cpu():contiguous()
end

local function put_storage(w, group)
  put(w, "(")
  put_string(w, "storage")
  put_global(w, (group.class == "UntypedStorage" and "torch.storage." or "torch.") .. group.class)
  put_string(w, tostring(group.number))
  put_string(w, "cpu")
  put_integer(w, group.length)
  put(w, "tQ")
end

local function put_integers(w, list)
  put(w, "(")
  for _, value in ipairs(list) do put_integer(w, value) end
  put(w, "t")
end

local function put_hooks(w)
  put_global(w, "collections.OrderedDict")
  put(w, ")R")
end

local function put_plain_tensor(w, t, gradient)
  local id, offset = internal.storage_of(t)
  local group = w.state.groups[id]
  local untyped = group.class == "UntypedStorage"
  put_global(w, untyped and "torch._utils._rebuild_tensor_v3" or "torch._utils._rebuild_tensor_v2")
  put(w, "(")
  put_storage(w, group)
  put_integer(w, offset - group.from // t:element_size())
  put_integers(w, t.shape)
  put_integers(w, t:stride())
  put(w, gradient and "\x88" or "\x89")
  put_hooks(w)
  if untyped then put_global(w, tostring(t.dtype)) end
  put(w, "tR")
end

local function put_tensor(w, t)
  if recall(w, t) then return end
  local gradient = t.requires_grad and t.is_leaf
  if internal.is_parameter(t) then
    put_global(w, "torch._utils._rebuild_parameter")
    put(w, "(")
    put_plain_tensor(w, t, false)
    put(w, gradient and "\x88" or "\x89")
    put_hooks(w)
    put(w, "tR")
  else put_plain_tensor(w, t, gradient) end
  remember(w, t)
end

-- ---- values -----------------------------------------------------------------------------------

local put_value

local DEPTH <const> = 5000

-- Whether key is "state" of what an optimiser's state_dict() gives: in PyTorch a dict by the numbers of parameters.
local function is_optimizer_state(t, key)
  return key == "state" and type(rawget(t, key)) == "table" and type(rawget(t, "param_groups")) == "table"
end

local function put_table(w, t, is_dict)
  if recall(w, t) then return end
  if w.depth == DEPTH then
    internal.raise(("torch.save: tables are nested more than %d deep; a file of safetensors holds them"):format(DEPTH))
  end
  w.depth = w.depth + 1
  local n, keys = rawlen(t), w.state.keys[w.state.ids[t]]
  local is_list = n > 0 and #keys == 0 and not is_dict
  put(w, is_list and "]" or "}")
  remember(w, t)
  put(w, "(")
  for i = 1, n do
    if not is_list then put_integer(w, i) end
    put_value(w, rawget(t, i))
  end
  for _, key in ipairs(keys) do
    put_value(w, key)
    if is_optimizer_state(t, key) then put_table(w, rawget(t, key), true)
    else put_value(w, rawget(t, key)) end
  end
  put(w, is_list and "e" or "u")
  w.depth = w.depth - 1
end

function put_value(w, value)
  local kind = type(value)
  if value == nil then put(w, "N")
  elseif kind == "boolean" then put(w, value and "\x88" or "\x89")
  elseif math.type(value) == "integer" then put_integer(w, value)
  elseif kind == "number" then put_float(w, value)
  elseif kind == "string" then put_string(w, value)
  elseif kind == "table" then put_table(w, value)
  elseif torch.is_tensor(value) then put_tensor(w, value)
  else -- a complex number
    put_global(w, "__builtin__.complex")
    put_float(w, value.real)
    put_float(w, value.imag)
    put(w, "\x86R")
  end
end

--- The pickle of a value, and its storages in the order of their numbers, which are from 0 on: flat tensors.
return function(value)
  local state = collect(value)
  local w = {parts = {"\x80\2"}, memo = {}, remembered = 0, depth = 0, state = state}
  local storages = {}
  for i, group in ipairs(state.order) do
    choose_storage(group)
    group.number = i - 1
    storages[i] = group.flat
  end
  put_value(w, value)
  put(w, ".")
  return table.concat(w.parts), storages
end
