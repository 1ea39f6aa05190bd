--- Moving pictures: frames drawn one after the other into a GIF file.
local Figure = require "gnuplot.figure"
local arguments = require "gnuplot.arguments"
local output = require "gnuplot.output"
local language = require "gnuplot.language"

--- Draws `frames` pictures into `path`; `draw(i)` plots the i-th into the current figure.
-- `use(figure)` makes a figure the current one and returns the one before. Returns true,
-- or nil, the reason and its class, as figures do.
return function(name, path, frames, draw, given, use)
  arguments.string(name, "path", 1, path)
  if not path:lower():find("%.gif$") then
    arguments.fail("%s: 'path' (argument 1): expected a name that ends in .gif, got '%s'", name, path)
  end
  frames = arguments.check(name, "frames", 2, "count", frames)
  if type(draw) ~= "function" then arguments.wrong(name, "draw", 3, "a function", draw) end
  given = arguments.named(name, {{"delay", "positive"}, {"size", "size"}}, given or {})
  local draft <close>, refusal = output.open(path, "gif")
  if draft == nil then return nil, refusal, "file" end
  local delay = math.max(1, math.floor((given.delay or 0.1) * 100 + 0.5)) -- hundredths
  local figure = Figure.new(0)
  figure.screens = {"none"}
  local old = use(figure)
  local back <close> = setmetatable({}, {__close = function() use(old) end})
  local size = given.size or {480, 360}
  local movie <close> = Figure.movie(name, ("%sset output %s\n"):format(
    output.terminal("gif", {size = size, delay = delay}), language.path(draft.draft)), size)
  for i = 1, frames do
    draw(i)
    local ok, reason, class = movie:frame(figure)
    if not ok then return nil, reason, class end
  end
  local ok, reason, class = movie:finish()
  if not ok then return nil, reason, class end
  ok, reason = draft:place()
  return ok, reason, "file"
end
