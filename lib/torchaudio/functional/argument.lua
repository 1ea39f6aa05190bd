--- What functions of signals check of their arguments.
local torch = require "torch"
local options = require "torch.utils.options"

local argument = {}

--- A parameter that is a tensor and must be given.
function argument.tensor(name) return {name, kind = "tensor", required = true} end

--- A parameter that is a number: required without a default.
function argument.number(name, default) return {name, kind = "number", default = default, required = default == nil} end

--- A rate, a length or a number of things: a positive integer.
function argument.positive(name, default)
  return {name, kind = "positive", default = default, required = default == nil}
end

--- Floating-point numbers with at least `least` dimensions (1).
function argument.wave(name, parameter, position, value, least)
  if not torch.is_tensor(value) or not torch.is_floating_point(value) or value.ndim < (least or 1) then
    options.wrong(name, parameter, position, (least or 1) == 1 and "floats (…×time)"
      or ("floats of at least %d dimensions"):format(least), value)
  end
  return value
end

--- Complex numbers with at least `least` dimensions.
function argument.complex(name, parameter, position, value, least)
  if not torch.is_tensor(value) or not torch.is_complex(value) or value.ndim < least then
    options.wrong(name, parameter, position, ("complex numbers of at least %d dimensions"):format(least), value)
  end
  return value
end

--- One of the words.
function argument.word(name, parameter, position, value, words)
  for _, word in ipairs(words) do
    if value == word then return value end
  end
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = ("\"%s\""):format(word) end
  local last = table.remove(quoted)
  options.wrong(name, parameter, position, table.concat(quoted, ", ") .. " or " .. last, value)
end

--- A number from `least` to `most`.
function argument.range(name, parameter, position, value, least, most)
  if not (value >= least and value <= most) then
    options.wrong(name, parameter, position, ("a number from %s to %s"):format(least, most), value)
  end
  return value
end

--- x as (B×…) with the last `keep` dimensions, and a function that gives results (B×…) the first dimensions of
-- x back.
function argument.flat(x, keep)
  local shape, lead = x.shape, {}
  for i = 1, #shape - keep do lead[i] = shape[i] end
  local flat = {-1}
  for i = #shape - keep + 1, #shape do flat[#flat + 1] = shape[i] end
  if x:numel() == 0 then
    flat[1] = 1
    for _, size in ipairs(lead) do flat[1] = flat[1] * size end
  end
  return x:reshape(flat), function(y)
    local to = table.move(lead, 1, #lead, 1, {})
    for i = 2, y.ndim do to[#to + 1] = y:size(i) end
    return y:reshape(to)
  end
end

return argument
