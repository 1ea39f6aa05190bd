-- torch.profiler.profile: see the function at the end.
local averages = require "torch.profiler.averages"
local json = require "torch.json"
local options = require "torch.utils.options"

local PARAMETERS = {{"activities", kind = "table"}, {"schedule", kind = "callable"},
  {"on_trace_ready", kind = "callable"},
  {"record_shapes", kind = "boolean", default = false}, {"profile_memory", kind = "boolean", default = false},
  {"with_stack", kind = "boolean", default = false}, {"with_flops", kind = "boolean", default = false},
  {"with_modules", kind = "boolean", default = false}}

local Profile = {__name = "torch.profiler.profile"}
Profile.__index = Profile

local RECORDS = {RECORD = true, RECORD_AND_SAVE = true}

-- ---- the record ------------------------------------------------------------------------------------

--- An event of the C side with PyTorch's names; times are microseconds since `base` (nanoseconds).
local function public(event, base)
  return {name = event.name, kind = event.kind, start = (event.start - base) / 1e3,
    cpu_time_total = (event.finish - event.start) / 1e3, self_cpu_time_total = event.self / 1e3,
    cpu_memory_usage = event.bytes, self_cpu_memory_usage = event.self_bytes, memory = event.memory,
    input_shapes = event.shapes, source_location = event.place, stack = event.stack,
    flops = event.flops or 0, module = event.module, module_type = event.type, sequence_nr = event.sequence}
end

