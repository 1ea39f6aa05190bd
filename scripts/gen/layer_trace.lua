-- Records the forward of a layer's row. The formula is run once for every outcome of what it may branch on: each bool,
-- choice and option that may be nil, whether an optional parameter is there, the mode, and, where it asks for it, the
-- number of dimensions of an input. The traces make a tree of questions. Where the answers to a question lead to the
-- same steps that differ in nothing but the answer itself, as in F.mse_loss(x, y, {reduction = m.reduction}), the
-- question goes and the steps name the option.
local formula = require "formula"
local value = require "value"
local layer_trace = {}

local IN_LUA = {} -- what is raised where a formula reads numbers out of a tensor: such a way runs in Lua

local current -- what is being recorded: {row, ops, questions, used = names of slots → true}

-- ---- questions ---------------------------------------------------------------

-- `name` identifies it; options are {answer, C condition, C literal of the answer}; `symbol` is C for any answer.
local function ask(name, options, symbol)
  local question = current.questions[name]
  if not question then
    question = {name = name, options = options, symbol = symbol}
    current.questions[name] = question
  end
  return formula.decide(question)
end

local function ask_bool(name, c)
  return ask(name, {{true, c, "true"}, {false, "!" .. c, "false"}}, c)
end

local RANKS = 12 -- TENSOR_MAX_DIMS

local function ask_rank(symbol)
  local options = {}
  for rank = 0, RANKS do options[rank + 1] = {rank, ("%s->ndim == %d"):format(symbol.c, rank)} end
  return ask(symbol.text .. ".ndim", options)
end

-- ---- operands ----------------------------------------------------------------

-- The value of an option that is not nil and no word.
local function plain(option)
  local c = "m->" .. option.name
  if option.type.length then
    local list = value.new(("ints_of(%d, %s)"):format(option.type.length, c), "Ints", option.name)
    list.array = c
    return list
  end
  return value.new(c, option.type.c, option.name)
end

local function option_value(option)
  local c = "m->" .. option.name
  if option.type.c == "bool" then return ask_bool(option.name, c) end
  if option.type.choice then
    local options = {}
    for i, word in ipairs(option.words) do options[i] = {word, ("%s == %d"):format(c, i - 1), tostring(i - 1)} end
    return ask(option.name, options, c)
  end
  if option.words then
    local options = {{plain(option), ("%s[0] >= OPTION_WORD_END"):format(c)}}
    for i, word in ipairs(option.words) do options[i + 1] = {word, ("%s[0] == OPTION_WORD + %d"):format(c, i - 1)} end
    return ask(option.name, options)
  end
  if option.nullable and option.type.c then
    local none = option.type.c == "double" and ("isnan(%s)"):format(c) or option.type.c == "Ints" and c .. ".n < 0"
      or ("%s%s == OPTION_NONE"):format(c, option.type.length and "[0]" or "")
    local there = ask(option.name, {{true, ("!(%s)"):format(none), c}, {false, none, "INT64_MIN"}}, c)
    return there and plain(option) or nil
  end
  if not option.type.c then formula.trouble("option '%s' is not kept", option.name) end
  return plain(option)
end

local function slot_value(slot)
  current.used[slot.name] = true
  local there = not slot.optional or ask("slot " .. slot.name,
    {{true, slot.name .. " != NULL", slot.name}, {false, slot.name .. " == NULL", "NULL"}}, slot.name)
  return there and formula.symbol(slot.name, slot.name, {mutable = true}) or nil
end

local function module_operand(row)
  return setmetatable({}, {
    __index = function(_, key)
      if key == "training" then return ask_bool("training", "!self->evaluating") end
      if row.slot_of[key] then return slot_value(row.slot_of[key]) end
      if row.by_name[key] then return option_value(row.by_name[key]) end
      formula.trouble("the row has no option, parameter or buffer '%s'", key)
    end,
    __newindex = function(_, key) formula.trouble("'%s' cannot be assigned in a formula", key) end,
  })
end

-- `input:item()` cannot be recorded; `input.ndim` is a question.
local Symbol = getmetatable(formula.symbol("", ""))
local plain_index = Symbol.__index
Symbol.__index = function(x, key)
  if current and key == "item" then error(IN_LUA) end
  if current and key == "ndim" and rawget(x, "input") then return ask_rank(x) end
  local row = current and current.ops[key]
  if row and (row.lua ~= key or row.private or row.method == false or not row.modules.torch) then
    formula.trouble("op '%s' is no method of tensors (row at %s)", key, row.where)
  end
  return plain_index(x, key)
