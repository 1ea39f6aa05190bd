--- For specs of failing allocations: allocation number n of some work fails, for n = 1, 2, 3 … until the work gets
-- through. In the executable the allocator of Lua takes part; one that fails there is tried again after a full
-- collection, so such a fault is absorbed, and finalisers run in the middle of the work.
local fault = {}
local memory, fail_at = torch._C.memory, torch._C.fail_at
local pcall = pcall -- busted's globals are functions that allocate

local function bytes()
  for _ = 1, 3 do collectgarbage() end
  return memory().bytes
end

-- An error of an allocation: of the tensor library, with the name of what was called, or of Lua.
local function is_right(message, names)
  if type(message) ~= "string" or message:find "\n" then return false end
  if message:find "not enough memory" or message:find "stack overflow %(" then return true end
  local name = message:gsub("^[^:\n]-:%d+: ", ""):match "^([%w_.]+): out of memory"
  return name ~= nil and (names == nil or names[name] == true)
end

--- Runs `work` with failing allocations. setup() makes its argument anew for each n, without faults; check(argument, n)
-- looks at it after a failure, without faults. `names`: the set of names that errors may begin with (nil: any).
-- `step` is the distance of the numbers n (1: every allocation). Returns how many were tried, and how many failed.
function fault.each(setup, work, options)
  local step, n, tried, failed = options.step or 1, options.first or 1, 0, 0
  local context = setup()
  work(context) -- also loads what loads at first use; an error is one of the spec
  context = nil
  local start = bytes()
  while true do
    context = setup()
    fail_at(n)
    local ok, message = pcall(work, context)
    local past = ok and not pcall(work, context) or not ok
    fail_at(0)
    if ok and past and options.again == false then past = true end
    if not ok then
      failed = failed + 1
      if not is_right(message, options.names) then error(("allocation %d: %s"):format(n, tostring(message)), 0) end
      if options.check then options.check(context, n) end
    end
    tried, context, message = tried + 1, nil, nil
    if ok and fault.is_through() then break end
    n = n + step
  end
  local left = bytes() - start
  if left ~= 0 then error(("%d bytes are left after %d faults"):format(left, failed), 0) end
  return tried, failed
end

return fault
