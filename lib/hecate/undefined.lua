--- Reading a name that nothing defines: a global, a name of a library, a field of a tensor or of an object (a module,
-- an optimiser, what torch.class makes). Called by vm/undefined.c for each place of the program that reads one. Where
-- the code around the read only asks whether the name is there, it is nil, as in Lua: `x = x or default`, `if x then`,
-- `not x`, `x == nil`, `x ~= nil`, `type(x)`, `assert(x)`, `rawequal(x, …)`. Everywhere else it is an error, which
-- says what may have been meant.
local names = require "hecate.undefined.names"

--- Globals of other versions of Lua, which programs for all of them read. (ans and _1 to _9 are of the session.)
local OTHER_LUAS <const> = {unpack = true, loadstring = true, setfenv = true, getfenv = true, module = true, jit = true,
  bit = true, bit32 = true, utf8 = true, ffi = true, newproxy = true, gcinfo = true, describe = true}

--- The names of the variables at `level` of the caller.
local function variables(level, f)
  local list = {}
  for i = 1, 250 do
    local name = debug.getlocal(level + 1, i)
    if not name then break end
    list[#list + 1] = name:find "^[%a_]" and name or nil
  end
  for i = 1, 250 do
    local name = debug.getupvalue(f, i)
    if not name then break end
    list[#list + 1] = name ~= "" and name ~= "_ENV" and name or nil
  end
  return list
end

--- Called with the function that reads, the line, the name, and where it is looked up: "torch.nn", "tensor", "object",
-- which comes behind it; nil: it is a global. Methods that objects do not have are told by hecate.slips, where nobody
-- catches the error.
return function(f, line, name, holder, object)
  local is_global = not holder
  if is_global and (OTHER_LUAS[name] or name == "ans" or name:find "^_%d$") then return end
  if name:find "^__" and (is_global or holder == "tensor" or holder == "object") then return end -- of metatables
  local used, as_field = require "hecate.bytecode".uses(f, line, name, holder == nil)
  if not used then return end
  local message
  if holder == "object" then
    message = as_field and require "hecate.undefined.object".missing(object, name)
    if not message then return end
  elseif holder then message = names.missing(holder, name)
  else message = names.undefined(name, variables(3, f), f, line) end -- this function, the handler in C, the program
  torch._C.raise(message)
end
