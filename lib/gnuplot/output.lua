--- Files with pictures: their formats, and how one takes the place of another.
--
-- gnuplot draws into a draft beside the target, which takes its place when it is whole, so
-- that nobody ever sees half a picture.
local arguments = require "gnuplot.arguments"
local options = require "torch.utils.options"
local sheets = require "gnuplot.sheets"
local torch = require "torch"

local output = {}

output.choice = "png, svg, pdf, eps"

--- Alternatives: `first` where this gnuplot has it, else `second`.
local function either(first, second)
  local name = first:match("%S+")
  return ("if (strstrt(GPVAL_TERMINALS, ' %s ') > 0) { set terminal %s } else { set terminal %s }")
    :format(name, first, second)
end

-- What sets a format: of w by h pixels, on paper 100 an inch, with a font of so many points at 96 an inch. `scale` is
-- how many pixels of a PNG stand for one.
local formats = {
  png = function(w, h, font, points, _, scale)
    w, h = math.floor(w * scale + 0.5), math.floor(h * scale + 0.5)
    local zoom = scale ~= 1 and (" fontscale %g linewidth %g pointscale %g"):format(scale, scale, scale) or ""
    return either(("pngcairo size %d,%d font '%s,%g'%s"):format(w, h, font, points, zoom),
      ("png size %d,%d"):format(w, h))
  end,
  svg = function(w, h, font, points)
    return ("set terminal svg size %d,%d font '%s,%g' background rgb '#ffffff'"):format(w, h,
      font == "sans" and "sans-serif" or font, points + 2)
  end,
  pdf = function(w, h, font, points)
    return ("set terminal pdfcairo size %gin,%gin font '%s,%g'"):format(w / 100, h / 100, font, points - 2)
  end,
  eps = function(w, h, font, points)
    return either(("epscairo size %gin,%gin font '%s,%g'"):format(w / 100, h / 100, font, points - 2),
      ("postscript eps enhanced color size %gin,%gin"):format(w / 100, h / 100))
  end,
  gif = function(w, h, font, points, delay)
    return ("set terminal gif animate delay %d loop 0 size %d,%d font '%s,%g'"):format(delay or 10,
      w, h, font, points)
  end,
}

-- How a whole file of each format ends.
local ends = {
  png = "IEND\xAE\x42\x60\x82$", svg = "</svg>%s*$", pdf = "%%%%EOF%s*$", eps = "%%%%EOF%s*\4?$",
  gif = ";$",
}

--- The command that chooses a format. `given` has the size and perhaps font, dpi, delay.
function output.terminal(format, given)
  local sheet, font = sheets.current(), given.font or {}
  return formats[format](given.size[1], given.size[2], font[1] or sheet.font, font[2] or sheet.points, given.delay,
    (given.dpi or 100) / 100) .. "\n"
end

--- Raises where an option has no meaning for a format. Returns the options.
function output.check(name, format, given)
  if given.dpi and format ~= "png" then
    arguments.fail("%s: 'dpi': a %s is no picture of pixels; its size says how large it is", name, format:upper())
  end
  return given
end

--- The format that a name ends in, or nil.
function output.format(path)
  local format = (path:match("%.(%w+)$") or ""):lower()
  return formats[format] and format ~= "gif" and format or nil
end

local function reason_of(text) return (text or "?"):match("^.*: (.*)$") or text or "?" end

local Draft = {}
Draft.__index = Draft

--- A place to draw for `path`: {draft = where gnuplot writes, ...}. Nil and the reason
-- when the target cannot be written. It goes with its variable (<close>). Nobody waits for the disk: a picture is drawn
-- again in a moment.
function output.open(path, format)
  local ok, new = options.try(torch._C.replacement, path, "gnuplot", true)
  if not ok then return nil, reason_of(new) end
  return setmetatable({new = new, draft = new:path(), format = format}, Draft)
end

function Draft:__close()
  local gone <close> = self.new -- luacheck: ignore
end

--- Whether the target is a pipe or a device.
function Draft:pours() return self.new:pours() end

--- Whether the picture `path` was written to its end: a full disk goes by unnoticed in gnuplot.
function output.is_whole(path, format)
  local file <close> = io.open(path, "rb")
  if file == nil then return false end
  local size = file:seek("end")
  file:seek("set", math.max(0, size - 64))
  return (file:read("a") or ""):find(ends[format]) ~= nil
end

--- Puts the picture in its place. Returns true, or nil and the reason.
function Draft:place()
  if not output.is_whole(self.draft, self.format) then
    return nil, "the picture is not whole; is the disk full?"
  end
  local ok, reason = options.try(self.new.place, self.new)
  if not ok then return nil, reason_of(reason) end
  return true
end

return output
