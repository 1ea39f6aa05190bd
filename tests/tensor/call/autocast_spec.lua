-- The dtypes of results under autocast are those of PyTorch (tests/data/autocast.txt says how they were recorded).
local F = torch.nn.functional
local HALVES = {"bfloat16", "float16"}
local PAIRS = {{"float32", "float32"}, {"half", "half"}, {"float64", "float64"}, {"half", "float32"},
  {"float32", "half"}}

local function fields(line)
  local list = {}
  for field in line:gmatch "[^\t]+" do list[#list + 1] = field end
  return list
end

--- What the calls of the file name.
local function names(first, second)
  local function new(dtype, ...) return (torch.rand(...) * 0.8 + 0.1):to(dtype) end
  return {torch = torch, F = F, L = function(...) return {...} end,
    x = new(first, 4, 4), y = new(second, 4, 4), v = new(first, 4), u = new(second, 4), b = new(first, 2, 4, 4),
    b2 = new(second, 2, 4, 4), img = new(first, 1, 2, 5, 5), w = new(second, 3, 2, 3, 3), wb = new(second, 3),
    lw = new(second, 5, 4), lb = new(second, 5), p = torch.full({4, 4}, 0.25, {dtype = first}),
    q = torch.full({4, 4}, 0.25, {dtype = second}), b2c = new(first, 2, 4, 2), t = torch.tensor {1, 2, 3, 4},
    i = torch.ones(4, 4, {dtype = "int64"}), m = torch.ones(4, 4, {dtype = "bool"})}
end

local function dtype_of(expression, env, half)
  local f = assert(load("return " .. expression, "=" .. expression, "t", env))
  local ok, value = pcall(torch.autocast, "cpu", {dtype = half}, f)
  if not ok then return "error", value end
  if type(value) == "table" then value = value[1] end
  return tostring(value.dtype):gsub("^torch%.", "")
end

describe("autocast", function()
  local n = 0
  for line in io.lines "tests/data/autocast.txt" do
    if not line:find "^#" then
      local list = fields(line)
      n = n + 1
      it("gives the dtype that PyTorch gives: " .. list[1], function()
        for h, half in ipairs(HALVES) do
          for k, pair in ipairs(PAIRS) do
            local first, second = pair[1]:gsub("half", half), pair[2]:gsub("half", half)
            local want = list[1 + (h - 1) * #PAIRS + k]
            local got, why = dtype_of(list[1], names(first, second), half)
            -- PyTorch has no complex numbers of bfloat16, and some of its ops want one dtype; ours may promote.
            if want ~= "error" and want ~= "complex32" then
              assert.equal(want, got, ("%s, %s under %s: %s"):format(first, second, half, why or ""))
            end
          end
        end
      end)
    end
  end
  it("was recorded for many calls", function() assert.is_true(n > 150, n) end)
end)

--- lists[device][name] = "half", "float", "widest" or "banned".
local function read_lists()
  local lists = {cpu = {}, cuda = {}}
  for line in io.lines "tests/data/autocast_lists.txt" do
    local device, kind, rest = line:match "^(%w+) (%w+): (.*)$"
    for name in (rest or ""):gmatch "%S+" do lists[device][name] = kind end
  end
  return lists
end

-- The rows that have another name in PyTorch, or are a part of an op there.
local OTHER = {cross_entropy = "cross_entropy_loss", cross_entropy_soft = "cross_entropy_loss",
  grid_sample = "grid_sampler", grid_sampler_2d = "grid_sampler", grid_sampler_3d = "grid_sampler",
  pad = "reflection_pad1d", matrix_norm = "frobenius_norm"}
-- PyTorch has none of these in its list of CUDA, and an op of the list in each of them gives the same dtype.
local MADE_OF = {cuda = {cross_entropy = "float", cross_entropy_soft = "float"}, cpu = {}}

describe("the column amp of the rows", function()
  local lists = read_lists()
  for _, row in ipairs(torch._C.ops()) do
    if #row.modules > 0 then
      it("is that of PyTorch: " .. row.name, function()
        for device, list in pairs(lists) do
          local name = OTHER[row.name] or list[row.name] and row.name or row.lua
          local want = list[name] or MADE_OF[device][row.name] or "none"
          assert.equal(want, row.amp[device] or "none", device)
        end
      end)
    end
  end
end)
