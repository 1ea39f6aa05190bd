local options = require "torch.utils.options"

local PARAMETERS = {{"dir_name", kind = "string", required = true}, {"worker_name", kind = "string"},
  {"use_gzip", kind = "boolean", default = false}}

--- torch.profiler.tensorboard_trace_handler(dir_name: string, {worker_name: string = nil, use_gzip: bool = false})
-- -> function: For on_trace_ready: writes each trace into a file of the folder, by the names that TensorBoard looks
-- for.
return function(...)
  local given = options.read("tensorboard_trace_handler", PARAMETERS, ...)
  local terminal = require "torch.utils.terminal"
  local worker = given.worker_name or ("hecate_%d"):format(terminal.pid())
  local count = 0
  return function(p)
    require("hecate.help.files").make_folder(given.dir_name)
    count = count + 1
    p:export_chrome_trace(("%s/%s.%d%03d.pt.trace.json%s"):format(given.dir_name, worker, os.time(), count % 1000,
      given.use_gzip and ".gz" or ""))
  end
end
