-- Components of tokenizers: normalizers, pre-tokenizers, post-processors, decoders. Each is an object with the fields
-- that it has in a tokenizer.json; it does not change after it was made.
local json = require "torch.json"
local options = require "torch.utils.options"
local ordered = require "tokenizers.ordered"
local component = {}
local valid -- of the C part, opened at first use

-- family → {types = {TYPE → fields}, methods =, words =}; a field is {NAME, KIND, DEFAULT}.
local families = {}
local FIELDS <const> = {}

local function is_string(v) return type(v) == "string" and utf8.len(v) ~= nil end

local function is_pattern(v)
  return type(v) == "table" and (is_string(v.String) or is_string(v.Regex)) and (v.String == nil or v.Regex == nil)
end

local kinds = {
  boolean = {"true or false", function(v) return type(v) == "boolean" end},
  string = {"a string", is_string},
  char = {"a string of one character", function(v) return is_string(v) and utf8.len(v) == 1 end},
  count = {"an integer, 0 or more", function(v) v = options.integer(v) return v and v >= 0 end},
  positive = {"a positive integer", function(v) v = options.integer(v) return v and v > 0 end},
  pattern = {'{"String": text} or {"Regex": pattern}', is_pattern},
  any = {"a value", function(v) return v ~= nil end},
}

-- What messages say of a family: "a normalizer".
function component.family(name, words, methods)
  families[name] = {types = {}, methods = methods, words = words, name = name}
end

function component.define(family, which, fields) families[family].types[which] = fields end

local function meta_of(family)
  family.meta = family.meta or {
    __index = function(self, key)
      local method = family.methods[key]
      if method ~= nil then return method end
      return rawget(self, FIELDS)[key]
    end,
    __newindex = function(self, key)
      options.raise(("%s.%s: '%s': a component does not change after it was made; make another one"):format(family.name,
        self.type, tostring(key)))
    end,
    __pairs = function(self) return pairs(rawget(self, FIELDS)) end,
    __tostring = function(self) return ordered.encode(component.to_json(self)) end,
    __name = "tokenizers." .. family.name,
    family = family,
  }
  return family.meta
end

local function make(family, which, fields)
  fields.type = which
  return setmetatable({[FIELDS] = fields}, meta_of(family))
end

-- Whether a value is a component of a family.
function component.is(value, name)
  local meta = type(value) == "table" and getmetatable(value)
  return meta and meta.family == families[name] or false
end

local function check_list(value, name, wrong)
  for i, item in ipairs(value) do
    if not component.is(item, name) then wrong(("[%d]"):format(i), "expected " .. families[name].words) end
  end
end

-- A component from the arguments of its constructor.
function component.construct(name, which, ...)
  local family = families[name]
  local fields, parameters, full = family.types[which], {}, name .. "." .. which
  for i, field in ipairs(fields) do parameters[i] = {field[1], kind = "any", default = field[3]} end
  if #parameters == 0 and select("#", ...) > 0 then options.raise(full .. ": expected no arguments") end
  local given = #parameters > 0 and options.read(full, parameters, ...) or {}
  for i, field in ipairs(fields) do
    local value, kind = given[field[1]], kinds[field[2]]
    if field[2] == "pattern" and is_string(value) then value = {String = value} end
    if family.adapt and field[2] == "any" then value = family.adapt(full, field[1], value) end
    if value == nil and field[3] == nil and not field.optional then
      options.wrong(full, field[1], i, kind and kind[1] or "a list of components", value)
    end
    if value == nil and field.optional then value = json.null
    elseif field[2] == "list" then
      if type(value) ~= "table" then options.wrong(full, field[1], i, "a list of components", value) end
      check_list(value, name, function(place, what)
        options.raise(("%s: '%s'%s: %s"):format(full, field[1], place, what))
      end)
    elseif not kind[2](value) then options.wrong(full, field[1], i, kind[1], value) end
    given[field[1]] = kind and (field[2] == "count" or field[2] == "positive") and math.tointeger(value) or value
  end
  local made = make(family, which, given)
  if family.check then family.check(made, function(what) options.raise(full .. ": " .. what) end) end
  return made
end

local function sorted(list)
  local keys = {}
  for key in pairs(list) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- A component from the object of a tokenizer.json at 'place'; wrong(place, what) raises. nil for null.
function component.read(name, spec, place, wrong)
  local family = families[name]
  if spec == nil or spec == json.null then return nil end
  if type(spec) ~= "table" or type(spec.type) ~= "string" then wrong(place, "expected an object with a 'type'") end
  local fields = family.types[spec.type]
  if not fields then
    wrong(place .. ".type", ("'%s' is not %s (known: %s)"):format(spec.type, family.words,
      table.concat(sorted(family.types), ", ")))
  end
  local read, known = {}, {type = true}
  for _, field in ipairs(fields) do
    local key, value = field[1], spec[field[1]]
    known[key] = true
    if family.legacy then value = family.legacy(spec, key, value) end
    if value == nil or (value == json.null and field[3] ~= nil) then value = field[3] end
    if value == nil and field.optional then value = json.null end
    if value == nil then wrong(place, ("expected the key '%s'"):format(key)) end
    if field[2] == "list" then
      if type(value) ~= "table" then wrong(place .. "." .. key, "expected an array") end
      local list = {}
      for i, item in ipairs(value) do
        local inner = ("%s.%s[%d]"):format(place, key, i)
        list[i] = component.read(name, item, inner, wrong) or wrong(inner, "expected an object with a 'type'")
      end
      value = list
    elseif not (field.optional and value == json.null) and not kinds[field[2]][2](value) then
      wrong(place .. "." .. key, ("expected %s, got %s"):format(kinds[field[2]][1], options.describe(value)))
    end
    read[key] = value
  end
  local made = make(family, spec.type, read)
  if family.check then family.check(made, function(what) wrong(place, what) end) end
  return made
end

-- The value of a field as ordered JSON.
local function field_json(value, kind, family)
  if kind == "list" then
    local list = {}
    for i, item in ipairs(value) do list[i] = component.to_json(item) end
    return ordered.array(list)
  end
  if kind == "pattern" then
    return ordered.object {value.String and {"String", value.String} or {"Regex", value.Regex}}
  end
  if kind == "any" then return family.any_json(value) end
  return value
end

-- A component as ordered JSON; null for nil.
function component.to_json(value)
  if value == nil then return json.null end
  local family = getmetatable(value).family
  local list = {{"type", value.type}}
  for _, field in ipairs(family.types[value.type]) do
    list[#list + 1] = {field[1], field_json(value[field[1]], field[2], family)}
  end
  return ordered.object(list)
end

-- For families whose fields of kind "any" need more: adapt(full, name, value), check(component, wrong),
-- legacy(spec, key, value), any_json(value).
function component.hooks(name, hooks)
  for key, f in pairs(hooks) do families[name][key] = f end
end

-- The C steps of a list of descriptions; wrong(what) raises.
function component.steps(list, wrong)
  local steps, why = require "tokenizers.core".steps(list)
  if not steps then wrong(why) end
  return steps
end

-- The text as it came, which must be UTF-8.
function component.text(name, parameter, position, text)
  if type(text) ~= "string" then options.wrong(name, parameter, position, "a string", text) end
  valid = valid or require "tokenizers.core".valid
  local at = valid(text)
  if at then
    options.raise(("%s: '%s' (argument %d): expected UTF-8, got byte 0x%02X at %d"):format(name, parameter, position,
      text:byte(at), at))
  end
  return text
end

return component
