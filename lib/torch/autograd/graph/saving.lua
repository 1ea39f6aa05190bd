-- The pairs of functions through which graphs keep their tensors, the innermost last; see saved_tensors_hooks.lua.
local saving = {}

local stack, forbidden = {}, {}

local function install()
  local pair = stack[#stack]
  if pair then torch._C.saved_hooks(pair[1], pair[2]) else torch._C.saved_hooks() end
end

-- Runs f(...) and then leave(), or returns what calls leave() at the end of a block.
local function scoped(leave, f, ...)
  local open = true
  local entry = setmetatable({}, {__close = function()
    if open then leave() end
    open = false
  end})
  if f == nil then return entry end
  local _ <close> = entry
  return (function(...) return ... end)(f(...))
end

local function remove(list, item)
  for i = #list, 1, -1 do
    if list[i] == item then return table.remove(list, i) end
  end
end

--- Keeps through pack and unpack from now on.
function saving.enter(pack, unpack, f, ...)
  if #forbidden > 0 then torch._C.raise(forbidden[#forbidden][1]) end
  local pair = {pack, unpack}
  stack[#stack + 1] = pair
  install()
  return scoped(function()
    remove(stack, pair)
    install()
  end, f, ...)
end

--- Makes saving.enter an error with this message.
function saving.forbid(message, f, ...)
  if #stack > 0 then torch._C.raise(message) end
  local entry = {message}
  forbidden[#forbidden + 1] = entry
  return scoped(function() remove(forbidden, entry) end, f, ...)
end

return saving
