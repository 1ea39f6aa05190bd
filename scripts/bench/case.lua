--- A call that is measured in rounds; peer.py has the same in Python.
local found, clock = pcall(function() return require("torch.utils.terminal").now end)
if not found then clock = require("torch.utils.terminal.c").now end -- builds up to 2026-11

local BATCH = 2e-3 -- seconds of a batch, at least

local Case = {}
Case.__index = Case

local operands -- the names of those of the size at hand

function Case.operands(text)
  torch.manual_seed(1)
  operands = setmetatable({}, {__index = _G})
  assert(load(text, "=operands", "t", operands))()
end

function Case.new(setup, call)
  local self = setmetatable({calls = 1}, Case)
  local names = setmetatable({}, {__index = operands})
  assert(load(setup, "=setup", "t", names))()
  self.batch = assert(load("local calls = ... for _ = 1, calls do local r = " .. call .. " end", "=call", "t", names))
  self.batch(1)
  while self.calls < 1 << 20 and self:seconds() < BATCH do self.calls = self.calls * 2 end
  return self
end

function Case:seconds()
  local start = clock()
  self.batch(self.calls)
  return clock() - start
end

--- Seconds of a call in the fastest batch of so many seconds.
function Case:round(seconds)
  self:seconds()
  local best, stop = math.huge, clock() + seconds
  repeat best = math.min(best, self:seconds()) until clock() >= stop
  return best / self.calls
end

return Case
