-- tostring(tensor): PyTorch's layout with Lua's braces; torch.set_printoptions.
-- The expected texts come from PyTorch 1.13, its brackets replaced.
local torch = require "torch"

local function shows(expected, tensor) assert.equal(expected, tostring(tensor)) end

describe("printing a tensor", function()
  after_each(function() torch.set_printoptions{profile = "default", sci_mode = "auto"} end)

  it("writes floats with four places, whole ones with a point", function()
    shows("tensor({{1.5000, 2.0000},\n        {3.0000, 4.0000}})", torch.tensor{{1.5, 2}, {3, 4}})
    shows("tensor({{1., 2.},\n        {3., 4.}})", torch.tensor{{1.0, 2.0}, {3.0, 4.0}})
    shows("tensor({  0.1000, 100.0000})", torch.tensor{0.1, 100.0})
    shows("tensor({-0.})", torch.tensor{-0.0})
  end)

  it("writes 0-dimensional and empty tensors", function()
    shows("tensor(3.5000)", torch.tensor(3.5))
    shows("tensor(7)", torch.tensor(7))
    shows("tensor({})", torch.zeros(0))
    shows("tensor({}, size=(0, 3))", torch.zeros(0, 3))
    shows("tensor({}, size=(0, 3), dtype=torch.int64)", torch.zeros(0, 3, {dtype = torch.int64}))
    shows("tensor({}, dtype=torch.int64)", torch.zeros(0, {dtype = torch.int64}))
  end)

  it("writes integers and booleans aligned", function()
    shows("tensor({  1, -20, 300})", torch.tensor{1, -20, 300})
    shows("tensor({ true, false})", torch.tensor{true, false})
    shows("tensor({1}, dtype=torch.int32)", torch.tensor({1}, {dtype = "int32"}))
    shows("tensor({255}, dtype=torch.uint8)", torch.tensor({255}, {dtype = "uint8"}))
    shows("tensor({9223372036854775807})", torch.tensor{math.maxinteger})
  end)

  it("writes nan and inf; they do not widen the columns", function()
    local nan, inf = 0 / 0, 1 / 0
    shows("tensor({1.5000,    nan,    inf,   -inf})", torch.tensor{1.5, nan, inf, -inf})
    shows("tensor({nan})", torch.tensor{nan})
    shows("tensor({1., nan, inf})", torch.tensor{1.0, nan, inf})
  end)

  it("turns to scientific notation where the values span too much", function()
    shows("tensor({1.0000e+00, 2.0000e+03})", torch.tensor{1.0, 2000.0})
    shows("tensor({1.0000e-05, 1.0000e+00})", torch.tensor{1e-5, 1.0})
    shows("tensor({1.0000e-01, 1.0100e+02})", torch.tensor{0.1, 101.0})
    shows("tensor({100000000.})", torch.tensor{1e8})
    shows("tensor({1.2346e+08})", torch.tensor{123456789.0})
    shows("tensor({1.0000e-10})", torch.tensor{1e-10})
  end)

  it("breaks lines at 80 columns", function()
    shows("tensor({ 0.0000,  1.5000,  3.0000,  4.5000,  6.0000,  7.5000,  9.0000, 10.5000,\n" ..
      "        12.0000, 13.5000, 15.0000, 16.5000, 18.0000, 19.5000, 21.0000, 22.5000,\n" ..
      "        24.0000, 25.5000, 27.0000, 28.5000})", torch.arange(20.0) * 1.5)
  end)

  it("separates matrices by empty lines", function()
    shows("tensor({{{ 0,  1,  2,  3},\n         { 4,  5,  6,  7},\n         { 8,  9, 10, 11}},\n\n" ..
      "        {{12, 13, 14, 15},\n         {16, 17, 18, 19},\n         {20, 21, 22, 23}}})",
      torch.arange(24):reshape(2, 3, 4))
  end)

  it("summarises above 1000 elements", function()
    shows("tensor({   0,    1,    2,  ...,  998,  999, 1000})", torch.arange(1001))
    local row = "{0., 0., 0.,  ..., 0., 0., 0.}"
    local three = row .. ",\n        " .. row .. ",\n        " .. row
    shows("tensor({" .. three .. ",\n        ...,\n        " .. three .. "})", torch.zeros(100, 100))
    local text = tostring(torch.arange(1200):reshape(10, 10, 12))
    assert.truthy(text:find("}},\n\n        ...,\n\n        {{ 840,", 1, true))
    assert.is_nil(tostring(torch.arange(1000)):find("...", 1, true))
  end)

  it("reads only the edges: a tensor of a billion elements prints at once", function()
    local t = torch.ones(1):expand(1000000000)
    local start = os.clock()
    shows("tensor({1., 1., 1.,  ..., 1., 1., 1.})", t)
    shows("tensor({{1., 1., 1.,  ..., 1., 1., 1.}})", torch.ones(1, 1):expand(1, 1 << 40))
    assert.is_true(os.clock() - start < 0.1)
  end)

  it("says dtype, requires_grad and grad_fn", function()
    shows("tensor({1.5000}, dtype=torch.float64)", torch.tensor({1.5}, {dtype = "float64"}))
    local x = torch.ones(2, {requires_grad = true})
    shows("tensor({1., 1.}, requires_grad=true)", x)
    assert.truthy(tostring(x + 1):find("^tensor%({2%., 2%.}, grad_fn=<Add%w*>%)$"))
    shows("tensor({1., 1.})", x:detach())
  end)

  it("puts a suffix on its own line where there is no room", function()
    shows("tensor({0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.},\n" ..
      "       requires_grad=true)", torch.zeros(18, {requires_grad = true}))
  end)

  it("prints views and transposes by position", function()
    local x = torch.arange(6):reshape(2, 3)
    shows("tensor({{0, 3},\n        {1, 4},\n        {2, 5}})", x.T)
    shows("tensor({1, 4})", x[{{}, 2}])
  end)
end)

