-- The language of formulas (docs/internals/formulas.md): what the generator makes of a composite, its checks and
-- its data; and the mistakes that it reports.
package.path = "scripts/gen/?.lua;tests/?.lua;" .. package.path
local schema, composite, check = require "schema", require "composite", require "check"
local FILES = require "rows".files()

--- The row of this text, read behind all others.
local function read(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  local list = table.move(FILES, 1, #FILES, 1, {})
  list[#list + 1] = path
  local rows = schema.read(list)
  os.remove(path)
  local row = rows[#rows]
  row.where, row.file, row.struct, rows.add.struct = "x.lua:1", "x.lua", "XAttrs", "AddAttrs"
  return row, rows
end

local TEXT
do
  local file <close> = assert(io.open("docs/internals/formulas.md"))
  TEXT = assert(file:read("a"):match "```row\n(.-)```", "docs/internals/formulas.md has no row")
end

local function has(text, ...)
  for _, part in ipairs{...} do assert.is_truthy(text:find(part, 1, true), part .. " is not in\n" .. text) end
end

--- A row with this signature and this formula, and other columns.
local function emitted(signature, formula, rest)
  local row, rows = read(('op {"f", %q, composite = function(o) %s end, %s}'):format(signature, formula, rest or ""))
  local traces = composite.plan(row, rows)
  return composite.emit(row, traces), traces, row
end

describe("the row of docs/internals/formulas.md", function()
  it("becomes straight-line C that checks every call and drops every temporary", function()
    local row, rows = read(TEXT)
    local traces = composite.plan(row, rows)
    assert.equal(2, #traces)
    local c = composite.emit(row, traces)
    has(c, "static Status composite_root_mean_square(Call *c) {",
      "if (formula_input(c, 1) != NULL) { /* weight given */",
      "} else { /* no weight */", "if ((status = op_square(c->in[0], &t[0])) != OK) goto done;",
      "if ((status = op_mean(t[0], (Ints){1, {-1}}, true, DTYPE_NONE, &t[1])) != OK) goto done;\n" ..
        "    formula_drop(&t[0]);",
      "tensor_wrap_number(scalar_float(a->eps), &t[2])", "op_mul(t[5], formula_input(c, 1), &t[6])",
      "c->out[0] = owned_give(&t[6]);", "c->out[0] = owned_give(&t[5]);",
        "for (int i = 0; i < 7; i++) tensor_release(t[i]);")
  end)

  it("has checks", function()
    local c = check.emit((read(TEXT)))
    has(c, "if (!(dtype_is_float((DType)c->in[0]->dtype) && (int64_t)c->in[0]->ndim >= 1))",
      "%s: 'input' (argument 1): expected a float tensor of at least 1 dimension, got %s",
      "if (formula_input(c, 1) != NULL && !((int64_t)formula_input(c, 1)->ndim == 1 && "
      .. "formula_shape(formula_input(c, 1), 0) == formula_shape(c->in[0], -1)))",
      "%s: 'weight' (argument 2): expected (%lld), one for each column, got %s")
  end)

  it("stays as data", function()
    local row, rows = read(TEXT)
    local data = composite.data(row, composite.plan(row, rows))
    has(data, 'static const Formula formulas_root_mean_square[] = {',
      '{"weight given", steps_root_mean_square_1, 7,',
      '{OP_MEAN, 1, 1, false, (const int16_t[]){2}, (const int16_t[]){3}, "dim = -1, keepdim = true"},',
      '{OP_COUNT, 0, 1, false, NULL, (const int16_t[]){4}, "eps"},')
  end)

  it("runs on tensors as well", function()
    local row = read(TEXT)
    local x = torch.tensor({{3.0, 4.0}, {6.0, 8.0}})
    local plain = row.formula{input = x, eps = 0.0}
    local expected = torch.tensor({{3.0, 4.0}, {3.0, 4.0}}) / 12.5 ^ 0.5
    assert.is_true(torch.allclose(plain, expected))
    assert.is_true(torch.allclose(row.formula{input = x, eps = 0.0, weight = torch.tensor({1.0, 2.0})},
      expected * torch.tensor({1.0, 2.0})))
  end)
end)

describe("formulas", function()
  it("branch on what is specialised, and on nothing that they do not ask for", function()
    local c, traces = emitted("(input: Tensor, p: number = 2, mode: a|b = a, on: bool = false) -> Tensor",
      'if o.p == 2 then return o.input:abs() end if o.mode == "b" then return o.input * o.p end return o.input',
      'specialize = {"mode", "on", p = {2}}')
    assert.equal(3, #traces)
    has(c, "if (scalar_to_double(a->p) == (double)2) { /* p = 2 */", 'if (a->mode == 0) { /* mode = "a" */',
      'c->out[0] = tensor_retain(c->in[0]);', "tensor_wrap_number(scalar_float(scalar_to_double(a->p)), &t[0])")
  end)

  it("compute with sizes", function()
    local c = emitted("(input: Tensor, n: int) -> Tensor",
      "local s = o.input.shape return o.input:reshape(s:before(-1) .. {s[-1] // o.n, o.n * 2}):sum(s:others(1))")
    has(c, "formula_join(formula_before(ints_of(c->in[0]->ndim, c->in[0]->shape), -1), "
      .. "(Ints){2, {(formula_shape(c->in[0], -1) / a->n), (a->n * 2)}})",
        "formula_others(ints_of(c->in[0]->ndim, c->in[0]->shape), 0)")
  end)

  it("take lists, several results and in-place ops on fresh tensors", function()
    local c = emitted("(input: Tensor, tensors: Tensor[]) -> Tensor, Tensor",
      "local joined = torch.join(o.tensors, 1) local values, places = joined:sort(1) values:add_(o.input) " ..
        "return values, places")
    has(c, "op_join(c->n_in - 1, c->in + 1, 0, &t[0], &t[1])", "op_sort(t[0], 0, false, true, &t[2], &t[3])",
      "op_call_in_place(OP_ADD, (Tensor *[]){t[2], c->in[0]}, 2, &(AddAttrs){",
      "c->out[0] = owned_give(&t[2]);", "c->out[1] = owned_give(&t[3]);")
  end)

  it("report mistakes with their row", function()
    local function fails(expected, ...)
      local ok, message = pcall(emitted, ...)
      assert.is_false(ok, "no error; expected: " .. expected)
      assert.is_truthy(message:find(expected, 1, true), message)
    end
    local S = "(input: Tensor, w: Tensor = nil, n: int = 1) -> Tensor"
    fails("composite: no op 'nothing'", S, "return o.input:nothing()")
    fails("composite: no argument 'x'", S, "return o.x")
    fails("'w' may be missing; name it in specialize", S, "return o.input * o.w")
    fails("result 1 may be missing", S, "return o.w")
    fails("result 1 is no tensor", S, "return 1")
    fails("expected 1 results, got 2", S, "return o.input, o.input")
    fails("works on a fresh result of a kernel, not on 'input'", S, "return o.input:add_(1)")
    fails("works on a fresh result of a kernel, not on 't1'", S, "return o.input:t():mul_(2)")
    fails("specialize: 'n' has no outcomes to tell apart", S, "return o.input", 'specialize = {"n"}')
    fails("specialize: no argument 'z'", S, "return o.input", 'specialize = {"z"}')
    fails("argument 'dim': expected a number of type int64_t, got string", S, 'return o.input:unsqueeze("one")')
  end)
end)

describe("checks", function()
  it("report mistakes with their row", function()
    local function fails(expected, text)
      local row = read(('op {"f", "(input: Tensor, mode: a|b = a) -> Tensor", ' ..
        'composite = function(o) return o.input end, check = {%s}}'):format(text))
      local ok, message = pcall(check.emit, row)
      assert.is_false(ok, "no error; expected: " .. expected)
      assert.equal(expected, message)
    end
    fails("x.lua:1: check 1: no argument 'x'", '{"input", "x.ndim == 1", "…"}')
    fails("x.lua:1: check 1: no argument 'x'", '{"x", "input.ndim == 1", "…"}')
    fails("x.lua:1: check 1: 'input' has no field 'rank'", '{"input", "input.rank == 1", "…"}')
    fails("x.lua:1: check 1: 'mode' is never \"c\"", '{"input", \'mode == "c"\', "…"}')
    fails("x.lua:1: check 1: expected {argument, condition, expected}", '{"input"}')
    fails("x.lua:1: check 1: no argument 'y'", '{"input", "input.ndim == 1", "{y.shape}"}')
  end)
end)

describe("docs/internals/formulas.md", function()
  it("lists what of the rows is C", function()
    local file <close> = assert(io.open("docs/internals/formulas.md"))
    local text = file:read "a"
    local told = {}
    for line in text:match "## Composites that are C, and why\n(.-)\nCreation rows":gmatch "[^\n]+" do
      for name in (line:match "^| (`.-) |" or ""):gmatch "`([%w_]+)`" do told[name] = true end
    end
    told.binary_cross_entropy = nil -- a formula that calls `probabilities`
    told.gaussian_nll_loss = nil -- a formula that calls `variances`
    local gradients = text:match "\nGradients in C:(.-)Checks in C"
    local checks = text:match "Checks in C(.-)\n\n"
    local found = {}
    for _, row in ipairs(schema.read(FILES)) do
      if row.kind == "composite" and not row.formula then found[row.name] = true end
      if type(row.backward) == "string" then
        assert.is_truthy(gradients:find("`" .. row.backward .. "`", 1, true), row.name)
      end
      if type(row.check) == "string" then
        assert.is_truthy(checks:find("`" .. row.check .. "`", 1, true), row.name)
      end
    end
    assert.same(found, told)
  end)
end)
