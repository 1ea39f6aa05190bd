--- tokenizers.processors: What comes around the tokens of a text: special tokens, offsets without spaces.
--
-- Ids are from 1, as everywhere. Types in the texts of templates ("$B:1") are those of the package, from 0.
local component = require "tokenizers.component"
local json = require "torch.json"
local options = require "torch.utils.options"
local ordered = require "tokenizers.ordered"

local processors, methods = {}, {}
component.family("processors", "a post-processor", methods)

local flags = {{"add_prefix_space", "boolean", true}, {"trim_offsets", "boolean", true}, {"use_regex", "boolean", true}}
local types = {
  ByteLevel = flags,
  BertProcessing = {{"sep", "any"}, {"cls", "any"}},
  RobertaProcessing = {{"sep", "any"}, {"cls", "any"}, {"trim_offsets", "boolean", true},
    {"add_prefix_space", "boolean", true}},
  TemplateProcessing = {{"single", "any"}, {"pair", "any"}, {"special_tokens", "any"}},
  Sequence = {{"processors", "list"}},
}
for name, fields in pairs(types) do component.define("processors", name, fields) end

-- ---- checks of what has the form of the files -------------------------------------------------------

local MAX_ID <const> = 0x0FFFFFFF

local function is_id(value)
  value = options.integer(value)
  return value and value >= 0 and value <= MAX_ID
end

local function check_token(made, key, wrong)
  local value = made[key]
  if type(value) ~= "table" or type(value[1]) ~= "string" or not is_id(value[2]) then
    wrong(("'%s': expected a token and its id"):format(key))
  end
end

local function check_part(part, place, special, wrong)
  local kind, of = next(type(part) == "table" and part or {})
  if (kind ~= "Sequence" and kind ~= "SpecialToken") or type(of) ~= "table" or not is_id(of.type_id) then
    wrong(place .. ": expected a Sequence or a SpecialToken with an 'id' and a 'type_id'")
  end
  if kind == "Sequence" and of.id ~= "A" and of.id ~= "B" then wrong(place .. ": expected the sequence A or B") end
  if kind == "SpecialToken" and not special[of.id] then
    wrong(("%s: '%s' is not in 'special_tokens'"):format(place, tostring(of.id)))
  end
end

local function check_specials(special, wrong)
  if type(special) ~= "table" then wrong "'special_tokens': expected an object" end
  for name, token in pairs(special) do
    local ok = type(name) == "string" and type(token) == "table" and type(token.ids) == "table"
      and type(token.tokens) == "table" and #token.ids == #token.tokens
    for i = 1, ok and #token.ids or 0 do ok = ok and is_id(token.ids[i]) and type(token.tokens[i]) == "string" end
    if not ok then
      wrong(("'special_tokens': '%s': expected 'ids' and 'tokens' of the same length"):format(tostring(name)))
    end
  end
end

