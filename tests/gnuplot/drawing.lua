--- For specs of plots and of live curves: what is drawn, and what is refused. The spec that loads this file gets a
-- folder, which is gone after its teardown(drawing.remove); its after_each(drawing.reset) leaves the real gnuplot, long
-- times to wait for it, and no figure.
local gnuplot = require "gnuplot"
local Figure = require "gnuplot.figure"
local Frames = require "gnuplot.frames"
local now = require "torch.utils.terminal".now
local screen = dofile "tests/screen.lua"
local picture = dofile "tests/picture.lua"

local drawing = {BLUE = "#0072b2", ORANGE = "#d55e00", GREEN = "#009e73"}
local folder = screen.sh "mktemp -d"
drawing.folder = folder

--- A program that pretends to be gnuplot.
function drawing.fake(script) return screen.fake(folder, script) end

--- Computes for so many seconds.
function drawing.work(seconds)
  local stop = now() + seconds
  while now() < stop do end
end

--- What is drawn by `f`, as a PNG (size 300 by 200) or an SVG.
function drawing.png(f, size)
  gnuplot.pngfigure(folder .. "/p.png", {size = size or {300, 200}})
  f()
  gnuplot.close()
  return picture.png(folder .. "/p.png")
end

function drawing.svg(f)
  gnuplot.svgfigure(folder .. "/p.svg", {size = {300, 200}})
  f()
  gnuplot.close()
  return picture.svg(folder .. "/p.svg")
end

--- The points of the curves of a colour: arrays of {x, y} in pixels, one a stretch, without
-- the sample in the legend.
function drawing.stretches(shown, color)
  local list = {}
  for _, d in ipairs(shown.lines[color] or {}) do
    for command, x, y in d:gmatch("([ML])([%d.]+),([%d.]+)") do
      if command == "M" then list[#list + 1] = {} end
      table.insert(list[#list], {tonumber(x), tonumber(y)})
    end
  end
  return list
end

local this_file = debug.getinfo(1, "S").short_src

--- The message that `f(...)` raises. It must point at the caller of gnuplot's function: at the spec where `f` is
-- written there, at this file where `f` is that function itself.
function drawing.refusal(f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok, "nothing was raised")
  local place, message = tostring(err):match("^(.-):%d+: (.*)$")
  local source = debug.getinfo(f, "S").short_src
  local expected = source:find("_spec%.lua$") and source or this_file
  if place ~= expected then error("raised at the wrong place: " .. tostring(err)) end
  return message
end

function drawing.remove() os.execute("rm -rf " .. folder) end

function drawing.reset()
  gnuplot.setgnuplotexe(nil)
  Figure.timeout = 30
  Frames.closing = 20 -- the machine may have other work
  pcall(gnuplot.closeall)
end
drawing.reset()

return drawing
