-- CUDA without a device: the plug-in, with its driver emulated (tests/emulator: the same kernels as C++, and memory
-- that the host cannot read), computes what the CPU computes; without a driver everything else works. A real device
-- is checked by scripts/gpu-check, with the same programs.
local program = dofile "tests/hecate/program.lua"
local HECATE = program.binary
local FOLDER = HECATE:match "^(.*)/"
local EMULATOR, PLUGIN = FOLDER .. "/cuda_emulator.so", FOLDER .. "/plugins/hecate-cuda.so"

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

--- Runs a program and returns what it printed, and whether it ended well.
local function run(environment, command)
  local pipe = assert(io.popen(("env %s %s %s 2>&1"):format(environment, HECATE, command)))
  local text = pipe:read "a"
  return text, pipe:close() == true
end

--- A program in a file; the words that it prints.
local function script(environment, text) return run(environment, program.write("script.lua", text)) end

local EMULATED = "HECATE_CUDA_CACHE= HECATE_CUDA_DRIVER=" .. EMULATOR
local function emulated(text)
  local out, ok = script(EMULATED, text)
  assert.is_true(ok, out)
  return out
end

teardown(program.remove)

describe("hecate-cuda.so", function()
  local function symbols(options, file)
    local list = {}
    for line in program.capture(("nm -D %s %s"):format(options, file)):gmatch "[^\n]+" do
      list[#list + 1] = line:match "(%S+)$"
    end
    return list
  end

  it("shows one function, and has no second copy of anything", function()
    assert.same({"hecate_device_plugin"}, symbols("--defined-only", PLUGIN))
    local all = program.capture("nm " .. PLUGIN)
    for _, name in ipairs {"generator_default", "generator_new", "memory_alloc", "memory_stats", "call_modes",
      "grad_enabled", "op_call", "op_table", "device_table", "tape_record", "fail", "philox_words"} do
      assert.is_nil(all:match("[%x ]+ %a " .. name .. "\n"), name)
    end
  end)

  it("takes nothing of the program but what it is given", function()
    local host = {}
    for _, name in ipairs(symbols("--defined-only", HECATE)) do host[name] = true end
    for _, name in ipairs(symbols("--undefined-only", PLUGIN)) do
      if name:find "^__%l*san" then goto continue end -- of the sanitizers, in a build with them
      assert.is_falsy(host[name:gsub("@.*", "")], name .. " is the program's")
      ::continue::
    end
  end)

  it("needs no library of NVIDIA", function()
    local text = program.capture("objdump -p " .. PLUGIN)
    assert.matches("NEEDED%s+libc%.", text)
    assert.is_nil(text:match "NEEDED%s+libcu")
    assert.is_nil(text:match "NEEDED%s+libnv")
  end)
end)

describe("without a driver", function()
  local NONE = "HECATE_CUDA_DRIVER=/no/such/driver.so"

  it("there is no device, and all else works", function()
    local out = script(NONE, [[
      print(torch.cuda.is_available(), torch.cuda.device_count())
      torch.manual_seed(1)
      torch.cuda.manual_seed(1)
      torch.cuda.manual_seed_all(1)
      torch.cuda.empty_cache()
      print(torch.ones(2):sum():item())]])
    assert.equal("false\t0\n2.0\n", out)
  end)

  it("the message says why", function()
    local out = script(NONE, [[
      print(pcall(torch.zeros, 3, {device = "cuda"}))
      print(pcall(torch.cuda.current_device))
      print(pcall(torch.cuda.synchronize))
      print(pcall(torch.cuda.set_device, 0))
      print(pcall(function() return torch.ones(2):to "cuda:1" end))]])
    local count = select(2, out:gsub("no driver of NVIDIA %(/no/such/driver.so", ""))
    assert.equal(5, count, out)
  end)

  it("the example says it", function()
    local out, ok = run(NONE, "scripts/examples/fashion_mnist.lua --data digits --device cuda")
    assert.is_false(ok)
    assert.matches("fashion_mnist: option '%-%-device': .*no driver of NVIDIA", out)
  end)

  it("scripts/gpu-check says it and fails", function()
    local out, ok = run(NONE, "scripts/gpu/check.lua")
    assert.is_false(ok)
    assert.matches("^no CUDA device: .*no driver of NVIDIA", out)
  end)
end)

describe("an emulated device", function()
  if not exists(EMULATOR) then
    needs(false, "a C++ compiler, a build without sanitizers, --target tests")("computes as the CPU does")
    return
  end

  it("computes every op as the CPU does: values and gradients, all dtypes", function()
    local out, ok = run(EMULATED, "scripts/gpu/check.lua more=no")
    assert.is_true(ok, out:sub(-3000))
    local passed = out:match "(%d+) passed, 0 failed\n$"
    assert.is_truthy(passed and tonumber(passed) > 8000, out:sub(-3000))
    assert.matches("not there yet: %d+: .*fourier", out)
    local there = tonumber(out:match "ops that are there: (%d+)")
    assert.is_true(there >= 379, there)
  end)

  it("casts, draws, reduces, multiplies, steps and trains as the CPU does", function()
    local out, ok = run(EMULATED, "scripts/gpu/check.lua ops=^none$ more=quick")
    assert.is_true(ok, out:sub(-3000))
    assert.is_truthy(tonumber(out:match "(%d+) passed, 0 failed\n$") > 700, out:sub(-3000))
  end)

  it("trains the example", function()
    local words = "scripts/examples/fashion_mnist.lua --data digits --epochs 1 --device %s --out " .. program.folder
    local cpu, ok = run(EMULATED, words:format "cpu")
    assert.is_true(ok, cpu)
    local cuda, ok_there = run(EMULATED, words:format "cuda")
    assert.is_true(ok_there, cuda)
    local loss = "epoch 1: test loss ([%d.]+)"
    assert.is_true(math.abs(tonumber(cpu:match(loss)) - tonumber(cuda:match(loss))) < 1e-3, cpu .. cuda)
  end)

  it("computes var and std as the CPU does where few numbers or none are left to divide by", function()
    assert.equal("true\n", emulated [[
      local function same(x, ...)
        local a, b = tostring(x:var(...)), tostring(x:cuda():var(...):cpu())
        local c, d = tostring(x:std(...)), tostring(x:cuda():std(...):cpu())
        return (a == b and c == d) or error(a .. b .. c .. d)
      end
      local x = torch.arange(24, {dtype = "float32"}):reshape(2, 3, 4)
      print(same(x, {1, 3}) and same(x:transpose(1, 2), 2) and same(torch.ones(1)) and same(torch.empty(0))
        and same(torch.arange(2, {dtype = "float16"}), 1, 9))]])
  end)

  it("says which op is not there", function()
    assert.equal("lapack_cholesky: not there on cuda yet\nconv2d: not there on cuda for int32 yet\n"
      .. "exp: not there on cuda for complex64 yet\n", emulated [[
      local _, words = pcall(torch.linalg.cholesky, torch.eye(2):to "cuda")
      print((words:gsub("^.-:%d+: ", "")))
      local x = torch.ones(1, 1, 4, 4, {dtype = "int32"}):to "cuda"
      _, words = pcall(torch.nn.functional.conv2d, x, x)
      print((words:gsub("^.-:%d+: ", "")))
      _, words = pcall(torch.exp, torch.complex(torch.ones(2), torch.ones(2)):to "cuda")
      print((words:gsub("^.-:%d+: ", "")))]])
  end)

  it("tells of a position that is out of range, late, and writes nowhere else", function()
    local words = "to: copy to the host: a call on cuda before this one met a position that is out of range\n0.0\n"
    assert.equal(words, emulated [[
      local x = torch.zeros(3):to "cuda"
      local y = x:scatter(1, torch.tensor({4}):to "cuda", 7)
      local _, words = pcall(y.cpu, y)
      print((words:gsub("^.-:%d+: ", "")))
      print(y:sum():item())]])
  end)

  it("is there by all names, and calls on two devices are refused", function()
    assert.equal("cuda:0\tcuda:0\tcuda:1\n2\t0\t1\ntrue\tcuda:1\n", emulated [[
      local x = torch.ones(2)
      print(x:cuda().device, x:to("cuda:0").device, x:cuda(1).device)
      local count, current = torch.cuda.device_count(), torch.cuda.current_device()
      torch.cuda.set_device(1)
      print(count, current, torch.cuda.current_device())
      local ok, words = pcall(torch.add, x:to "cuda:0", x:to "cuda:1")
      print(not ok and words:find "cuda:0.*cuda:1" ~= nil, x:cuda().device)]])
  end)

  it("is opened by each function that may be the first", function()
    assert.equal("done", emulated "torch.cuda.synchronize() io.write 'done'")
    assert.equal("done", emulated "torch.cuda.set_device(1) io.write 'done'")
  end)

  it("takes whole floats for integers, and no numbers that no device has", function()
    assert.equal("1\tcuda:0\n7\tfalse\nthere is no device 'cuda:4294967296'\n", emulated [[
      torch.cuda.set_device(2 / 2)
      print(torch.cuda.current_device(), torch.ones(1):cuda(0 / 1).device)
      torch.cuda.manual_seed(14 / 2)
      print(torch.cuda.initial_seed(), (pcall(torch.cuda.manual_seed, 0.5)))
      local _, words = pcall(torch.cuda.set_device, 1 << 32)
      print(words:match "there is no device '[^']*'")]])
  end)

  it("refuses options of events that there are not", function()
    assert.equal("false\tEvent: unknown option 'enable_timings' (known: enable_timing)\n"
      .. "false\tEvent: 'enable_timing': expected true or false, got the number 1\n"
      .. "false\tEvent: 'options' (argument 1): expected a table of options, got true\n"
      .. "false\tset_device: 'device' (argument 1): expected a CUDA device, as 0 or \"cuda:0\", got nothing\n",
      emulated [[
      print(pcall(torch.cuda.Event, {enable_timings = true}))
      print(pcall(torch.cuda.Event, {enable_timing = 1}))
      print(pcall(torch.cuda.Event, true))
      print(pcall(torch.cuda.set_device))]])
  end)

  it("counts memory and gives it back", function()
    assert.equal("true\ttrue\ttrue\n0\t0\ntrue\n", emulated [[
      local x = torch.zeros(1000, 1000, {device = "cuda"})
      local used = torch.cuda.memory_allocated()
      print(used >= 4e6 and used < 5e6, torch.cuda.memory_reserved() >= used, torch.cuda.max_memory_allocated() == used)
      x = nil
      collectgarbage() collectgarbage()
      local kept = torch.cuda.memory_reserved()
      torch.cuda.empty_cache()
      print(torch.cuda.memory_allocated(), torch.cuda.memory_reserved())
      print(kept > 4e6)]])
  end)

  it("gives norms that squares of float64 would not hold", function()
    assert.equal("5e+200\t5e-200\t0.0\tinf\tnan\ntrue\ttrue\n", emulated [[
      local function norm(list) return torch.tensor(list, {dtype = "float64", device = "cuda"}):norm():item() end
      print(norm {3e200, 4e200}, norm {3e-200, 4e-200}, norm {0, 0}, norm {1, math.huge}, (tostring(norm {0 / 0, 1})
        :gsub("-", "")))
      local x = torch.randn(3, 4, 5, {dtype = "float64"}) * 1e300
      local function same(...) return torch.allclose(x:cuda():norm(...):cpu(), x:norm(...), {rtol = 1e-14}) end
      print(same(2, 2), same(2, {1, 3}, true))]])
  end)

  it("says when memory is used up, and goes on", function()
    local out, ok = script(EMULATED .. " HECATE_EMULATED_BYTES=100000000", [[
      local ok, words = pcall(torch.empty, 1000, 100000, {device = "cuda"})
      print(ok, words:find("empty: not enough memory for a tensor of shape (1000×100000)", 1, true) ~= nil)
      for i = 1, 20 do local x = torch.empty(20000000, {device = "cuda"}) x = nil collectgarbage() end
      print(torch.ones(3):cuda():sum():item())]])
    assert.is_true(ok, out)
    assert.equal("false\ttrue\n3.0\n", out)
  end)

  it("has streams and events", function()
    assert.equal("true\ttrue\ttrue\n6.0\nnumber\ttrue\n", emulated [[
      local s, default = torch.cuda.Stream(), torch.cuda.current_stream()
      local first, last = torch.cuda.Event{enable_timing = true}, torch.cuda.Event{enable_timing = true}
      first:record()
      s:wait_stream(default)
      torch.cuda.set_stream(s)
      local y = torch.arange(4):cuda():float():sum()
      last:record(s)
      torch.cuda.set_stream(default)
      last:wait()
      s:synchronize()
      print(s:query(), last:query(), first:query())
      print(y:item())
      print(type(first:elapsed_time(last)), pcall(first.elapsed_time, first, torch.cuda.Event()) == false)]])
  end)

  it("draws the numbers of the CPU, by its own generator", function()
    assert.equal("true\ttrue\tfalse\n42\n7\n", emulated [[
      torch.manual_seed(42)
      local a, b = torch.rand(100), torch.rand(100, {device = "cuda"})
      local c, d = torch.rand(100), torch.rand(100, {device = "cuda"})
      print(torch.equal(a, b:cpu()), torch.equal(c, d:cpu()), torch.equal(a, d:cpu()))
      print(torch.cuda.initial_seed())
      torch.manual_seed(7)
      print(torch.cuda.initial_seed())]])
  end)

  it("tells later what kernels found wrong", function()
    assert.equal("division by zero\tthe next is good\nnone of the classes\n", emulated [[
      local x = torch.tensor({1, 2}):cuda() // torch.tensor({0, 1}):cuda()
      local ok, words = pcall(torch.cuda.synchronize)
      print(words:match "division by zero", pcall(torch.cuda.synchronize) and "the next is good")
      local loss = torch.nn.functional.nll_loss(torch.zeros(2, 3):cuda(), torch.tensor({1, 9}):cuda())
      ok, words = pcall(loss.item, loss)
      print(words:match "none of the classes")]])
  end)

  it("moves modules, and saves what they hold", function()
    assert.equal("cuda:0\tcuda:0\ttrue\ncpu\ttrue\n", emulated [[
      local model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
      local before = model:state_dict()["0.weight"] or select(2, next(model:state_dict()))
      before = before:clone()
      local p = model:parameters()[1]
      model:cuda()
      print(p.device, select(2, next(model:state_dict())).device, torch.equal(p:detach():cpu(), before:detach()))
      local path = os.tmpname()
      torch.save(model:state_dict(), path)
      model:cpu()
      print(p.device, next(torch.load(path)) ~= nil)
      os.remove(path)]])
  end)
end)
