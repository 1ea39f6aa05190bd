--- renderer.lua: one gnuplot at work. A frame is a script; when gnuplot has drawn
--- it, gnuplot itself says so, and only then may the next one follow: a slow
--- gnuplot gets fewer frames, not a longer queue.
---
--- Nothing here waits except where a number of seconds is given. A gnuplot that
--- is missing, dead or silent is a state ("failed", "busy"), never an error.

local c = require "gnuplot.c"

local Renderer = {}
Renderer.__index = Renderer

local PIECE = 1 << 20 -- bytes handed over at once; the queue of the process holds 4 of these
local REMEMBERED = 1 << 18 -- bytes kept of what gnuplot says

--- The program: $HECATE_GNUPLOT, else "gnuplot" on PATH.
function Renderer.program()
  local chosen = os.getenv "HECATE_GNUPLOT"
  return chosen and chosen ~= "" and chosen or "gnuplot"
end

--- A gnuplot that draws frames. 'persist' lets its windows stay when it ends.
function Renderer.new(persist)
  local self = setmetatable({ frame = 0, said = "", pending = false }, Renderer)
  local program = Renderer.program()
  local process, problem = c.spawn(program, table.unpack(persist and { "-d", "-persist" } or { "-d" }))
  if process then
    self.process = process
    -- Its answers must come after its drawings, in one stream.
    process:write "set print '-'\nset encoding utf8\n"
  else
    self.failure = ("cannot start %s (%s); no plots are drawn. Debian's package is gnuplot-nox"):format(
      program, problem)
  end
  return self
end

--- "idle", "busy" (a frame is being drawn) or "failed" (see self.failure).
function Renderer:state()
  return self.failure and "failed" or self.pending and "busy" or "idle"
end

local function fail(self)
  self.process:finish(0.05)
  local how, code = self.process:status()
  local words = self.said:match "([^\n]*%S)%s*$"
  self.failure = ("gnuplot %s%s"):format(
    how == "killed" and "was killed by signal " .. code or "ended with exit code " .. code,
    words and how ~= "killed" and ": " .. words or "")
  self.pending = false
end

--- Takes in what gnuplot says, waiting at most 'seconds' (0) for it. When the
--- frame is drawn the function given to submit is called with gnuplot's output.
function Renderer:poll(seconds)
  if self.failure then return "failed" end
  local text, open = self.process:pump(seconds or 0)
  if text ~= "" then self.said = (self.said .. text):sub(-REMEMBERED) end
  local first, last = self.said:find("hecate-done " .. self.frame .. "\n", 1, true)
  if self.pending and first then
    local output, done = self.said:sub(1, first - 1), self.done
    self.said, self.pending, self.done = self.said:sub(last + 1), false, nil
    if done then done(output) end
  elseif not open then
    fail(self)
  end
  return self:state()
end

--- Hands over a frame; the renderer must be idle. 'patience' is how many seconds
--- may be spent waiting for room when the frame is larger than the queue.
function Renderer:submit(script, done, patience)
  assert(self:state() == "idle", "the renderer is not idle")
  self.frame = self.frame + 1
  self.pending, self.done, self.sent, self.said = true, done, c.now(), ""
  local text = ("%s\nset output\nprint 'hecate-done %d'\n"):format(script, self.frame)
  local deadline = c.now() + (patience or 0)
  local from = 1
  while from <= #text do
    local taken = self.process:write(text:sub(from, from + PIECE - 1))
    if taken then from = from + PIECE end
    if taken == nil or (not taken and c.now() >= deadline) then return self:abandon() end
    if not taken then self:poll(0.05) end
    if self.failure then return end
  end
end

--- Waits at most 'seconds' for the frame; returns the state.
function Renderer:wait(seconds)
  local deadline = c.now() + seconds
  while self:state() == "busy" and c.now() < deadline do
    self:poll(deadline - c.now())
  end
  return self:state()
end

--- Gives up: gnuplot is ended now, whatever it is doing.
function Renderer:abandon()
  if not self.failure then
    self:poll(0)
    if not self.failure then self.failure = "gnuplot does not answer" end
  end
  if self.process then self.process:finish(0) end
  self.pending = false
end

--- Ends gnuplot; with 'keep' one whose window is open stays.
function Renderer:close(keep)
  if self.process then self.process:finish(keep and 0.1 or 0, keep) end
  self.failure = self.failure or "closed"
end

--- What gnuplot complained about in 'output', or nil.
function Renderer.complaint(output)
  local problem = output:match "line %d+: ([^\n]+)"
  return problem and problem:gsub("%s+$", "") or nil
end

--- 'text' as a literal of gnuplot: nothing in it is expanded or executed.
function Renderer.quote(text)
  return "'" .. tostring(text):gsub("%c", " "):gsub("'", "''") .. "'"
end

return Renderer
