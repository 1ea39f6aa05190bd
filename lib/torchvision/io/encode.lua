-- From an image to the bytes of a file: for torchvision.io and torchvision.utils.
local internal = torch._C
local decode = require "torchvision.io.decode"
local options = require "torch.utils.options"

local encode = {}

--- The formats: what a message expects, the dtypes and the numbers of channels that they take, the longest side.
local FORMATS <const> = {
  png = {"a uint8 or uint16 image of 1 to 4 channels (C×H×W)", {"uint8", "uint16"}, {1, 2, 3, 4}, 0x7fffffff},
  jpeg = {"a uint8 image of 1 or 3 channels (C×H×W)", {"uint8"}, {1, 3}, 65500},
  webp = {"a uint8 image of 1, 3 or 4 channels (C×H×W)", {"uint8"}, {1, 3, 4}, 16383},
  gif = {"a uint8 image of 1 or 3 channels (C×H×W), or several (N×C×H×W)", {"uint8"}, {1, 3}, 65535},
  tiff = {"a uint8, uint16 or float32 image of 1 to 4 channels (C×H×W)", {"uint8", "uint16", "float32"},
    {1, 2, 3, 4}, 0x7fffffff},
  bmp = {"a uint8 image of 1 or 3 channels (C×H×W)", {"uint8"}, {1, 3}, 0x7fffffff},
  pnm = {"a uint8 or uint16 image of 1 or 3 channels (C×H×W)", {"uint8", "uint16"}, {1, 3}, 0x7fffffff},
}

local function has(list, item)
  for _, one in ipairs(list) do if one == item then return true end end
  return false
end

--- Whether a format takes this image.
local function fits(row, format, image)
  local d = image.ndim
  if d ~= 3 and not (d == 4 and format == "gif") then return false end
  local shape, dtype = image.shape, tostring(image.dtype):gsub("^torch%.", "")
  local height, width = shape[d - 1], shape[d]
  return has(row[2], dtype) and has(row[3], shape[d - 2]) and image:numel() > 0 and image.device.type ~= "meta"
    and height <= row[4] and width <= row[4]
end

--- The pixels of an image side by side (H×W×C); a grey one of two dimensions has one channel.
local function pixels_of(who, format, input)
  local row, image = FORMATS[format], input
  if not torch.is_tensor(input) then options.wrong(who, "input", 1, row[1], input) end
  if input.ndim == 2 then image = input:unsqueeze(1) end
  if not fits(row, format, image) then options.wrong(who, "input", 1, row[1], input) end
  image = image:detach():cpu()
  if (format == "gif" or format == "webp") and image.shape[image.ndim - 2] == 1 then
    local shape = {table.unpack(image.shape)}
    shape[#shape - 2] = 3
    image = image:expand(shape)
  end
  if image.ndim == 4 then return image:permute(1, 3, 4, 2):contiguous() end
  local pixels = image:permute(2, 3, 1):contiguous()
  return format == "gif" and pixels:unsqueeze(1) or pixels
end

local function check_level(who, level)
  if level > 9 then options.wrong(who, "compression_level", nil, "a level from 0 to 9", level) end
  return level
end
local function check_quality(who, quality)
  if quality > 100 then options.wrong(who, "quality", nil, "a quality from 1 to 100", quality) end
  return quality
end

local function check_delay(who, delay)
  if delay > 65535 then options.wrong(who, "delay", nil, "hundredths of a second, up to 65535", delay) end
  return delay
end

--- What each codec is told besides the pixels: the option, its check, its value where it is not given.
local SETTINGS <const> = {png = {"compression_level", check_level, 6}, jpeg = {"quality", check_quality, 75},
  webp = {"quality", check_quality}, gif = {"delay", check_delay, 10}}

--- The value of the option that a format has. The others are refused: they would change nothing.
local function setting_of(who, format, settings)
  local row = SETTINGS[format] or {}
  for _, name in ipairs {"quality", "compression_level", "delay"} do
    if settings[name] ~= nil and name ~= row[1] then
      options.raise(("%s: '%s': %s has no such option"):format(who, name, decode.title(format)))
    end
  end
  local value = settings[row[1]]
  if value == nil then return row[3] end
  return row[2](who, value)
end

--- The bytes of an image as a file of a format; `settings`: {quality =, compression_level =, delay =}.
function encode.image(who, format, input, settings)
  local pixels, setting = pixels_of(who, format, input), setting_of(who, format, settings)
  return require("torchvision.io." .. format).encode(pixels, setting)
end

local ENDINGS <const> = {png = "png", jpg = "jpeg", jpeg = "jpeg", webp = "webp", gif = "gif", tif = "tiff",
  tiff = "tiff", bmp = "bmp", ppm = "pnm", pgm = "pnm", pnm = "pnm"}

--- The format of a path, or the one that was given.
function encode.format(who, path, given)
  local ending = (given or path:match "%.(%w+)$" or ""):lower()
  local format = ENDINGS[ending]
  if format then return format end
  local known = "png, jpeg, webp, gif, tiff, bmp or ppm"
  if given then options.wrong(who, "format", nil, known, given) end
  options.raise(("%s: %s: the name must end as one of %s; or say it by 'format'"):format(who, path, known))
end

--- Writes bytes as a file.
function encode.write(who, path, bytes)
  if bytes.dtype ~= torch.uint8 or bytes.ndim ~= 1 then
    options.wrong(who, "data", 2, "bytes: a uint8 tensor of one dimension", bytes)
  end
  internal.write_file(path, "", {bytes}, who)
end

return encode
