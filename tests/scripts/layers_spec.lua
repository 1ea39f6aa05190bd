-- Layers as rows in the generator: rows are read and checked, forwards recorded, trees of questions made small,
-- C made.
package.path = "scripts/gen/?.lua;tests/?.lua;" .. package.path
local layer_rows = require "layer_rows"
local layer_trace = require "layer_trace"
local layer_code = require "layer_code"
local F = layer_trace.functional

local ops = require "rows".read()

local function row_of(raw)
  raw.doc, raw.example = raw.doc or "Text.", raw.example or "1"
  return layer_rows.row(raw, "lib/torch/nn/layers/x.lua", 7)
end

--- The C of a row.
local function code(raw)
  return layer_code.file({row_of(raw)}, function(row) return layer_trace.record(row, ops) end)
end

--- The body of its forward, without what reads parameters, in one line.
local function forward(raw)
  local body = code(raw):match "static Status forward_[^\n]*\n(.-)\n}\n"
  return (body:gsub("%s+", " "):gsub("^ ", ""))
end

local function refused(expected, raw)
  local ok, message = pcall(code, raw)
  assert.is_false(ok, "no error; expected: " .. expected)
  assert.equal("lib/torch/nn/layers/x.lua:7: " .. expected, message)
end

local function identity(_, input) return input end

--- The file and line of an op's row.
local function where(name) return ops[name].where end

