-- The column `specialize` of a row: what its formulas branch on. Each entry becomes a question of formula.lua, whose
-- answers are what the formula sees, with the C condition of each.
--
-- specialize = {
--   "reduction",                 a choice: the formula sees its word
--   "training",                  a bool: true or false
--   "weight",                    an optional input or attribute: nil where it is not given
--   "input.is_float",            whether a tensor has a floating point dtype; .is_complex: a complex one
--   p = {0, 1, 2},               a number: one of these, else a value that can be computed with
--   ["input.ndim"] = {1, 2},     the same for .ndim and .numel of an input
--   {"square", "input.shape[-1] == input.shape[-2]"},  o.square: whether a condition holds, written as in check.lua
-- }
local formula = require "formula"
local value = require "value"
local check = require "check"
local specialize = {}

--- An attribute as a value.
function specialize.attribute(arg)
  local v = value.new("a->" .. arg.name, arg.type.c, arg.name)
  v.choices = arg.choices
  return v
end

local function option(answer, c, text) return {answer, c = c, text = text} end

-- The other outcome of numbers is told as "any other NAME".
local function of_constants(v, constants)
  local options = {}
  if v.kind == "Scalar" then v = value.new(value.convert(v, "double"), "double", v.text, v.uses) end
  for i, constant in ipairs(constants) do
    local condition = ("%s == %s"):format(v.c, value.convert(constant, v.kind))
    options[i] = option(constant, condition, ("%s = %s"):format(v.text, value.text(constant)))
  end
  options[#options + 1] = option(v, nil, "any other " .. v.text)
  return {options = options}
end

local function of_presence(arg, input)
  local there, c = nil, nil
  if not arg.type.c then
    there = input(arg)
    there.optional, c = false, there.c .. " != NULL"
  elseif arg.type.c == "OptionalScalar" then there = value.new(("a->%s.value"):format(arg.name), "Scalar", arg.name)
  else there = specialize.attribute(arg) end
  local options = {option(there, c or check.given(arg), arg.name .. " given"), option(nil, nil, "no " .. arg.name)}
  return {options = options, uses = c and there}
end

local function of_argument(arg, input, trouble)
  local name, options = arg.name, {}
  for i, word in ipairs(arg.choices or {}) do
    options[i] = option(word, ("a->%s == %d"):format(name, i - 1), ("%s = \"%s\""):format(name, word))
  end
  if arg.choices then return {options = options} end
  if arg.type.c == "bool" then
    return {options = {option(true, "a->" .. name, name), option(false, nil, "not " .. name)}}
  end
  if not arg.optional then trouble("'%s' has no outcomes to tell apart", name) end
  return of_presence(arg, input)
end

local function of_field(arg, field, constants, input, trouble)
  if not arg or arg.type.c or arg.list then trouble("fields are asked of tensors alone") end
  local x = input(arg)
  if field == "is_float" or field == "is_complex" then
    local condition = ("dtype_%s((DType)%s->dtype)"):format(field, x.c)
    return {options = {option(true, condition, ("%s of a %s dtype"):format(arg.name, field:sub(4))),
      option(false, nil, arg.name .. " of another dtype")}, uses = x}
  end
  local v = (field == "ndim" or field == "numel") and constants and x[field]
  if not v then trouble("'%s.%s' is nothing to branch on", arg.name, field) end
  local question = of_constants(v, constants)
  question.uses = v.uses[1]
  return question
end

local function of_condition(row, name, condition, trouble)
  if row.by_name[name] then trouble("'%s' is an argument: a condition needs a name of its own", name) end
  if type(row.backward) == "function" then trouble("conditions are for composites without a backward formula") end
  return {options = {option(true, check.condition(row, condition, trouble), name), option(false, nil, "not " .. name)}}
end

--- The questions of a row by their keys: "reduction", "input.ndim". `input` makes the symbol of an input.
function specialize.questions(row, input)
  local questions = {}
  local function trouble(...) error(row.where .. ": specialize: " .. string.format(...), 0) end
  for key, entry in pairs(row.specialize or {}) do
    if type(key) == "number" and type(entry) == "table" then
      questions[entry[1]] = of_condition(row, entry[1], entry[2], trouble)
      goto continue
    end
    local constants = type(key) == "string" and entry or nil
    local path = constants and key or entry
    local name, field = path:match "^([%w_]+)%.?([%w_]*)$"
    local arg = row.by_name[name] or trouble("no argument '%s'", path)
    if field ~= "" then questions[path] = of_field(arg, field, constants, input, trouble)
    elseif constants then questions[path] = of_constants(specialize.attribute(arg), constants)
    else questions[path] = of_argument(arg, input, trouble) end
    ::continue::
  end
  return questions
end

--- The operand of a formula: `plain` has what it may mention; what is specialised is asked for, except through
--- o.as_given, for what is only handed on to another op. Also fills the table of the questions that fields of
--- tensors ask.
function specialize.operand(questions, plain, fields)
  for key, question in pairs(questions) do fields[key] = question end
  return setmetatable({as_given = plain}, {__index = function(_, name)
    if questions[name] then return formula.decide(questions[name]) end
    if plain[name] == nil then formula.trouble("no argument '%s'", tostring(name)) end
    return plain[name]
  end})
end

--- Calls put_leaf(trace, indent) inside nested ifs over the answers that tell traces apart.
function specialize.put_tree(traces, put, put_leaf, depth, indent)
  depth, indent = depth or 1, indent or "  "
  local answer = traces[1].path[depth]
  if not answer then return put_leaf(traces[1], indent) end
  local at = 1
  while at <= #traces do
    local number, branch = traces[at].path[depth].option, {}
    while traces[at] and traces[at].path[depth].option == number do
      branch[#branch + 1] = traces[at]
      at = at + 1
    end
    local chosen = answer.question.options[number]
    local last = number == #answer.question.options
    if last then put("%s} else { /* %s */", indent, chosen.text)
    else put("%s%sif (%s) { /* %s */", indent, number > 1 and "} else " or "", chosen.c, chosen.text) end
    specialize.put_tree(branch, put, put_leaf, depth + 1, indent .. "  ")
  end
  put("%s}", indent)
end

--- The outcomes of a trace for people: 'reduction = "mean", no weight'.
function specialize.when(trace)
  local list = {}
  for i, answer in ipairs(trace.path) do list[i] = answer.question.options[answer.option].text end
  return table.concat(list, ", ")
end

return specialize
