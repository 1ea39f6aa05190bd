-- torchvision.io. What torchvision and Pillow make of the files in tests/data/torchvision/images/ lies beside them.
local torch = require "torch"
local vision = require "torchvision.io"
local files = dofile "tests/files.lua"

local images = "tests/data/torchvision/images/"
local folder = files.capture("mktemp -d"):match "[^\n]+"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(pattern, 1, true), message)
  assert.is_nil(message:find("\n", 1, true))
end

--- A test of what needs the libraries of these formats.
local function with(...)
  for _, format in ipairs {...} do
    if not pcall(require, "torchvision.io." .. format) then return needs(false, "the library of " .. format) end
  end
  return it
end

local FORMATS = {png = "png", jpg = "jpeg", webp = "webp", gif = "gif", tif = "tiff", bmp = "bmp", ppm = "pnm",
  pgm = "pnm", pbm = "pnm"}

local function checksum(x)
  return torch._C.crc32(torch._C.open_tensor(x, "t", "t"):read(0, x:numel() * x:element_size()))
end

--- A picture with an edge and colours in both directions.
local function picture(channels, height, width)
  local x = torch.arange(channels * height * width):reshape(channels, height, width)
  return (x * 7 % 256):to "uint8"
end

--- The bytes of a TIFF that has a picture of one channel in square tiles, which are not packed.
local function tiled_tiff(x, tile)
  local height, width = x.shape[2], x.shape[3]
  local across, down = (width + tile - 1) // tile, (height + tile - 1) // tile
  local wide = torch.zeros(down * tile, across * tile):to "uint8"
  wide:narrow(1, 1, height):narrow(2, 1, width):copy_(x[1])
  local tiles = wide:reshape(down, tile, across, tile):transpose(2, 3):reshape(-1):tolist()
  local n, area, offsets, counts = across * down, tile * tile, {}, {}
  for i = 1, n do offsets[i], counts[i] = 8 + (i - 1) * area, area end
  local behind = 8 + n * area
  -- Tag, type (2 or 4 bytes), number of values, value.
  local entries = {{256, 3, 1, width}, {257, 3, 1, height}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 1},
    {277, 3, 1, 1}, {322, 3, 1, tile}, {323, 3, 1, tile}, {324, 4, n, n > 1 and behind or 8},
    {325, 4, n, n > 1 and behind + 4 * n or area}}
  local parts = {string.pack("<c2I2I4", "II", 42, behind + 8 * n)}
  for _, byte in ipairs(tiles) do parts[#parts + 1] = string.char(byte) end
  for _, list in ipairs {offsets, counts} do
    parts[#parts + 1] = string.pack("<" .. ("I4"):rep(n), table.unpack(list))
  end
  parts[#parts + 1] = string.pack("<I2", #entries)
  for _, entry in ipairs(entries) do parts[#parts + 1] = string.pack("<I2I2I4I4", table.unpack(entry)) end
  local bytes = table.concat(parts) .. "\0\0\0\0"
  return torch.tensor({bytes:byte(1, -1)}, {dtype = "uint8"})
end

describe("images that are read", function()
  for format in pairs {png = 1, jpeg = 1, webp = 1, gif = 1, tiff = 1, bmp = 1, pnm = 1} do
    with(format)("are those of other readers: " .. format, function()
      local seen = 0
      for _, row in ipairs(dofile(images .. "expected.lua")) do
        local file, mode, upright, dtype, shape, crc = table.unpack(row)
        if FORMATS[file:match "%w+$"] == format then
          local x = vision.read_image(images .. file, mode, upright)
          assert.same(shape, {table.unpack(x.shape)}, file .. mode)
          assert.equal(torch[dtype], x.dtype)
          assert.is_true(x:is_contiguous())
          assert.equal(crc, checksum(x), file .. " " .. mode)
          seen = seen + 1
        end
      end
      assert.is_true(seen >= 4)
    end)
  end

  with("png", "jpeg")("have the wanted colours", function()
    local modes = {GRAY = 1, GRAY_ALPHA = 2, RGB = 3, RGB_ALPHA = 4, RGBA = 4, rgb = 3}
    for mode, channels in pairs(modes) do
      for _, file in ipairs {"rgb.png", "la.png", "bit.png", "palette.png", "l.jpg", "cmyk.jpg", "rgb.bmp",
        "rgb.ppm"} do
        assert.equal(channels, vision.read_image(images .. file, mode).shape[1])
      end
    end
    assert.equal(255, vision.read_image(images .. "l.jpg", vision.ImageReadMode.RGBA)[4]:min():item())
    assert.equal(0, vision.read_image(images .. "palette_transparent.png", "GRAY_ALPHA")[2]:min():item())
    assert.equal(255, vision.read_image(images .. "palette.png", "RGBA")[4]:min():item())
    refused("'mode' (argument 2): expected 'UNCHANGED', 'GRAY'", vision.read_image, images .. "rgb.png", "CMYK")
  end)

  with("jpeg")("are decoded at a part of their size", function()
    local bytes = vision.encode_jpeg(picture(3, 64, 96))
    local function shape(least) return {table.unpack(vision.decode_jpeg(bytes, {min_size = least}).shape)} end
    assert.same({3, 8, 12}, shape(8))
    assert.same({3, 16, 24}, shape(9))
    assert.same({3, 32, 48}, shape(32))
    assert.same({3, 64, 96}, shape(33))
    assert.same({3, 64, 96}, shape(1000))
    assert.same({3, 64, 96}, shape(0))
    assert.equal(2, #vision.decode_jpeg({bytes, bytes}))
  end)

  it("of text with comments and of few bits", function()
    assert.same({{{0, 51, 102}, {51, 102, 153}}, {{17, 68, 119}, {68, 119, 170}}, {{34, 85, 136}, {85, 136, 187}}},
      vision.read_image(images .. "text.ppm"):tolist())
    assert.same({{{255, 0, 0, 255}, {0, 255, 255, 0}}}, vision.read_image(images .. "text.pbm"):tolist())
  end)

  it("of runs and of colours in bit fields", function()
    local function bmp(bits, packing, palette, pixels, masks)
      local first = 54 + #palette + #(masks or "")
      return "BM" .. string.pack("<I4I4I4I4i4i4I2I2I4I4I4I4I4I4", first + #pixels, 0, first, 40, 4, 2, 1, bits, packing,
        #pixels, 0, 0, #palette // 4, 0) .. (masks or "") .. palette .. pixels
    end
    local function decode(text)
      files.write(folder .. "/x.bmp", text)
      return vision.read_image(folder .. "/x.bmp"):tolist()
    end
    local colours = "\0\0\0\0\0\0\255\0\0\255\0\0\255\0\0\0" -- black, red, green, blue
    assert.same({{{0, 0, 255, 0}, {255, 255, 0, 0}}, {{0, 255, 0, 0}, {0, 0, 0, 0}}, {{255, 0, 0, 0}, {0, 0, 0, 0}}},
      decode(bmp(8, 1, colours, "\2\1\0\0\0\3\3\2\1\0\0\1")))
    assert.same({{{0, 255, 0, 255}, {255, 0, 255, 0}}, {{0, 0, 0, 0}, {0, 255, 0, 255}}, {{0, 0, 0, 0}, {0, 0, 0, 0}}},
      decode(bmp(4, 2, colours, "\4\x12\0\0\4\x01\0\1")))
    assert.same({{{255, 0, 0, 255}, {0, 0, 0, 0}}, {{0, 255, 0, 0}, {0, 0, 0, 0}}, {{0, 0, 255, 0}, {0, 0, 0, 0}}},
      decode(bmp(16, 3, "", string.pack("<I2I2I2I2I2I2I2I2", 0, 0, 0, 0, 0xf800, 0x7e0, 0x1f, 0xf800),
        string.pack("<I4I4I4", 0xf800, 0x7e0, 0x1f))))
    refused("the file ends too early", decode, bmp(24, 0, "", ("x"):rep(20)))
    refused("a packing that is not supported", decode, bmp(24, 4, "", ("x"):rep(20)))
    refused("a number of bits for each pixel that is not supported", decode, bmp(7, 0, "", ("x"):rep(20)))
  end)
end)

describe("images that are written", function()
  with("png")("as PNG are read as they were", function()
    for _, channels in ipairs {1, 2, 3, 4} do
      local x = picture(channels, 5, 7)
      assert.is_true(torch.equal(x, vision.decode_png(vision.encode_png(x))))
      vision.write_png(x, folder .. "/x.png", 9)
      assert.is_true(torch.equal(x, vision.read_image(folder .. "/x.png")))
    end
    local deep = (torch.arange(2 * 9):reshape(1, 3, 6) * 3640):to "uint16"
    assert.is_true(torch.equal(deep:to "int32", vision.decode_png(vision.encode_png(deep)):to "int32"))
    local plain = picture(1, 4, 4)[1]
    assert.is_true(torch.equal(plain, vision.decode_png(vision.encode_png(plain))[1]))
    assert.is_true(#vision.encode_png(picture(3, 64, 64), 0) > #vision.encode_png(picture(3, 64, 64), 9))
    local turned = picture(3, 5, 7):transpose(2, 3)
    assert.is_true(torch.equal(turned, vision.decode_png(vision.encode_png(turned))))
  end)

  with("jpeg")("as JPEG are nearly as they were", function()
    local x = (torch.arange(48):view(1, 1, 48):expand(3, 32, 48) * 5):to "uint8"
    local y = vision.decode_jpeg(vision.encode_jpeg(x, {quality = 95}))
    assert.is_true((x:to "float32" - y:to "float32"):abs():max():item() < 8)
    assert.is_true(#vision.encode_jpeg(x, 10) < #vision.encode_jpeg(x, 95))
    vision.write_jpeg(x[{{1, 1}}], folder .. "/x.jpg")
    assert.same({1, 32, 48}, {table.unpack(vision.read_image(folder .. "/x.jpg").shape)})
    assert.equal(2, #vision.encode_jpeg {x, x})
    refused("write_jpeg: 'quality': expected a quality from 1 to 100", vision.write_jpeg, x, folder .. "/x.jpg", 101)
    refused("encode_jpeg: 'input' (argument 1): expected a uint8 image of 1 or 3 channels (C×H×W), got float32",
      vision.encode_jpeg, x:float())
  end)

  with("webp", "gif", "tiff")("in the format of their names are read as they were", function()
    local x = picture(3, 9, 11)
    for _, ending in ipairs {"webp", "gif", "tif", "bmp", "ppm"} do
      local path = folder .. "/y." .. ending
      vision.write_image(x, path)
      assert.is_true(torch.equal(x, vision.read_image(path)), ending)
    end
    for _, channels in ipairs {1, 2, 4} do
      vision.write_image(picture(channels, 3, 5), folder .. "/z.tiff")
      assert.is_true(torch.equal(picture(channels, 3, 5), vision.read_image(folder .. "/z.tiff")))
    end
    for _, dtype in ipairs {"uint16", "float32"} do
      local y = (torch.arange(24):reshape(1, 4, 6) * 1000):to(dtype)
      vision.write_image(y, folder .. "/z.tiff")
      local z = vision.read_image(folder .. "/z.tiff")
      assert.equal(y.dtype, z.dtype)
      assert.is_true(torch.equal(y:to "float64", z:to "float64"))
    end
    vision.write_image(picture(1, 3, 5), folder .. "/g", "pgm")
    assert.is_true(torch.equal(picture(1, 3, 5), vision.read_image(folder .. "/g")))
    vision.write_image(picture(4, 3, 5), folder .. "/a.webp")
    vision.write_image(x, folder .. "/lossy.webp", {quality = 20})
    assert.is_false(torch.equal(x, vision.read_image(folder .. "/lossy.webp")))
    for option, endings in pairs {quality = {"png", "gif", "tif", "bmp", "ppm"},
      compression_level = {"jpg", "webp", "gif", "bmp"}, delay = {"png", "webp", "ppm"}} do
      for _, ending in ipairs(endings) do
        local path = folder .. "/o." .. ending
        refused(("write_image: '%s': a "):format(option), vision.write_image, x, path, {[option] = 9})
      end
    end
    refused("write_image: 'delay': a BMP image has no such option", vision.write_image, x, folder .. "/o.bmp",
      {delay = 5})
    refused("the name must end as one of png, jpeg", vision.write_image, x, folder .. "/x.xyz")
  end)

  with("tiff")("of tiles are whole, also where the last ones reach over the edges", function()
    for _, size in ipairs {{40, 24}, {33, 17}, {16, 16}, {5, 40}} do
      local width, height = table.unpack(size)
      local x = picture(1, height, width)
      assert.is_true(torch.equal(x, vision.decode_image(tiled_tiff(x, 16))))
    end
  end)

  it("of few colours hold their pixels behind a short palette", function()
    local header = string.pack("<c2I4I4I4", "BM", 0, 0, 14 + 40 + 8)
      .. string.pack("<I4i4i4I2I2I4I4I4I4I4I4", 40, 2, 1, 1, 8, 0, 0, 0, 0, 0, 0)
    local bytes = header .. "\0\0\0\0\9\9\9\0" .. "\1\0\7\5"
    local x = vision.decode_image(torch.tensor({bytes:byte(1, -1)}, {dtype = "uint8"}))
    assert.same({{{9, 0}}}, x:tolist())
  end)

  with("gif")("of many colours get a palette near to them", function()
    local ramp = torch.arange(64):view(1, 1, 64)
    local x = torch.cat({ramp:expand(1, 64, 64) * 4, ramp:transpose(2, 3):expand(1, 64, 64) * 4,
      (ramp + ramp:transpose(2, 3)) * 2}):to "uint8"
    vision.write_image(x, folder .. "/many.gif")
    local y = vision.read_image(folder .. "/many.gif")
    assert.is_true((x:float() - y:float()):abs():mean():item() < 8)
    local frames = torch.stack {x, x:flip(-1), x:flip(-2)}
    vision.write_image(frames, folder .. "/film.gif", {delay = 4})
    local z = vision.read_image(folder .. "/film.gif")
    assert.same({3, 3, 64, 64}, {table.unpack(z.shape)})
    assert.is_true((frames:float() - z:float()):abs():mean():item() < 8)
  end)
end)

describe("bad images", function()
  it("are named as what they are", function()
    files.write(folder .. "/note.png", "this is a note")
    refused("read_image: " .. folder .. "/note.png: not an image but a text", vision.read_image, folder .. "/note.png")
    refused("no-file.png: No such file or directory", vision.read_image, folder .. "/no-file.png")
    files.write(folder .. "/empty.png", "")
    refused("not an image but an empty file", vision.read_image, folder .. "/empty.png")
    local bytes = vision.read_file(images .. "rgb.bmp")
    refused("decode_png: 'input' (argument 1): not a PNG image but a BMP image", vision.decode_png, bytes)
    refused("decode_gif: 'input' (argument 1): expected the bytes of a file: a uint8 tensor of one dimension",
      vision.decode_gif, torch.zeros(3))
    refused("decode_image: 'input' (argument 1)", vision.decode_image, torch.zeros(0, {dtype = "uint8"}))
  end)

  for file in pairs {["rgb.png"] = 1, ["rgb.jpg"] = 1, ["progressive.jpg"] = 1, ["rgba.webp"] = 1,
    ["animation.gif"] = 1, ["tiff_lzw.tif"] = 1, ["raw.tif"] = 1, ["palette.tif"] = 1, ["rgb.bmp"] = 1,
    ["rgb.ppm"] = 1, ["text.ppm"] = 1} do
    with(FORMATS[file:match "%w+$"])("that were cut are refused: " .. file, function()
      local whole = files.read(images .. file)
      for _, part in ipairs {0.3, 0.6, 0.9} do
        local path = ("%s/cut-%s"):format(folder, file)
        files.write(path, whole:sub(1, (#whole * part) // 1 | 0))
        refused(path .. ": ", vision.read_image, path)
      end
    end)
  end

  with("png", "gif")("that claim too much are refused", function()
    refused("18×13 pixels are more than the limit of 200 pixels ('max_pixels')", vision.read_image,
      images .. "rgb.png", {max_pixels = 200})
    assert.equal(3, vision.read_image(images .. "rgb.png", {max_pixels = 13 * 18}).shape[1])
    refused("more than the limit", vision.read_image, images .. "animation.gif", {max_pixels = 13 * 18 * 2})
    local header = string.pack(">c4I4I4BBBBB", "IHDR", 1 << 30, 1 << 30, 8, 2, 0, 0, 0)
    files.write(folder .. "/huge.png", "\x89PNG\r\n\x1a\n" .. string.pack(">I4", 13) .. header ..
      string.pack(">I4", torch._C.crc32(header)) .. string.pack(">I4", 9) .. "IDAT")
    refused("1073741824×1073741824 pixels are more than the limit of 268435456", vision.read_image,
      folder .. "/huge.png")
    files.write(folder .. "/huge.ppm", "P6 100000 2000 255\n")
    refused("the file ends too early", vision.read_image, folder .. "/huge.ppm")
    files.write(folder .. "/none.ppm", "P6 0 5 255\n")
    refused("a picture of 0×5 pixels", vision.read_image, folder .. "/none.ppm")
  end)

  with("jpeg")("are told of where bytes in them do not belong there", function()
    local text = files.read(images .. "rgb.jpg") -- its first part ends at 20
    files.write(folder .. "/more.jpg", text:sub(1, 20) .. "\0\0\0" .. text:sub(21))
    local code = ("print(require('torchvision.io').read_image('%s').shape[1])"):format(folder .. "/more.jpg")
    local printed = files.capture(("%s -e \"%s\" 2>&1"):format(os.getenv "HECATE_BIN" or "build/hecate", code))
    assert.truthy(printed:find("warning: read_image: " .. folder .. "/more.jpg: Corrupt JPEG data: 3 extraneous bytes",
      1, true), printed)
    assert.truthy(printed:find("\n3\n", 1, true), printed)
  end)

  with("png")("with a wrong checksum are refused", function()
    local text = files.read(images .. "rgb.png")
    local at = text:find("IDAT", 1, true) + 20
    files.write(folder .. "/flip.png", text:sub(1, at - 1) .. string.char(text:byte(at) ~ 1) .. text:sub(at + 1))
    refused("flip.png: a PNG image: ", vision.read_image, folder .. "/flip.png")
  end)
end)

describe("bytes of files", function()
  it("are read and written", function()
    local x = torch.tensor({0, 1, 255}, {dtype = "uint8"})
    vision.write_file(folder .. "/bytes", x)
    assert.equal("\0\1\255", files.read(folder .. "/bytes"))
    assert.is_true(torch.equal(x, vision.read_file(folder .. "/bytes")))
    refused("write_file: 'data' (argument 2): expected bytes", vision.write_file, folder .. "/bytes", torch.zeros(2))
  end)
end)
