local options = require "torch.utils.options"

--- The storage as a tensor of the dtype of x and the given place in it.
local function window(x, storage, given)
  local whole = torch._C.storage_tensor(storage._holder, x.dtype)
  local offset = given.storage_offset or 0
  if given.size == nil then return whole:as_strided({math.max(#whole - offset, 0)}, {1}, offset) end
  local size = type(given.size) == "table" and given.size or {given.size}
  for _, n in ipairs(size) do
    local whole_number = options.integer(n)
    if not whole_number or whole_number < 0 then options.wrong("set_", "size", 4, "sizes, 0 or more", n) end
  end
  local stride, n = given.stride, 1
  if stride == nil then
    stride = {}
    for d = #size, 1, -1 do
      stride[d] = n
      n = n * math.max(size[d], 1)
    end
  end
  return whole:as_strided(size, stride, offset)
end

--- torch.set_(input: Tensor, source: any = nil, storage_offset: int = 0, size: any = nil, stride: any = nil) ->
-- Tensor: input becomes another handle of the elements of source: a tensor, or a storage with a place in it (offset
-- and strides in elements). Nothing is copied; without source input has no elements afterwards. dtype and device
-- stay. A leaf that requires a gradient is changed inside of torch.no_grad alone, a result that has a history never.
-- Example: torch.zeros(2):set_(torch.arange(6.0):storage(), 1, {2, 2})
return function(...)
  local given = options.read("set_", {{"input", kind = "tensor", required = true}, {"source"},
    {"storage_offset", kind = "count"}, {"size"}, {"stride", kind = "table"}}, ...)
  local x, source = given.input, given.source
  if source == nil then source = torch.empty({0}, {dtype = x.dtype, device = x.device}) end
  if torch.is_tensor(source) then
    for i, name in ipairs {"storage_offset", "size", "stride"} do
      if given[name] ~= nil then options.wrong("set_", name, i + 2, "nothing beside a tensor", given[name]) end
    end
    return torch._C.set_tensor(x, source:detach())
  end
  if not torch.is_storage(source) then options.wrong("set_", "source", 2, "a tensor or a storage", source) end
  if torch.isinstance(source, torch.TypedStorage) and source.dtype ~= x.dtype then
    options.wrong("set_", "source", 2, ("a storage of %s, or an untyped one"):format(tostring(x.dtype)), source)
  end
  local ok, from = options.try(window, x, source, given)
  if not ok then options.raise("set_: " .. tostring(from):gsub("^.*as_strided: ", "")) end
  return torch._C.set_tensor(x, from)
end
