--- hecate.help.types: the words that signatures use for the types of arguments and
-- results: what they mean, and how the Lua language server writes them.
local types = {}

--- name → {what it is, its LuaLS type}
local known = {
  Tensor = {"a tensor", "torch.Tensor"},
  Positions = {"an int64 tensor of positions, from 1", "torch.Tensor"},
  number = {"a number", "number"},
  float = {"a number", "number"},
  int = {"an integer", "integer"},
  integer = {"an integer", "integer"},
  bool = {"true or false", "boolean"},
  boolean = {"true or false", "boolean"},
  string = {"a string", "string"},
  table = {"a table", "table"},
  ["function"] = {"a function", "function"},
  callable = {"a function", "function"},
  any = {"any value", "any"},
  ["nil"] = {"nothing", "nil"},
  dim = {"a dimension, from 1; negative ones count from the end", "integer"},
  index = {"a position, from 1; negative ones count from the end", "integer"},
  dims = {"a dimension or an array of them, from 1", "integer|integer[]"},
  shape = {"sizes: integers or one array", "integer|integer[]"},
  ints = {"an integer or an array", "integer|integer[]"},
  floats = {"a number or an array", "number|number[]"},
  pair = {"an integer or an array of two", "integer|integer[]"},
  reals = {"an array of two numbers", "number[]"},
  count = {"an integer, 0 or more", "integer"},
  positive = {"a positive integer", "integer"},
  seconds = {"a number, 0 or more", "number"},
  dtype = {"a dtype: torch.float32 or \"float32\"", "torch.dtype|string"},
  device = {"a device: \"cpu\"", "torch.device|string"},
  generator = {"a torch.Generator", "torch.Generator"},
  Generator = {"a torch.Generator", "torch.Generator"},
  Module = {"a module", "nn.Module"},
  Dataset = {"anything with #d and d[i]", "table|userdata"},
  ParameterList = {"an nn.ParameterList", "nn.ParameterList"},
  ParameterDict = {"an nn.ParameterDict", "nn.ParameterDict"},
  PackedSequence = {"sequences packed by nn.utils.rnn", "nn.utils.rnn.PackedSequence"},
  IterableDataset = {"a torch.utils.data.IterableDataset", "torch.utils.data.IterableDataset"},
  path = {"the name of a file", "string"},
}

--- An array of them, where it has a word of its own.
local lists = {Tensor = "an array of tensors", int = "an array of integers", number = "an array of numbers",
  string = "an array of strings", Module = "an array of modules"}

--- Calls f(name, is_list) for each alternative of "Tensor|number[]"; whether all are known.
local function alternatives(text, f)
  local all = true
  for part in text:gmatch "[^|]+" do
    local name, list = part:match "^%s*([%w_.]+)(%[?%]?)%s*$"
    local word = part:match '^%s*("[%w_]+")%s*$' -- a string that stands for itself
    local is_class = name and name:find "%."
    if word then name = word end
    if not (word or known[name] or is_class) then all = false
    elseif f then f(name, list == "[]") end
  end
  return all
end

--- The alternatives of "none|mean|sum" where they are words and not types; else nil.
function types.choices(text)
  if not text:find "|" or alternatives(text) then return nil end
  local list = {}
  for part in text:gmatch "[^|]+" do list[#list + 1] = part:match "^%s*(.-)%s*$" end
  return list
end

--- Whether a signature may say so.
function types.known(text) return alternatives(text) or types.choices(text) ~= nil end

--- Whether values of the type select something, so count from 1.
function types.is_position(text)
  return text == "dim" or text == "dims" or text == "index" or text == "Positions"
end

--- What a type means, in words.
function types.words(text)
  local choices, out = types.choices(text), {}
  if choices then return '"' .. table.concat(choices, '", "') .. '"' end
  alternatives(text, function(name, list)
    local words = known[name] and known[name][1] or name
    out[#out + 1] = list and (lists[name] or "an array: " .. words) or words
  end)
  return table.concat(out, ", or ")
end

--- The type as the Lua language server writes it.
function types.luals(text)
  local choices, out, seen = types.choices(text), {}, {}
  if choices then return '"' .. table.concat(choices, '"|"') .. '"' end
  local function add(name)
    if not seen[name] then out[#out + 1] = name end
    seen[name] = true
  end
  alternatives(text, function(name, list)
    local lua = known[name] and known[name][2] or name
    if not list then
      for part in lua:gmatch "[^|]+" do add(part) end
    elseif lua:find "|" then add(("(%s)[]"):format(lua))
    else add(lua .. "[]") end
  end)
  return #out > 0 and table.concat(out, "|") or "any"
end

return types
