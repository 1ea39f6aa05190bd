-- The element types: the generator and its rows, what does not compile, and each type from Lua.
package.path = "scripts/gen/?.lua;" .. package.path
local dtypes = require "dtypes"

local function text_of(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end
local ROW = assert(text_of "docs/internals/dtypes.md":match "```row\n(.-)```", "docs/internals/dtypes.md has no row")

--- The rows of tensor/dtypes.lua with more text behind them.
local function read_with(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text_of "tensor/dtypes.lua", text)
  file:close()
  local ok, rows = pcall(dtypes.read, path)
  os.remove(path)
  if not ok then error((tostring(rows):gsub(path:gsub("%p", "%%%0"), "x.lua")), 0) end
  return rows
end

describe("the generator of dtypes", function()
  it("makes all of a row", function()
    local rows = read_with(ROW)
    local header, source = dtypes.header(rows), dtypes.source(rows)
    assert.truthy(header:find("DTYPE_TINY16 } DType;", 1, true))
    assert.truthy(header:find("[DTYPE_TINY16] = f##_tiny16", 1, true))
    assert.truthy(header:find("case DTYPE_TINY16: M(tiny16, int16_t) break;", 1, true))
    assert.truthy(header:find("#define DTYPE_COUNT " .. #rows, 1, true))
    assert.truthy(source:find('[DTYPE_TINY16] = {.name = "tiny16"', 1, true))
    assert.truthy(dtypes.each(rows, "integer"):find("#define NAME(x) x##_tiny16", 1, true))
    assert.truthy(dtypes.each_cast(rows):find("#define NAME(x) x##_float32_tiny16", 1, true))
    local two_steps = "#define FIRST cast_float16_float32\n#define SECOND cast_float32_tiny16"
    assert.truthy(dtypes.each_cast(rows):find(two_steps, 1, true))
    assert.falsy(dtypes.each(rows, "float"):find("tiny16", 1, true))
  end)
  it("refuses wrong rows", function()
    local whole = 'storage = "int16_t", category = "integer", title = "X", lowest = "0", highest = "1", '
      .. 'safetensors = "X"'
    for text, message in pairs {
      ['dtype {"x"}'] = "x: 'storage' is missing",
      ['dtype {"x", ' .. whole:gsub(", safetensors.*", "") .. "}"] = "x: 'safetensors' is missing",
      ['dtype {"bool", ' .. whole .. "}"] = "'bool' is there already",
      ['dtype {"x", ' .. whole .. ", colour = 1}"] = "unknown column 'colour'",
      ['dtype {"x", ' .. whole:gsub("integer", "quaternion") .. "}"] = "unknown category 'quaternion'",
      ['dtype {"x", compute = "float16", ' .. whole .. "}"] = "compute: 'float16' has no kernels of its own",
      ['dtype {"x", promotes = {bool = "y"}, ' .. whole .. "}"] = "promotes: unknown dtype",
    } do
      local ok, got = pcall(read_with, text)
      assert.falsy(ok)
      assert.truthy(got:find(message, 1, true), got)
    end
  end)
  it("knows PyTorch's promotion", function()
    local rows = dtypes.read "tensor/dtypes.lua"
    local function of(a, b) return dtypes.promote(rows[a], rows[b]) end
    for _, case in ipairs {
      {"bool", "uint8", "uint8"}, {"uint8", "int8", "int16"}, {"uint8", "int16", "int16"}, {"int8", "int64", "int64"},
      {"int64", "float16", "float16"}, {"float16", "bfloat16", "float32"}, {"bfloat16", "float32", "float32"},
      {"float32", "float64", "float64"}, {"bool", "bfloat16", "bfloat16"}, {"uint16", "float32", "float32"},
      {"uint16", "int64"}, {"uint32", "bool"}, {"float8_e4m3fn", "float32"}, {"float8_e5m2", "float8_e4m3fn"},
    } do
      assert.equal(case[3], of(case[1], case[2]))
      assert.equal(case[3], of(case[2], case[1]))
    end
  end)
  it("makes a forgotten dtype a compile error", function()
    local built = (os.getenv "HECATE_BIN" or "build/hecate"):match "^(.*)/[^/]*$" .. "/gen"
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    for name, text in pairs {plain = "", more = ROW} do
      dtypes.write_all(read_with(text), function(file, content)
        local f <close> = assert(io.open(folder .. "/" .. file, "w"))
        f:write(content)
      end)
      for _, source in ipairs {"core/count.c"} do
        local command = ("cc -std=gnu11 -fsyntax-only -Wall -Wextra -Werror=switch -I%s -Itensor -I%s tensor/%s 2>&1")
        local pipe = assert(io.popen(command:format(folder, built, source)))
        local output = pipe:read "a"
        local ok = pipe:close()
        assert.equal(name == "plain", ok == true, output)
        if name == "more" then assert.truthy(output:find("DTYPE_TINY16", 1, true), output) end
      end
    end
    os.execute("rm -r " .. folder)
  end)
end)

-- ---- from Lua -------------------------------------------------------------------------------------

local ALL, STORED = {}, {}
for _, dtype in ipairs(torch._C.dtypes()) do
  ALL[#ALL + 1] = dtype.name
  if dtype.stored then STORED[#STORED + 1] = dtype end
end

describe("every dtype", function()
  it("is made, cast, copied, indexed, joined and printed", function()
    for _, name in ipairs(ALL) do
      local x = torch.tensor({{0, 1, 1}, {1, 0, 1}}, {dtype = name})
      assert.equal("torch." .. name, tostring(x.dtype))
      assert.equal(x.dtype, torch[name])
      assert.same({{0, 1, 1}, {1, 0, 1}}, x:to("int64"):tolist())
      for _, other in ipairs(ALL) do
        local no_zero = name == "float8_e8m0fnu" or other == "float8_e8m0fnu"
        local part = no_zero and x[{{}, 3}] or x
        assert.truthy(torch.equal(part, part:to(other):to(name)), name .. " " .. other)
      end
      assert.truthy(torch.equal(x, x:t():clone():t()))
      assert.same({1, 0, 1}, x[2]:to("int64"):tolist())
      assert.same({{1, 1}, {0, 1}}, x[{{}, {2, 3}}]:to("int64"):tolist())
      assert.same({{1, 0, 1}, {0, 1, 1}}, x[torch.tensor({2, 1})]:to("int64"):tolist())
      local y = x:clone()
      y[1] = 1
      y[{2, 2}] = x[{1, 2}]
      assert.same({{1, 1, 1}, {1, 1, 1}}, y:to("int64"):tolist())
      assert.same({4, 3}, {table.unpack(torch.cat {x, x}.shape)})
      assert.same({{0, 0, 0}, {0, 0, 0}}, torch.zeros_like(x):to("int64"):tolist())
      assert.same({1, 1}, torch.ones(2, {dtype = name}):to("int64"):tolist())
      assert.same({1, 1}, torch.zeros(2, {dtype = name}):fill_(1):to("int64"):tolist())
      assert.truthy(tostring(x):find "^tensor%({{")
    end
  end)
  it("is saved and loaded", function()
    local path, all = os.tmpname(), {}
    for _, name in ipairs(ALL) do all[name] = torch.tensor({0, 1, 1}, {dtype = name}) end
    torch.save(all, path)
    local back = torch.load(path)
    os.remove(path)
    for _, name in ipairs(ALL) do
      assert.equal(torch[name], back[name].dtype)
      assert.truthy(torch.equal(all[name], back[name]))
    end
  end)
end)

describe("int8 and int16", function()
  it("wrap and promote", function()
    local x = torch.tensor({100, -128, 3}, {dtype = "int8"})
    assert.same({-56, 0, 6}, (x + x):tolist())
    assert.equal(torch.int16, (x + torch.tensor(1, {dtype = "uint8"}):expand(3)).dtype)
    assert.equal(torch.int8, (x + torch.tensor(1, {dtype = "uint8"})).dtype) -- of no dimensions, so it does not count
    assert.equal(torch.int64, x:sum().dtype)
    assert.same({-128, 3, 100}, (x:sort()):tolist())
    assert.equal(2, x:argmin():item())
    local column, row = torch.tensor({{2}, {-3}}, {dtype = "int16"}), torch.tensor({{-1, 1}}, {dtype = "int16"})
    assert.same({{-2, 2}, {3, -3}}, column:mm(row):tolist())
  end)
  it("cut floats as PyTorch does on x86", function()
    assert.same({44, 127, 0, 0, 0}, torch.tensor({300.7, -129.2, 1e12, -1 / 0, 0 / 0}):char():tolist())
    assert.same({300, 25536, 0}, torch.tensor({300.7, -40000.2, 1e12}):short():tolist())
  end)
end)

describe("float16 and bfloat16", function()
  it("round, print and know their limits", function()
    local x = torch.tensor({1, 0.1, 70000})
    assert.equal("tensor({1.0000, 0.1000,    inf}, dtype=torch.float16)", tostring(x:half()))
    assert.equal("tensor({1.0000, 0.1001}, dtype=torch.bfloat16)", tostring(torch.tensor({1, 0.1}):bfloat16()))
    assert.equal(65504.0, torch.finfo("float16").max)
    assert.equal(2.0 ^ -7, torch.finfo(torch.bfloat16).eps)
    assert.equal(127, torch.iinfo("int8").max)
    assert.equal(math.mininteger, torch.iinfo(torch.int64).min)
    local ok, message = pcall(torch.full, {2}, 1e6, {dtype = "float16"})
    assert.falsy(ok)
    local want = "full: 'fill_value' (argument 2): 1000000 cannot be converted to float16 without overflow"
    assert.truthy(message:find(want, 1, true), message)
  end)
  it("give what float32 gives, rounded", function()
    torch.manual_seed(3)
    local ops = {
      function(x) return x + x * 2 end, function(x) return x:exp() end, function(x) return x:sum(1) end,
      function(x) return x:softmax(2) end, function(x) return x:matmul(x:t()) end, function(x) return (x:max(1)) end,
      function(x) return (x:sort(2)) end, function(x) return x:cumsum(2) end, function(x) return x:norm() end,
      function(x) return x:t():contiguous() end, function(x) return x:tril() end, function(x) return (x:topk(2, 2)) end,
      function(x) return x:masked_fill(x:gt(0), 1) end, function(x) return x:mean() end,
      function(x) return x:clone():index_add_(1, torch.tensor({1, 1}), x[{{1, 2}}]) end,
      function(x) return x:clone():mul_(3) end, function(x) return torch.where(x:gt(0), x, -x) end,
      function(x) return x:t() + x:t() end,
    }
    for _, name in ipairs {"float16", "bfloat16"} do
      for width = 3, 40, 37 do
        local x = torch.randn(4, width, {dtype = name})
        for i, op in ipairs(ops) do
          local got, want = op(x), op(x:float()):to(name)
          assert.equal(torch[name], got.dtype)
          local off = (got:float() - want:float()):abs():max():item()
          local most = want:float():abs():max():item() * torch.finfo(name).eps * 2
          assert.truthy(off <= most, ("op %d of %s: off by %g, most %g"):format(i, name, off, most))
        end
        assert.equal(torch.bool, x:gt(0).dtype)
        assert.truthy(torch.equal(x:nonzero(), x:float():nonzero()))
      end
    end
  end)
  it("promote to float32 together and keep their dtype beside numbers and integers", function()
    local h, b = torch.ones(2, {dtype = "float16"}), torch.ones(2, {dtype = "bfloat16"})
    assert.equal(torch.float32, (h + b).dtype)
    assert.equal(torch.float16, (h * 0.5).dtype)
    assert.equal(torch.float16, (h + torch.arange(2)).dtype)
    assert.equal(torch.float32, (h + torch.ones(2)).dtype)
    assert.equal(torch.float32, h:sum({dtype = "float32"}).dtype)
    assert.equal(torch.float16, torch.ones(2):sum({dtype = "float16"}).dtype)
  end)
  it("have gradients of their own dtype", function()
    for _, name in ipairs {"float16", "bfloat16"} do
      local w = torch.tensor({{1, 2}, {3, 4}}, {dtype = name}):requires_grad_()
      local loss = (w:matmul(w) + w:float():exp():to(name):mul(0)):sum()
      loss:backward()
      assert.equal(torch[name], w.grad.dtype)
      assert.same({{7, 11}, {9, 13}}, w.grad:tolist())
    end
  end)
  it("are drawn, and normalised with running statistics", function()
    torch.manual_seed(1)
    local x = torch.randn(64, 3, {dtype = "float16"})
    assert.truthy(math.abs(x:float():std():item() - 1) < 0.3)
    assert.truthy(torch.zeros(8, {dtype = "bfloat16"}):uniform_(2, 3):ge(2):all():item())
    local m = torch.nn.BatchNorm1d(3):half()
    local y = m(x + 4)
    assert.equal(torch.float16, y.dtype)
    assert.truthy(m.running_mean:gt(0.2):all():item())
  end)
  it("are clipped", function()
    local p = torch.nn.Parameter(torch.ones(4, {dtype = "float16"}))
    p.grad = torch.ones(4, {dtype = "float16"})
    assert.equal(2.0, torch.nn.utils.clip_grad_norm_({p}, 1):item())
    assert.same({0.5, 0.5, 0.5, 0.5}, p.grad:tolist())
  end)
  it("can be the default", function()
    local _ <close> = setmetatable({}, {__close = function() torch.set_default_dtype "float32" end})
    torch.set_default_dtype "float16"
    assert.equal(torch.float16, (torch.arange(3) / 2).dtype)
    assert.equal(torch.float16, torch.rand(2).dtype)
    assert.equal("tensor({0.5000})", tostring(torch.tensor({0.5})))
  end)
end)

describe("dtypes that are only stored", function()
  it("refuse arithmetic by name", function()
    for _, dtype in ipairs(STORED) do
      local x = torch.tensor({{1, 2}, {3, 4}}, {dtype = dtype.name})
      local advice = dtype.category == "float" and ":to('float32')" or ":to('int64')"
      local calls = {add = function() return x + x end, mul = function() return x * 2.5 end,
        sum = function() return x:sum() end, mm = function() return x:mm(x) end, sort = function() return x:sort() end,
        eq = function() return x:eq(1) end, add_ = function() return x:add_(1) end}
      for name, call in pairs(calls) do
        local ok, message = pcall(call)
        assert.falsy(ok, dtype.name .. " " .. name)
        local want = "not defined for tensors of dtype %s; cast first, for example with %s"
        want = want:format(dtype.name, advice)
        assert.truthy(message:find(want, 1, true), message)
      end
      local ok, message = pcall(torch.cat, {x, torch.ones(2, 2, {dtype = "bool"})})
      assert.falsy(ok)
      assert.truthy(message:find("have no dtype in common", 1, true), message)
    end
  end)
  it("hold what they can", function()
    local text = tostring(torch.tensor({-1, 5}):to "uint64")
    assert.equal("tensor({18446744073709551615,                    5}, dtype=torch.uint64)", text)
    local large = torch.tensor({-1, 5, math.mininteger}):to "uint64"
    assert.same({2 ^ 64, 5, 2 ^ 63}, large:tolist()) -- from 2^63 on as Lua reads such numbers
    assert.equal(2 ^ 63, large[3]:item())
    assert.equal("integer", math.type(large[2]:item()))
    assert.is_false(large[3] < large[2])
    assert.is_true(large[2] <= large[3])
    assert.is_true(torch.equal(large[{{1}}], torch.tensor({large[1]}))) -- all its digits
    assert.same({65535, 0}, torch.tensor({65535, 65536}):to("uint16"):to("int64"):tolist())
    assert.same({1.25, 448, -448}, torch.tensor({1.3, 470, -1 / 0}):to("float8_e4m3fn"):float():tolist())
    assert.same({1.25, 1 / 0}, torch.tensor({1.3, 1e5}):to("float8_e5m2"):float():tolist())
    assert.equal("tensor({   1.2500, -240.0000,       nan}, dtype=torch.float8_e4m3fnuz)",
      tostring(torch.tensor({1.3, -240, 250}):to "float8_e4m3fnuz"))
    assert.same({2, 2 ^ -127, 0.5}, torch.tensor({1.5, 0, -0.6}):to("float8_e8m0fnu"):float():tolist())
    assert.equal(224, torch.finfo("float8_e4m3fnuz").max - 16)
  end)
end)

describe("uint16 and uint32", function()
  it("give what int64 gives, cut to their bits", function()
    torch.manual_seed(2)
    local a, b = torch.randint(1, 60000, {4, 6}), torch.randint(1, 60000, {4, 6})
    local calls = {
      add = function(x, y) return x + y end, sub = function(x, y) return x - y end,
      mul = function(x, y) return x * y end, quotient = function(x, y) return x // y end,
      rest = function(x, y) return x % y end, neg = function(x) return -x end,
      number = function(x) return 100 - x * 3 end, mm = function(x, y) return x:mm(y:t()) end,
      sort = function(x) return (x:sort(2)) end, topk = function(x) return (x:topk(2)) end,
      amax = function(x) return x:amax(1) end, sum = function(x) return x:sum() end,
      prod = function(x) return x:prod(2) end,
      cumsum = function(x) return x:cumsum(1, {dtype = x.dtype}) end, clamp = function(x) return x:clamp(300, 9000) end,
      add_ = function(x, y) return x:clone():add_(y) end, bits = function(x, y) return (x & y) ~ 5 end,
      conv = function(x, y) return nn.functional.conv2d(x:view(1, 1, 4, 6), y:view(1, 1, 4, 6):narrow(4, 1, 2)) end,
      index_add = function(x, y) return x:index_add(1, torch.tensor({1, 1, 2, 3}), y) end,
      where = function(x, y) return torch.where(x:gt(y), x, y) end,
    }
    for _, dtype in ipairs {"uint16", "uint32"} do
      for name, call in pairs(calls) do
        local got = call(a:to(dtype), b:to(dtype))
        assert.truthy(torch.equal(call(a, b):to(dtype), got:to(dtype)), dtype .. " " .. name)
      end
      local x, y = a:to(dtype), b:to(dtype)
      assert.equal(torch[dtype], (x + y).dtype)
      assert.equal(torch.int64, x:sum().dtype)
      assert.truthy(torch.equal(a:lt(b), x:lt(y)))
      assert.truthy(torch.allclose(a / b, x / y))
      assert.truthy(torch.equal(a:float():exp(), x:exp()))
    end
  end)
  it("are drawn", function()
    torch.manual_seed(3)
    local x = torch.randint(60000, 65536, {2000}, {dtype = "uint16"}):long()
    assert.truthy(x:min():item() >= 60000 and x:max():item() > 65000)
    local ok, message = pcall(torch.randint, 0, 70000, {3}, {dtype = "uint16"})
    assert.falsy(ok)
    assert.truthy(message:find("out of the range of uint16", 1, true), message)
    local zeros = torch.zeros(1000, {dtype = "uint32"})
    assert.truthy(math.abs(zeros:bernoulli_(0.25):sum():item() - 250) < 80)
  end)
  it("have no dtype in common with other integers", function()
    local x = torch.ones(3, {dtype = "uint16"})
    for _, other in ipairs {"bool", "uint8", "int64", "uint32"} do
      local ok, message = pcall(torch.add, x, torch.ones(3, {dtype = other}))
      assert.falsy(ok)
      local want = ("add: uint16 and %s have no dtype in common; cast first"):format(other)
      assert.truthy(message:find(want, 1, true), message)
    end
    assert.equal(torch.float32, (x + torch.ones(3)).dtype)
    assert.equal(torch.uint16, (x + torch.tensor(3)).dtype)
    assert.equal(torch.float32, (x + 1.5).dtype)
  end)
end)

describe("composites of numbers of 16 bits", function()
  local function half(t) return t:half() end

  it("compute in float32 and round once", function()
    assert.equal("tensor(11.5156, dtype=torch.float16)",
      tostring(torch.zeros(100000, {dtype = "float16"}):logsumexp(1)))
    assert.equal(462, half(torch.tensor {400, -400, 400, -400}):std():item())
    assert.equal(158.75, half(torch.full({4}, 100)):norm(3):item())
    local x = torch.zeros(3000, 10, {dtype = "float16", requires_grad = true})
    local loss = nn.functional.cross_entropy(x, torch.ones(3000):long(), {label_smoothing = 0.1})
    assert.equal(torch.float16, loss.dtype)
    assert.is_true(math.abs(loss:item() - math.log(10)) < 2e-3)
    loss:backward()
    assert.equal(torch.float16, x.grad.dtype)
  end)

  it("give float32 where one input is float32", function()
    local a, b = torch.ones(4):half(), torch.zeros(4)
    assert.equal(torch.float32, nn.functional.mse_loss(a, b).dtype)
    assert.equal(torch.float16, nn.functional.mse_loss(a, b:half()).dtype)
  end)
end)

describe("numbers of 16 bits that are drawn", function()
  it("stay below 1", function()
    torch.manual_seed(1)
    for _, dtype in ipairs {"float16", "bfloat16"} do
      assert.is_false(torch.rand(200000, {dtype = dtype}):eq(1):any():item())
      assert.is_false(torch.rand_like(torch.zeros(200000, {dtype = dtype})):eq(1):any():item())
    end
  end)
end)

describe("sums in a dtype that is only stored", function()
  for _, name in ipairs {"sum", "prod", "cumsum"} do
    it("are refused by " .. name, function()
      for _, dtype in ipairs {"float8_e5m2", "uint64", "float8_e4m3fn"} do
        local x = torch.ones(3)
        local ok, message = pcall(function()
          if name == "cumsum" then return x:cumsum(1, {dtype = dtype}) end
          return x[name](x, {dtype = dtype})
        end)
        assert.is_false(ok)
        assert.matches(name .. ": not defined for tensors of dtype " .. dtype .. "; cast first", message)
      end
    end)
  end
  it("composites that compute refuse what is only stored", function()
    local x = torch.ones(3):to("float8_e5m2")
    for name, call in pairs {
      logsumexp = function() return x:logsumexp(1) end,
      mse_loss = function() return torch.nn.functional.mse_loss(x, x) end,
      kl_div = function() return torch.nn.functional.kl_div(x, x) end,
      layer_norm = function() return torch.nn.functional.layer_norm(x, {3}) end,
    } do
      assert.error_matches(call, name .. ": .*not defined for tensors of dtype float8_e5m2; cast first")
    end
  end)
end)
