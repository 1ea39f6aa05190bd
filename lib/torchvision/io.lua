--- torchvision.io: images from files and to files: PNG, JPEG, WebP, GIF, TIFF, BMP and PPM.
--
-- An image is a tensor (C×H×W) of uint8, or of uint16 where the file has 16 bits. A format is recognised by the first
-- bytes of a file, and its library is opened then. A header that claims more than 2^28 pixels is refused; the option
-- max_pixels is another limit.
local decode = require "torchvision.io.decode"
local encode = require "torchvision.io.encode"
local options = require "torch.utils.options"
local torch = require "torch"

local io = {}

--- torchvision.io.ImageReadMode: The colours of what a file becomes; the names do as well as these fields. UNCHANGED:
-- as the file has them, the indices of a palette of PNG; GRAY, GRAY_ALPHA, RGB, RGB_ALPHA: converted.
io.ImageReadMode = {UNCHANGED = "UNCHANGED", GRAY = "GRAY", GRAY_ALPHA = "GRAY_ALPHA", RGB = "RGB",
  RGB_ALPHA = "RGB_ALPHA", RGBA = "RGB_ALPHA"}

-- Reading -------------------------------------------------------------------------------------

local MODE <const> = {"mode", kind = "string", default = "UNCHANGED"}
local EXIF <const> = {"apply_exif_orientation", kind = "boolean", default = false}
local LEAST <const> = {"min_size", kind = "count", default = 0}
local MOST <const> = {"max_pixels", kind = "positive", default = decode.MAX_PIXELS}

--- What torchvision.io.decode is told.
local function wishes(given)
  return {mode = given.mode, upright = given.apply_exif_orientation, least = given.min_size or 0,
    most = given.max_pixels}
end

local function decode_input(who, given, format) return decode.tensor(who, given.input, wishes(given), format) end

--- torchvision.io.read_file(path: path) -> Tensor: The bytes of a file: uint8 (n).
function io.read_file(...)
  return decode.read("read_file", options.read("read_file", {{"path", kind = "string", required = true}}, ...).path)
end

--- torchvision.io.read_image(path: path, mode: string = "UNCHANGED", apply_exif_orientation: bool = false, min_size:
-- count = 0, max_pixels: positive = 2^28) -> Tensor: The image in a file of PNG, JPEG, WebP, GIF, TIFF, BMP or PPM
-- (C×H×W); of an animation (N×C×H×W). apply_exif_orientation: turned upright, as the camera noted it. min_size: a
-- JPEG is decoded at the smallest of 1/8, 1/4, 1/2 and full size whose shorter side has that many pixels, in less
-- time.
function io.read_image(...)
  local given = options.read("read_image", {{"path", kind = "string", required = true}, MODE, EXIF, LEAST, MOST}, ...)
  return decode.image("read_image", given.path, decode.read("read_image", given.path), wishes(given))
end

local IMAGE <const> = {{"input", kind = "tensor", required = true}, MODE, EXIF, LEAST, MOST}

--- torchvision.io.decode_image(input: Tensor, mode: string = "UNCHANGED", apply_exif_orientation: bool = false,
-- min_size: count = 0, max_pixels: positive = 2^28) -> Tensor: The image in the bytes of a file, uint8 (n): as
-- torchvision.io.read_image.
function io.decode_image(...)
  local given = options.read("decode_image", IMAGE, ...)
  return decode_input("decode_image", given)
end

--- torchvision.io.decode_png(input: Tensor, mode: string = "UNCHANGED", apply_exif_orientation: bool = false,
-- max_pixels: positive = 2^28) -> Tensor: The image in the bytes of a PNG: uint8, or uint16 where it has 16 bits
-- (C×H×W).
function io.decode_png(...)
  local given = options.read("decode_png", {IMAGE[1], MODE, EXIF, MOST}, ...)
  return decode_input("decode_png", given, "png")
end

--- torchvision.io.decode_jpeg(input: any, mode: string = "UNCHANGED", device: device = "cpu", apply_exif_orientation:
-- bool = false, min_size: count = 0, max_pixels: positive = 2^28) -> Tensor: The image in the bytes of a JPEG
-- (C×H×W); of an array of tensors an array of images. min_size: as in torchvision.io.read_image.
function io.decode_jpeg(...)
  local given = options.read("decode_jpeg", {{"input"}, MODE, {"device", default = "cpu"}, EXIF, LEAST, MOST}, ...)
  local device = torch.device(given.device)
  if type(given.input) ~= "table" then return decode_input("decode_jpeg", given, "jpeg"):to(device) end
  local images = {}
  if #given.input == 0 then options.wrong("decode_jpeg", "input", 1, "at least one tensor", given.input) end
  for i, input in ipairs(given.input) do
    images[i] = decode.tensor("decode_jpeg", input, wishes(given), "jpeg"):to(device)
  end
  return images
