-- The options that all creation rows share: dtype, device, requires_grad, and generator where the row is random.
package.path = "scripts/gen/?.lua;" .. package.path

local CALLS = {
  empty = {2, 3}, zeros = {2, 3}, ones = {2, 3}, full = {{2, 3}, 1.5}, arange = {0, 3, 1}, linspace = {0, 2, 3},
  eye = {3},
  empty_like = {"x"}, zeros_like = {"x"}, ones_like = {"x"}, full_like = {"x", 1.5}, new_zeros = {"x", {3}},
  new_full = {"x", {3}, 1.5}, new_ones = {"x", {3}}, new_empty = {"x", {3}}, rand = {2, 3}, randn = {2, 3},
  rand_like = {"x"}, randn_like = {"x"}, randint = {0, 5, {3}}, randint_below = {5, {3}}, randperm = {4},
  normal_new = {0, 1, {3}},
}

local rows = {}
for _, row in ipairs(torch._C.ops()) do if row.creation then rows[#rows + 1] = row end end

--- The result of the row with these options, called by the name that programs know.
local function make(row, options)
  local args = table.move(CALLS[row.name], 1, #CALLS[row.name], 1, {})
  if args[1] == "x" then args[1] = torch.ones(2, 2) end
  args[#args + 1] = options
  local f = torch[row.lua] or getmetatable(args[1]).__methods[row.lua]
  return f(table.unpack(args))
end

local function message_of(row, options)
  local ok, message = pcall(make, row, options)
  assert.is_false(ok, row.name .. " took an option that it should refuse")
  return message:match(row.lua .. ": .*")
end

describe("creation", function()
  it("rows are all called here, and no other", function()
    local seen = {}
    for _, row in ipairs(rows) do seen[row.name] = true end
    for name in pairs(CALLS) do assert.is_true(seen[name], name) end
    for name in pairs(seen) do assert.is_table(CALLS[name], name) end
  end)

  for _, row in ipairs(rows) do
    it("of " .. row.name .. " takes dtype and requires_grad", function()
      local plain = make(row, nil)
      assert.is_false(plain.requires_grad)
      local t = make(row, {dtype = "float64", requires_grad = true, device = "cpu"})
      assert.equal(torch.float64, t.dtype)
      assert.is_true(t.requires_grad)
      assert.is_true(t.is_leaf)
      assert.same(plain.shape, t.shape)
      assert.is_nil(t.grad_fn)
      assert.is_false(make(row, {dtype = "float64", requires_grad = false}).requires_grad)
      t:sum():backward()
      assert.equal(t.shape, t.grad.shape)
    end)

    it("of " .. row.name .. " checks them", function()
      assert.equal(("%s: 'requires_grad' (argument %d): expected true or false, got the number 1"):format(row.lua,
        #row.arguments), message_of(row, {requires_grad = 1}))
      local begin = "^" .. row.lua .. ": 'device' %(argument %d%): expected "
      for _, device in ipairs {"tpu", 3} do
        assert.matches(begin .. "\"cpu\", \"cuda\", \"meta\" or a torch.device", message_of(row, {device = device}))
      end
      assert.matches(begin .. "a device that is there %(.+%), got the string \"cuda:31\"",
        message_of(row, {device = "cuda:31"}))
      assert.equal(torch.device "cpu", make(row, {device = torch.device "cpu"}).device)
      assert.matches("^" .. row.lua .. ": 'dtype' %(argument %d%): expected a dtype",
        message_of(row, {dtype = "float99"}))
      assert.matches("^" .. row.lua .. ": no argument 'devise'; .*did you mean 'device'",
        message_of(row, {devise = "cpu"}))
      local can, t = pcall(make, row, {dtype = "int64", requires_grad = false})
      local text = message_of(row, {dtype = "int64", requires_grad = true})
      if can then assert.equal(torch.int64, t.dtype) end
      local refused = can and "'requires_grad': only floating point and complex tensors can have gradients, got int64"
        or "not defined for tensors of dtype int64"
      assert.equal(row.lua .. ": " .. refused, text)
    end)

    it("of " .. row.name .. (row.random and " takes" or " refuses") .. " a generator", function()
      local g = torch.Generator():manual_seed(5)
      if row.lua:find "empty" or not row.random then
        if row.random then return end -- whatever the memory held
        assert.matches("^" .. row.lua .. ": no argument 'generator'", message_of(row, {generator = g}))
        return
      end
      local a = make(row, {generator = g, dtype = "float64", requires_grad = true})
      local b = make(row, {generator = torch.Generator():manual_seed(5), dtype = "float64"})
      assert.is_true(torch.equal(a, b))
      assert.is_true(g:get_state() ~= torch.Generator():manual_seed(5):get_state())
      assert.matches("^" .. row.lua .. ": 'generator' %(argument %d%): expected a torch.Generator",
        message_of(row, {generator = 7}))
    end)
  end

  it("refuses a dtype that it cannot compute in", function()
    for _, name in ipairs {"arange", "linspace"} do
      local ok, message = pcall(torch[name], 0, 1, 1, {dtype = "bool"})
      assert.is_false(ok)
      assert.equal(name .. ": not defined for tensors of dtype bool", message:match(name .. ": .*"))
    end
    for _, name in ipairs {"rand", "randn"} do
      local ok, message = pcall(torch[name], 2, {dtype = "int64"})
      assert.is_false(ok)
      assert.equal(name .. ": not defined for tensors of dtype int64", message:match(name .. ": .*"))
    end
  end)

  it("of positions in other dtypes", function()
    for _, dtype in ipairs {"uint8", "int32", "float32", "float64"} do
      local p = torch.randperm(100, {dtype = dtype})
      assert.equal(torch[dtype], p.dtype)
      assert.is_true(torch.equal(torch.sort(p), torch.arange(1, 101, {dtype = dtype})))
    end
    assert.is_true(torch.randperm(3, {dtype = "float32", requires_grad = true}).requires_grad)
    assert.has_error(function() torch.randperm(300, {dtype = "uint8"}) end)
  end)

  it("by torch.tensor and new_tensor", function()
    local x = torch.ones(1, {dtype = "float64"})
    assert.equal(torch.float64, x:new_tensor({1, 2}).dtype)
    local t = x:new_tensor({1, 2}, {dtype = "float32", requires_grad = true})
    assert.is_true(t.requires_grad)
    assert.equal(torch.float32, t.dtype)
    assert.has_error(function() x:new_tensor({1}, {devise = "cpu"}) end)
    assert.has_error(function() x:new_tensor({1}, 5) end)
    assert.has_error(function() torch.tensor(1.5, {requires_grad = 1}) end)
  end)

  it("by torch.normal", function()
    torch.manual_seed(0)
    local t = torch.normal(3, 0.5, {1000})
    assert.is_true((t:mean() - 3):abs():item() < 0.1)
    assert.is_true((t:std() - 0.5):abs():item() < 0.1)
    local ok, message = pcall(torch.normal, 0, -1, {2})
    assert.is_false(ok)
    assert.equal("normal: 'std' (argument 2): expected a number of at least 0, got -1", message:match "normal: .*")
  end)
  it("with no element beside sizes whose product is too large", function()
    local t = torch.empty(1 << 40, 1 << 40, 0)
    assert.equal(0, t:numel())
    assert.same({1 << 40, 1 << 40, 0}, {table.unpack(t.shape)})
  end)

  it("by torch.full keeps the sign of zero", function()
    for _, dtype in ipairs {"float16", "bfloat16", "float32", "float64"} do
      assert.equal(-math.huge, 1 / torch.full({1}, -0.0, {dtype = dtype}):item())
      assert.equal(math.huge, 1 / torch.full({1}, 0.0, {dtype = dtype}):item())
    end
    assert.equal(0, torch.full({1}, -0.0, {dtype = "int8"}):item())
  end)

  it("by torch.arange counts by whole steps where the dtype is an integer", function()
    assert.are.same({0, 1, 2, 3, 4, 5, 6, 7}, torch.arange(0, 9.86, 1.3, {dtype = "int64"}):tolist())
    assert.are.same({-1, 0, 1}, torch.arange(-1.7, 1.2, 1.2, {dtype = "int16"}):tolist())
    assert.are.same({0, 1.3, 2.6}, torch.arange(0, 3.9, 1.3, {dtype = "float64"}):tolist())
  end)

  it("by torch.arange refuses a first or last value that the dtype does not hold", function()
    local function message_of(...)
      local ok, message = pcall(torch.arange, ...)
      assert.is_false(ok)
      return message:match "arange: .*"
    end
    assert.equal("arange: 'end' (argument 2): 35000 cannot be converted to int8 without overflow",
      message_of(0, 70000, 35000, {dtype = "int8"}))
    assert.equal("arange: 'start' (argument 1): -300 cannot be converted to uint8 without overflow",
      message_of(-300, 1, {dtype = "uint8"}))
    assert.equal("arange: 'start' (argument 1): -2.5 cannot be converted to uint8 without overflow",
      message_of(-2.5, 1, {dtype = "uint8"}))
    assert.equal("arange: 'end' (argument 2): 79999 cannot be converted to float16 without overflow",
      message_of(0.0, 80000, {dtype = "float16"}))
    assert.equal(256, torch.arange(256, {dtype = "uint8"}).shape[1]) -- the end itself is not in the tensor
    assert.equal(0, torch.arange(300, 300, {dtype = "uint8"}).shape[1])
  end)
  -- How many elements of a tensor differ from what 'number' gives for them, counted from 0.
  local function differing(t, number)
    local count = 0
    for i, element in ipairs(t:tolist()) do
      if element ~= number(i - 1) then count = count + 1 end
    end
    return count
  end

  it("by torch.arange and torch.linspace number by number, in every dtype", function()
    local lengths, taken = {uint8 = 200, int8 = 100, float16 = 2000, bfloat16 = 250}, 0
    for _, row in ipairs(torch._C.dtypes()) do
      local dtype = row.name
      if not pcall(torch.arange, 1, {dtype = dtype}) then goto continue end
      taken = taken + 1
      local n = lengths[dtype] or 30000 -- more than one piece
      local range = torch.arange(3, 3 + n, 1, {dtype = dtype})
      local line = torch.linspace(0, n - 1, n, {dtype = dtype})
      assert.equal(n, #range)
      assert.equal(0, differing(range, function(i) return i + 3 end))
      assert.equal(0, differing(line, function(i) return i end))
      ::continue::
    end
    assert.equal(11, taken)
  end)
  it("by torch.arange of fractions, backwards, and by torch.linspace with both ends exact", function()
    local quarters = torch.arange(-1.5, 24998.5, 0.25, {dtype = "float64"}) -- more than one thread writes
    assert.equal(100000, #quarters)
    assert.equal(0, differing(quarters, function(i) return i * 0.25 - 1.5 end))
    assert.equal(0, differing(torch.arange(1000, -1000, -3), function(i) return 1000 - 3 * i end))
    local line = torch.linspace(-1, 0.3, 40001, {dtype = "float64"})
    assert.equal(-1, line[1]:item())
    assert.equal(0.3, line[40001]:item())
  end)
  it("by torch.arange of integers that no double holds", function()
    local most = math.maxinteger
    assert.same({most - 3, most - 2, most - 1}, torch.arange(most - 3, most):tolist())
    assert.same({most, most - 4}, torch.arange(most, most - 5, -4):tolist())
    assert.has_error(function() torch.arange(most, most - 1) end)
    assert.same({math.mininteger, -(1 << 62), 0, 1 << 62}, torch.arange(math.mininteger, most, 1 << 62):tolist())
  end)

  it("by uniform_ within a range that the dtype holds", function()
    for dtype, bound in pairs {float32 = 3e38, float64 = 1.7e308, float16 = 4e38} do
      assert.error_matches(function() torch.zeros(3, {dtype = dtype}):uniform_(-bound, bound) end,
        "uniform_: expected from, to and to %- from in the range of")
    end
    assert.error_matches(function() torch.zeros(3):uniform_(0, math.huge) end, "in the range of float32")
  end)
end)
