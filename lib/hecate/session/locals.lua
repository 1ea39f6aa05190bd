--- The locals of a chunk become globals of the session when the chunk ends or fails, so
-- that "local x = 1" in one input, or in the script of -i, can be used in the next.
local M = {}

local name = "__locals"

--- The level, as the caller's debug.getlocal counts, of the function `chunk`; nil: it does
-- not run (any more).
local function level_of(chunk)
  for level = 2, 2000 do -- getinfo walks from the top each time
    local info = debug.getinfo(level, "f")
    if not info then return nil end
    if info.func == chunk then return level - 1 end
  end
end

--- Copies the locals of the running function `chunk` into `env`. Names of Lua's own, as
-- "(for state)", and ours stay out.
function M.export(chunk, env)
  local level = level_of(chunk)
  if not level then return end
  for i = 1, 250 do
    local key, value = debug.getlocal(level, i)
    if not key then break end
    if not key:find "^%(" and key ~= name then rawset(env, key, value) end
  end
end

--- What goes in front of the text of a chunk that has locals: a variable that is closed when
-- the chunk returns, while its locals are still there. On the first line, so that the lines
-- keep their numbers.
function M.prefix(text)
  return text:find "%f[%w_]local%f[^%w_]" and ("local %s <close> = %s(); "):format(name, name) or ""
end

--- To be called before a chunk with that prefix runs.
function M.prepare(chunk, env)
  rawset(env, name, function()
    rawset(env, name, nil)
    return setmetatable({}, {__close = function(_, failure)
      if failure == nil then M.export(chunk, env) end
    end})
  end)
end

return M
