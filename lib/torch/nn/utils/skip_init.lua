local options = require "torch.utils.options"

--- nn.utils.skip_init(class: table, ...: any) -> Module: class(...), whose parameters are not initialised: they hold
-- whatever the memory held, and are meant to be loaded. The class takes the option device.
-- Example: nn.utils.skip_init(nn.Linear, 3, 2).weight.shape
return function(class, ...)
  if type(class) ~= "table" or not options.is_callable(class) then
    options.wrong("skip_init", "class", 1, "a class of modules", class)
  end
  local args = table.pack(...)
  local last = args[args.n]
  local named = options.is_named(last) and last or {}
  if named == last then args.n = args.n - 1 end
  local with, device = {}, named.device or "cpu"
  for key, value in pairs(named) do with[key] = value end
  with.device = "meta"
  args[args.n + 1] = with
  return class(table.unpack(args, 1, args.n + 1)):to_empty({device = device})
end
