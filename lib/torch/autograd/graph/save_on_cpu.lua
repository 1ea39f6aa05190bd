local options = require "torch.utils.options"
local saving = require "torch.autograd.graph.saving"

--- torch.autograd.graph.save_on_cpu(pin_memory: bool = false, f: function = nil, ...: any) -> any: While f(...) runs
-- (without f: until the result is closed), what graphs keep lies in the memory of the CPU, and goes back to its device
-- in the backward pass. pin_memory changes nothing here.
-- Example: torch.autograd.graph.save_on_cpu(function() return 1 end)
return function(pin_memory, f, ...)
  local function pack(x) return {x.device, x:to("cpu")} end
  local function unpack(kept) return kept[2]:to(kept[1]) end
  if type(pin_memory) == "table" and getmetatable(pin_memory) == nil then pin_memory = pin_memory.pin_memory end
  if options.is_callable(pin_memory) then return saving.enter(pack, unpack, pin_memory, f, ...) end
  if pin_memory ~= nil and type(pin_memory) ~= "boolean" then
    options.wrong("save_on_cpu", "pin_memory", 1, "true, false or a function", pin_memory)
  end
  if f ~= nil and not options.is_callable(f) then
    options.wrong("save_on_cpu", "f", 2, "a function or nothing", f)
  end
  return saving.enter(pack, unpack, f, ...)
end
