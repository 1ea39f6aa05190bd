-- What a pickle may name: containers of Python, numbers and arrays of NumPy, tensors of PyTorch. Each is a function
-- f(machine, arguments, n) that gives plain data or a tensor; see torch/serialize/unpickle.lua.
local internal = torch._C
local options = require "torch.utils.options"
local dtypes = require "torch.serialize.dtypes"

local python = {}

-- ---- containers and numbers of Python ------------------------------------------------------

-- A dict of pairs, of another dict, or of nothing.
local function make_dict(m, arguments)
  local dict = m.new_dict(m, {}, 0)
  local from = arguments[1]
  if from == nil then return dict end
  if m.dicts[from] then
    for key, value in pairs(from) do dict[key] = value end
    return dict
  end
  for i = 1, m.lengths[from] or m.stream:bad "a dict of what is no list" do
    local pair = from[i]
    if type(pair) ~= "table" or m.lengths[pair] ~= 2 then m.stream:bad "a dict of what is no list of pairs" end
    m.set_items(m, dict, {pair[1], pair[2] == nil and m.none or pair[2]}, 2)
  end
  return dict
end

local function make_list(m, arguments)
  local from = arguments[1]
  if from == nil then return m.new_list(m, {}, 0) end
  local n = m.lengths[from] or m.stream:bad "a list of what is no list"
  local list = m.new_list(m, {}, 0)
  for i = 1, n do list[i] = from[i] end
  m.lengths[list] = n
  return list
end

local function make_complex(m, arguments)
  local re, im = arguments[1] or 0, arguments[2] or 0
  if type(re) ~= "number" or type(im) ~= "number" then m.stream:bad "a complex number of what are no numbers" end
  local function part(x) return torch.tensor(x + 0.0, {dtype = "float64"}) end
  return torch.complex(part(re), part(im)):item()
end

-- Bytes as protocol 2 has them: a text of the code points 0 to 255. A text is encoded once, however often it is asked
-- for: the same bytes take memory once.
local function encode(m, arguments)
  local text, encoding = arguments[1], arguments[2]
  if type(text) ~= "string" or (encoding ~= "latin1" and encoding ~= "latin-1") then
    m.stream:bad "refused: an encoding that is not latin1"
  end
  m.encoded = m.encoded or {}
  if m.encoded[text] == nil then
    if not utf8.len(text) then m.stream:bad "bytes that are no text" end
    m.encoded[text] = text:gsub(utf8.charpattern, function(c)
      local code = utf8.codepoint(c)
      return code < 256 and string.char(code) or m.stream:bad "bytes with a code above 255"
    end)
  end
  return m.encoded[text]
end

local function make_bytes(m, arguments)
  local from = arguments[1]
  if from == nil then return "" end
  if type(from) ~= "string" then m.stream:bad "refused: bytes that are made of no string" end
  return arguments[2] and encode(m, arguments) or from
end

local builtins = {dict = make_dict, list = make_list, tuple = make_list, set = make_list, frozenset = make_list,
  complex = make_complex, bytearray = make_bytes, bytes = make_bytes}

-- ---- NumPy ------------------------------------------------------------------------------------

-- numpy.dtype("f4", False, True): its description, which BUILD completes with the order of its bytes.
local function make_dtype(m, arguments)
  local description = {code = arguments[1]}
  if type(description.code) ~= "string" then m.stream:bad "a dtype of NumPy without a name" end
  m.builds[description] = function(machine, state)
    local order = type(state) == "table" and state[2]
    if order == ">" or order == "<" or order == "|" then description.order = order
    elseif order ~= "=" then machine.stream:bad "a dtype of NumPy without the order of its bytes" end
  end
  m.holds[description] = "numpy.dtype"
  return description
end

