-- What is in a value that torch.save gets: its tables and tensors, each once, and which tensors share a storage. What
-- cannot be saved is refused by the path that leads to it.
local internal = torch._C
local options = require "torch.utils.options"

-- The keys that lead to a table from the root, last first.
local function keys_to(node, state)
  local keys = {}
  while state.from[node] do
    keys[#keys + 1] = state.from[node].key
    node = state.from[node].parent
  end
  return keys
end

local function path_text(parent, key, state)
  if parent == nil then return "the value" end
  local keys = keys_to(parent, state)
  table.insert(keys, 1, key)
  local parts = {}
  for i = #keys, 1, -1 do
    local k = keys[i]
    local named = type(k) == "string" and k:find "^[%a_][%w_]*$"
    parts[#parts + 1] = named and (#parts > 0 and "." or "") .. k or type(k) == "string" and ("[%q]"):format(k)
      or ("[%s]"):format(k)
  end
  return table.concat(parts)
end

local function entry_name(parent, key, state)
  if parent == nil then return "tensor" end
  local keys = keys_to(parent, state)
  table.insert(keys, 1, key)
  local parts = {}
  for i = #keys, 1, -1 do parts[#parts + 1] = tostring(keys[i]) end
  local name = table.concat(parts, ".")
  return utf8.len(name) and name or "tensor"
end

local function add_tensor(t, parent, key, state)
  state.tensors[#state.tensors + 1] = t
  state.ids[t] = #state.tensors
  local id = internal.storage_of(t)
  local group = state.groups[id]
  if not group then
    group = {name = entry_name(parent, key, state)}
    state.groups[id] = group
    state.order[#state.order + 1] = group
  end
  group[#group + 1] = t
end

local PLAIN = {["nil"] = true, boolean = true, number = true, string = true}
local COMPLEX <const> = "torch.complex" -- the typename of what item() of a complex tensor gives

local function add_value(value, parent, key, state)
  local kind = type(value)
  if PLAIN[kind] or torch.typename(value) == COMPLEX then return end
  if kind == "table" then
    if state.ids[value] then return end
    state.tables[#state.tables + 1] = value
    state.ids[value] = #state.tables
    if parent ~= nil then state.from[value] = {parent = parent, key = key} end
  elseif torch.is_tensor(value) then
    if not state.ids[value] then add_tensor(value, parent, key, state) end
  else
    local name = torch.typename(value)
    if name == "torch.Tensor" then value:dim() end -- that says why it cannot be read
    local has_state = kind == "userdata" and options.field(value, "state_dict") ~= nil
    local hint = has_state and "; save its state_dict(), for files hold data only" or ""
    internal.raise(("torch.save: %s: cannot save a %s%s"):format(path_text(parent, key, state), name or kind, hint))
  end
end

-- The keys of a table that are not positions 1 to n, in a fixed order: numbers, strings, booleans.
local RANK = {number = 1, string = 2, boolean = 3}
local function other_keys(t, n, state)
  local keys = {}
  for key in next, t do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then
      if not RANK[type(key)] then
        local from = state.from[t]
        local where = from and path_text(from.parent, from.key, state) or "the value"
        local kind = torch.typename(key) or type(key)
        internal.raise(("torch.save: %s: cannot save a key that is a %s"):format(where, kind))
      end
      keys[#keys + 1] = key
    end
  end
  table.sort(keys, function(a, b)
    local ra, rb = RANK[type(a)], RANK[type(b)]
    if ra ~= rb then return ra < rb end
    if ra == 3 then return not a and b end
    return a < b
  end)
  return keys
end

--- Numbers every table and tensor of a value, breadth first: {tables =, tensors = arrays of them, ids = their numbers,
-- keys = for each table its keys that are no positions, groups = the tensors by their storage, order = array of these}.
return function(value)
  local state = {tables = {}, tensors = {}, ids = {}, from = {}, keys = {}, groups = {}, order = {}}
  add_value(value, nil, nil, state)
  local i = 1
  while state.tables[i] do
    local t = state.tables[i]
    local n = rawlen(t)
    for k = 1, n do add_value(rawget(t, k), t, k, state) end
    local keys = other_keys(t, n, state)
    for _, key in ipairs(keys) do add_value(rawget(t, key), t, key, state) end
    state.keys[i] = keys
    i = i + 1
  end
  return state
end
