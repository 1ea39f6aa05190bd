-- Backward formulas. A row's `backward` is recorded by formula.lua; here are its operands, what it needs to have kept
-- of inputs and outputs, and its C, in which every step runs only when a wanted gradient needs it.
local formula = require "formula"
local value = require "value"
local emit = require "emit"
local specialize = require "specialize"
local gradient = {ANY = 0xffff} -- the bits of all gradients

local function input_symbol(arg)
  return formula.symbol(("c->input[%d]"):format(arg.input - 1), arg.name,
    {name = arg.name, saved_input = arg.input, list = arg.list, optional = arg.optional})
end

-- The shape of an input whose gradient is wanted; it is known without keeping the input.
local function input_shape(arg)
  return value.new(("backward_input_shape(c, %d)"):format(arg.input - 1), "Ints", arg.name .. ".shape")
end
local SHAPE = {
  ndim = function(arg)
    return value.new(("(int64_t)%s.n"):format(input_shape(arg).c), "int64_t", arg.name .. ".ndim")
  end,
  numel = function(arg) return input_shape(arg):product() end,
}

-- What questions about .ndim and .numel of an input read. The gradient of an only input is wanted, so that its shape
-- is known; of several inputs the questions read the input itself, which is kept for that.
local function questioned(row)
  return function(arg)
    local x = input_symbol(arg)
    if #row.inputs == 1 then x.ndim, x.numel = SHAPE.ndim(arg), SHAPE.numel(arg) end
    return x
  end
end

-- The symbolic operands of a row: o.grad (o.grads[i]), inputs, o.out (o.outs[i]) and
-- attributes by name; o.shape_of.NAME is the shape of a differentiated input, o.create_graph whether the
-- gradients are to be differentiated themselves.
local function operands(row)
  local questions = specialize.questions(row, questioned(row))
  questions.create_graph = {options = {
    {true, c = "grad_enabled()", text = "differentiated again"}, {false, text = "differentiated once"}}}
  return function(fields)
    local o = {grads = {}, outs = {}}
    for i = 1, row.n_outputs do
      o.grads[i] = formula.symbol(("c->grad[%d]"):format(i - 1), "grad")
      o.outs[i] = formula.symbol(("c->output[%d]"):format(i - 1), "out", {saved_output = i})
    end
    o.grad, o.out = o.grads[1], o.outs[1]
    for _, arg in ipairs(row.inputs) do o[arg.name] = input_symbol(arg) end
    for _, arg in ipairs(row.attrs) do o[arg.name] = specialize.attribute(arg) end
    o.shape_of = setmetatable({}, {__index = function(_, name)
      return input_shape(row.by_name[name] or formula.trouble("no input '%s'", name))
    end})
    return specialize.operand(questions, o, fields)
  end
end

-- Of an input the layout or the dtype is read, whatever gradient is wanted. false: 'symbol' is no input.
local function mark_asked(symbol, plan)
  local input = rawget(symbol, "saved_input")
  if input then plan.layouts[input] = true end
  return input ~= nil
end

-- Which steps and saved tensors the gradients 'bit' need through 'symbol'. (rawget: a missing field of a symbol is an
-- op.)
local function mark(symbol, bit, plan, trace)
  local input, output, at = rawget(symbol, "saved_input"), rawget(symbol, "saved_output"), symbol.step
  if input then plan.save_inputs[input] = (plan.save_inputs[input] or 0) | bit end
  if output then plan.save_outputs[output] = (plan.save_outputs[output] or 0) | bit end
  if at and trace.masks[at] & bit == 0 then
    trace.masks[at] = trace.masks[at] | bit
    for _, used in ipairs(trace.steps[at].uses) do mark(used, bit, plan, trace) end
    for _, asked in ipairs(trace.steps[at].asked) do
      if not mark_asked(asked, plan) then mark(asked, bit, plan, trace) end
    end
  end
end

-- The results of a trace by the numbers of their inputs, and what they need.
local function read_results(row, plan, trace)
  trace.masks, trace.gradients = {}, {}
  for i = 1, #trace.steps do trace.masks[i] = 0 end
  for name, symbol in pairs(trace.results[1]) do
    local arg = row.by_name[name]
    if not arg or arg.type.c then formula.trouble("'%s' is no input", name) end
    if not formula.is_symbol(symbol) then formula.trouble("the gradient of '%s' is no tensor", name) end
    trace.gradients[arg.input], plan.results[arg.input] = symbol, true
  end
  for i, symbol in pairs(trace.gradients) do mark(symbol, 1 << (i - 1), plan, trace) end
  for _, answer in ipairs(trace.path) do
    local asked = answer.question.uses
    if asked and not mark_asked(asked, plan) then formula.trouble("questions are asked of inputs alone") end
  end
end

--- Runs the formula of a row. Returns {traces, results = {[number of an input] = true}, save_inputs, save_outputs,
-- layouts = {[number of an input] = true}}; save_… say for the number of an input or output the bits of the gradients
-- (of input 1: bit 0) that it is kept for.
function gradient.plan(row, rows)
  local plan = {results = {}, save_inputs = {}, save_outputs = {}, layouts = {}}
  plan.traces = formula.record(row, rows, "backward", row.backward, operands(row))
  for _, trace in ipairs(plan.traces) do read_results(row, plan, trace) end
  return plan
end

local function put_leaf(row, trace, indent, put)
  for i, s in ipairs(trace.steps) do
    if trace.masks[i] ~= 0 then
      put("%sif (c->needs & 0x%x)", indent, trace.masks[i])
      put("%s  if ((status = %s) != OK) goto done;", indent, emit.step(s))
    end
  end
  for i = 1, #row.inputs do
    local symbol = trace.gradients[i]
    if symbol then
      put("%sif (c->needs & 0x%x) c->result[%d] = tensor_retain(%s);", indent, 1 << (i - 1), i - 1, symbol.c)
    end
  end
end

--- The C function of a plan.
function gradient.emit(row, plan)
  local out, most = {}, 0
  local function put(...) out[#out + 1] = string.format(...) end
  for _, trace in ipairs(plan.traces) do most = math.max(most, trace.n_temporaries) end
  put('#line %d "%s"', row.line, row.file)
  put("static Status backward_%s(Backward *c) {", row.name)
  put("  Status status = OK;")
  if most > 0 then put("  Tensor *t[%d] = {0};", most) end
  if #row.attrs > 0 then put("  const %s *a = c->attrs;", row.struct) put("  (void)a;") end
  specialize.put_tree(plan.traces, put, function(trace, indent) put_leaf(row, trace, indent, put) end)
  if most > 0 then
    put("done:")
    put("  for (int i = 0; i < %d; i++) tensor_release(t[i]);", most)
  end
  put("  return status;")
  put("}\n")
  return table.concat(out, "\n")
end

return gradient