-- A contiguous tensor of the bytes of an array.
local function tensor_of_bytes(m, description, bytes, shape, fortran)
  local code = (description.order or "|") .. description.code:gsub("^[<>|=]", "")
  local dtype, swap = dtypes.of_numpy(code)
  if not dtype then m.stream:bad(("refused: a NumPy array of dtype '%s'%s"):format(code, swap)) end
  m.array_bytes = (m.array_bytes or 0) + #bytes
  if m.array_bytes > m.stream.file:size() * 4 + 4096 then m.stream:bad "arrays of more bytes than the file has" end
  local reader = internal.open_bytes(bytes, "torch.load", m.stream.file:path())
  local ok, tensor = options.try(reader.tensor, reader, 0, dtype, fortran and dtypes.reversed(shape) or shape, swap)
  if not ok or tensor:numel() * tensor:element_size() ~= #bytes then
    m.stream:bad "an array whose bytes do not fit its shape"
  end
  return fortran and tensor:permute(dtypes.backwards(#shape)) or tensor
end

-- numpy.core.multiarray.scalar(dtype, bytes): a number.
local function make_scalar(m, arguments)
  local description, bytes = m.items[arguments][1], arguments[2]
  if type(description) ~= "table" or not description.code or type(bytes) ~= "string" then
    m.stream:bad "a number of NumPy without its bytes"
  end
  return tensor_of_bytes(m, description, bytes, {}):item()
end

-- numpy.ndarray is named where an array begins; its state follows: (version, shape, dtype, is Fortran, bytes).
local function make_array(m)
  local array = {}
  m.holds[array] = "numpy.ndarray without its elements"
  m.builds[array] = function(machine, state)
    local items = type(state) == "table" and machine.items[state]
    local description, bytes = items and items[3], items and items[5]
    local shape = items and type(items[2]) == "table" and items[2]
    if not shape or type(description) ~= "table" or not description.code then
      machine.stream:bad "an array of NumPy without its state"
    end
    if type(bytes) ~= "string" then
      machine.stream:bad(("refused: a NumPy array of dtype '%s'"):format(description.code))
    end
    for _, size in ipairs(shape) do
      if math.type(size) ~= "integer" or size < 0 then machine.stream:bad "an array with a bad shape" end
    end
    machine.replaced[array] = tensor_of_bytes(machine, description, bytes, shape, items[4] == true)
  end
  return array
end

-- numpy._core.numeric._frombuffer(bytes, dtype, shape, order), of protocol 5.
local function from_buffer(m, arguments)
  local items = m.items[arguments]
  local bytes, description, shape = items[1], items[2], items[3]
  if type(bytes) ~= "string" or type(description) ~= "table" or not description.code or type(shape) ~= "table" then
    m.stream:bad "an array of NumPy without its bytes"
  end
  for _, size in ipairs(shape) do
    if math.type(size) ~= "integer" or size < 0 then m.stream:bad "an array with a bad shape" end
  end
  return tensor_of_bytes(m, description, bytes, shape, items[4] == "F")
end

local numpy = {["multiarray.scalar"] = make_scalar, ["multiarray._reconstruct"] = make_array,
  ["numeric._frombuffer"] = from_buffer}

-- ---- names ------------------------------------------------------------------------------------

local NAMES <const> = {["collections.OrderedDict"] = make_dict, ["collections.Counter"] = make_dict,
  ["collections.defaultdict"] = function(m) return m.new_dict(m, {}, 0) end, ["_codecs.encode"] = encode,
  ["numpy.dtype"] = make_dtype,
    ["numpy.ndarray"] = function(m) m.stream:bad "refused: numpy.ndarray that is called" end}

--- What `module.name` of a pickle is: a function as above, or nil.
function python.globals(module, name)
  if module == "builtins" or module == "__builtin__" then return builtins[name] end
  local short = module:match "^numpy%.core%.(%w+)$" or module:match "^numpy%._core%.(%w+)$"
  if short then return numpy[short .. "." .. name] end
  return NAMES[module .. "." .. name]
end

return python
