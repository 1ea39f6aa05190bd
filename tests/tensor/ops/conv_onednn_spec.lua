--- Convolutions that oneDNN computes, where it is installed, beside our own loops, which the deterministic mode takes.
local F = nn.functional

--- The result and both gradients.
local function all(case, deterministic)
  local rng = torch.Generator() rng:manual_seed(3)
  local function random(shape) return torch.randn(shape, {generator = rng, dtype = case.dtype}) end
  local x = random {case.batch, case.channels, case.size[1], case.size[2]}
  local w = random {case.features, case.channels // case.groups, case.kernel[1], case.kernel[2]}
  local b = case.bias and random {case.features} or nil
  x:requires_grad_(true)
  w:requires_grad_(true)
  torch.use_deterministic_algorithms(deterministic)
  local y = F.conv2d(x, w, b, case.stride, case.padding, case.dilation, case.groups)
  local g = torch.randn(y.shape, {generator = rng, dtype = case.dtype})
  local dx, dw = torch.autograd.grad(y, {x, w}, g)
  torch.use_deterministic_algorithms(false)
  return {y:detach(), dx, dw}
end

local function words(case)
  local out = {}
  for _, name in ipairs {"batch", "groups", "channels", "features", "size", "kernel", "stride", "padding",
    "dilation"} do
    local v = case[name]
    out[#out + 1] = name .. " " .. (type(v) == "table" and table.concat(v, "×") or v)
  end
  return table.concat(out, ", ")
end

local NAMES = {"result", "gradient of the input", "gradient of the weight"}

local function check(case)
  local fast, plain = all(case, false), all(case, true)
  for i, name in ipairs(NAMES) do
    local most = plain[i]:abs():max():item()
    local off = (fast[i] - plain[i]):abs():max():item()
    assert.is_true(off <= 2e-5 * most + 1e-6, ("%s is off by %g of %g: %s"):format(name, off, most, words(case)))
  end
end

--- Of so much work that oneDNN is asked.
local function large(batch, channels, features, size, more)
  local case = {batch = batch, channels = channels, features = features, size = {size, size}, kernel = {3, 3},
    groups = 1, stride = {1, 1}, padding = {1, 1}, dilation = {1, 1}}
  for k, v in pairs(more or {}) do case[k] = v end
  return case
end

describe("conv2d by oneDNN", function()
  after_each(function() torch.use_deterministic_algorithms(false) end)

  it("agrees with our loops, whatever the geometry", function()
    for _, case in ipairs {large(1, 64, 64, 28), large(8, 64, 64, 7), large(3, 33, 65, 14),
      large(2, 48, 40, 15, {bias = true}), large(4, 64, 64, 16, {stride = {2, 2}}),
      large(2, 40, 36, 20, {stride = {3, 2}, padding = {2, 0}, kernel = {5, 4}}),
      large(2, 64, 96, 24, {kernel = {1, 1}, padding = {0, 0}}),
      large(2, 64, 64, 20, {dilation = {2, 3}, padding = {2, 3}}),
      large(2, 96, 144, 14, {groups = 3}), large(16, 64, 64, 14, {bias = true}), large(5, 128, 256, 4),
      large(1, 64, 64, 40, {padding = {0, 0}, bias = true})} do
      check(case)
    end
  end)

  it("gives the same bits for any number of threads, where there is more than one sample to a thread", function()
    local threads = torch.get_num_threads()
    local runs = {}
    for i, n in ipairs {1, 2, 3} do
      torch.set_num_threads(n)
      runs[i] = all(large(64, 64, 64, 14), false)
    end
    torch.set_num_threads(threads)
    for i, name in ipairs(NAMES) do
      assert.is_true(runs[1][i]:equal(runs[2][i]) and runs[1][i]:equal(runs[3][i]), name)
    end
  end)

  it("leaves float64 to our loops", function()
    local case = large(2, 64, 64, 14, {dtype = torch.float64})
    local fast, plain = all(case, false), all(case, true)
    for i, name in ipairs(NAMES) do assert.is_true(fast[i]:equal(plain[i]), name) end
  end)
end)
