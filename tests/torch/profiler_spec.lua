-- Profiles: what they note, their schedule and the trace they write.
local json = require "torch.json"
local profiler = torch.profiler

local read = dofile("tests/files.lua").read

local function names(events, kind)
  local list = {}
  for _, e in ipairs(events) do if not kind or e.kind == kind then list[#list + 1] = e.name end end
  return table.concat(list, " ")
end

local function find(events, name)
  for _, e in ipairs(events) do if e.name == name or e.key == name then return e end end
end

local function model() return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)) end

describe("torch.profiler.profile", function()
  it("notes the calls of ops, in their order and with what called them", function()
    local p, sum = profiler.profile({}, function() return torch.ones(2, 3):add(1):std():item() end)
    assert.is_true(sum == 0)
    assert.matches("^ones add std", names(p:events(), "op"))
    local std = find(p:events(), "std")
    assert.is_nil(std.cpu_parent)
    assert.is_true(#std.cpu_children > 0)
    for _, child in ipairs(std.cpu_children) do
      assert.equal(std, child.cpu_parent)
      assert.is_true(child.start >= std.start and child.cpu_time_total <= std.cpu_time_total)
    end
    assert.is_true(std.self_cpu_time_total < std.cpu_time_total)
    local count = #p:events()
    torch.zeros(3) -- after the end
    assert.is_nil(find(p:events(), "zeros"))
    assert.equal(count, #p:events())
  end)

  it("has the form with <close>, and start and stop", function()
    local kept
    do
      local p <close> = profiler.profile {record_shapes = true}
      kept = p
      torch.zeros(2, 3):add_(torch.ones(3))
      assert.error_matches(function() p:events() end, "events: nothing was recorded")
      assert.error_matches(function() profiler.profile {} end, "another profile is running")
    end
    assert.equal("[[2, 3], [3]]", find(kept:events(), "add_").input_shapes)
    local p = profiler.profile {}
    torch.ones(1)
    p:start() -- anew
    torch.zeros(1)
    p:stop()
    p:stop()
    assert.equal("zeros", names(p:events()))
  end)

  it("is ended by an error", function()
    assert.has_error(function() profiler.profile({}, function() error "no" end) end)
    profiler.profile({}, function() end)
  end)

  it("notes lines, modules and labels", function()
    local net, x = model(), torch.ones(3, 4)
    local p = profiler.profile({with_stack = true, with_modules = true}, function()
      profiler.record_function("forward", function(v)
        net(v)
      end, x)
      local _ <close> = profiler.record_function "rest"
      torch.ones(1)
    end)
    local label = find(p:events(), "forward")
    assert.equal("label", label.kind)
    assert.equal("forward", find(p:events(), "nn.Sequential").cpu_parent.name)
    local modules = {}
    for _, e in ipairs(p:events()) do
      if e.kind == "op" then modules[#modules + 1] = ("%s %s"):format(e.name, e.module) end
    end
    assert.equal("linear 0|relu 1|linear 2|ones nil", table.concat(modules, "|"))
    assert.matches("profiler_spec.lua:%d+$", find(p:events(), "linear").source_location)
    assert.equal("rest", find(p:events(), "ones").cpu_parent.name)
  end)

  it("notes the functions of the program that ran, and groups by them", function()
    local function inner(x) local y = x + 1 return y end
    local function outer(x) local y = inner(x) return y * 2 end
    local p = profiler.profile({with_stack = true}, function()
      for _ = 1, 2 do outer(torch.ones(3)) end
      inner(torch.ones(3))
    end)
    local stack = find(p:events(), "add").stack
    assert.matches("^tests/torch/profiler_spec.lua:%d+: inner$", stack[1])
    assert.matches("^tests/torch/profiler_spec.lua:%d+: outer$", stack[2])
    assert.matches("^tests/torch/profiler_spec.lua:%d+: ", stack[3])
    local function groups(n)
      local list = {}
      for _, a in ipairs(p:key_averages {group_by_stack_n = n}) do
        if a.key == "add" then list[#list + 1] = ("%d/%d"):format(a.count, #(a.stack or {})) end
      end
      return table.concat(list, " ")
    end
    assert.equal("3/0", groups(0))
    assert.equal("3/1", groups(1))
    assert.equal("2/2 1/2", groups(2))
    local text = p:key_averages({group_by_stack_n = 2}):table()
    assert.matches("Source Location", text)
    assert.matches("profiler_spec.lua:%d+: inner  \n +tests/torch/profiler_spec.lua:%d+: outer  \n", text)
    local co = profiler.profile({with_stack = true}, function()
      coroutine.wrap(function() inner(torch.ones(3)) end)()
    end)
    assert.matches(": inner$", find(co:events(), "add").stack[1])
  end)

  it("exports stacks for flame graphs", function()
    local function work() for _ = 1, 20 do torch.rand(20000):exp() end end
    local p = profiler.profile({with_stack = true}, function() work() end)
    local path = os.tmpname()
    p:export_stacks(path)
    local text = read(path)
    assert.matches("[^\n;]*profiler_spec.lua:%d+:_work %d+\n", text)
    for line in text:gmatch "[^\n]+" do assert.matches("^[^ ]+ %d+$", line) end
    p:export_stacks(path, {metric = "cpu_time_total"})
    assert.is_true(#read(path) > 0)
    os.remove(path)
    assert.error_matches(function() p:export_stacks(path, {metric = "time"}) end, "'metric' .*expected one of")
    assert.error_matches(function() profiler.profile({}, function() end):export_stacks(path) end, "with_stack = true")
  end)

  it("estimates the operations of products, convolutions, add and mul", function()
    local p = profiler.profile({with_flops = true, record_shapes = true}, function()
      local a, b = torch.ones(2, 3), torch.ones(3, 5)
      a:mm(b)
      torch.matmul(torch.ones(7, 2, 3), torch.ones(7, 3, 5))
      torch.addmm(torch.ones(5), a, b)
      nn.functional.linear(a, torch.ones(4, 3))
      nn.functional.conv2d(torch.ones(2, 4, 8, 8), torch.ones(6, 2, 3, 3), nil, 1, 1, 1, 2)
      a:add(1):mul(a):exp()
    end)
    local function flops(name) return find(p:events(), name).flops end
    assert.equal(2 * 2 * 3 * 5, flops "mm")
    assert.equal(2 * 7 * 2 * 3 * 5, flops "bmm")
    assert.equal(0, flops "matmul")
    assert.equal(2 * 2 * 3 * 5, flops "addmm")
    assert.equal(2 * 2 * 3 * 4, flops "linear")
    assert.equal(2 * (2 * 6 * 8 * 8) * (2 * 3 * 3), flops "conv2d")
    assert.equal(6, flops "add")
    assert.equal(6, flops "mul")
    assert.equal(0, flops "exp")
    local averages = p:key_averages()
    assert.equal(60, find(averages, "mm").flops)
    assert.matches("Total KFLOPs", averages:table())
    assert.is_nil(profiler.profile({}, function() end):key_averages():table():find "FLOPs")
  end)

  it("adds what a program says to the trace", function()
    local p = profiler.profile({with_stack = true, with_flops = true}, function() torch.ones(2):add(1) end)
    p:add_metadata("run", 'the "first"')
    p:add_metadata_json("settings", '{"lr": [0.1, 0.2]}')
    p:add_metadata("run", "the second")
    local path = os.tmpname()
    p:export_chrome_trace(path)
    local trace = json.decode(read(path))
    os.remove(path)
    assert.equal("the second", trace.run)
    assert.equal(0.2, trace.settings.lr[2])
    local add
    for _, e in ipairs(trace.traceEvents) do if e.name == "add" then add = e end end
    assert.equal(2, add.args.flops)
    assert.matches("profiler_spec.lua", add.args["Call stack"])
    assert.error_matches(function() p:add_metadata_json("x", "{") end, "add_metadata_json: 'value' .*expected JSON")
    assert.error_matches(function() p:add_metadata(1, "x") end, "add_metadata: 'key' .*expected a string")
  end)

  it("links forward and backward, and shows steps of optimisers", function()
    local net = model()
    local optimizer = optim.Adam(net:parameters())
    local p = profiler.profile({}, function()
      net(torch.ones(3, 4)):sum():backward()
      optimizer:step()
    end)
    local relu, back = find(p:events(), "relu"), find(p:events(), "ReluBackward")
    assert.equal("backward", back.kind)
    assert.equal(relu.sequence_nr, back.sequence_nr)
    assert.equal("relu_backward", back.cpu_children[1].name)
    assert.equal("label", find(p:events(), "Optimizer.step#Adam.step").kind)
  end)

  it("measures memory", function()
    local kept
    local p = profiler.profile({profile_memory = true}, function()
      kept = torch.zeros(1000)
      return kept + 1
    end)
    for _, name in ipairs {"zeros", "add"} do
      local bytes = find(p:events(), name).cpu_memory_usage
      assert.is_true(bytes >= 4000 and bytes < 8000, bytes)
    end
  end)

  it("belongs to the coroutine that entered it, and sees those that it resumes", function()
    local inner = coroutine.wrap(function()
      while true do
        torch.ones(1)
        coroutine.yield()
      end
    end)
    local other = coroutine.wrap(function()
      local p = profiler.profile {}
      inner()
      coroutine.yield()
      torch.zeros(1)
      p:stop()
      coroutine.yield(p)
    end)
    other()
    torch.full({1}, 2) -- not seen
    local p = other()
    assert.equal("ones zeros", names(p:events()))
  end)

  it("refuses what it does not know", function()
    assert.error_matches(function() profiler.profile {record_shape = true} end, "unknown option 'record_shape'")
    assert.error_matches(function() profiler.profile {activities = {"TPU"}} end, "activities%[1%]")
    assert.error_matches(function() profiler.record_function(1) end, "record_function: 'name' %(argument 1%)")
    profiler.profile {activities = {profiler.ProfilerActivity.CPU}}:stop()
    assert.equal(7, profiler.record_function("off", function() return 7 end))
  end)
end)

describe("the schedule of a profile", function()
  it("gives each step what PyTorch gives it", function()
    local schedule = profiler.schedule {skip_first = 1, wait = 1, warmup = 1, active = 2, ["repeat"] = 2}
    local list = {}
    for i = 0, 10 do list[#list + 1] = schedule(i) end
    assert.equal("NONE NONE WARMUP RECORD RECORD_AND_SAVE NONE WARMUP RECORD RECORD_AND_SAVE NONE NONE",
      table.concat(list, " "))
    assert.equal("RECORD_AND_SAVE", profiler.schedule({active = 1})(100))
    assert.error_matches(function() profiler.schedule {wait = 1} end, "schedule: 'active'")
    assert.error_matches(function() profiler.schedule {active = 0} end, "schedule: 'active'.*a positive integer")
  end)

  it("says which steps are kept", function()
    local traces = {}
    local p = profiler.profile {schedule = profiler.schedule {wait = 1, warmup = 1, active = 2, ["repeat"] = 2},
      on_trace_ready = function(q) traces[#traces + 1] = names(q:events()) end}
    for i = 1, 10 do
      torch.full({1}, i)
      p:step()
    end
    p:stop()
    assert.same({"ProfilerStep#2 full ProfilerStep#3 full", "ProfilerStep#6 full ProfilerStep#7 full"}, traces)
    assert.equal(2, find(p:key_averages(), "ProfilerStep*").count)
    assert.error_matches(function() p:step() end, "step: the profile does not run")
  end)

  it("that ends early calls on_trace_ready at the end", function()
    local seen
    local p = profiler.profile {schedule = profiler.schedule {active = 5},
      on_trace_ready = function(q) seen = #q:events() end}
    torch.ones(1)
    p:step()
    p:stop()
    assert.equal(3, seen)
  end)
end)

describe("a trace for Perfetto", function()
  local net = model()
  local p = profiler.profile({record_shapes = true, with_modules = true, profile_memory = true}, function()
    net(torch.ones(3, 4)):sum():backward()
  end)
  local folder = os.tmpname()
  os.remove(folder)

  it("is JSON with complete events and arrows from forward to backward", function()
    local path = os.tmpname()
    p:export_chrome_trace(path)
    local trace = json.decode(read(path))
    os.remove(path)
    local phases, flows, op = {}, {}, nil
    for _, e in ipairs(trace.traceEvents) do
      phases[e.ph] = (phases[e.ph] or 0) + 1
      if e.ph == "X" then
        assert.is_number(e.ts)
        assert.is_true(e.dur >= 0)
        if e.name == "linear" then op = op or e end
      end
      if e.ph == "s" or e.ph == "f" then flows[e.id] = (flows[e.id] or 0) + 1 end
    end
    assert.equal("cpu_op", op.cat)
    assert.same({{3, 4}, {8, 4}, {8}}, op.args["Input Dims"])
    assert.equal("0", op.args.Module)
    assert.equal(#p:events(), phases.X)
    assert.is_true(phases.C > 0 and phases.M == 2)
    assert.is_true(phases.s == phases.f and phases.s >= 4) -- sum, linear, relu, linear
    for _, n in pairs(flows) do assert.equal(2, n) end
  end)

  it("is packed where the name ends in .gz, and goes into the folder of TensorBoard", function()
    profiler.tensorboard_trace_handler(folder, {worker_name = "w", use_gzip = true})(p)
    local pipe <close> = io.popen("gzip -dc " .. folder .. "/w.*.pt.trace.json.gz")
    local trace = json.decode(pipe:read "a")
    assert.is_true(#trace.traceEvents > #p:events())
    os.execute("rm -r " .. folder)
    assert.error_matches(function() p:export_chrome_trace "/nowhere/x.json" end,
      "export_chrome_trace: /nowhere/x.json: No such file")
  end)

  it("is written as torch.save writes: a link stays a link, a name may be long", function()
    os.execute("mkdir -p " .. folder)
    local long = folder .. "/" .. ("n"):rep(250) .. ".json"
    os.execute(("ln -s %s %s/link"):format(long, folder))
    p:export_chrome_trace(folder .. "/link")
    local file <close> = io.open(long)
    assert.is_true(#json.decode(file:read "a").traceEvents > 0)
    os.execute("rm -r " .. folder)
  end)
end)
