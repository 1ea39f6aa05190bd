--- The last results are globals: `ans` is the first value of the newest result that was
-- shown, `_1` … `_9` are those of the last nine, the newest first. Large ones (hold.lua) are
-- let go before an input that does not name any result, unless something else holds them.
local hold = require "hecate.session.hold"
local M = {}

local COUNT = 9

local Results = {}
Results.__index = Results

function M.new(env) return setmetatable({env = env, list = {}}, Results) end

--- Writes the globals anew.
local function publish(self)
  for i = 1, #self.list do
    local value = self.list[i]:get()
    rawset(self.env, "_" .. i, value)
    if i == 1 then rawset(self.env, "ans", value) end
  end
end

--- Adds the newest.
function Results:add(value)
  table.insert(self.list, 1, hold.new(value))
  self.list[COUNT + 1] = nil
  publish(self)
end

--- Before an input runs.
function Results:relax(text)
  if #self.list == 0 then return end
  local named = text:find "%f[%w_]ans%f[^%w_]" or text:find "%f[%w_]_[1-9]%f[^%w_]"
  for i, entry in ipairs(self.list) do
    if not named then entry:relax() end
    if entry.weak then
      rawset(self.env, "_" .. i, named and entry:get() or nil)
      if i == 1 then rawset(self.env, "ans", named and entry:get() or nil) end
    end
  end
end

function Results:clear()
  for i = 1, #self.list do rawset(self.env, "_" .. i, nil) end
  rawset(self.env, "ans", nil)
  self.list = {}
end

return M