describe("in the window of a session", function()
  after_each(function()
    torch._C.print_window(0)
    torch.set_printoptions{profile = "default"}
  end)

  it("lines are as wide as the window, unless their width was set", function()
    for _, width in ipairs {30, 40, 80, 200} do
      torch._C.print_window(width)
      local widest = 0
      for line in tostring(torch.arange(900):reshape(3, 300)):gmatch "[^\n]+" do widest = math.max(widest, #line) end
      assert.is_true(widest <= width and widest > width - 8, width .. ": " .. widest)
    end
    torch.set_printoptions{linewidth = 50}
    shows("tensor({0., 0., 0., 0., 0., 0., 0., 0., 0., 0.,\n        0., 0.})", torch.zeros(12))
    for _, value in ipairs {0 / 0, -1 / 0, -2.5, 1e-20} do
      for line in tostring(torch.full({40}, value)):gmatch "[^\n]+" do assert.is_true(#line <= 50, line) end
    end
  end)

  it("a summary tells size and dtype", function()
    torch._C.print_window(80)
    shows("tensor({   0,    1,    2,  ..., 1997, 1998, 1999}, size=(2000),\n       dtype=torch.int64)",
      torch.arange(2000))
    shows("tensor({1., 1., 1.,  ..., 1., 1., 1.}, size=(2000), dtype=torch.float32)", torch.ones(2000))
    shows("tensor({0, 1, 2})", torch.arange(3))
    torch._C.print_window(0)
    shows("tensor({1., 1., 1.,  ..., 1., 1., 1.})", torch.ones(2000))
  end)
end)

describe("torch.set_printoptions", function()
  after_each(function() torch.set_printoptions{profile = "default", sci_mode = "auto"} end)

  it("sets each option", function()
    torch.set_printoptions{precision = 2}
    shows("tensor({0.14, 1.57})", torch.tensor{1 / 7, 11 / 7})
    torch.set_printoptions{edgeitems = 1, threshold = 5}
    shows("tensor({{ 0,  ...,  7},\n        ...,\n        {32,  ..., 39}})", torch.arange(40):reshape(5, 8))
    torch.set_printoptions{profile = "default", linewidth = 30}
    shows("tensor({{ 0,  1,  2,  3,  4,\n          5,  6,  7},\n        { 8,  9, 10, 11, 12,\n         13, 14, 15}})",
      torch.arange(16):reshape(2, 8))
  end)

  it("forces or forbids scientific notation", function()
    torch.set_printoptions{sci_mode = true}
    shows("tensor({1.0000e+00, 2.0000e+00})", torch.tensor{1.0, 2.0})
    shows("tensor({1, 2})", torch.tensor{1, 2})
    torch.set_printoptions{sci_mode = false}
    shows("tensor({     1.5000, 200000.0000})", torch.tensor{1.5, 2e5})
    torch.set_printoptions{sci_mode = "auto"}
    shows("tensor({1.5000e+00, 2.0000e+05})", torch.tensor{1.5, 2e5})
  end)

  it("has profiles", function()
    torch.set_printoptions{profile = "short"}
    shows("tensor({0.14, 1.00})", torch.tensor{1 / 7, 1.0})
    torch.set_printoptions{profile = "full"}
    assert.is_nil(tostring(torch.arange(3000)):find("...", 1, true))
    torch.set_printoptions{profile = "default", threshold = math.huge}
    assert.is_nil(tostring(torch.arange(3000)):find("...", 1, true))
  end)

  it("refuses bad options and then changes nothing", function()
    local function refused(pattern, options)
      local ok, message = pcall(torch.set_printoptions, options)
      assert.is_false(ok)
      assert.truthy(message:find(pattern, 1, true), message)
    end
    refused("set_printoptions: no option 'precison', did you mean 'precision'?", {precison = 2, threshold = 1})
    refused("'precision': expected an integer of at least 0", {precision = -1, threshold = 1})
    refused("'edgeitems': expected an integer of at least 1", {edgeitems = 0.5})
    refused("'sci_mode': expected true, false or \"auto\"", {sci_mode = 3})
    refused("'profile': expected", {profile = "long"})
    refused("expected a table", 3)
    shows("tensor({1.5000, 2.0000, 3.0000})", torch.tensor{1.5, 2, 3})
  end)
end)

describe("a tensor's text, as PyTorch's", function()
  after_each(function() torch.set_printoptions{profile = "default"} end)
  it("names the dtype of no complex numbers, which no element tells", function()
    assert.equal("tensor({}, size=(2, 0), dtype=torch.complex64)", tostring(torch.zeros(2, 0):to("complex64")))
    assert.equal("tensor({1.+0.j})", tostring(torch.ones(1):to("complex64")))
  end)
  it("has no exponents of zeros, whatever sci_mode is", function()
    torch.set_printoptions{sci_mode = true}
    assert.equal("tensor(0.)", tostring(torch.tensor(0.0)))
    assert.equal("tensor(1.0000e+00)", tostring(torch.tensor(1.0)))
  end)
  it("is the usual one again after a profile", function()
    torch.set_printoptions{sci_mode = true, precision = 2}
    torch.set_printoptions{profile = "default"}
    assert.equal("tensor(1.5000)", tostring(torch.tensor(1.5)))
  end)
end)
