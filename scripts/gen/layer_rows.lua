-- Reads the rows of layers (lib/torch/nn/layers/*.lua). docs/internals/layers.md tells what a row may say.
local parts_of = require "strings".parts
local layer_rows = {}

-- What a type of the signature is in C: `option` and `c` (in the struct of the layer; nil: not kept there).
local TYPES = {
  int = {option = "OPTION_INT", c = "int64_t"},
  float = {option = "OPTION_FLOAT", c = "double"},
  bool = {option = "OPTION_BOOL", c = "bool"},
  dim = {option = "OPTION_DIM", c = "int64_t"},
  index = {option = "OPTION_DIM", c = "int64_t"},
  pair = {option = "OPTION_PAIR", c = "int64_t", length = 2},
  ints = {option = "OPTION_INTS", c = "Ints"},
  dtype = {option = "OPTION_DTYPE", c = "DType"},
  device = {option = "OPTION_VALUE"},
  Tensor = {option = "OPTION_TENSOR"},
}

local KNOWN = {}
for key in ("parameters buffers forward repr check least ranks doc shape notes example domain"):gmatch "%S+" do
  KNOWN[key] = true
end

-- The type of an option: a name of TYPES, words, or both ("pair|same|valid", "float|nil").
local function type_of(text, where)
  local words, base = {}, nil
  local option = {}
  for word in text:gmatch "[^|%s]+" do
    if word == "nil" then option.nullable = true
    elseif TYPES[word] then base = TYPES[word]
    else words[#words + 1] = word end
  end
  if #words > 0 then option.words = words end
  if not base and #words < 2 then error(("%s: unknown type '%s'"):format(where, text), 0) end
  if base and #words > 0 and base ~= TYPES.pair then
    error(("%s: '%s': words go with pair alone"):format(where, text), 0)
  end
  option.type = base or {option = "OPTION_CHOICE", c = "int", choice = true}
  return option
end

-- The `initial` of an Option, from the default as it is written.
local function initial_of(row, option, text)
  if not text then return "0" end
  if text == "nil" then option.nullable = true; return "NAN" end
  if row.by_name[text] then option.default_of = text; return "NAN" end -- the value of another option
  for i, word in ipairs(option.type.choice and option.words or {}) do
    if text == word then return tostring(i - 1) end
  end
  if text == "true" then return "1" elseif text == "false" then return "0" end
  local number = tonumber(text) or error(("%s: cannot read the default '%s'"):format(row.where, text), 0)
  if option.type.option == "OPTION_DIM" and number > 0 then number = number - 1 end -- rows count from 1, C from 0
  return math.type(number) == "integer" and tostring(number) or ("%.17g"):format(number)
end

local function signature(row, text)
  local list = text:match "^%((.*)%)$" or error(("%s: no signature in '%s'"):format(row.where, text), 0)
  row.options, row.by_name = {}, {}
  if list:find "^%.%.%." then row.takes_anything = true; return end
  for _, part in ipairs(parts_of(list)) do
    if part ~= "*" then
      local name, kind, default = part:match "^([%w_]+)%s*:%s*([^=]-)%s*=%s*(.+)$"
      if not name then name, kind = part:match "^([%w_]+)%s*:%s*(.-)$" end
      if not name then error(("%s: cannot read option '%s'"):format(row.where, part), 0) end
      local option = type_of(kind, row.where)
      option.name, option.required = name, default == nil
      option.initial = initial_of(row, option, default)
      row.options[#row.options + 1] = option
      option.place = #row.options
      row.by_name[name] = option
    end
  end
end

-- Parameters, buffers and options that are tensors, in the order in which the module gets them.
local function parts(row)
  row.slots, row.slot_of = {}, {}
  local function add(slot)
    if row.slot_of[slot.name] then error(("%s: '%s' is there twice"):format(row.where, slot.name), 0) end
    slot.place = #row.slots
    row.slots[#row.slots + 1] = slot
    row.slot_of[slot.name] = slot
  end
  for kind, list in pairs {parameter = row.parameters or {}, buffer = row.buffers or {}} do
    for _, given in ipairs(list) do
      for name in (given.when or ""):gmatch "[%a_][%w_]*" do
        if not (row.by_name[name] and row.by_name[name].type == TYPES.bool) then
          error(("%s: '%s': no bool option '%s'"):format(row.where, given[1], name), 0)
        end
      end
      if given.init == nil then error(("%s: '%s': init is missing"):format(row.where, given[1]), 0) end
      given.kind = kind
    end
  end
  for _, list in ipairs {row.parameters or {}, row.buffers or {}} do
    for _, given in ipairs(list) do
      add {name = given[1], kind = given.kind, shape = table.move(given, 2, #given, 1, {}), init = given.init,
        when = given.when, dtype = given.dtype, zero = given.zero, optional = given.when ~= nil}
    end
  end
  for _, option in ipairs(row.options) do
    if option.type == TYPES.Tensor then
      add {name = option.name, kind = "buffer", given = option, optional = option.nullable}
    end
  end
end

--- One row, checked. `file` is relative to the source folder.
function layer_rows.row(raw, file, line)
  local row = {where = ("%s:%d"):format(file, line), file = file, line = line, name = raw[1], signature = raw[2]}
  if type(row.name) ~= "string" or type(row.signature) ~= "string" then
    error(row.where .. ": a row starts with a name and a signature", 0)
  end
  for key, value in pairs(raw) do
    if type(key) == "string" then
      if not KNOWN[key] then error(("%s: unknown field '%s'"):format(row.where, key), 0) end
      row[key] = value
    end
  end
  for _, key in ipairs {"forward", "doc", "example"} do
    if not row[key] then error(("%s: '%s' is missing"):format(row.where, key), 0) end
  end
  signature(row, row.signature)
  parts(row)
  row.module = file:gsub("^lib/", ""):gsub("%.lua$", ""):gsub("/", ".")
  row.inputs = {} -- the names of what forward is given after the module
  for i = 2, debug.getinfo(row.forward, "u").nparams do row.inputs[i - 1] = debug.getlocal(row.forward, i) end
  for name in pairs(row.notes or {}) do
    if not row.by_name[name] then error(("%s: notes: no option '%s'"):format(row.where, name), 0) end
  end
  return row
end

--- All rows of the files below the folder `source`, in order. `modules` are what `require` gives the files, by name.
function layer_rows.read(source, files, modules)
  local rows, seen = {}, {}
  for _, file in ipairs(files) do
    local function layer(raw)
      local row = layer_rows.row(raw, file, debug.getinfo(2, "l").currentline)
      if seen[row.name] then error(("%s: '%s' is already at %s"):format(row.where, row.name, seen[row.name]), 0) end
      seen[row.name] = row.where
      rows[#rows + 1] = row
    end
    local env = setmetatable({require = function(name)
      if name == "torch.nn.layer" then return layer end
      return modules[name]
        or error(("%s: require '%s': rows see torch.nn.layer and torch.nn.functional"):format(file, name), 0)
    end}, {__index = _G})
    assert(loadfile(source .. "/" .. file, "t", env))("")
  end
  return rows
end

-- ---- documents ---------------------------------------------------------------

--- The documentation comment of a row, in the form of those beside C code.
function layer_rows.comment(row)
  local out = {("nn.%s%s: %s"):format(row.name, row.takes_anything and row.signature or "", row.doc)}
  if row.shape then out[#out + 1] = "Shape: " .. row.shape end
  for _, option in ipairs(row.options) do
    local note = row.notes and row.notes[option.name]
    if note then out[#out + 1] = ("- `%s`: %s"):format(option.name, note)
    elseif option.type.option == "OPTION_VALUE" then
      out[#out + 1] = ("- `%s` (%s): where the parameters are"):format(option.name, option.name)
    end
  end
  if row.example:find "\n" then out[#out + 1] = "Example:\n    " .. row.example:gsub("\n", "\n    ")
  else out[#out + 1] = "Example: " .. row.example end
  return table.concat(out, "\n")
end

return layer_rows
