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

local M = {}
do
  local front = {batch_first = true}
  M.LSTM, M.GRU, M.RNN = nn.LSTM(4, 3, front), nn.GRU(4, 3, front), nn.RNN(4, 3, front)
  M.LSTMCell, M.GRUCell, M.RNNCell = nn.LSTMCell(4, 3), nn.GRUCell(4, 3), nn.RNNCell(4, 3)
  local attention, decoder = nn.MultiheadAttention(4, 2, front), nn.TransformerDecoderLayer(4, 2, 8, front)
  function M.MultiheadAttention(z) return attention(z, z, z) end
  function M.TransformerDecoderLayer(z) return decoder(z, z) end
  M.TransformerEncoderLayer = nn.TransformerEncoderLayer(4, 2, 8, front)
  M.Conv1d, M.ConvTranspose1d, M.Linear = nn.Conv1d(4, 3, 2), nn.ConvTranspose1d(4, 3, 2), nn.Linear(4, 3)
  M.BatchNorm1d, M.BatchNorm1d_eval, M.LayerNorm = nn.BatchNorm1d(4), nn.BatchNorm1d(4):eval(), nn.LayerNorm(4)
  M.GroupNorm, M.RMSNorm, M.InstanceNorm1d = nn.GroupNorm(2, 4), nn.RMSNorm(4), nn.InstanceNorm1d(4)
  local bilinear = nn.Bilinear(4, 4, 3)
  function M.Bilinear(z) return bilinear(z, z) end
  M.PReLU, M.Embedding = nn.PReLU(), nn.Embedding(4, 4)
end

--- Volumes, kernels, matrices and the like, beside the short names.
local function more_names(new, first, second)
  local matrix = torch.eye(4) * 3 + torch.rand(4, 4) * 0.1
  matrix = (matrix + matrix:t()) / 2
  return {M = M, null = nil, vol = new(first, 1, 2, 4, 4, 4), w1 = new(second, 3, 4, 2),
    w3 = new(second, 3, 2, 2, 2, 2), wt1 = new(second, 4, 3, 2), wt = new(second, 2, 3, 2, 2),
    wt3 = new(second, 2, 3, 2, 2, 2), wtbc = new(second, 2, 4, 3), one = new(second, 1), wbi = new(second, 3, 4, 4),
    mi1 = torch.tensor {1, 3, 5, 7}:expand(2, 4, 4):contiguous(),
    mi2 = torch.arange(1, 26):reshape(1, 1, 5, 5):expand(1, 2, 5, 5):contiguous(),
    mi3 = torch.arange(1, 65):reshape(1, 1, 4, 4, 4):expand(1, 2, 4, 4, 4):contiguous(),
    grid = new(second, 1, 3, 3, 2), grid3 = new(second, 1, 3, 3, 3, 3), aff = new(first, 1, 2, 3),
    b4 = new(first, 1, 4, 2, 2), sgn = torch.ones(4, {dtype = second}), timg = torch.ones(1, 5, 5, {dtype = "int64"}),
    ctcx = new(first, 4, 2, 3), ctct = torch.tensor {{2, 3}, {3, 2}}, u2 = new(second, 2), v2 = new(first, 2),
    t2 = torch.tensor {{1, 2}, {3, 4}}, t0 = torch.tensor {1, 2, 3, 4}, pd = matrix:to(first), pd2 = matrix:to(second),
    pd2v = matrix:to(second)[1], tin = matrix:reshape(2, 2, 4):to(first), sig = new(first, 16), win = new(second, 4),
    piv = torch.tensor({1, 2, 3, 4}, {dtype = "int32"}), x3 = new(first, 4, 3), y3 = new(second, 4, 3),
    spec = torch.complex(torch.rand(3, 17), torch.rand(3, 17))}
end

--- What the calls of the file name.
local function names(first, second)
  local function new(dtype, ...) return (torch.rand(...) * 0.8 + 0.1):to(dtype) end
  return setmetatable({torch = torch, F = F, L = function(...) return {...} end,
    x = new(first, 4, 4), y = new(second, 4, 4), v = new(first, 4), u = new(second, 4), b = new(first, 2, 4, 4),
    b2 = new(second, 2, 4, 4), img = new(first, 1, 2, 5, 5), w = new(second, 3, 2, 3, 3), wb = new(second, 3),
    lw = new(second, 5, 4), lb = new(second, 5), p = torch.full({4, 4}, 0.25, {dtype = first}),
    q = torch.full({4, 4}, 0.25, {dtype = second}), b2c = new(first, 2, 4, 2), t = torch.tensor {1, 2, 3, 4},
    i = torch.ones(4, 4, {dtype = "int64"}), m = torch.ones(4, 4, {dtype = "bool"})},
    {__index = more_names(new, first, second)})
end

local function dtype_of(expression, env, half)
  local f = assert(load("return " .. expression, "=" .. expression, "t", env))
  local ok, value = pcall(torch.autocast, "cpu", {dtype = half}, f)
  if not ok then return "error", value end
  while type(value) == "table" do value = value[1] end
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
  it("was recorded for many calls", function() assert.is_true(n > 400, n) end)
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

describe("functions in Lua under autocast", function()
  local lists, functions = read_lists(), torch._C.autocast_functions()

  it("are cast as PyTorch's lists say", function()
    -- These are made of ops on the list, or promote there.
    local own = {["torch.addmv"] = true, ["torch.addr"] = true, ["torch.nn.functional.bilinear"] = true,
      ["torch.nn.functional.max_unpool1d"] = true, ["torch.nn.functional.local_response_norm"] = true,
      ["torch.lu"] = true}
    local n = 0
    for module, amp in pairs(functions) do
      local table_name, name = module:match "^torch%.?(.-)%.?([%w_]+)$"
      if table_name == "linalg" or table_name == "fft" then name = table_name .. "_" .. name end
      n = n + 1
      if not own[module] then
        for _, device in ipairs {"cpu", "cuda"} do
          assert.equal(lists[device][name] or "none", amp[device], module .. " " .. device)
        end
      end
    end
    assert.is_true(n > 70, n)
  end)

  it("run with autocast off, keep gradients, and leave the tables that they were given alone", function()
    local x = torch.randn(3, 3, {requires_grad = true})
    local rest = {w = torch.ones(2, 2):bfloat16()}
    torch.autocast("cpu", function()
      local a = torch.linalg.inv((x:bfloat16() * 0.1 + torch.eye(3) * 2))
      assert.equal(torch.float32, a.dtype)
      assert.equal(torch.bfloat16, x:mm(x).dtype)
      a:sum():backward()
      torch.quantile(torch.rand(4):half(), 0.5, {dim = 1})
      assert.error_matches(function() torch.linalg.inv(x, rest) end, "linalg.inv")
      assert.is_true(torch.is_autocast_enabled "cpu")
      assert.equal(torch.bfloat16, rest.w.dtype)
    end)
    assert.equal(torch.float32, x.grad.dtype)
    local out = torch.zeros(3, 3)
    torch.autocast("cpu", function() torch.linalg.inv(torch.eye(3):half() * 2, {out = out}) end)
    assert.is_true(torch.equal(torch.eye(3) * 0.5, out))
  end)
end)
