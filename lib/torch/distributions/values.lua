-- What distributions do with their parameters and values.
local options = require "torch.utils.options"
local values = {}

--- The tensors of a list of tensors and numbers (nil stays nil), all of the common shape. Numbers take dtype and
-- device of the first tensor.
function values.broadcast(list, n)
  local like
  for i = 1, n do like = like or torch.is_tensor(list[i]) and list[i] or nil end
  local made, shapes = {}, {}
  for i = 1, n do
    local v = list[i]
    if type(v) == "number" then
      v = torch.tensor(v, {dtype = like and like.dtype or torch.get_default_dtype(), device = like and like.device})
    end
    made[i] = v
    shapes[i] = v.shape
  end
  local shape = torch.broadcast_shapes(table.unpack(shapes, 1, n))
  for i = 1, n do made[i] = made[i]:expand(shape) end
  return made, shape
end

--- Calls f(…), which makes the parts of an object. What it raises begins with `name`, not with the name of a part.
function values.named(name, f, ...)
  local ok, reason = options.try(f, ...)
  if ok then return end
  reason = tostring(reason):gsub("^[^\n]-:%d+: ", "")
  if reason:match "^[%w_.]+" ~= name then -- the part has its arguments at other positions
    reason = reason:gsub("^[%w_.]+: ", name .. ": "):gsub(" %(argument %d+%)", "", 1)
  end
  options.raise(reason)
end

--- The class of an object.
function values.class_of(object) return getmetatable(object).__methods end

--- The joined items of arrays.
function values.join(...)
  local joined = {}
  for _, list in ipairs {...} do table.move(list, 1, #list, #joined + 1, joined) end
  return joined
end

--- The items of an array from `first` to `last`, negative ones counted from the end.
function values.part(list, first, last)
  local n = #list
  if first < 0 then first = n + 1 + first end
  last = last or n
  if last < 0 then last = n + 1 + last end
  return table.move(list, first, last, 1, {})
end

function values.product(list)
  local n = 1
  for _, size in ipairs(list) do n = n * size end
  return n
end

--- Sums over the last n dimensions.
function values.sum_rightmost(x, n)
  if n == 0 then return x end
  return x:flatten(-n):sum(-1)
end

--- A shape given as numbers or as one array.
function values.shape(name, ...)
  local first, n = ..., select("#", ...)
  local list = n == 1 and type(first) ~= "number" and first or {...}
  if n == 0 or first == nil and n == 1 then return {} end
  local length = options.length(list)
  local key = type(list) == "table" and next(list, length ~= 0 and length or nil)
  if type(key) == "string" then options.raise(("%s: no argument '%s'; known: sample_shape"):format(name, key)) end
  if length == nil then options.wrong(name, "sample_shape", 1, "sizes or an array of them", first) end
  local shape = {}
  for i = 1, length do
    shape[i] = options.integer(list[i])
    if shape[i] == nil or shape[i] < 0 then
      options.wrong(name, "sample_shape", 1, "sizes of at least 0", list[i])
    end
  end
  return shape
end

--- Probabilities at least eps away from 0 and 1.
function values.clamp_probs(p)
  local eps = torch.finfo(p.dtype).eps
  return p:clamp(eps, 1 - eps)
end
function values.probs_to_logits(p, binary)
  local q = values.clamp_probs(p)
  return binary and q:log() - (-q):log1p() or q:log()
end
function values.logits_to_probs(x, binary) return binary and x:sigmoid() or x:softmax(-1) end

--- xlogy and x log1p(y) with 0 where x is 0.
values.xlogy, values.xlog1py = torch.special.xlogy, torch.special.xlog1py

--- A tensor of numbers beside x.
function values.like(x, number) return torch.full_like(x, number) end

--- A probability that icdf got, a tensor or a number beside the parameters of `self`.
function values.quantile(self, value)
  if torch.is_tensor(value) then return value end
  if type(value) ~= "number" then options.wrong(self:_name() .. ":icdf", "value", 1, "a tensor", value) end
  local like = self[self._given[1]]
  return torch.tensor(value, {dtype = like.dtype, device = like.device})
end

--- Uniform numbers of the open interval (0, 1) beside x.
function values.open_uniform(shape, like)
  local u = torch.rand(shape, {dtype = like.dtype, device = like.device})
  return u:clamp_(torch.finfo(u.dtype).tiny)
end

return values
