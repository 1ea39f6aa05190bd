-- How a function treats images, masks, boxes and points: each in its way, and what it gives is what came.
local torch = require "torch"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"

local dispatch = {}

local known = {} -- operations by name

local INPUT <const> = {"inpt", kind = "tensor", required = true}

--- An operation: its name, its parameters behind the first, which is always `inpt`, and a function for each kind of
-- tensor, f(x, given), which returns the result; for boxes and points also the new size of their canvas, and the
-- new form. "Image" is for plain tensors and videos as well. `least`: how many dimensions an image has.
function dispatch.operation(name, parameters, kernels, least)
  local list = {INPUT}
  local defaults = {}
  for i, parameter in ipairs(parameters) do
    list[i + 1] = parameter
    defaults[parameter[1]] = parameter.default
  end
  local op = {name = name, parameters = list, kernels = kernels, least = least or 3, defaults = {__index = defaults}}
  known[name] = op
  return op
end

-- Which function is for the tensor.
local function kernel_of(op, kind)
  return op.kernels[(kind == nil or kind == "Video") and "Image" or kind]
end

local function check_image(op, x)
  if x.ndim < op.least then
    local words = op.least == 3 and "an image (…×C×H×W)" or "an image (…×H×W)"
    options.wrong(op.name, "inpt", 1, words, x)
  end
end

local function finish(x, out, canvas_size, format, ...)
  if torch.is_tensor(out) and select("#", ...) == 0 then return tv_tensors._wrap(out, x, format, canvas_size) end
  return out
end

-- Several images, as of five_crop.
local function wrapped_list(x, list)
  if torch._C.tag_of(x) == nil then return table.unpack(list) end
  for i, item in ipairs(list) do list[i] = tv_tensors._wrap(item, x) end
  return table.unpack(list)
end

--- What the operation makes of x, with the arguments by name.
function dispatch.apply(op, x, given)
  local kind = tv_tensors.kind(x)
  local kernel = kernel_of(op, kind)
  if kernel == nil then
    options.raise(("%s: 'inpt' (argument 1): not for %s"):format(op.name, kind))
  end
  if kind == nil or kind == "Image" or kind == "Video" then
    check_image(op, x)
    local out = kernel(x, given)
    if type(out) == "table" then return wrapped_list(x, out) end
    return kind and tv_tensors._wrap(out, x) or out
  end
  return finish(x, kernel(x, given, torch._C.tag_of(x)))
end

--- A call with arguments as a program gives them.
function dispatch.call(op, ...)
  local given = options.read(op.name, op.parameters, ...)
  return dispatch.apply(op, given.inpt, given)
end

--- The operation of this name for a transform: tensors of a kind that it does not know pass as they are. `given` has
-- the arguments by name, checked.
function dispatch.pass(name, x, given)
  local op = known[name]
  if kernel_of(op, tv_tensors.kind(x)) == nil then return x end
  return dispatch.apply(op, x, setmetatable(given, op.defaults))
end

--- The function for masks of one for images: without channels they get one for the time. No mask is mixed.
function dispatch.mask(image)
  return function(x, given)
    local mode = given.interpolation == "nearest-exact" and "nearest-exact" or "nearest"
    local changed = setmetatable({interpolation = mode}, {__index = given})
    if x.ndim >= 3 then return image(x, changed) end
    return image(x:unsqueeze(1), changed):squeeze(1)
  end
end

return dispatch
