local options = require "torch.utils.options"

--- torch.profiler.record_function(name: string, f: function = nil, ...: any) -> any: A part of the program that the
-- profile shows by this name. With f: runs f(...) and returns its results. Without: until the result is closed,
-- `local _ <close> = torch.profiler.record_function("forward")`. Where no profile runs it does nothing.
-- Example: torch.profiler.record_function("sum", function() return torch.ones(3):sum():item() end)
return function(name, f, ...)
  if type(name) ~= "string" then options.wrong("record_function", "name", 1, "a string", name) end
  if f == nil then return torch._C.profile_label(name, 2) end
  return torch._C.profile_label(name, 2, f, ...)
end
