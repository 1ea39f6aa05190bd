--- Matrices as colours, images, grids of images.
local arguments = require "gnuplot.arguments"
local bars = require "gnuplot.bars"
local data = require "gnuplot.data"
local host = require "gnuplot.host"
local options = require "torch.utils.options"
local palettes = require "gnuplot.palettes"
local language = require "gnuplot.language"
local torch = require "torch"

local raster = {}

-- ---- matrices --------------------------------------------------------------------

--- A tensor (H, W, …) and how gnuplot is to read it: the cell of row 1, column 1 lies around
-- (1, 1). gnuplot has no images of one row or one column; there each cell becomes two.
local function grid(t, format)
  local from, step = {1, 1}, {1, 1}
  for axis = 1, 2 do
    if t.shape[axis] == 1 then
      t, from[axis], step[axis] = torch.cat({t, t}, axis), 0.75, 0.5
    end
  end
  return t:contiguous(), ("array=(%d,%d) origin=(%g,%g) dx=%g dy=%g format='%s'"):format(t.shape[2],
    t.shape[1], from[2], from[1], step[2], step[1], format)
end

--- A matrix as a layer of coloured cells.
local function cells(matrix)
  local t, binary = grid(matrix, "%double")
  return {bytes = data.bytes(t), empty = not torch.isfinite(matrix):any():item(), binary = binary,
    words = "with image", spans = false}
end

--- Ranges that fit n rows and m columns; the first row is the uppermost.
local function frame(n, m)
  return ("set xrange [0.5:%d.5]\nset yrange [%d.5:0.5]\nset border 15\n"):format(m, n)
end

--- The same for gnuplot.range.
local function frame_of(n, m)
  return {x = {0.5, m + 0.5, whole = true}, y = {n + 0.5, 0.5, whole = true}}
end

--- The range of the colours.
local function limits(given)
  if not given.min and not given.max then return "" end
  local function text(v) return v and ("%.10g"):format(v) or "*" end
  return ("set cbrange [%s:%s]\n"):format(text(given.min), text(given.max))
end

--- The least and the greatest of the values that are finite; nil: none is.
local function finite_range(t)
  local good = t:masked_select(torch.isfinite(t))
  if good:numel() == 0 then return nil end
  return good:min():item(), good:max():item()
end

--- What gnuplot.cells draws of a matrix.
local function drawn_of(matrix, palette, given)
  local low, high = finite_range(matrix)
  return {values = matrix, palette = palette, low = given.min or low or 0, high = given.max or high or 1}
end

--- gnuplot.imagesc: a matrix as an image whose colours span its values.
function raster.imagesc(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"palette", "string"}, {"min", "number"}, {"max", "number"}}, given)
  if list.n > 2 or (list.n == 2 and type(list[2]) ~= "string") then
    arguments.fail("%s: expected x [, palette] [, options], got %s as argument 2", name,
      options.describe(list[2]))
  end
  local matrix = data.tensor(name, list[1], 2)
  local setup = frame(matrix.shape[1], matrix.shape[2]) .. limits(given)
    .. palettes.command(name, list[2] or given.palette or "gray")
  return {command = "plot", setup = setup, layers = {cells(matrix)}, frame = frame_of(table.unpack(matrix.shape)),
    cells = drawn_of(matrix, list[2] or given.palette or "gray", given)}
end

local LEAST_POINTS <const> = 5 -- smaller letters cannot be read
local MOST_NUMBERS <const> = 10000 -- of which the longest is looked for