end

-- ---- nn.functional as formulas see it ----------------------------------------------

local function is_floating(x)
  if not rawget(x, "input") then return true end
  return ask_bool(x.text .. " is floating", ("dtype_is_float((DType)%s->dtype)"):format(x.c))
end

local function fits(row, given)
  for i, arg in ipairs(row.args) do
    local x = given[i]
    if x ~= nil then
      if (arg.type.c == nil) ~= formula.is_symbol(x) then return false end
      if arg.type.arg == "ARG_POSITIONS" and is_floating(x) then return false end
      if (arg.choices ~= nil) ~= (type(x) == "string") then return false end
    end
  end
  return true
end

-- Of the ops with this name in Lua the first that the arguments fit. Where the formula runs in Lua, it finds the op in
-- the table nn.functional, so the row of the op must put it there.
local function op_of(name, given)
  local candidates = {}
  for _, row in ipairs(current.ops) do
    if row.lua == name and not row.private then candidates[#candidates + 1] = row end
  end
  if #candidates == 0 then formula.trouble("no function '%s'", name) end
  for _, row in ipairs(candidates) do
    if #candidates == 1 or fits(row, given) then
      if row.modules["nn.functional"] then return row end
      formula.trouble("F.%s: the op '%s' is not in nn.functional; its row at %s needs module = \"nn.functional\"",
        name, row.name, row.where)
    end
  end
  formula.trouble("no op '%s' takes these arguments", name)
end

local function returned(row, given)
  if type(row.returns) == "number" then return row.returns end
  for i, arg in ipairs(row.args) do
    if arg.name == row.returns then
      local named = given[#given]
      return (given[i] == true or type(named) == "table" and named[arg.name] == true) and row.n_outputs or 1
    end
  end
  return row.n_outputs
end

--- nn.functional of the files of rows.
layer_trace.functional = setmetatable({}, {__index = function(_, name)
  return function(...)
    local given = {...}
    local row = op_of(name, given)
    local results = table.pack(formula.torch[row.name](...))
    return table.unpack(results, 1, returned(row, given))
  end
end})

-- ---- from traces to a tree -----------------------------------------------------

-- A symbol as a token of C, with a mark: "@in[1]": what counts from 1 in Lua and from 0 in the op.
local function input_token(row, i, symbol)
  if not symbol then return "NULL" end
  local arg = row.inputs[math.min(i, #row.inputs)]
  return (arg.type.arg == "ARG_POSITIONS" and rawget(symbol, "input") and "@" or "") .. symbol.c
end

local function step_of(recorded)
  local step = {row = recorded.row, number = recorded.number, in_place = recorded.in_place, inputs = {}, outputs = {},
    attributes = recorded.attributes or {}}
  for i, symbol in ipairs(recorded.inputs or {}) do step.inputs[i] = input_token(recorded.row, i, symbol) end
  for i, symbol in ipairs(recorded.outputs) do step.outputs[i] = symbol.c end
  if recorded.number then step.attributes = {recorded.number} end
  return step
end

-- What a way through the formula does: {steps, results = tokens, positions = {result → true}, in_lua}.
local function leaf_of(trace)
  if trace.results[1] == IN_LUA then return {in_lua = true, steps = {}, results = {}} end
  local leaf = {steps = {}, results = {}, positions = {}, n_temporaries = trace.n_temporaries}
  for i, recorded in ipairs(trace.steps) do leaf.steps[i] = step_of(recorded) end
  for i, symbol in ipairs(trace.results) do
    if not formula.is_symbol(symbol) then
      error(("%s: forward: result %d is no tensor"):format(current.row.where, i), 0)
    end
    leaf.results[i] = symbol.c
    local recorded = rawget(symbol, "step") and trace.steps[symbol.step]
    for j, output in ipairs(recorded and recorded.row and recorded.outputs or {}) do
      if output == symbol and recorded.row.outputs[j] == "Positions" then leaf.positions[i] = true end
    end
  end
  return leaf
end

-- One list of tokens for those of some answers, or nil. `answers` are {question =, each = options of the question}.
local function unify_tokens(answers, lists)
  local out = {}
  for at = 1, #lists[1] do
    local same, named = true, answers.question.symbol ~= nil
    for i, list in ipairs(lists) do
      if #list ~= #lists[1] then return nil end
      same = same and list[at] == lists[1][at]
      named = named and list[at] == answers.each[i][3]
    end
    if not same and not named then return nil end
    out[at] = same and lists[1][at] or answers.question.symbol
  end
  return out
end

local function column(list, key)
  local out = {}
  for i, item in ipairs(list) do out[i] = item[key] end
  return out
end

local function unify_steps(answers, steps)
  local first = steps[1]
  for _, step in ipairs(steps) do
    if step.row ~= first.row or step.in_place ~= first.in_place then return nil end
  end
  local inputs = unify_tokens(answers, column(steps, "inputs"))
  local attributes = unify_tokens(answers, column(steps, "attributes"))
  local outputs = unify_tokens(answers, column(steps, "outputs"))
  return inputs and attributes and outputs and {row = first.row, number = first.number and attributes[1],
    in_place = first.in_place, inputs = inputs, attributes = attributes, outputs = outputs}
end

local function unify_leaves(answers, leaves)
  local first = leaves[1]
  local one = {in_lua = first.in_lua, steps = {}, positions = first.positions, n_temporaries = first.n_temporaries}
  for _, leaf in ipairs(leaves) do
    if leaf.in_lua ~= first.in_lua or #leaf.steps ~= #first.steps then return nil end
    if #leaf.results ~= #first.results then return nil end
  end
  for i in ipairs(first.steps) do
    one.steps[i] = unify_steps(answers, column(column(leaves, "steps"), i))
    if not one.steps[i] then return nil end
  end
  one.results = unify_tokens(answers, column(leaves, "results"))
  return one.results and one
end

local unify

local function unify_nodes(answers, nodes)
  local cases = {}
  for i, case in ipairs(nodes[1].cases) do
    local trees = {}
    for j, node in ipairs(nodes) do
      local other = node.cases[i]
      if #node.cases ~= #nodes[1].cases or #other.options ~= #case.options then return nil end
      for k, option in ipairs(case.options) do
        if other.options[k] ~= option then return nil end
      end
      trees[j] = other.tree
    end
    cases[i] = {options = case.options, tree = unify(answers, trees)}
    if not cases[i].tree then return nil end
  end
  return {question = nodes[1].question, cases = cases}
end

function unify(answers, trees)
  for _, tree in ipairs(trees) do
    if tree.question ~= trees[1].question then return nil end
  end
  return (trees[1].question and unify_nodes or unify_leaves)(answers, trees)
end

-- The node of a question whose answers, in order, lead to `trees`. Answers that lead to one tree are one case.
local function node_of(question, trees)
  local cases = {}
  for i, tree in ipairs(trees) do
    local found = false
    for _, case in ipairs(cases) do
      local each = table.move(case.options, 1, #case.options, 1, {})
      local members = table.move(case.trees, 1, #case.trees, 1, {})
      table.insert(each, question.options[i])
      table.insert(members, tree)
      local one = unify({question = question, each = each}, members)
      if one and not found then case.options, case.trees, case.tree, found = each, members, one, true end
    end
    if not found then cases[#cases + 1] = {options = {question.options[i]}, trees = {tree}, tree = tree} end
  end
  if #cases == 1 then return cases[1].tree end
  return {question = question, cases = cases}
end

-- The tree of the traces that agree on their first `depth` answers.
local function tree_of(traces, depth)
  local at = traces[1].path[depth + 1]
  if not at then return leaf_of(traces[1]) end
  local trees = {}
  for i = 1, #at.question.options do
    local chosen = {}
    for _, trace in ipairs(traces) do
      if trace.path[depth + 1].option == i then chosen[#chosen + 1] = trace end
    end
    trees[i] = tree_of(chosen, depth + 1)
  end
  return node_of(at.question, trees)
end

--- Records the forward of `row`: a tree whose nodes are {question, cases = {{options, tree}, …}} and whose leaves are
--- {steps, results, positions, n_temporaries} or {in_lua = true}; and the names of the slots it reads.
function layer_trace.record(row, ops)
  current = {row = row, ops = ops, questions = {}, used = {}}
  local inputs = {}
  for i, name in ipairs(row.inputs) do
    inputs[i] = formula.symbol(("in[%d]"):format(i - 1), name, {name = name, input = i, mutable = true})
  end
  local function forward()
    local results = table.pack(pcall(row.forward, module_operand(row), table.unpack(inputs)))
    if results[2] == IN_LUA then return IN_LUA end
    if not results[1] then error(results[2], 0) end
    return table.unpack(results, 2, results.n)
  end
  local traces = formula.record(row, ops, "forward", forward, function() end)
  local tree, used = tree_of(traces, 0), current.used
  current = nil
  return tree, used
end

return layer_trace
