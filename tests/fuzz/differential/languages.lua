--- For tests/fuzz/differential.lua: a call of arguments.lua as text of Python, and as values of Hecate.
local languages = {}

local function python_number(v)
  if v == true then return "True" elseif v == false then return "False" end
  if math.type(v) == "integer" then return tostring(v) end
  if v ~= v then return "nan" end
  if v == math.huge or v == -math.huge then return v > 0 and "inf" or "-inf" end
  return ("%.17g"):format(v):find "[.e]" and ("%.17g"):format(v) or ("%.17g.0"):format(v)
end

local function python_list(list, shift)
  local out = {}
  for i, v in ipairs(list) do
    if type(v) == "table" then out[i] = ("(%s,%s)"):format(python_number(v[1]), python_number(v[2]))
    else out[i] = python_number(shift and v > 0 and v - 1 or v) end
  end
  return "[" .. table.concat(out, ",") .. "]"
end

local function python_tensor(t, shift, gradient)
  local floats = t.dtype:find "float" or t.dtype:find "complex"
  return ("T('%s',%s,%s,%s,%s)"):format(t.dtype, python_list(t.shape), python_list(t.data, shift),
    t.order and python_list(t.order, true) or "None", gradient and floats and "True" or "False")
end

--- The argument as an expression of Python, with positions from 0.
function languages.python(arg, gradient)
  local kind, v = arg.kind, arg.value
  if kind == "none" then return "None" end
  if kind == "tensor" then return python_tensor(v, false, gradient) end
  if kind == "positions" then return python_tensor(v, true, false) end
  if kind == "tensors" then
    local list = {}
    for i, t in ipairs(v) do list[i] = languages.python(t, gradient) end
    return "[" .. table.concat(list, ",") .. "]"
  end
  if kind == "position" then return python_number(v > 0 and v - 1 or v) end
  if kind == "dims" then return python_list(v, true) end
  if kind == "list" then return python_list(v) end
  if kind == "raw" then return v.python end
  if kind == "dtype" then return ("D('%s')"):format(v) end
  if kind == "word" then return ("'%s'"):format(v) end
  return python_number(v)
end

local PARTS <const> = {complex64 = "float32", complex128 = "float64"}

local function tensor_of(t, gradient, leaves)
  local x
  if PARTS[t.dtype] then
    local flat = {}
    for _, pair in ipairs(t.data) do
      if type(pair) == "userdata" then pair = {pair.real, pair.imag} end
      flat[#flat + 1], flat[#flat + 2] = pair[1], pair[2]
    end
    local shape = table.move(t.shape, 1, #t.shape, 1, {})
    shape[#shape + 1] = 2
    local parts = #flat > 0 and torch.tensor(flat, {dtype = PARTS[t.dtype]}):reshape(shape)
      or torch.zeros(shape, {dtype = PARTS[t.dtype]})
    x = torch.view_as_complex(parts)
  elseif #t.data == 0 then x = torch.zeros(t.shape, {dtype = t.dtype})
  else x = torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape) end
  if t.order then x = x:permute(t.order) end
  if gradient and (t.dtype:find "float" or PARTS[t.dtype]) then
    x = x:detach():requires_grad_(true)
    leaves[#leaves + 1] = x
  end
  return x
end

--- The argument as a value; leaves that require a gradient are appended to `leaves`.
function languages.hecate(arg, gradient, leaves)
  local kind, v = arg.kind, arg.value
  if kind == "none" then return nil end
  if kind == "tensor" then return tensor_of(v, gradient, leaves) end
  if kind == "positions" then return tensor_of(v, false, leaves) end
  if kind == "dtype" then return torch[v] end
  if kind == "raw" then return v.lua end
  if kind ~= "tensors" then return v end
  local list = {}
  for i, t in ipairs(v) do list[i] = languages.hecate(t, gradient, leaves) end
  return list
end

--- The names of the named arguments, in order.
function languages.names(call)
  local names = {}
  for name in pairs(call.named) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- The line of Python for a call of the function `name`, as a function, with out =, as a method or in place.
function languages.line(name, call, gradient, form)
  local args, named = {}, {}
  for i = 1, call.n do args[i] = languages.python(call[i], gradient) end
  for i, key in ipairs(languages.names(call)) do
    named[i] = ("'%s':%s"):format(key, languages.python(call.named[key], gradient))
  end
  return ("('%s',[%s],{%s},%s,'%s')"):format(name, table.concat(args, ","), table.concat(named, ","),
    gradient and "True" or "False", form)
end

return languages
