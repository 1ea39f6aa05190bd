--- For specs of failing allocations: allocation number n of some work fails, for n = 1, 2, 3 … until the work gets
-- through. In the executable the allocator of Lua takes part: it collects garbage before it gives up, so that
-- finalisers run in the middle of the work, and an error may come from anywhere.
local fault = {}
local memory, fail_at = torch._C.memory, torch._C.fail_at
local pcall = pcall -- busted's globals are functions that allocate

local function bytes()
  for _ = 1, 3 do collectgarbage() end
  return memory().bytes
end

--- Whether a message is that of a failed allocation: of Lua, or of the tensor library with a name. Lua's check of its
-- stack cannot tell why the stack does not grow.
function fault.is_memory(message)
  if type(message) ~= "string" or message:find "\n" then return false end
  local text = message:gsub("^[^:\n]-:%d+: ", "")
  return text == "not enough memory" or text:find "^[%w_.]+: .*not enough memory" ~= nil
    or message:find "stack overflow %(" ~= nil
end

-- One allocation of work(context) fails; how that ended, and whether the work was through before.
local function try(work, context, n)
  fail_at(n)
  local ok, message = pcall(work, context)
  local through = fail_at(0) > 0
  return ok, message, through
end

--- Runs work(setup()) with failing allocations. check(context, n) looks at the context after a failure. `first` and
-- `step` choose the numbers n (all). Returns how many allocations failed; raises where an error is another one, or
-- where tensor memory is left at the end.
function fault.each(setup, work, options)
  options = options or {}
  for _ = 1, 2 do work(setup()) end -- also loads what is loaded at first use
  local start, n, failed = bytes(), options.first or 1, 0
  while true do
    local context = setup()
    local ok, message, through = try(work, context, n)
    if not ok then
      failed = failed + 1
      if not fault.is_memory(message) then error(("allocation %d: %s"):format(n, tostring(message)), 0) end
      if options.check then options.check(context, n) end
    end
    if through then break end
    n = n + (options.step or 1)
    if n > 1000000 then error("it does not end", 0) end
  end
  local left = bytes() - start
  if left ~= 0 then error(("%d bytes are left after %d faults"):format(left, failed), 0) end
  return failed
end

--- Whether ordinary work gives ordinary results.
function fault.sound()
  local x = torch.tensor({{1, 2}, {3, 4}}, {dtype = torch.float64, requires_grad = true})
  local y = (x:mm(x:t()) * 2):sum()
  y:backward()
  return y:item() == 104 and x.grad[{1, 1}]:item() == 16 and x.grad[{2, 2}]:item() == 24
end

return fault
