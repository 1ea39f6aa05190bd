-- tokenizer.json: read and written whole.
local component = require "tokenizers.component"
local files = require "tokenizers.models.files"
local internal = torch._C
local json = require "torch.json"
local options = require "torch.utils.options"
local ordered = require "tokenizers.ordered"

local PARTS <const> = {{"normalizer", "normalizers"}, {"pre_tokenizer", "pre_tokenizers"},
  {"post_processor", "processors"}, {"decoder", "decoders"}}
local STRATEGIES <const> = {LongestFirst = "longest_first", OnlyFirst = "only_first", OnlySecond = "only_second"}
local SIDES <const> = {Right = "right", Left = "left"}

local function inverse(map)
  local result = {}
  for key, value in pairs(map) do result[value] = key end
  return result
end

-- ---- reading -----------------------------------------------------------------------------------------

local function is_count(value)
  value = options.integer(value)
  return value and value >= 0 and value <= 0x0FFFFFFF
end

-- The field of an object; 'test' tells whether its value is right.
local function field(spec, place, key, expected, test, wrong, default)
  local value = spec[key]
  if value == nil or value == json.null then value = default end
  if not test(value) then
    wrong(place .. "." .. key, ("expected %s, got %s"):format(expected, options.describe(value)))
  end
  return value
end

local function read_truncation(spec, wrong)
  if type(spec) ~= "table" then wrong("truncation", "expected an object or null") end
  local function among(map) return function(value) return map[value] ~= nil end end
  local place = "truncation"
  return {max_length = field(spec, place, "max_length", "a count", is_count, wrong),
    stride = field(spec, place, "stride", "a count", is_count, wrong, 0),
    strategy = STRATEGIES[field(spec, place, "strategy", "LongestFirst, OnlyFirst or OnlySecond", among(STRATEGIES),
      wrong, "LongestFirst")],
    direction = SIDES[field(spec, place, "direction", "Right or Left", among(SIDES), wrong, "Right")]}
end

local function read_padding(spec, wrong)
  if type(spec) ~= "table" then wrong("padding", "expected an object or null") end
  local place, strategy = "padding", spec.strategy
  local fixed = type(strategy) == "table" and strategy.Fixed
  if strategy ~= "BatchLongest" and not is_count(fixed) then
    wrong("padding.strategy", 'expected "BatchLongest" or {"Fixed": count}')
  end
  return {direction = SIDES[field(spec, place, "direction", "Right or Left", function(v) return SIDES[v] ~= nil end,
      wrong, "Right")],
    pad_id = field(spec, place, "pad_id", "an id", is_count, wrong) + 1,
    pad_type_id = field(spec, place, "pad_type_id", "a type", is_count, wrong) + 1,
    pad_token = field(spec, place, "pad_token", "a string", function(v) return type(v) == "string" end, wrong),
    length = fixed or nil,
    pad_to_multiple_of = field(spec, place, "pad_to_multiple_of", "a count or null",
      function(v) return v == nil or is_count(v) end, wrong)}
end

local function read_added(list, wrong)
  local AddedToken = require "tokenizers.AddedToken"
  if type(list) ~= "table" then wrong("added_tokens", "expected an array") end
  local tokens = {}
  for i, spec in ipairs(list) do
    local place, given = ("added_tokens[%d]"):format(i), {}
    if type(spec) ~= "table" then wrong(place, "expected an object") end
    given.content = field(spec, place, "content", "a string",
      function(v) return type(v) == "string" and utf8.len(v) end, wrong)
    field(spec, place, "id", "an id", is_count, wrong)
    for _, key in ipairs {"single_word", "lstrip", "rstrip", "normalized", "special"} do
      given[key] = field(spec, place, key, "true or false", function(v) return type(v) == "boolean" end, wrong, false)
    end
    tokens[i] = AddedToken(given)
  end
  return tokens
end

-- An id that the file has and the model or the order of the tokens does not give is told, as the package does.
local function warn_of_ids(self, list, wrong_name)
  for i, spec in ipairs(list) do
    local id = self._ids[spec.content]
    if id and id ~= spec.id then
      options.warn(("%s: added_tokens[%d]: '%s' has the id %d, not %d as the file says"):format(wrong_name, i,
        spec.content, id + 1, spec.id + 1))
    end
  end
end

