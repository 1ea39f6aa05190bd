-- Tables of averages, and hecate prof, which prints one.
local json = require "torch.json"
local profiler = torch.profiler

local read = dofile("tests/files.lua").read

local function find(events, name)
  for _, e in ipairs(events) do if e.name == name or e.key == name then return e end end
end

describe("key_averages", function()
  local x = torch.ones(8, 8)
  local p = profiler.profile({record_shapes = true, profile_memory = true}, function()
    for _ = 1, 3 do x:mm(x) end
    torch.ones(2, 8):mm(x)
    torch.exp(x)
  end)

  it("puts events together", function()
    local averages = p:key_averages()
    local mm = find(averages, "mm")
    assert.equal(4, mm.count)
    assert.equal(mm.cpu_time_total / 4, mm.cpu_time)
    assert.equal(3, #averages)
    assert.equal(6, averages:total_average().count)
    local by_shape = p:key_averages {group_by_input_shape = true}
    assert.equal(4, #by_shape)
    local counts = {}
    for _, a in ipairs(by_shape) do if a.key == "mm" then counts[a.input_shapes] = a.count end end
    assert.same({["[[8, 8], [8, 8]]"] = 3, ["[[2, 8], [8, 8]]"] = 1}, counts)
    assert.matches("<FunctionEventAvg key=mm self_cpu_time=", tostring(mm))
  end)

  it("prints PyTorch's table", function()
    local text = p:key_averages {group_by_input_shape = true}:table {sort_by = "count", row_limit = 2}
    local lines = {}
    for line in text:gmatch "[^\n]*" do lines[#lines + 1] = line end
    assert.matches("^%-+  %-+  ", lines[1])
    assert.matches("^ +Name    Self CPU %%      Self CPU   CPU total %%     CPU total  CPU time avg"
      .. "       CPU Mem  Self CPU Mem    # of Calls +Input Shapes  $", lines[2])
    assert.equal(lines[1], lines[3])
    assert.matches("^ +mm +[%d.]+%% +[%d.]+us .* 3 +%[%[8, 8%], %[8, 8%]%]  $", lines[4])
    assert.equal(lines[1], lines[6])
    assert.matches("^Self CPU time total: [%d.]+[mu]?s$", lines[7])
    assert.matches("  mm.*  exp.*", p:key_averages():table {sort_by = "count", row_limit = -1})
    assert.equal(text, p:key_averages {group_by_input_shape = true}:table("count", 2))
    assert.error_matches(function() p:key_averages():table {sort_by = "cuda_time"} end,
      "table: 'sort_by'.*'cuda_time'")
  end)

  it("counts what runs in one of its own name once in the totals", function()
    local q = profiler.profile({profile_memory = true}, function()
      profiler.record_function("outer", function()
        profiler.record_function("other", function()
          profiler.record_function("outer", function() for _ = 1, 20 do x:exp() end end)
        end)
      end)
    end)
    local averages, events = q:key_averages(), q:events()
    local outer = find(averages, "outer")
    assert.equal(2, outer.count)
    assert.equal(find(events, "outer").cpu_time_total, outer.cpu_time_total)
    assert.equal(find(events, "outer").cpu_memory_usage, outer.cpu_memory_usage)
    assert.is_true(outer.cpu_time_total <= averages:total_average().self_cpu_time_total * 1.0001)
  end)

  it("writes times and bytes as PyTorch does", function()
    local averages = require "torch.profiler.averages"
    assert.same({"1.500us", "1.500ms", "2.000s"}, {averages.time(1.5), averages.time(1500), averages.time(2e6)})
    assert.same({"12 B", "1.50 KB", "-2.00 MB", "3.00 GB"}, {averages.memory(12), averages.memory(1536),
      averages.memory(-2 << 20), averages.memory(3 << 30)})
  end)
end)

describe("hecate prof", function()
  local hecate = os.getenv "HECATE_BIN" or "build/hecate"
  local function run(words)
    local script = os.tmpname()
    local file <close> = io.open(script, "w")
    file:write("local x = torch.ones(3) + 1 print(arg[1], x:sum():item()) if arg[1] == 'bad' then error 'wrong' end")
    file:close()
    local pipe <close> = io.popen(("%s prof %s 2>&1"):format(hecate, words:gsub("SCRIPT", script)))
    local text = pipe:read "a"
    local _, _, code = pipe:close()
    os.remove(script)
    return text, code
  end

  it("runs a script with its arguments and tells the ops", function()
    local text, code = run "SCRIPT word"
    assert.equal(0, code)
    assert.matches("word\t6.0", text)
    assert.matches("op +calls +self", text)
    assert.matches("\nadd +1 ", text)
    assert.matches("in all, .* of it in ops\n$", text)
  end)

  it("writes a trace, and tells of errors", function()
    local path = os.tmpname()
    run("--trace " .. path .. " SCRIPT")
    assert.is_true(#json.decode(read(path)).traceEvents > 4)
    os.remove(path)
    local text, code = run "SCRIPT bad"
    assert.equal(1, code)
    assert.matches("wrong", text)
    assert.matches("\nadd +1 ", text)
    assert.matches("unknown option '%-%-trac', did you mean '%-%-trace'", (run "--trac SCRIPT"))
    assert.matches("usage: hecate prof", (run "--help"))
  end)

  it("has names of any signs in the table", function()
    local function step(name) profiler.record_function(name, function() return torch.ones(2):sum() end) end
    local q = profiler.profile({}, function()
      step(("日本"):rep(20) .. "x")
      step "\xff"
    end)
    local shown = q:key_averages():table()
    assert.truthy(shown:find(("日本"):rep(13) .. "...  ", 1, true), shown)
    assert.error_matches(function() q:key_averages():table {row_limit = "x"} end, "table: 'row_limit'")
  end)
end)
