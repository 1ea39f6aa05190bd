-- Backward formulas. A row's `backward` is recorded by formula.lua; here are its operands, what it needs to have kept
-- of inputs and outputs, and its C, in which every step runs only when a wanted gradient needs it.
local formula = require "formula"
local value = require "value"
local emit = require "emit"
local gradient = {}

-- The symbolic operands of a row: o.grad (o.grads[i]), inputs, o.out (o.outs[i]) and
-- attributes by name; o.shape_of.NAME is the shape of a differentiated input.
local function operands(row)
  local o = {grads = {}, outs = {}}
  for i = 1, row.n_outputs do
    o.grads[i] = formula.symbol(("c->grad[%d]"):format(i - 1), "grad")
    o.outs[i] = formula.symbol(("c->output[%d]"):format(i - 1), "out", {saved_output = i})
  end
  o.grad, o.out = o.grads[1], o.outs[1]
  for _, arg in ipairs(row.inputs) do
    o[arg.name] = formula.symbol(("c->input[%d]"):format(arg.input - 1), arg.name, {saved_input = arg.input})
  end
  for _, arg in ipairs(row.attrs) do
    o[arg.name] = value.new("a->" .. arg.name, arg.type.c, arg.name)
    o[arg.name].choices = arg.choices
  end
  o.shape_of = setmetatable({}, {__index = function(_, name)
    local arg = row.by_name[name] or formula.trouble("no input '%s'", name)
    return value.new(("backward_input_shape(c, %d)"):format(arg.input - 1), "Ints", name .. ".shape")
  end})
  return o
end

-- Which steps and saved tensors 'symbol' depends on. (rawget: a missing field of a
-- symbol is an op.)
local function mark(symbol, bit, plan)
  local input, output, at = rawget(symbol, "saved_input"), rawget(symbol, "saved_output"), symbol.step
  if input then plan.save_inputs[input] = true end
  if output then plan.save_outputs[output] = true end
  if at and plan.masks[at] & bit == 0 then
    plan.masks[at] = plan.masks[at] | bit
    for _, used in ipairs(plan.steps[at].uses) do mark(used, bit, plan) end
  end
end

--- Runs the formula of a row. Returns {steps, masks, results, save_inputs, save_outputs}.
function gradient.plan(row, rows)
  local trace = formula.record(row, rows, "backward", row.backward, function() return operands(row) end)[1]
  local plan = {steps = trace.steps, n_temporaries = trace.n_temporaries, masks = {}, results = {}, save_inputs = {}, save_outputs = {}}
  for i = 1, #trace.steps do plan.masks[i] = 0 end
  for name, symbol in pairs(trace.results[1]) do
    local arg = row.by_name[name]
    if not arg or arg.type.c then formula.trouble("'%s' is no input", name) end
    if not formula.is_symbol(symbol) then formula.trouble("the gradient of '%s' is no tensor", name) end
    plan.results[arg.input] = symbol
  end
  for i, symbol in pairs(plan.results) do mark(symbol, 1 << (i - 1), plan) end
  return plan
end

--- The C function of a plan.
function gradient.emit(row, plan)
  local out = {}
  local function put(...) out[#out + 1] = string.format(...) end
  put('#line %d "%s"', row.line, row.file)
  put("static Status backward_%s(Backward *c) {", row.name)
  put("  Status status = OK;")
  if #plan.steps > 0 then put("  Tensor *t[%d] = {0};", plan.n_temporaries) end
  if #row.attrs > 0 then put("  const %s *a = c->attrs;", row.struct) put("  (void)a;") end
  for i, s in ipairs(plan.steps) do
    if plan.masks[i] ~= 0 then
      put("  if (c->needs & 0x%x)", plan.masks[i])
      put("    if ((status = %s) != OK) goto done;", emit.step(s))
    end
  end
  for i = 1, #row.inputs do
    if plan.results[i] then
      put("  if (c->needs & 0x%x) c->result[%d] = tensor_retain(%s);", 1 << (i - 1), i - 1, plan.results[i].c)
    end
  end
  if #plan.steps > 0 then
    put("done:")
    put("  for (int i = 0; i < %d; i++) tensor_release(t[i]);", plan.n_temporaries)
  end
  put("  return status;")
  put("}\n")
  return table.concat(out, "\n")
end

return gradient