local function check_template(made, wrong)
  check_specials(made.special_tokens, wrong)
  for _, key in ipairs {"single", "pair"} do
    local template, has_b = made[key], false
    if type(template) ~= "table" or (#template == 0 and next(template) ~= nil) then
      wrong(("'%s': expected an array"):format(key))
    end
    for i, part in ipairs(template) do
      check_part(part, ("'%s'[%d]"):format(key, i), made.special_tokens, wrong)
      has_b = has_b or (part.Sequence and part.Sequence.id == "B")
    end
    if key == "single" and has_b then wrong "'single': the sequence B is not there for one text" end
  end
end

local function check(made, wrong)
  if made.type == "TemplateProcessing" then return check_template(made, wrong) end
  if made.type ~= "BertProcessing" and made.type ~= "RobertaProcessing" then return end
  check_token(made, "sep", wrong)
  check_token(made, "cls", wrong)
end

-- ---- the forms of constructors ----------------------------------------------------------------------

-- "$A", "$B:1", "$1", "[SEP]:1" as the parts of the files.
local function parse_part(full, text)
  local name, type_id = text:match "^(.*):(%d+)$"
  name, type_id = name or text, math.tointeger(tonumber(type_id or 0))
  if not name:find "^%$" then return {SpecialToken = {id = name, type_id = type_id}} end
  local id = name:sub(2)
  if id:find "^%d+$" then return {Sequence = {id = "A", type_id = math.tointeger(tonumber(id))}} end
  if id == "" or id == "A" or id == "a" then return {Sequence = {id = "A", type_id = type_id}} end
  if id == "B" or id == "b" then return {Sequence = {id = "B", type_id = type_id}} end
  options.raise(("%s: '%s' is no part of a template: expected $A, $B or a special token"):format(full, text))
end

local function adapt_template(full, value)
  if type(value) == "string" then
    local list = {}
    for part in value:gmatch "%S+" do list[#list + 1] = part end
    value = list
  end
  if type(value) ~= "table" then return value end
  local parts = {}
  for i, part in ipairs(value) do parts[i] = type(part) == "string" and parse_part(full, part) or part end
  return parts
end

local function wrong_special(full, value)
  options.wrong(full, "special_tokens", nil, "an array of {token, id} or {id =, ids =, tokens =}", value)
end

local function adapt_specials(full, value)
  if value == nil then return {} end
  if type(value) ~= "table" then wrong_special(full, value) end
  local special = {}
  for _, token in ipairs(value) do
    if type(token) ~= "table" then wrong_special(full, token) end
    local name, ids, tokens = token.id or token[1], token.ids or {token[2]}, token.tokens or {token[1]}
    if type(name) ~= "string" or type(ids) ~= "table" or type(tokens) ~= "table" then wrong_special(full, token) end
    local zero_based = {}
    for i, id in ipairs(ids) do
      id = options.integer(id)
      if not id or id < 1 then wrong_special(full, token) end
      zero_based[i] = id - 1
    end
    special[name] = {id = name, ids = zero_based, tokens = tokens}
  end
  return special
end

local function adapt(full, name, value)
  if name == "special_tokens" then return adapt_specials(full, value) end
  if name == "single" then return adapt_template(full, value or "$0") end
  if name == "pair" then return adapt_template(full, value or "$A:0 $B:1") end
  local id = type(value) == "table" and options.integer(value[2])
  if not id or type(value[1]) ~= "string" or id < 1 then
    options.wrong(full, name, nil, "a token and its id, {token, id}", value)
  end
  return {value[1], id - 1}
end

-- ---- the files -------------------------------------------------------------------------------------

local function part_json(part)
  local kind, of = next(part)
  return ordered.object {{kind, ordered.object {{"id", of.id}, {"type_id", of.type_id}}}}
end

local function any_json(value)
  if type(value[1]) == "string" then return ordered.array {value[1], value[2]} end
  if #value > 0 then
    local parts = {}
    for i, part in ipairs(value) do parts[i] = part_json(part) end
    return ordered.array(parts)
  end
  local names, list = {}, {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local token = value[name]
    list[i] = {name, ordered.object {{"id", name}, {"ids", ordered.array(token.ids)},
      {"tokens", ordered.array(token.tokens)}}}
  end
  return ordered.object(list)
end

component.hooks("processors", {check = check, adapt = adapt, any_json = any_json})

-- ---- steps of the C part ----------------------------------------------------------------------------

local function token_part(token, type) return {ids = {token[2]}, tokens = {token[1]}, type = type} end

local function template_parts(made, key)
  local parts = {}
  for i, part in ipairs(made[key]) do
    local kind, of = next(part)
    if kind == "Sequence" then parts[i] = {sequence = of.id == "A" and 0 or 1, type = of.type_id}
    else
      local token = made.special_tokens[of.id]
      parts[i] = {ids = token.ids, tokens = token.tokens, type = of.type_id}
    end
  end
  return parts
end

local add
local adders = {
  ByteLevel = function(list, p)
    list[#list + 1] = {trims = p.trim_offsets, prefix_space = p.add_prefix_space, sets_ranges = true}
  end,
  BertProcessing = function(list, p)
    local a, b = {sequence = 0, type = 0}, {sequence = 1, type = 1}
    list[#list + 1] = {template = {single = {token_part(p.cls, 0), a, token_part(p.sep, 0)},
      pair = {token_part(p.cls, 0), a, token_part(p.sep, 0), b, token_part(p.sep, 1)}}}
  end,
  RobertaProcessing = function(list, p)
    local cls, sep = token_part(p.cls, 0), token_part(p.sep, 0)
    local a, b = {sequence = 0, type = 0}, {sequence = 1, type = 0}
    list[#list + 1] = {trims = p.trim_offsets, prefix_space = p.add_prefix_space,
      template = {single = {cls, a, sep}, pair = {cls, a, sep, sep, b, sep}}}
  end,
  TemplateProcessing = function(list, p)
    list[#list + 1] = {template = {single = template_parts(p, "single"), pair = template_parts(p, "pair")}}
  end,
  Sequence = function(list, p) for _, item in ipairs(p.processors) do add(list, item) end end,
}
function add(list, p) adders[p.type](list, p) end

--- The description of a post-processor for the C part; nil for nil.
function methods._process(processor)
  if processor == nil then return nil end
  local list = {}
  add(list, processor)
  return list
end

--- processor:num_special_tokens_to_add(is_pair: bool) -> int: How many special tokens come around a text, or two.
function methods:num_special_tokens_to_add(is_pair)
  local n = 0
  for _, step in ipairs(methods._process(self)) do
    for _, part in ipairs(step.template and step.template[is_pair and "pair" or "single"] or {}) do
      n = n + (part.ids and #part.ids or 0)
    end
  end
  return n
end

local function new(name, ...) return component.construct("processors", name, ...) end

--- tokenizers.processors.ByteLevel(add_prefix_space: bool = true, trim_offsets: bool = true,
-- use_regex: bool = true) -> table: Offsets without the spaces at the ends of tokens.
function processors.ByteLevel(...) return new("ByteLevel", ...) end
--- tokenizers.processors.BertProcessing(sep: table, cls: table) -> table: cls in front of the text, sep behind it, and
-- behind a second one; each is {token, id}.
function processors.BertProcessing(...) return new("BertProcessing", ...) end
--- tokenizers.processors.RobertaProcessing(sep: table, cls: table, trim_offsets: bool = true,
-- add_prefix_space: bool = true) -> table: cls, text, sep, and for two texts cls, first, sep, sep, second, sep.
function processors.RobertaProcessing(...) return new("RobertaProcessing", ...) end
--- tokenizers.processors.TemplateProcessing(single: any = "$0", pair: any = "$A:0 $B:1",
-- special_tokens: table = {}) -> table: Texts and special tokens as templates have them: "[CLS] $A [SEP]",
-- "[CLS] $A [SEP] $B:1 [SEP]:1"; special_tokens: {{"[CLS]", 2}, {"[SEP]", 3}}.
function processors.TemplateProcessing(...) return new("TemplateProcessing", ...) end
--- tokenizers.processors.Sequence(processors: table) -> table: One after the other.
function processors.Sequence(...) return new("Sequence", ...) end

return processors