describe("rows of layers", function()
  it("are read by the grammar of signatures", function()
    local row = row_of {"X", "(n: int, p: float|nil = 0.1, dim: dim = 2, size: pair|same = 1, s: pair = size, "
        .. "mode: a|b = b, w: Tensor = nil)",
      parameters = {{"weight", "n", init = 0}}, forward = identity}
    assert.equal(7, #row.options)
    assert.is_true(row.by_name.n.required)
    assert.is_true(row.by_name.p.nullable)
    assert.equal("0.10000000000000001", row.by_name.p.initial)
    assert.equal("1", row.by_name.dim.initial)
    assert.same({"same"}, row.by_name.size.words)
    assert.equal("size", row.by_name.s.default_of)
    assert.equal("1", row.by_name.mode.initial)
    assert.same({"weight", "w"}, {row.slots[1].name, row.slots[2].name})
    assert.same({"input"}, row.inputs)
    assert.equal("torch.nn.layers.x", row.module)
  end)

  it("that are wrong stop the build, with the line", function()
    refused("unknown field 'forwards'", {"X", "()", forwards = identity, forward = identity})
    refused("'forward' is missing", {"X", "()"})
    refused("unknown type 'strings'", {"X", "(a: strings)", forward = identity})
    refused("'int|strings': words go with pair alone", {"X", "(a: int|strings)", forward = identity})
    refused("cannot read the default 'x'", {"X", "(a: int = x)", forward = identity})
    refused("'weight': no bool option 'bias'",
      {"X", "()", parameters = {{"weight", "3", init = 0, when = "bias"}}, forward = identity})
    refused("'weight': init is missing", {"X", "()", parameters = {{"weight", "3"}}, forward = identity})
    refused("'weight' is there twice",
      {"X", "(weight: Tensor = nil)", parameters = {{"weight", "3", init = 0}}, forward = identity})
    refused("forward: no function 'wait'", {"X", "()", forward = function(_, input) return F.wait(input) end})
    refused("forward: F.add: the op 'add' is not in nn.functional; its row at " .. where("add")
      .. " needs module = \"nn.functional\"",
      {"X", "()", forward = function(_, input) return F.add(input, input) end})
    refused("forward: op 'linear' is no method of tensors (row at " .. where("linear") .. ")",
      {"X", "()", forward = function(_, input) return input:linear(input) end})
    refused("forward: the row has no option, parameter or buffer 'wait'",
      {"X", "()", forward = function(m, input) return F.relu(input, m.wait) end})
    refused("forward: result 1 is no tensor", {"X", "()", forward = function() return 3 end})
    refused("check: no option 'q'", {"X", "(p: float = 1)", check = {{"p > 0", "got {q}"}}, forward = identity})
  end)
end)

describe("the forward of a layer", function()
  it("is a call of an op", function()
    assert.equal("(void)self; return op_tanh(in[0], out);",
      forward {"X", "()", forward = function(_, input) return F.tanh(input) end})
    assert.equal("(void)self; out[0] = tensor_retain(in[0]); return OK;", forward {"X", "()", forward = identity})
  end)

  it("passes options on, without a question", function()
    assert.equal("const XLayer *m = (const XLayer *)self; return op_mse_loss(in[0], in[1], NULL, m->reduction, out);",
      forward {"X", "(reduction: none|mean|sum = mean)", forward = function(m, input, target)
        return F.mse_loss(input, target, {reduction = m.reduction})
      end})
    assert.equal("return op_dropout(in[0], 0.25, !self->evaluating, out);",
      forward {"X", "()", forward = function(m, input) return F.dropout(input, 0.25, m.training) end})
  end)

  it("branches where the answers do different things, and groups those that do the same", function()
    assert.equal("if (in[0]->ndim == 2) { return op_relu(in[0], out); } return op_tanh(in[0], out);",
      forward({"X", "()", forward = function(_, input)
        if input.ndim == 2 then return F.relu(input) end
        return F.tanh(input)
      end}):gsub("^%(void%)self; ", ""))
    assert.equal("const XLayer *m = (const XLayer *)self; if (m->mode == 0) { return op_relu(in[0], out); } "
      .. "return op_tanh(in[0], out);", forward {"X", "(mode: a|b|c = a)", forward = function(m, input)
        return m.mode == "a" and F.relu(input) or F.tanh(input)
      end})
  end)

  it("reads slots, and says where it must run in Lua", function()
    local c = forward {"X", "(n: int)", parameters = {{"weight", "n", "n", init = "fan_in"}},
      forward = function(m, input) return F.linear(input, m.weight) end}
    assert.matches('if %(!layer_slot%(self, 0, "weight", &weight%)%) return FORWARD_IN_LUA;', c)
    assert.matches('if %(weight == NULL%) return layer_missing%(self, "weight"%);', c)
    c = forward {"X", "(on: bool = true)", forward = function(m, input)
      return m.on and F.relu(input) or F.softplus(input, input:item())
    end}
    assert.matches("if %(m%->on%) { return op_relu%(in%[0%], out%); } return FORWARD_IN_LUA;", c)
  end)

  it("lets the arguments choose among ops of one name, and brings positions to count from 0", function()
    local c = forward {"X", "()", forward = function(_, input, target) return F.cross_entropy(input, target) end}
    assert.matches("if %(dtype_is_float%(%(DType%)in%[1%]%->dtype%)%) { return op_cross_entropy_soft%(in%[0%], " ..
      "in%[1%],",
      c)
    assert.matches("status = argument_positions_in%(in%[1%], &t%[1%]%); "
      .. "if %(status == OK%) status = op_cross_entropy%(in%[0%], t%[1%],", c)
    c = forward {"X", "()", forward = function(_, input) return F.max_pool2d(input, 2, nil, 0, 1, false, true) end}
    assert.matches("status = argument_positions_out%(&t%[1%]%)", c)
  end)

  it("changes inputs and buffers in place", function()
    local c = forward {"X", "()", buffers = {{"count", dtype = "int64", init = 0}}, forward = function(m, input)
      m.count:add_(1)
      return input:relu_()
    end}
    assert.matches("Status status = layer_add_number%(count, scalar_int%(1%)%);", c)
    assert.matches("op_call_in_place%(OP_RELU, %(Tensor %*%[%]%){in%[0%]}, 1, NULL%)", c)
  end)
end)

describe("the construction of a layer", function()
  it("has least sizes of whole numbers alone", function()
    local ok, why = pcall(code, {"X", "(b: float = 1)", least = {b = 0}, forward = identity})
    assert.falsy(ok)
    assert.truthy(tostring(why):find("least: 'b' is no int, dim, index or pair; say it with check", 1, true), why)
  end)
  it("checks, then makes parameters in their order", function()
    local c = code {"X", "(n: int, size: pair, bias: bool = true, extra: bool = false)", least = {size = 1},
      check = {{"n > 0 && size[2] % 2 == 1", "n = {n} is 100 % wrong"}},
      parameters = {{"weight", "n", "size[1]", init = "fan_in"}, {"bias", "n", init = 0, when = "bias && !extra"}},
      forward = identity}
    assert.matches('layer_check_least%(L, "nn.X", "size", m%->size, 2, 1%);\n'
      .. '  if %(!%(m%->n > 0 && m%->size%[1%] %% 2 == 1%)%)\n'
      .. '    error_raise%(L, "nn.X: n = %%I is 100 %%%% wrong", %(lua_Integer%)m%->n%);', c)
    assert.matches('module_new_parameter%(L, 1, "weight", 2, %(const int64_t%[%]%){m%->n, m%->size%[0%]}, dtype%);\n'
      .. "  const double bound = layer_fan_in_bound%(weight%);", c)
    assert.matches('if %(m%->bias && !m%->extra%) {\n    Tensor %*bias', c)
    assert.matches('} else layer_store_nil%(L, "bias", SLOT_PARAMETER%);', c)
  end)

  it("is told by the comment, for the help", function()
    assert.equal("nn.X: Text.\nShape: (N).\n- `p`: a part\n- `device` (device): where the parameters are\nExample: 1",
      layer_rows.comment(row_of {"X", "(p: float = 1, device: device = nil)", shape = "(N).", notes = {p = "a part"},
        forward = identity}))
  end)
end)

describe("docs/internals/layers.md", function()
  it("shows rows as they stand", function()
    local page <close> = assert(io.open "docs/internals/layers.md")
    local file <close> = assert(io.open "lib/torch/nn/layers/activation.lua")
    local text, n = file:read "a", 0
    for row in page:read("a"):gmatch "```row\n(.-)```" do
      assert.is_truthy(text:find(row, 1, true), row)
      n = n + 1
    end
    assert.equal(2, n)
  end)
end)
