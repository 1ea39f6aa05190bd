-- The generator of optimisers (scripts/gen/optimisers.lua): rows are read, checked and written as C.
package.path = "scripts/gen/?.lua;" .. package.path
local schema = require "optimiser_schema"
local emit = require "optimisers"

local ROWS = "tensor/ops/optim/optimisers.lua"

local read = dofile("tests/files.lua").read

--- The rows of a text, whose errors begin with x.lua:LINE.
local function rows_of(text) return schema.read("x.lua", text) end

--- A small row that is right, with `changes` made to it.
local function row(changes)
  local raw = {"F", "(lr: float = 0.5, fast: bool = false)", flags = {"fast"}, state = {"step", {"avg", when = "fast"}},
    scalars = {"rate = lr / step"},
    element = {"g = grad * rate", {"avg = avg + g", when = "fast"}, "param = param - g"}, doc = "F.",
      example = "optim.F()"}
  for key, value in pairs(changes or {}) do raw[key] = value end
  return schema.row(raw, "x.lua", 7)
end

local function refused(expected, changes)
  local ok, message = pcall(row, changes)
  assert.is_false(ok, "no error; expected: " .. expected)
  assert.equal("x.lua:7: " .. expected, message)
end

describe("a row of an optimiser", function()
  it("of the document gives what the real row gives", function()
    local text = assert(read "docs/internals/optimisers.md":match "```row\n(.-)```")
    local params = assert(read(ROWS):match '\nlocal PARAMS = [^\n]+\n')
    local documented, real = rows_of(params .. text), schema.read(ROWS)
    assert.equal("RMSprop", documented[1].name)
    local only = {real.RMSprop}
    only[1].file, only[1].line = documented[1].file, documented[1].line
    for _, made in ipairs {"header", "rules", "passes", "algorithms"} do
      assert.equal(emit[made](only), emit[made](documented))
    end
  end)

  it("is read", function()
    local r = row()
    assert.is_true(r.counts)
    assert.same({"rate"}, r.values)
    assert.equal("a number", r.options.lr.range)
    assert.same({name = "avg", when = "fast"}, r.state[1])
    assert.equal("x >= 0 && x < 1", row {ranges = {lr = "0 or more and below 1"}}.options.lr.condition)
    assert.equal("x > 0 && x <= 1", row {ranges = {lr = "above 0 and at most 1"}}.options.lr.condition)
  end)

  it("becomes one loop for each combination of flags, without conditions on options", function()
    local text = emit.passes {row()}
    assert.matches("case 0: NAME%(f_loop%)%(n, arrays, values, false%)", text)
    assert.matches("case 1: NAME%(f_loop%)%(n, arrays, values, true%)", text)
    assert.matches("T g = grad %* rate;\n    if %(fast%) avg = avg %+ g;\n    param = param %- g;", text)
    assert.matches("if %(fast%) avg_at%[i%] = avg;", text)
  end)

  it("that is wrong is refused with its line", function()
    refused("unknown field 'colour'", {colour = 1})
    refused("unknown type 'int'", {"F", "(lr: int = 3)"})
    refused("no signature in 'lr'", {"F", "lr"})
    refused("ranges: no option 'momentum'", {ranges = {momentum = "0 or more"}})
    refused("cannot read the range 'small'", {ranges = {lr = "small"}})
    refused("flags: no bool option 'slow'", {flags = {"slow"}})
    refused("state 'avg': no flag 'slow'", {state = {{"avg", when = "slow"}}})
    refused("state 'avg': no float option 'fast'", {state = {{"avg", initial = "fast"}}})
    refused("scalars: unknown name 'rho' in 'lr * rho'", {scalars = {"rate = lr * rho"}})
    refused("scalars: unknown name 'step' in 'lr / step'", {state = {}})
    refused("element: unknown name 'momentum' in 'momentum'", {element = {"param = momentum"}})
    refused("element: cannot read 'param += 1'; expected: name = expression", {element = {"param += 1"}})
    refused("element: 'lr' cannot change", {element = {"lr = grad"}})
    refused("element: 'g' starts under a condition", {element = {{"g = grad", when = "fast"}}})
    refused("notes: no option 'rho'", {notes = {rho = "none"}})
    local ok, message = pcall(emit.rules, {row {element = {"param = grad"}}})
    assert.is_false(ok)
    assert.equal("x.lua:7: scalars: nothing mentions 'rate'", message)
    ok, message = pcall(rows_of, ([[
optimiser {"A", "(lr: float = 1)", element = {"param = lr"}, doc = "A", example = "A"}
]]):rep(2))
    assert.is_false(ok)
    assert.equal("x.lua:2: 'A' is already at x.lua:1", message)
  end)
end)
