-- The generator (scripts/gen/): rows are read and checked, backward formulas planned
-- and written as C.
package.path = "scripts/gen/?.lua;tests/?.lua;" .. package.path
local schema = require "schema"
local gradient = require "gradient"

local files = require "rows".files

--- All rows of tensor/ops/ with one more file of this text beside them.
local function read_with(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  local list = files()
  list[#list + 1] = path
  local ok, rows = pcall(schema.read, list)
  os.remove(path)
  if not ok then error((tostring(rows):gsub(path:gsub("%p", "%%%0"), "x.lua")), 0) end
  return rows
end

local TEXT
do
  local file <close> = assert(io.open("docs/internals/rows.md"))
  TEXT = assert(file:read("a"):match "```row\n(.-)```", "docs/internals/rows.md has no row")
end

--- The last row of `text`, all rows.
local function last(text)
  local rows = read_with(text)
  return rows[#rows], rows
end

--- One row checked as x.lua:7.
local function row(raw) return schema.row(raw, "x.lua", 7) end

local function refused(expected, fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok, "no error; expected: " .. expected)
  assert.equal(expected, message)
end

local NO_COLUMN = "x.lua:7: f: unknown column '%s'; there are "
  .. table.concat(require "columns".names(), ", "):gsub("%%", "%%%%")

describe("schema.row", function()
  it("reads a signature", function()
    local r = row{"f", "(input: Tensor, index: Positions, *, dim: dim = 1, p: number = 2.5, k: number = nil, "
      .. "mode: mean|sum = \"sum\", size: ints = {1, 2}, w: Tensor = nil, rest: Tensor[]) -> Tensor, Positions"}
    assert.equal("x.lua:7", r.where)
    assert.equal("f", r.lua)
    assert.equal("kernel", r.kind)
    assert.equal(9, #r.args)
    assert.equal(4, #r.inputs)
    assert.equal(5, #r.attrs)
    assert.same({"Tensor", "Positions"}, r.outputs)
    assert.equal(2, r.n_outputs)
    local a = r.by_name
    assert.equal("ARG_TENSOR", a.input.type.arg)
    assert.equal("ARG_POSITIONS", a.index.type.arg)
    assert.is_false(a.index.keyword_only)
    assert.is_true(a.dim.keyword_only)
    assert.equal("0", a.dim.default) -- counts from 0 in C
    assert.equal("{SCALAR_FLOAT, {.f = 2.5}}", a.p.default)
    assert.equal("ARG_OPTIONAL_NUMBER", a.k.type.arg)
    assert.same({"mean", "sum"}, a.mode.choices)
    assert.equal("1", a.mode.default)
    assert.equal("{2, {1, 2}}", a.size.default)
    assert.is_true(a.w.optional)
    assert.equal(3, a.w.input)
    assert.is_true(a.rest.list)
  end)

  it("finds the kind", function()
    assert.equal("elementwise", row{"f", "(input: Tensor) -> Tensor", expr = "a"}.kind)
    local view = row{"g", "(input: Tensor) -> Tensor", view = true}
    assert.equal("view", view.kind)
    assert.equal("g", view.view)
    local composite = row{"h", "(input: Tensor) -> Tensor", composite = true}
    assert.equal("composite", composite.kind)
    assert.equal("h", composite.composite)
  end)

  it("reports what is wrong with file and line", function()
    refused(NO_COLUMN:format("exprr"), row, {"f", "(input: Tensor) -> Tensor", exprr = "a"})
    local types = "expected a type among Positions, Tensor, bool, device, dim, dims, dtype, float, floats, generator, "
      .. "index, int, int[], ints, number, shape, string, words a|b, or a list Tensor[]; got '%s'"
    refused("x.lua:7: f: signature: 'input': " .. types:format "Tensr", row, {"f", "(input: Tensr) -> Tensor"})
    refused("x.lua:7: f: signature: 'input': " .. types:format "Tensor[2]", row,
      {"f", "(input: Tensor[2]) -> Tensor"})
    refused("x.lua:7: f: signature: expected \"name: type = default\", got 'input'", row, {"f", "(input) -> Tensor"})
    refused("x.lua:7: f: signature: expected \"(arguments) -> results\", got '(input: Tensor)'", row,
      {"f", "(input: Tensor)"})
    local starts = "expected a row that starts with a name and a signature, got %s and nil"
    refused("x.lua:7: f: " .. starts:format '"f"', row, {"f"})
    refused("x.lua:7: " .. starts:format "nil", row, {})
    refused("x.lua:7: f: signature: 'm': expected a default among a, b, got c", row,
      {"f", "(input: Tensor, m: a|b = c) -> Tensor"})
    refused("x.lua:7: f: signature: expected another name than 'out', which backward formulas use", row,
      {"f", "(out: Tensor) -> Tensor"})
  end)

  it("reports columns that hold what they cannot, with what they can", function()
    local boolean = '"direct", "only"'
    for column, case in pairs {
      expr = {true, "a string", "true"}, contiguous = {"yes", "true", '"yes"'}, method = {1, "true or false", "1"},
      inplace = {"always", "true or false, " .. boolean, '"always"'}, holomorphic = {true, "false", "true"},
      result = {"int", '"bool", "float", "number", "promote"', '"int"'},
      numbers = {"round", '"cut", "promote", "same"', '"round"'}, complex_result = {"imag", '"real"', '"imag"'},
      backward = {{}, "a function or a string", "a table"}, composite = {"f", "true or a function", '"f"'},
      tensors = {"two", "a list of names, \"one\"", '"two"'}, returns = {true, "a number or a string", "true"},
      save = {"input", "a list of names", '"input"'}, types = {{"float"}, "a string", "a table"},
      specialize = {"p", "a table", '"p"'}, kind = {"strip", '"composite", "create", "elementwise", "kernel", "view"',
        '"strip"'},
    } do
      refused(("x.lua:7: f: %s: expected %s, got %s"):format(column, case[2], case[3]), row,
        {"f", "(input: Tensor) -> Tensor", [column] = case[1]})
    end
    for _, column in ipairs {"save", "operand", "grad_inputs", "save_layout"} do
      refused(("x.lua:7: f: %s: expected arguments of the row, got \"inputs\""):format(column), row,
        {"f", "(input: Tensor) -> Tensor", [column] = {"inputs"}})
    end
    local dtypes = require "dtypes"
    local wrong = row {"f", "(input: Tensor) -> Tensor", types = "flot"}
    local ok, message = pcall(dtypes.of_row, dtypes.read "tensor/dtypes.lua", wrong)
    assert.is_false(ok)
    assert.matches('^x.lua:7: f: types: expected a dtype or one of [%l, ]+float[%l, ]*, got "flot"$', message)
  end)

  it("refuses what exceeds the limits", function()
    local function many(n, kind, rest)
      local list = {}
      for i = 1, n do list[i] = ("a%d: %s"):format(i, kind) end
      local raw = {"f", ("(%s) -> Tensor"):format(table.concat(list, ", "))}
      for key, value in pairs(rest or {}) do raw[key] = value end
      return raw
    end
    local most = schema.LIMITS
    assert.equal(most.inputs, #row(many(most.inputs, "Tensor")).inputs)
    refused(("x.lua:7: f: expected at most %d inputs, got %d"):format(most.inputs, most.inputs + 1), row,
      many(most.inputs + 1, "Tensor"))
    assert.equal(most.arguments, #row(many(most.arguments, "int")).args)
    refused(("x.lua:7: f: expected at most %d arguments, got %d"):format(most.arguments, most.arguments + 1), row,
      many(most.arguments + 1, "int"))
    refused(("x.lua:7: f: expected at most %d arguments, got %d"):format(most.arguments, most.arguments + 2), row,
      many(most.arguments - 1, "int", {creation = true})) -- the three options count
    refused("x.lua:7: f: expected at most 3 inputs of an elementwise op, got 4", row,
      many(4, "Tensor", {expr = "a"}))
    refused(("x.lua:7: f: expected at most %d results, got %d"):format(most.outputs, most.outputs + 1), row,
      {"f", "(input: Tensor) -> " .. ("Tensor, "):rep(most.outputs) .. "Tensor"})
    local long = ("x"):rep(most.name_bytes + 1)
    refused(("x.lua:7: %s: expected at most %d bytes of name, got %d"):format(long, most.name_bytes, #long), row,
      {long, "(input: Tensor) -> Tensor"})
  end)

  it("gives creation rows their options", function()
    local r = row{"f", "(size: shape) -> Tensor", creation = true}
    assert.equal("create", r.kind)
    assert.equal("(size: shape, *, dtype: dtype = nil, device: device = nil, requires_grad: bool = false) -> Tensor",
      r.signature)
    r = row{"f", "(n: int, *, k: int = 1) -> Positions", creation = true, random = true}
    assert.equal("(n: int, *, k: int = 1, generator: generator = nil, dtype: dtype = nil, device: device = nil, "
      .. "requires_grad: bool = false) -> Positions", r.signature)
    assert.equal("options", r.attrs[#r.attrs].name)
  end)

  it("reads lists of results, strings, lists of floats and of integers", function()
    local r = row{"f", "(input: Tensor, size: int[], w: floats = {1, -2.5}, s: string = \"ab\") -> Tensor[]",
      view = true}
    assert.is_true(r.list_output)
    assert.equal(0, r.n_outputs)
    assert.equal(2, #r.inputs)
    assert.equal("ARG_INTEGERS", r.by_name.size.type.arg)
    assert.is_false(r.by_name.size.list)
    assert.equal("{2, {1, -2.5}}", r.by_name.w.default)
    assert.equal("{\"ab\"}", r.by_name.s.default)
    r = row{"f", "(input: Tensor, w: floats = nil, s: string = nil) -> Tensor"}
    assert.same({"{-1, {0}}", "{\"\"}"}, {r.by_name.w.default, r.by_name.s.default})
    refused("x.lua:7: f: signature: 's': expected a default \"…\" of at most 127 bytes, got ab", row,
      {"f", "(input: Tensor, s: string = ab) -> Tensor"})
    refused("x.lua:7: f: signature: expected results Tensor, Positions or Tensor[], got 'Tensr'", row,
      {"f", "(input: Tensor) -> Tensr"})
    refused("x.lua:7: f: signature: expected one result, for lists come from views and composites alone", row,
      {"f", "(input: Tensor) -> Tensor[]"})
  end)

  it("knows modules, what autocast does and what is changed", function()
    local r = row{"f", "(input: Tensor, mean: Tensor = nil, training: bool = false) -> Tensor",
      module = {"torch", "torch.fft"},
      mutates = {"mean", when = "training"}, amp = {cpu = "half"}, onnx = "F"}
    assert.same({"torch", "torch.fft"}, {r.modules[1], r.modules[2]})
    local function f(rest)
      rest[1], rest[2] = "f", "(input: Tensor, p: int = 1) -> Tensor"
      return rest
    end
    refused('x.lua:7: f: module: expected "torch", "nn.functional" or "torch.NAME", got "numpy"', row,
      f{module = "numpy"})
    refused("x.lua:7: f: mutates: expected a tensor argument, got 'other'", row, f{mutates = {"other"}})
    refused("x.lua:7: f: mutates: expected a tensor argument, got 'p'", row, f{mutates = {"p"}})
    refused("x.lua:7: f: tensors: expected a tensor argument, got 'p'", row, f{tensors = {"p"}})
    refused("x.lua:7: f: mutates: when: expected a bool or an optional number behind the first argument, got 'p'", row,
      f{mutates = {"input", when = "p"}})
    refused("x.lua:7: f: amp: expected cpu, cuda or when, got 'tpu'", row, f{amp = {tpu = "half"}})
    refused("x.lua:7: f: amp: cpu: expected one of banned, float, half, widest, got 'quarter'", row,
      f{amp = {cpu = "quarter"}})
  end)

  it("compares columns with arguments", function()
    refused("x.lua:7: f: random: expected true, for the row takes a generator", row,
      {"f", "(input: Tensor, *, generator: generator = nil) -> Tensor"})
    refused("x.lua:7: f: signature: expected the list 'list' to be the last input", row,
      {"f", "(list: Tensor[], input: Tensor) -> Tensor"})
    for _, key in ipairs {"error", "strip", "divides_integers", "nondeterministic"} do
      refused(NO_COLUMN:format(key), row, {"f", "(input: Tensor) -> Tensor", [key] = true})
    end
  end)
end)

describe("schema.read", function()
  it("reads every row of tensor/ops/", function()
    local rows = schema.read(files())
    assert.is_true(#rows > 100)
    for _, r in ipairs(rows) do
      assert.equal(r, rows[r.name])
      local file, line = r.where:match "^(tensor/ops/.-%.lua):(%d+)$"
      assert.is_string(file, r.where)
      assert.equal(r.line, tonumber(line))
    end
  end)

  it("knows the line of a row", function()
    local _, err = pcall(read_with, "\n\nop {\"f\", \"(input: Tensor) -> Tensor\", colour = 1}")
    assert.equal((NO_COLUMN:format "colour":gsub("7", "3")), err)
    _, err = pcall(read_with, "\nop {\"f\", \"(input: Tenzor) -> Tensor\"}")
    assert.matches("^x.lua:2: f: signature: 'input': expected a type among .*; got 'Tenzor'$", err)
  end)

  it("refuses a name that is taken", function()
    local ok, err = pcall(read_with, "op {\"mul\", \"(input: Tensor) -> Tensor\", expr = \"a\"}")
    assert.is_false(ok)
    assert.matches("^x.lua:1: mul: expected a name of its own, this one is at tensor/ops/elementwise/rows.lua:%d+$",
      err)
  end)

  it("reports a file that is no Lua", function()
    local ok, err = pcall(read_with, "op {")
    assert.is_false(ok)
    assert.matches("x.lua:1: ", err)
  end)
end)

describe("gradient.plan", function()
  local SIGNATURE = "op {\"f\", \"(input: Tensor, alpha: number = 1, mode: a|b = a) -> Tensor\", expr = \"a\",\n"

  --- Plans a row with this formula; it stands in lines 1 and 2 of x.lua.
  local function plan(formula)
    local r, rows = last(SIGNATURE .. "  backward = function(o) " .. formula .. " end}")
    r.where = r.where:gsub("^.*:", "x.lua:")
    return gradient.plan(r, rows)
  end

  --- Fails, at x.lua:1 or, where the formula itself fails, x.lua:2.
  local function fails(formula, expected)
    local ok, err = pcall(plan, formula)
    assert.is_false(ok, "no error; expected: " .. expected)
    assert.matches("^x.lua:[12]: backward: ", err)
    assert.is_truthy(err:find(expected, 1, true), err)
  end

  it("records the steps of the row of docs/internals/rows.md", function()
    local r, rows = last(TEXT)
    assert.equal("softshrink_like", r.name)
    assert.equal("elementwise", r.kind)
    local p = gradient.plan(r, rows)
    local names = {}
    for i, s in ipairs(p.traces[1].steps) do names[i] = s.row.name end
    assert.same({"sign", "abs", "mul"}, names)
    assert.same({1, 1, 1}, p.traces[1].masks)
    assert.same({}, p.save_inputs)
    assert.same({1}, p.save_outputs)
    assert.equal(3, p.traces[1].gradients[1].step)
  end)

  it("keeps only what a gradient needs", function()
    local r, rows = last("op {\"f\", \"(input: Tensor, other: Tensor) -> Tensor\", expr = \"a * b\", " ..
      "backward = function(o) return {input = o.grad * o.other, other = o.grad:neg()} end}")
    local p = gradient.plan(r, rows)
    assert.same({[2] = 1}, p.save_inputs)
    assert.same({}, p.save_outputs)
    assert.same({1, 2}, p.traces[1].masks)
  end)

  it("plans every row of tensor/ops/", function()
    local rows = schema.read(files())
    local n = 0
    for _, r in ipairs(rows) do
      if type(r.backward) == "function" then
        local p = gradient.plan(r, rows)
        r.struct = "Attrs"
        assert.is_not_nil(next(p.results), r.name)
        assert.is_string(gradient.emit(r, p))
        n = n + 1
      end
    end
    assert.is_true(n > 50)
  end)

  it("takes numbers, attributes and names", function()
    local p = plan "return {input = o.grad * 2 * o.alpha}"
    assert.equal(4, #p.traces[1].steps) -- two numbers wrapped, two products
    assert.equal("scalar_int(2)", p.traces[1].steps[1].number)
    assert.equal("a->alpha", p.traces[1].steps[3].number)
    p = plan "return {input = o.grad:add(o.grad, {alpha = 3})}"
    assert.equal("scalar_int(3)", p.traces[1].steps[1].attributes[1])
  end)

  it("reports mistakes with file and line", function()
    fails("return {input = o.grad:signn()}", "no op 'signn'")
    fails("return {input = o.grad:sign(1, 2)}", "op 'sign' takes 1 arguments, got 3")
    fails("return {input = o.grad:mul()}", "op 'mul': argument 'other' is missing")
    fails("return {input = o.grad:narrow(1)}", "is missing")
    fails("return {input = o.grad:add(o.grad, {beta = 3})}", "op 'add' has no argument 'beta'")
    fails("return {input = o.grad * 'two'}", "a number was expected, got string")
    fails("return {inputt = o.grad}", "'inputt' is no input")
    fails("return {alpha = o.grad}", "'alpha' is no input")
    fails("return {input = 1}", "the gradient of 'input' is no tensor")
    fails("return {input = o.grad:reshape(o.shape_of.other)}", "no input 'other'")
    fails("return {input = o.grad * o.nothing}", "no argument 'nothing'")
    fails("return {input = nothing.x}", "attempt to index a nil value")
  end)
end)

describe("gradient.emit", function()
  local function emitted()
    local r, rows = last(TEXT)
    r.struct, r.file, r.where = "SoftshrinkLikeAttrs", "x.lua", "x.lua:1"
    return gradient.emit(r, gradient.plan(r, rows))
  end

  it("writes the C of the row of docs/internals/rows.md", function()
    local c = emitted()
    assert.matches("static Status backward_softshrink_like%(Backward %*c%)", c)
    for _, call in ipairs{
      "op_sign(c->output[0], &t[0])", "op_abs(t[0], &t[1])", "op_mul(c->grad[0], t[1], &t[2])",
      "c->result[0] = tensor_retain(t[2])", "tensor_release(t[i])",
    } do
      assert.is_truthy(c:find(call, 1, true), call .. " is not in\n" .. c)
    end
    assert.is_nil(c:find("c->input", 1, true))
    local checked = 0
    for _ in c:gmatch "%) != OK%) goto done;" do checked = checked + 1 end
    assert.equal(3, checked)
  end)

  it("is deterministic", function()
    assert.equal(emitted(), emitted())
  end)
end)

describe("documentation comments of C files", function()
  local docs = require "docs"

  it("become a Lua table with their places, and no other comment does", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write("/* plain */\nint a; /** f(x: int): One\n** line.\n** Example:\n**     f(1) \"]]\" */\n" ..
      "/*** three */\n  /** g: Two */\n")
    file:close()
    local folder, name = path:match "^(.*)/([^/]+)$"
    local found = load(docs.collect(folder, {name}))()
    os.remove(path)
    assert.equal(2, #found)
    assert.equal('f(x: int): One\nline.\nExample:\n    f(1) "]]"', found[1].text)
    assert.equal(2, found[1].line)
    assert.equal(name, found[1].file)
    assert.equal("g: Two", found[2].text)
    assert.equal(7, found[2].line)
  end)
end)

describe("a line more in rows.lua", function()
  it("changes ops.c alone, so that nothing else is compiled", function()
    local hecate = os.getenv "HECATE_BIN" or "build/hecate"
    local pipe <close> = assert(io.popen(([[set -e; t=$(mktemp -d); h=$(realpath %s); mkdir $t/a $t/b
      cp -r tensor scripts $t; cd $t; $h scripts/gen/gen.lua . a tensor/ops/*/rows.lua
      sed -i '1i -- more' tensor/ops/elementwise/rows.lua; $h scripts/gen/gen.lua . b tensor/ops/*/rows.lua
      diff -rq a b || true; rm -rf $t]]):format(hecate)))
    assert.equal("Files a/ops.c and b/ops.c differ\n", pipe:read "a")
  end)
end)