--- Takes over what was recorded since the last time, without events that did not end.
local function take(self)
  local raw, base, made = torch._C.profile_events(), math.huge, {}
  for _, event in ipairs(raw) do
    if event.finish > 0 then base = math.min(base, event.start) end
  end
  local list = {}
  for i, event in ipairs(raw) do
    if event.finish > 0 then
      local new = public(event, base)
      list[#list + 1], made[i] = new, new
      local parent = made[event.parent]
      if parent then
        new.cpu_parent = parent
        parent.cpu_children = parent.cpu_children or {}
        table.insert(parent.cpu_children, new)
      end
    end
  end
  self.list = list
end

-- An event of a step is open while the step lasts.
local function begin_step(self)
  if self.schedule and RECORDS[self.action] then
    self.label = torch._C.profile_label(("ProfilerStep#%d"):format(self.step_num), 3)
  end
end

local function end_step(self)
  if self.label then torch._C.profile_end(self.label) end
  self.label = nil
end

local function ready(self)
  take(self)
  if self.on_trace_ready then self.on_trace_ready(self) end
end

-- ---- the phases --------------------------------------------------------------------------------------

--- Goes from what the last step did to what this one does.
local function change(self, action)
  local before = self.action
  self.action = action
  if before == "RECORD_AND_SAVE" then
    torch._C.profile_pause(true)
    ready(self)
  elseif before == "WARMUP" and RECORDS[action] then
    torch._C.profile_events() -- thrown away
  end
  torch._C.profile_pause(action == "NONE")
end

--- p:start(): Begins anew: what was recorded so far is forgotten.
function Profile:start()
  if self.mode then self:cancel() end
  self.mode = torch._C.profile_enter {events = true, shapes = self.record_shapes, places = self.with_stack,
    modules = self.with_modules, flops = self.with_flops}
  self.step_num, self.list, self.action = 0, nil, nil
  change(self, self.schedule and self.schedule(0) or "RECORD")
  begin_step(self)
end

--- Ends without a word to on_trace_ready.
function Profile:cancel()
  end_step(self)
  if self.mode then torch._C.profile_leave(self.mode) end
  self.mode = nil
  torch._C.profile_events()
end

--- p:stop(): Ends the profile; on_trace_ready is called when something was being recorded. close calls it too.
function Profile:stop()
  if not self.mode then return end
  end_step(self)
  torch._C.profile_leave(self.mode)
  self.mode = nil
  if RECORDS[self.action] then ready(self)
  else torch._C.profile_events() end
  self.action = nil
end

--- p:step(): The next step of the schedule begins.
function Profile:step()
  if not self.mode then options.raise "step: the profile does not run" end
  end_step(self)
  self.step_num = self.step_num + 1
  if self.schedule then change(self, self.schedule(self.step_num)) end
  begin_step(self)
end

function Profile:__close() self:stop() end

-- ---- what it tells -------------------------------------------------------------------------------------

local function recorded(self, who)
  if self.list then return self.list end
  options.raise(who .. ": nothing was recorded: the profile has not been stopped, or its schedule had no active step")
end

--- p:events() -> table: The calls of ops, nodes of backward, labels and modules, in the order in which they began.
function Profile:events() return recorded(self, "events") end

local GROUPS = {{"group_by_input_shape", kind = "boolean", default = false},
  {"group_by_stack_n", kind = "count", default = 0}}

--- p:key_averages({group_by_input_shape: bool = false, group_by_stack_n: int = 0}) -> table: The events put
-- together by name, and by shapes, or by so many of the innermost functions of the program that ran (with_stack);
-- its method table prints them.
function Profile:key_averages(...)
  local given = options.read("key_averages", GROUPS, ...)
  return averages.group(recorded(self, "key_averages"), given.group_by_input_shape, given.group_by_stack_n, self)
end

--- p:export_chrome_trace(path: string): Writes a file that Perfetto (ui.perfetto.dev) and chrome://tracing open;
-- packed when its name ends in .gz.
function Profile:export_chrome_trace(path)
  if type(path) ~= "string" then options.wrong("export_chrome_trace", "path", 1, "a string", path) end
  local text = require("torch.profiler.chrome").text(recorded(self, "export_chrome_trace"), self.profile_memory,
    self.metadata)
  if path:find "%.gz$" then text = require("hecate.zlib").gzip(text) end
  torch._C.write_file(path, text, {}, "export_chrome_trace")
end

local METRICS <const> = {"self_cpu_time_total", "cpu_time_total", "self_cpu_memory_usage", "cpu_memory_usage"}
local IS_METRIC <const> = {}
for _, metric in ipairs(METRICS) do IS_METRIC[metric] = true end

--- p:export_stacks(path: string, {metric: string = "self_cpu_time_total"}): Writes what flame graphs are made of: for
-- each event a line with the functions of the program that ran, the outermost first, and the metric. Needs with_stack.
function Profile:export_stacks(path, ...)
  local given = options.read("export_stacks", {{"path", kind = "string", required = true},
    {"metric", kind = "string", default = "self_cpu_time_total"}}, path, ...)
  if not IS_METRIC[given.metric] then
    options.raise(("export_stacks: 'metric' (argument 2): expected one of %s, got '%s'"):format(
      table.concat(METRICS, ", "), given.metric))
  end
  if not self.with_stack then options.raise "export_stacks: the profile has no stacks: give it with_stack = true" end
  local lines = {}
  for _, event in ipairs(recorded(self, "export_stacks")) do
    local value, frames = math.floor(event[given.metric]), {}
    for i = #(event.stack or {}), 1, -1 do frames[#frames + 1] = event.stack[i]:gsub("[ ;\t\n]", "_") end
    if value > 0 and #frames > 0 then lines[#lines + 1] = ("%s %d\n"):format(table.concat(frames, ";"), value) end
  end
  torch._C.write_file(given.path, table.concat(lines), {}, "export_stacks")
end

local function check_metadata(who, key, value)
  if type(key) ~= "string" then options.wrong(who, "key", 1, "a string", key) end
  if type(value) ~= "string" then options.wrong(who, "value", 2, "a string", value) end
end

local function put_metadata(self, key, text)
  for _, pair in ipairs(self.metadata) do
    if pair[1] == key then
      pair[2] = text
      return
    end
  end
  table.insert(self.metadata, {key, text})
end

--- p:add_metadata(key: string, value: string): A text beside the events of the trace that export_chrome_trace writes.
function Profile:add_metadata(key, value)
  check_metadata("add_metadata", key, value)
  put_metadata(self, key, json.quote(value))
end

--- p:add_metadata_json(key: string, value: string): The same with a value that is JSON itself.
function Profile:add_metadata_json(key, value)
  check_metadata("add_metadata_json", key, value)
  if not options.try(json.decode, value) then options.wrong("add_metadata_json", "value", 2, "JSON", value) end
  put_metadata(self, key, value)
end

-- ---- a new one -------------------------------------------------------------------------------------------

local function check_activities(list)
  for i, activity in ipairs(list or {}) do
    if activity ~= "CPU" and activity ~= "CUDA" then
      options.wrong("profile", ("activities[%d]"):format(i), nil, "one of torch.profiler.ProfilerActivity", activity)
    end
  end
end

--- torch.profiler.profile({activities: table = nil, schedule: function = nil, on_trace_ready: function = nil,
-- record_shapes: bool = false, profile_memory: bool = false, with_stack: bool = false, with_flops: bool = false,
-- with_modules: bool = false}, f: function = nil) -> any: Measures what the time and the memory go to. With f: runs
-- f(p) and returns the profile p, and the results of f behind it. Without: until p is closed,
-- `local p <close> = torch.profiler.profile{}`, or p:stop() is called. schedule says what each step does (p:step()
-- begins the next one); on_trace_ready(p) is called when the active steps of a cycle are over, and at the end.
-- record_shapes notes shapes, with_stack the functions of the program that ran, with_modules the modules, with_flops
-- the floating-point operations of products, convolutions, add and mul; profile_memory shows the memory.
-- Example: #torch.profiler.profile({}, function() return torch.ones(3):sum() end):events() > 0
return function(...)
  local list, f = table.pack(...), nil
  if list.n > 0 and type(list[list.n]) == "function" and options.is_named(list[list.n - 1] or {}) then
    f, list.n = list[list.n], list.n - 1
  end
  if list.n == 1 and options.is_named(list[1]) then list = {n = 2, [2] = list[1]} end -- no array of activities
  local self = options.read("profile", PARAMETERS, table.unpack(list, 1, list.n))
  check_activities(self.activities)
  self.metadata = {}
  setmetatable(self, Profile)
  self:start()
  if f == nil then return self end
  local results
  do
    local _ <close> = self
    results = table.pack(f(self))
  end
  return self, table.unpack(results, 1, results.n)
end
