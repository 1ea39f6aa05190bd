-- The digits of elementwise functions, in both sets of kernels: see scripts/bench/digits.lua.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

--- By function: the largest errors of float32 and float64 in units in the last place.
local function measured(math)
  local pipe <close> = assert(io.popen(("HECATE_MATH=%s %s scripts/bench/digits.lua 16384 2>&1"):format(math, hecate)))
  local found, n = {}, 0
  for line in pipe:lines() do
    local name, float32, float64 = line:match "^| (%w+) | ([%d.]+) | ([%d.]+) |$"
    if name then found[name], n = {tonumber(float32), tonumber(float64)}, n + 1 end
  end
  assert.are.equal(23, n)
  return found
end

describe("functions", function()
  it("are within 4 units in the last place", function()
    for name, errors in pairs(measured "fast") do
      assert.is_true(errors[1] < 4.5 and errors[2] < 4.5, ("%s: %g, %g"):format(name, errors[1], errors[2]))
    end
  end)

  it("are rounded once with HECATE_MATH=precise", function()
    local fast, precise = measured "fast", measured "precise"
    local larger = 0 -- how many functions are less exact in the other set; which ones depends on the build
    for name, errors in pairs(precise) do
      assert.is_true(errors[1] < 0.51 and errors[2] < 0.51, ("%s: %g, %g"):format(name, errors[1], errors[2]))
      if fast[name][1] > errors[1] or fast[name][2] > errors[2] then larger = larger + 1 end
    end
    assert.is_true(larger >= 5)
  end)

  it("say when the name of a set is wrong", function()
    local pipe <close> = io.popen(("HECATE_MATH=slow %s -e '' 2>&1"):format(hecate))
    assert.are.equal("warning: HECATE_MATH: expected fast or precise, got 'slow'\n", pipe:read "a")
  end)

  it("give operands of all strides and dtypes the same", function()
    local program = [[
local x = torch.linspace(0.1, 2, 600):reshape(20, 30)
assert(x:t():exp() == x:exp():t())
assert(torch.allclose(x:half():log(), x:half():float():log():half()))
assert(x:expand(2, 20, 30):tanh()[2] == x:tanh())
assert((x ^ 2) == x * x)
assert(torch.allclose(torch.pow(2, x), (x * math.log(2)):exp()))
local w = x:clone():requires_grad_()
w:sigmoid():sum():backward()
assert(torch.allclose(w.grad, x:sigmoid() * (1 - x:sigmoid())))
assert(torch.allclose(torch.atan2(x, x:flip {1}), torch.atan(x / x:flip {1})))
print "fine"]]
    local path = os.tmpname()
    local file <close> = io.open(path, "w")
    file:write(program)
    file:close()
    local pipe <close> = io.popen(("HECATE_MATH=precise %s %s 2>&1"):format(hecate, path))
    assert.are.equal("fine\n", pipe:read "a")
    os.remove(path)
  end)
end)