local function read_tokenizer(Tokenizer, text, who, path, add_all, set_padding)
  local name = path and who .. ": " .. path or who
  local function wrong(place, what)
    internal.raise(("%s: %s%s"):format(name, place and place .. ": " or "", what))
  end
  local spec = files.decode(text, path or "the text", who)
  if type(spec) ~= "table" then wrong(nil, "expected an object") end
  if spec.version ~= nil and spec.version ~= "1.0" then
    wrong("version", ("expected '1.0', got %s"):format(options.describe(spec.version)))
  end
  local self = Tokenizer(require "tokenizers.models.model"._read(spec.model, wrong))
  for _, part in ipairs(PARTS) do
    require("tokenizers." .. part[2])
    self[part[1]] = component.read(part[2], spec[part[1]], part[1], wrong)
  end
  if spec.added_tokens ~= nil and spec.added_tokens ~= json.null then
    add_all(self, who, read_added(spec.added_tokens, wrong), false)
    warn_of_ids(self, spec.added_tokens, name)
  end
  local function is_given(key) return spec[key] ~= nil and spec[key] ~= json.null end
  if is_given "truncation" then self.truncation = read_truncation(spec.truncation, wrong) end
  if is_given "padding" then set_padding(self, read_padding(spec.padding, wrong)) end
  self:_current()
  return self
end

-- ---- writing -----------------------------------------------------------------------------------------

local function truncation_json(t)
  if not t then return json.null end
  return ordered.object {{"direction", inverse(SIDES)[t.direction]}, {"max_length", t.max_length},
    {"strategy", inverse(STRATEGIES)[t.strategy]}, {"stride", t.stride}}
end

local function padding_json(p)
  if not p then return json.null end
  return ordered.object {{"strategy", p.length and ordered.object {{"Fixed", p.length}} or "BatchLongest"},
    {"direction", inverse(SIDES)[p.direction]}, {"pad_to_multiple_of", p.pad_to_multiple_of or json.null},
    {"pad_id", p.pad_id - 1}, {"pad_type_id", p.pad_type_id - 1}, {"pad_token", p.pad_token}}
end

local function added_json(self)
  local list = table.move(self._added, 1, #self._added, 1, {})
  table.sort(list, function(a, b) return a.id < b.id end)
  for i, token in ipairs(list) do
    list[i] = ordered.object {{"id", token.id}, {"content", token.content}, {"single_word", token.single_word},
      {"lstrip", token.lstrip}, {"rstrip", token.rstrip}, {"normalized", token.normalized}, {"special", token.special}}
  end
  return ordered.array(list)
end

local function tokenizer_json(self)
  self:_current()
  local list = {{"version", "1.0"}, {"truncation", truncation_json(self.truncation)},
    {"padding", padding_json(self.padding)}, {"added_tokens", added_json(self)}}
  for _, part in ipairs(PARTS) do list[#list + 1] = {part[1], component.to_json(self[part[1]])} end
  list[#list + 1] = {"model", self.model:_json()}
  return ordered.object(list)
end

return function(Tokenizer, add_all, set_padding)
  --- tokenizers.Tokenizer.from_file(path: path) -> tokenizers.Tokenizer: The tokenizer of a tokenizer.json.
  function Tokenizer.from_file(...)
    local path = options.read("Tokenizer.from_file", {{"path", kind = "string", required = true}}, ...).path
    local text = files.read(path, "Tokenizer.from_file")
    return read_tokenizer(Tokenizer, text, "Tokenizer.from_file", path, add_all, set_padding)
  end

  --- tokenizers.Tokenizer.from_str(json: string) -> tokenizers.Tokenizer: The tokenizer of the text of a
  -- tokenizer.json.
  function Tokenizer.from_str(...)
    local text = options.read("Tokenizer.from_str", {{"json", kind = "string", required = true}}, ...).json
    component.text("Tokenizer.from_str", "json", 1, text)
    return read_tokenizer(Tokenizer, text, "Tokenizer.from_str", nil, add_all, set_padding)
  end

  --- tokenizer:to_str(pretty: bool = false) -> string: The text of a tokenizer.json.
  function Tokenizer:to_str(...)
    local given = options.read("to_str", {{"pretty", kind = "boolean", default = false}}, ...)
    return ordered.encode(tokenizer_json(self), given.pretty)
  end

  --- tokenizer:save(path: path, pretty: bool = true): Writes a tokenizer.json.
  function Tokenizer:save(...)
    local given = options.read("save", {{"path", kind = "string", required = true},
      {"pretty", kind = "boolean", default = true}}, ...)
    internal.write_file(given.path, ordered.encode(tokenizer_json(self), given.pretty), {}, "Tokenizer.save")
  end
end
