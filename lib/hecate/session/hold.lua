--- A value that is held strongly when it is small. A large one, or one that may hold any
-- amount (a tensor with a history, a module, a function), is held until `relax`, and then
-- only as long as something else holds it: the session must not keep gigabytes alive.
local torch = require "torch"
local M = {}

M.limit = 16 << 20 -- bytes

local Hold = {}
Hold.__index = Hold

--- A view keeps all of the storage.
local function storage_bytes(tensor)
  local _, _, elements = torch._C.storage_of(tensor)
  return elements * tensor:element_size()
end

--- The bytes that a value keeps alive, or infinity where that cannot be told.
local function bytes_of(value, seen)
  local kind = type(value)
  if kind == "string" then return #value end
  if kind == "userdata" then
    if torch.typename(value) ~= "torch.Tensor" or value.grad_fn then return math.huge end
    return storage_bytes(value)
  end
  if kind == "function" or kind == "thread" then return math.huge end
  if kind ~= "table" or seen[value] then return 0 end
  seen[value] = true
  seen.count = (seen.count or 0) + 1
  local meta = debug.getmetatable(value)
  if seen.count > 1000 or (meta and meta.__name ~= "torch.Size") then return math.huge end
  local bytes = 0
  for k, v in next, value do
    bytes = bytes + 64 + bytes_of(k, seen) + bytes_of(v, seen)
    if bytes > M.limit then return math.huge end
  end
  return bytes
end

function M.new(value) return setmetatable({value = value}, Hold) end

--- The value; nil when it is gone.
function Hold:get()
  if self.value ~= nil then return self.value end
  return self.weak and self.weak[1]
end

--- From now on a large value is held weakly.
function Hold:relax()
  if self.value == nil or self.small then return end
  local ok, bytes = pcall(bytes_of, self.value, {})
  self.small = ok and bytes <= M.limit
  if self.small then return end
  local kept = type(self.value) ~= "string" and self.value or nil -- a weak table keeps strings
  self.weak, self.value = setmetatable({kept}, {__mode = "v"}), nil
end

return M
