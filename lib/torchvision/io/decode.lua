-- From the bytes of a file to an image: for torchvision.io and for data sets.
local internal = torch._C
local options = require "torch.utils.options"

local decode = {MAX_PIXELS = 1 << 28}

local HEAD <const> = 512 -- bytes that tell the format

-- ---- formats -----------------------------------------------------------------------------------

--- The formats: {what begins a file of it, NAME}.
local BEGINNINGS <const> = {
  {"\x89PNG\r\n\x1a\n", "png"}, {"\xff\xd8\xff", "jpeg"}, {"GIF8", "gif"}, {"II*\0", "tiff"}, {"MM\0*", "tiff"},
  {"II+\0", "tiff"}, {"MM\0+", "tiff"}, {"BM", "bmp"},
}

--- The format of a file that begins with these bytes; nil: no image that is known.
function decode.format(head)
  for _, row in ipairs(BEGINNINGS) do
    if head:sub(1, #row[1]) == row[1] then return row[2] end
  end
  if head:find "^RIFF....WEBP" then return "webp" end
  if head:find "^P[1-6][%s#]" then return "pnm" end
end

local TITLES <const> = {png = "a PNG image", jpeg = "a JPEG image", gif = "a GIF image", tiff = "a TIFF image",
  bmp = "a BMP image", webp = "a WebP image", pnm = "a PPM image"}

--- A file of this format, in words.
function decode.title(format) return TITLES[format] end

--- What the bytes are instead, in words.
local function other(head, format)
  return TITLES[format] or internal.file_format(head) or "of an unknown format"
end

-- ---- modes -------------------------------------------------------------------------------------

local CHANNELS <const> = {UNCHANGED = 0, GRAY = 1, GRAY_ALPHA = 2, RGB = 3, RGB_ALPHA = 4, RGBA = 4}

local function channels_of(who, mode)
  local channels = CHANNELS[mode:upper()]
  if channels == nil then
    options.wrong(who, "mode", 2, "'UNCHANGED', 'GRAY', 'GRAY_ALPHA', 'RGB' or 'RGB_ALPHA'", mode)
  end
  return channels
end

--- How each format is read: f(library, bytes, channels, wished) → the picture, or nil and why not; also a warning.
local readers = {}

function readers.png(library, bytes, channels, wished)
  return library.decode(bytes, wished.most, channels > 0, channels == 2 or channels == 4)
end

function readers.jpeg(library, bytes, channels, wished)
  local form = channels == 0 and "stored" or channels <= 2 and "grey" or "rgb"
  return library.decode(bytes, wished.most, form, wished.least)
end

local function read_plainly(library, bytes, _, wished) return library.decode(bytes, wished.most) end
readers.webp, readers.gif, readers.tiff = read_plainly, read_plainly, read_plainly
readers.bmp, readers.pnm = read_plainly, read_plainly

-- ---- the way the camera was held -----------------------------------------------------------------

local function transpose(x) return x:transpose(-1, -2) end

--- By the number of EXIF: what makes the stored image upright.
local UPRIGHT <const> = {
  [2] = function(x) return x:flip(-1) end,
  [3] = function(x) return x:flip {-1, -2} end,
  [4] = function(x) return x:flip(-2) end,
  [5] = transpose,
  [6] = function(x) return transpose(x):flip(-1) end,
  [7] = function(x) return transpose(x):flip {-1, -2} end,
  [8] = function(x) return transpose(x):flip(-2) end,
}

local function upright(image, bytes)
  local turn = UPRIGHT[require "torchvision.io.exif"(bytes)]
  return turn and turn(image):contiguous() or image
end

-- ---- all together --------------------------------------------------------------------------------

--- The image in the bytes of a file. `place` is the path for messages, or what else they call it; `wished`: {mode =,
-- upright = as EXIF data say, least = the pixels of the shorter side of a JPEG, most = pixels}. `wanted`: the only
-- format that is taken.
function decode.image(who, place, bytes, wished, wanted)
  local channels = channels_of(who, wished.mode or "UNCHANGED")
  local head = internal.open_tensor(bytes, who, place):read(0, math.min(bytes:numel(), HEAD))
  local format = decode.format(head)
  if format == nil or (wanted and format ~= wanted) then
    local expected = wanted and TITLES[wanted] or "an image"
    options.raise(("%s: %s: not %s but %s"):format(who, place, expected, other(head, format)))
  end
  local library = require("torchvision.io." .. format)
  local picture, reason = readers[format](library, bytes, channels, wished)
  if picture == nil then options.raise(("%s: %s: %s: %s"):format(who, place, TITLES[format], reason)) end
  if reason then options.warn(("%s: %s: %s"):format(who, place, reason)) end
  local image = require "torchvision.io.planes"(picture, channels)
  if image.ndim == 4 and image.shape[1] == 1 then image = image[1] end
  return wished.upright and upright(image, bytes) or image
end

--- The same of an argument.
function decode.tensor(who, input, wished, wanted)
  if not torch.is_tensor(input) or input.dtype ~= torch.uint8 or input.ndim ~= 1 or input.device.type ~= "cpu" then
    options.wrong(who, "input", 1, "the bytes of a file: a uint8 tensor of one dimension on the CPU", input)
  end
  return decode.image(who, "'input' (argument 1)", input:contiguous(), wished, wanted)
end

--- The bytes of a file.
function decode.read(who, path)
  local file <close> = internal.open_file(path, who)
  return file:tensor(0, "uint8", {file:size()})
end

return decode
