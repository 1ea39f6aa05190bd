-- A profile as the trace events that Chrome and Perfetto open.
local terminal = require "torch.utils.terminal"

local chrome = {}

local ESCAPES = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t"}

local function quote(text)
  text = text:gsub('[%c"\\]', function(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end)
  return '"' .. text .. '"'
end

local CATEGORIES = {op = "cpu_op", backward = "cpu_op", label = "user_annotation", step = "user_annotation",
  module = "python_function"}

local function arguments(event, index)
  local list = {('"External id": %d'):format(index)}
  local function put(name, value) list[#list + 1] = ("%s: %s"):format(quote(name), value) end
  if event.input_shapes then put("Input Dims", event.input_shapes) end
  if event.source_location then put("Source", quote(event.source_location)) end
  if event.stack then put("Call stack", quote(table.concat(event.stack, ";"))) end
  if event.flops > 0 then put("flops", event.flops) end
  if event.module then put("Module", quote(event.module)) end
  if event.module_type then put("Module Type", quote(event.module_type)) end
  if event.sequence_nr then put("Sequence number", event.sequence_nr) end
  if event.kind == "backward" then put("Fwd thread id", 1) end
  put("Bytes", event.cpu_memory_usage)
  return table.concat(list, ", ")
end

--- The arrow from the op that made a node to the node as it runs backward.
local function flow(out, frame, forward, event)
  out[#out + 1] = ('{"ph": "s", "id": %d, "cat": "fwdbwd", "name": "fwdbwd", "ts": %.3f, %s}'):format(
    event.sequence_nr, forward.start, frame)
  out[#out + 1] = ('{"ph": "f", "bp": "e", "id": %d, "cat": "fwdbwd", "name": "fwdbwd", "ts": %.3f, %s}'):format(
    event.sequence_nr, event.start, frame)
end

--- The trace of these events as text. `memory`: with a curve of the bytes in use; `metadata`: pairs of a key and JSON.
function chrome.text(events, memory, metadata)
  local pid = terminal.pid and terminal.pid() or 1
  local frame = ('"pid": %d, "tid": %d'):format(pid, pid)
  local out, made = {}, {}
  out[1] = ('{"ph": "M", "name": "process_name", %s, "ts": 0, "args": {"name": "hecate"}}'):format(frame)
  out[2] = ('{"ph": "M", "name": "thread_name", %s, "ts": 0, "args": {"name": "main"}}'):format(frame)
  for i, event in ipairs(events) do
    local inner = event.kind == "module" and event.module ~= ""
    local name = inner and ("%s: %s"):format(event.name, event.module) or event.name
    out[#out + 1] = ('{"ph": "X", "cat": "%s", "name": %s, %s, "ts": %.3f, "dur": %.3f, "args": {%s}}'):format(
      CATEGORIES[event.kind], quote(name), frame, event.start, event.cpu_time_total, arguments(event, i))
    if event.kind == "op" and event.sequence_nr then made[event.sequence_nr] = event end
    local forward = event.kind == "backward" and made[event.sequence_nr]
    if forward then flow(out, frame, forward, event) end
    if memory and event.kind == "op" then
      out[#out + 1] = ('{"ph": "C", "name": "memory", %s, "ts": %.3f, "args": {"bytes": %d}}'):format(frame,
        event.start + event.cpu_time_total, event.memory)
    end
  end
  local head = {}
  for i, pair in ipairs(metadata or {}) do head[i] = ("%s: %s, "):format(quote(pair[1]), pair[2]) end
  return ('{"schemaVersion": 1, "displayTimeUnit": "ms", %s"traceEvents": [\n%s\n]}\n'):format(table.concat(head),
    table.concat(out, ",\n"))
end

return chrome