end

--- torchvision.io.decode_webp(input: Tensor, mode: string = "UNCHANGED", apply_exif_orientation: bool = false,
-- max_pixels: positive = 2^28) -> Tensor: The image in the bytes of a WebP (C×H×W). Animations are refused.
function io.decode_webp(...)
  local given = options.read("decode_webp", {IMAGE[1], MODE, EXIF, MOST}, ...)
  return decode_input("decode_webp", given, "webp")
end

--- torchvision.io.decode_gif(input: Tensor, max_pixels: positive = 2^28) -> Tensor: The image in the bytes of a GIF
-- (3×H×W); of an animation each frame as it is shown (N×3×H×W). max_pixels: of all frames together.
function io.decode_gif(...)
  local given = options.read("decode_gif", {IMAGE[1], MOST}, ...)
  return decode_input("decode_gif", given, "gif")
end

-- Writing -------------------------------------------------------------------------------------

--- torchvision.io.write_file(filename: path, data: Tensor): Writes the bytes of a tensor, uint8 (n), as a file. The
-- file is replaced in one step.
function io.write_file(...)
  local given = options.read("write_file", {{"filename", kind = "string", required = true},
    {"data", kind = "tensor", required = true}}, ...)
  encode.write("write_file", given.filename, given.data)
end

local INPUT <const> = {"input", kind = "tensor", required = true}
local FILENAME <const> = {"filename", kind = "string", required = true}
local LEVEL <const> = {"compression_level", kind = "count", default = 6}
local QUALITY <const> = {"quality", kind = "positive", default = 75}

--- The bytes of a file: the image and what the format is told.
local function bytes_of(who, format, given, input)
  return encode.image(who, format, input or given.input, {quality = given.quality,
    compression_level = given.compression_level, delay = given.delay})
end

--- torchvision.io.encode_png(input: Tensor, compression_level: count = 6) -> Tensor: The bytes of a PNG: of an image
-- of uint8 or uint16 with 1 to 4 channels (C×H×W). compression_level: 0 (fast) to 9 (small).
function io.encode_png(...)
  return bytes_of("encode_png", "png", options.read("encode_png", {INPUT, LEVEL}, ...))
end

--- torchvision.io.write_png(input: Tensor, filename: path, compression_level: count = 6): Writes an image as a PNG: as
-- torchvision.io.encode_png.
function io.write_png(...)
  local given = options.read("write_png", {INPUT, FILENAME, LEVEL}, ...)
  encode.write("write_png", given.filename, bytes_of("write_png", "png", given))
end

--- torchvision.io.encode_jpeg(input: any, quality: positive = 75) -> Tensor: The bytes of a JPEG: of a uint8 image
-- with 1 or 3 channels (C×H×W); of an array of images an array. quality: 1 to 100.
function io.encode_jpeg(...)
  local given = options.read("encode_jpeg", {{"input"}, QUALITY}, ...)
  if type(given.input) ~= "table" then return bytes_of("encode_jpeg", "jpeg", given) end
  local list = {}
  if #given.input == 0 then options.wrong("encode_jpeg", "input", 1, "at least one image", given.input) end
  for i, input in ipairs(given.input) do
    list[i] = bytes_of("encode_jpeg", "jpeg", given, input)
  end
  return list
end

--- torchvision.io.write_jpeg(input: Tensor, filename: path, quality: positive = 75): Writes an image as a JPEG: as
-- torchvision.io.encode_jpeg.
function io.write_jpeg(...)
  local given = options.read("write_jpeg", {INPUT, FILENAME, QUALITY}, ...)
  encode.write("write_jpeg", given.filename, bytes_of("write_jpeg", "jpeg", given))
end

--- torchvision.io.write_image(input: Tensor, filename: path, format: string = nil, quality: positive = nil,
-- compression_level: count = nil, delay: count = nil): Writes an image in the format of the ending of its name, or
-- in the one given: png (compression_level: 6), jpeg (quality: 75), webp (without a quality no pixel changes), gif
-- (N×3×H×W is an animation; delay: 10 hundredths of a second between frames), tiff (also float32), bmp, ppm. An
-- option that the format does not have is refused.
function io.write_image(...)
  local given = options.read("write_image", {INPUT, FILENAME, {"format", kind = "string"},
    {"quality", kind = "positive"}, {"compression_level", kind = "count"}, {"delay", kind = "count"}}, ...)
  local format = encode.format("write_image", given.filename, given.format)
  encode.write("write_image", given.filename, bytes_of("write_image", format, given))
end

return io
