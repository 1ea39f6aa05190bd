--- The figures of the program, which of them is the current one, and what is told of their failures.
local Figure = require "gnuplot.figure"
local arguments = require "gnuplot.arguments"
local screen = require "gnuplot.screen"

local current = {figures = {}, number = nil, terminal = nil}

local warned = {} -- of which functions and files a failure has been told
local drawn -- the figure of an animation, while it is drawn

--- Tells of a failure: of gnuplot as a warning, once for a file; of its language and of
-- files as an error.
function current.report(name, path, ok, reason, class)
  if ok then return end
  if class == "file" then
    arguments.fail("%s: cannot write '%s': %s", name, path or "?", reason)
  elseif class == "call" then
    arguments.fail("%s: %s", name, reason)
  end
  local loss = path and ("'%s' is not written"):format(path) or "nothing is drawn"
  if warned[name .. loss] then return end
  warned[name .. loss] = true
  screen.warn(("%s: %s; %s"):format(name, reason, loss))
end

--- A new figure `n`, in the place of the old one of that number; it is the current one.
function current.new(n, path, format, given)
  local figures = current.figures
  if n == nil then n = #figures + 1 end
  if figures[n] then figures[n]:close() end
  figures[n], current.number = Figure.new(n, path, format, given), n
  if current.terminal and not path then figures[n].screens = {current.terminal, "file"} end
  return figures[n]
end

--- Makes figure `n`, which is there, the current one.
function current.go(n) current.number = n end

--- The current figure, a new one where there is none.
function current.figure()
  return drawn or current.figures[current.number] or current.new()
end

--- The figure `n`, the current one by default; nil: there is none.
function current.find(name, n)
  if n == nil then return drawn or current.figures[current.number] end
  n = arguments.check(name, "n", 1, "count", n)
  if current.figures[n] == nil then
    arguments.fail("%s: 'n' (argument 1): there is no figure %d", name, n)
  end
  return current.figures[n]
end

--- Makes `figure` the one that is drawn in, for an animation (nil: none). Returns the one before.
function current.use(figure)
  local old = drawn
  drawn = figure
  return old
end

function current.is_drawn(figure) return figure == drawn end

--- Draws what `reader` in the file `module` makes of the arguments of `gnuplot.NAME`. What the reader returns besides
-- the plot is returned.
function current.draw(name, module, reader, ...)
  name = "gnuplot." .. name
  local plot, result = require("gnuplot." .. module)[reader](name, ...)
  current.report(name, nil, current.figure():try(Figure.plot, plot))
  if result ~= nil then return result end
end

--- Sets one thing of the current panel, as Figure:set.
function current.set(name, key, command, value)
  current.report(name, nil, current.figure():try(Figure.set, key, command, value))
end

return current