--- The values of a matrix as text in the middle of its cells, dark on light colours and
-- light on dark ones: `dark` tells for each cell whether its colour is dark.
local function numbers(matrix, format, dark, always)
  local n, m = matrix.shape[1], matrix.shape[2]
  local x = data.count(m):unsqueeze(1):expand(n, m)
  local y = data.count(n):unsqueeze(2):expand(n, m)
  local colour = torch.where(dark, torch.full_like(matrix, 0xffffff),
    torch.full_like(matrix, 0x222222))
  local layer = data.rows{x:flatten(), y:flatten(), matrix:flatten(), colour:flatten()}
  layer.using = ("1:2:($3 == $3 ? sprintf(%s, $3) : ''):4"):format(language.quote(format))
  layer.spans = false
  local longest, total = 1, n * m
  for _, value in ipairs(total <= MOST_NUMBERS and matrix:flatten():tolist() or {}) do
    longest = math.max(longest, #format:format(value))
  end
  layer.words = function(_, _, letters)
    local points = letters.points and 0.78 * letters.plot / m / longest * letters.points // 1 -- digits are wide
    if not points or points >= letters.points or total > MOST_NUMBERS then return "with labels tc rgb variable" end
    if points < LEAST_POINTS and not always then return nil end
    return ("with labels font ',%d' tc rgb variable"):format(math.max(points, LEAST_POINTS))
  end
  return layer
end

--- Where the colour of a cell is dark.
local function is_dark(matrix, palette, given)
  local low, high = finite_range(matrix)
  if not low then return torch.zeros_like(matrix):gt(1) end
  low, high = given.min or low, given.max or high
  local place = (matrix - low) / math.max(high - low, 1e-300)
  if palette == "blues" then return place:gt(0.55) end
  if palette == "coolwarm" then return place:lt(0.15):logical_or(place:gt(0.85)) end
  return place:lt(0.6)
end

local function check_format(name, format)
  local _, count = format:gsub("%%[%-+ #0]*%d*%.?%d*[dgfe]", "")
  local _, signs = format:gsub("%%", "")
  if count ~= 1 or signs ~= 1 or format:find("%c") then
    arguments.fail("%s: 'format': expected a format for one number such as '%%.2f', got '%s'", name,
      format)
  end
  if format:find("[_^{}@&~\\]") then -- gnuplot takes the text of such labels for markup, always
    arguments.fail("%s: 'format': the signs _ ^ { } @ & ~ \\ cannot show here, got '%s'", name, format)
  end
  return (format:gsub("d$", ".0f"))
end

local heat_options = {{"rows", "strings"}, {"columns", "strings"}, {"values", "boolean"},
  {"format", "string"}, {"palette", "string"}, {"min", "number"}, {"max", "number"}}

local function check_labels(name, key, labels, n)
  if labels and #labels ~= n then
    arguments.fail("%s: '%s': expected %d names, got %d", name, key, n, #labels)
  end
end

--- gnuplot.heatmap: a matrix as coloured cells, with its values in them where there is
-- room, and names of rows and columns.
function raster.heatmap(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, heat_options, given)
  if list.n ~= 1 then
    arguments.fail("%s: expected a matrix [, options], got %d arguments", name, list.n)
  end
  local matrix = data.tensor(name, list[1], 2)
  local n, m = matrix.shape[1], matrix.shape[2]
  check_labels(name, "rows", given.rows, n)
  check_labels(name, "columns", given.columns, m)
  local palette = given.palette or "viridis"
  local setup = frame(n, m) .. limits(given) .. palettes.command(name, palette)
    .. "set tics scale 0\n"
  if given.rows then setup = setup .. bars.ticks("y", data.count(n):tolist(), given.rows) end
  if given.columns then
    local long = 0
    for _, label in ipairs(given.columns) do long = math.max(long, #label) end
    setup = setup .. bars.ticks("x", data.count(m):tolist(), given.columns,
      long * m > 60 and 45 or nil)
  end
  local layers = {cells(matrix)}
  local values = given.values
  if values == nil then values = n * m <= 400 end
  if values then
    local format = check_format(name, given.format or "%.3g")
    layers[2] = numbers(matrix, format, is_dark(matrix, palette, given), given.values or given.format)
  end
  local drawn = drawn_of(matrix, palette, given)
  drawn.rows, drawn.columns = given.rows, given.columns
  drawn.format = values and check_format(name, given.format or "%.3g") or nil
  return {command = "plot", setup = setup, layers = layers, frame = frame_of(n, m), cells = drawn,
    ticks = {x = given.columns ~= nil, y = given.rows ~= nil}}
end

--- Counts of (target, prediction) pairs: rows are targets. Both are class numbers from 1.
local function count_pairs(name, targets, predictions, classes)
  local t, p = data.vector(name, targets), data.vector(name, predictions)
  if #t ~= #p then
    arguments.fail("%s: %d targets and %d predictions", name, #t, #p)
  end
  local most = math.max(t:max():item(), p:max():item())
  local k = classes or math.tointeger(most) or 0
  for i, v in ipairs{t, p} do
    local bad = v:lt(1):logical_or(v:gt(k)):logical_or(v:floor():ne(v)):logical_or(v:isnan())
    if bad:any():item() then
      arguments.fail("%s: '%s' (argument %d): expected class numbers from 1 to %d, got %g", name,
        i == 1 and "targets" or "predictions", i, k, v:masked_select(bad)[1]:item())
    end
  end
  local places = ((t - 1) * k + p):to("int64")
  return torch.zeros(k * k, {dtype = "float64"}):index_add(1, places, torch.ones_like(t))
    :reshape(k, k)
end

--- gnuplot.confusion: (matrix) or (targets, predictions), options labels, normalize.
function raster.confusion(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"labels", "strings"}, {"normalize", "boolean"}, {"palette", "string"},
    {"format", "string"}}, given)
  if list.n ~= 1 and list.n ~= 2 then
    arguments.fail("%s: expected targets and predictions, or a matrix of counts", name)
  end
  local matrix
  if list.n == 2 then
    matrix = count_pairs(name, list[1], list[2], given.labels and #given.labels)
  else
    matrix = data.tensor(name, list[1], 2)
    if matrix.shape[1] ~= matrix.shape[2] then
      arguments.fail("%s: expected a square matrix, got %s", name, options.describe(list[1]))
    end
  end
  local share = matrix / matrix:sum(2, {keepdim = true}):clamp(1e-300, math.huge)
  local plot = raster.heatmap(name, given.normalize and share or matrix, {rows = given.labels,
    columns = given.labels, palette = given.palette or "blues", values = true, min = 0,
    format = given.format or (given.normalize and "%.2f" or "%.4g")})
  plot.setup = plot.setup .. "set xlabel 'predicted'\nset ylabel 'true'\nset size ratio 1\n"
  return plot, matrix
end

-- ---- images ------------------------------------------------------------------------

local function is_channels(n) return n == 1 or n == 3 or n == 4 end

--- An image as (H, W, C): from (H, W), (C, H, W) or (H, W, C); the channels come first
-- where both ends could be channels.
local function with_channels_last(name, t)
  if t.ndim == 2 then return t:unsqueeze(3) end
  if t.ndim == 3 and is_channels(t.shape[1]) then return t:permute(2, 3, 1) end
  if t.ndim == 3 and is_channels(t.shape[3]) then return t end
  arguments.fail("%s: expected an image of (H, W), (C, H, W) or (H, W, C) with 1, 3 or 4 channels,"
    .. " got %s", name, options.describe(t))
end

--- Values from 0 to 255: integers are that already, others go from 0 to 1.
local function to_bytes(t)
  if t:is_floating_point() or t.dtype == torch.bool then
    t = t:to("float32")
    t = t:masked_fill(t:isnan(), 0):clamp(0, 1) * 255
    return (t + 0.5):floor():to("uint8")
  end
  return t:clamp(0, 255):to("uint8")
end

--- A plot of (H, W, C) bytes without axes.
local function picture(pixels)
  local h, w, c = pixels.shape[1], pixels.shape[2], pixels.shape[3]
  if c == 1 then pixels, c = pixels:expand(h, w, 3), 3 end
  local t, binary = grid(pixels, ("%uchar"):rep(c))
  local layer = {bytes = host.bytes(t), binary = binary,
    words = c == 4 and "with rgbalpha" or "with rgbimage", spans = false}
  local setup = frame(h, w) .. "set size ratio -1\nunset border\nunset tics\nunset key\n"
    .. "set lmargin 0.5\nset rmargin 0.5\nset bmargin 0.5\n"
  return {command = "plot", setup = setup, layers = {layer}, ticks = {x = true, y = true}, cells = {pixels = pixels}}
end

local function image_tensor(name, value)
  if type(value) == "table" then return data.tensor(name, value, 2) end
  if not data.is_tensor(value) then
    arguments.wrong(name, "image", 1, "a tensor", value)
  end
  return data.values(name, value, value)
end

--- Stretches values so that the least is 0 and the greatest 1.
local function stretch(t)
  t = t:to("float32")
  local low, high = finite_range(t)
  if not low then return t end
  return (t - low) / math.max(high - low, 1e-30)
end

--- gnuplot.image: one image.
function raster.image(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"normalize", "boolean"}}, given)
  if list.n ~= 1 then
    arguments.fail("%s: expected one image [, options], got %d arguments", name, list.n)
  end
  local t = image_tensor(name, list[1])
  if given.normalize then t = stretch(t) end
  return picture(to_bytes(with_channels_last(name, t)))
end

--- (N, H, W, C) from a batch, or from an array of images of one shape.
local function batch_of(name, value)
  if type(value) == "table" then
    local images = {}
    for i, one in ipairs(value) do
      images[i] = with_channels_last(name, image_tensor(name, one))
    end
    if #images == 0 then arguments.fail("%s: there is nothing to plot", name) end
    for i, one in ipairs(images) do
      if one.shape ~= images[1].shape then
        arguments.fail("%s: expected images of one shape, image %d is %s and the first %s", name, i,
          options.describe(one), options.describe(images[1]))
      end
    end
    return torch.stack(images, 1)
  end
  local t = image_tensor(name, value)
  if t.ndim == 3 and not is_channels(t.shape[1]) and not is_channels(t.shape[3]) then
    return t:unsqueeze(4) -- (N, H, W)
  elseif t.ndim == 3 or t.ndim == 2 then
    return with_channels_last(name, t):unsqueeze(1)
  elseif t.ndim == 4 and is_channels(t.shape[2]) then
    return t:permute(1, 3, 4, 2)
  elseif t.ndim == 4 and is_channels(t.shape[4]) then
    return t
  end
  arguments.fail("%s: expected images of (N, C, H, W), (N, H, W, C) or (N, H, W), got %s", name,
    options.describe(value))
end

--- gnuplot.images: images in rows, as torchvision's make_grid lays them out.
function raster.images(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"nrow", "count"}, {"padding", "integer"}, {"pad_value", "fraction"},
    {"normalize", "boolean"}, {"labels", "strings"}}, given)
  if list.n ~= 1 then
    arguments.fail("%s: expected a batch of images [, options], got %d arguments", name, list.n)
  end
  local padding = given.padding or 2
  local batch = batch_of(name, list[1])
  if given.normalize then batch = stretch(batch) end
  batch = to_bytes(batch)
  local n, h, w, c = table.unpack(batch.shape)
  if given.labels and #given.labels > n then
    arguments.fail("%s: 'labels': expected at most %d names, got %d", name, n, #given.labels)
  end
  local across = math.min(given.nrow or 8, n)
  local down = (n + across - 1) // across
  local sheet = torch.full({down * (h + padding) + padding, across * (w + padding) + padding, c},
    math.floor((given.pad_value or 1) * 255), {dtype = "uint8"})
  local words = {}
  for i = 1, n do
    local top = (i - 1) // across * (h + padding) + padding
    local left = (i - 1) % across * (w + padding) + padding
    sheet:narrow(1, top + 1, h):narrow(2, left + 1, w):copy_(batch:select(1, i))
    if given.labels and given.labels[i] then
      words[#words + 1] = ("set label %s at %d.5,%d.5 left front noenhanced tc rgb '#ffffff' "
        .. "boxed bs 1 font ',9' offset 0.3,-0.6\n"):format(language.words(given.labels[i]), left, top)
    end
  end
  local plot = picture(sheet)
  if #words > 0 then
    plot.setup = plot.setup .. "set style textbox 1 opaque fillcolor rgb '#000000' noborder"
      .. " margins 0.5,0.3\n" .. table.concat(words)
  end
  return plot
end

return raster
