--- The classes of memory that tensors share: bytes, and elements of a dtype.
local options = require "torch.utils.options"

local Untyped = torch.class "torch.UntypedStorage"
local Typed = torch.class("torch.TypedStorage", Untyped)

--- An object over the memory of a tensor, which keeps it alive; of elements of this dtype, without one of bytes.
local function of(holder, dtype)
  local s = (dtype and Typed or Untyped)(0)
  s._holder, s.dtype, s.device = holder:detach(), dtype or torch.uint8, holder.device
  return s
end

local function init(self, name, given)
  self._holder = torch.empty({given.size}, {dtype = given.dtype or torch.uint8, device = given.device})
  self.dtype, self.device = self._holder.dtype, self._holder.device
  self._name = name
end
function Untyped:__init(...)
  init(self, "UntypedStorage", options.read("UntypedStorage", {{"size", kind = "count", default = 0}, {"device"}}, ...))
end
function Typed:__init(...)
  init(self, "TypedStorage", options.read("TypedStorage",
    {{"size", kind = "count", default = 0}, {"dtype", default = torch.get_default_dtype()}, {"device"}}, ...))
end

--- torch.UntypedStorage:tensor() -> Tensor: A tensor of one dimension over the whole memory. It is made anew each
-- time, for the memory may have grown.
function Untyped:tensor() return torch._C.storage_tensor(self._holder, self.dtype) end

local function place(self, i)
  local n, at = #self, options.integer(i)
  if at == nil or at == 0 or at > n or at < -n then
    options.wrong(self._name, "position", nil, ("a position from 1 to %d (or -1 to -%d)"):format(n, n), i)
  end
  return at
end
function Untyped:__getitem(i) return self:tensor()[place(self, i)]:item() end
function Untyped:__setitem(i, value)
  local at = place(self, i)
  self:tensor()[at] = value
end
function Untyped:__len() return self:tensor():numel() end
function Untyped:__eq(other)
  return type(other) == "userdata" and torch.isinstance(other, Untyped)
    and torch._C.storage_of(self._holder) == torch._C.storage_of(other._holder)
end
-- A line for each element, but of more than 1000 the first and last ones; memory on meta has none.
function Untyped:__tostring()
  local lines, n = {}, #self
  local function show(from, to)
    for _, value in ipairs(self:tensor()[{{from, to}}]:tolist()) do lines[#lines + 1] = " " .. tostring(value) end
  end
  if self:tensor().is_meta then lines[1] = " ..."
  elseif n > 1000 then
    show(1, 3)
    lines[#lines + 1] = " ..."
    show(n - 2, n)
  elseif n > 0 then show(1, n) end
  lines[#lines + 1] = ("[%s(dtype=%s, device=%s) of size %d]"):format(torch.typename(self), tostring(self.dtype),
    tostring(self.device), n)
  return table.concat(lines, "\n")
end

--- torch.UntypedStorage:size() -> int: How many elements it has; #s is the same.
function Untyped:size() return #self end
--- torch.UntypedStorage:nbytes() -> int: How many bytes the elements have.
function Untyped:nbytes() return #self * self:tensor():element_size() end
--- torch.UntypedStorage:element_size() -> int: The bytes of one element.
function Untyped:element_size() return self:tensor():element_size() end
--- torch.UntypedStorage:data_ptr() -> int: The address of the first element.
function Untyped:data_ptr() return self:tensor():data_ptr() end
--- torch.UntypedStorage:tolist() -> table: The elements as an array of Lua.
function Untyped:tolist() return self:tensor():tolist() end
--- torch.UntypedStorage:untyped() -> any: The same memory as bytes.
function Untyped:untyped() return of(self._holder) end
--- torch.UntypedStorage:clone() -> any: A copy.
function Untyped:clone()
  local copy = self:tensor():clone()
  return torch.isinstance(self, Typed) and of(copy, self.dtype) or of(copy)
end
--- torch.UntypedStorage:fill_(value: number) -> any: Every element becomes the value.
function Untyped:fill_(value)
  self:tensor():fill_(value)
  return self
end
--- torch.UntypedStorage:copy_(source: any) -> any: The elements of another storage of the same size, which are
-- converted.
function Untyped:copy_(...)
  local other = options.read("copy_", {{"source", kind = "any", required = true}}, ...).source
  if type(other) ~= "userdata" or not torch.isinstance(other, Untyped) then
    options.wrong("copy_", "source", 1, "a storage", other)
  end
  if #other ~= #self then
    options.wrong("copy_", "source", 1, ("a storage of size %d"):format(#self), other)
  end
  self:tensor():copy_(other:tensor())
  return self
end
--- torch.UntypedStorage:resize_(size: int) -> any: Larger for all tensors that share the memory; what is new in it is
-- not said. It never becomes smaller, for they look at it.
function Untyped:resize_(...)
  local size = options.read("resize_", {{"size", kind = "count", required = true}}, ...).size
  if size < #self then
    options.wrong("resize_", "size", 1, ("at least %d: tensors look at this memory"):format(#self), size)
  end
  local bytes = self:tensor():element_size()
  if size > math.maxinteger // bytes then options.wrong("resize_", "size", 1, "a smaller number", size) end
  torch._C.storage_grow(self._holder, size * bytes)
  return self
end

return {Untyped = Untyped, Typed = Typed, of = of}
