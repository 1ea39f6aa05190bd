--- A running gnuplot: frames of commands go in, and it says when each is done.
--
-- After every frame gnuplot prints a mark; until that comes back the frame is
-- `pending`. Nothing here raises or waits longer than it is told to: a gnuplot that
-- is missing, dead, stopped or slow comes back as nil and a reason.
local c = require "gnuplot.process"
local terminal = require "torch.utils.terminal"

local Pipe = {}
Pipe.__index = Pipe

local CHUNK = 64 * 1024

-- Blocks of data came with version 5. Of a line with `if`, old ones skip all or nothing.
Pipe.TOO_OLD = "is too old, 5 is needed"
local CHECK = ("if (GPVAL_VERSION < 5) print sprintf('version %%g %s', GPVAL_VERSION); exit\n"):format(Pipe.TOO_OLD)

local function silence(seconds)
  return ("gnuplot has not answered for %g s"):format(math.floor(seconds * 10 + 0.5) / 10)
end

--- The program that is run: what was set, else $HECATE_GNUPLOT, else `gnuplot` on the
-- PATH.
function Pipe.program()
  local program = Pipe.executable or os.getenv("HECATE_GNUPLOT")
  return program and program ~= "" and program or "gnuplot"
end

--- Starts gnuplot; one without `window` is killed by a signal that ends the program. Returns a pipe, or nil and the
-- reason.
function Pipe.start(window)
  local program = Pipe.program()
  local process, reason = c.spawn(program, "-d")
  if process == nil then
    return nil, ("cannot run '%s': %s"):format(program, reason), "missing"
  end
  if not window then process:tie() end
  local pipe = setmetatable({process = process, frames = 0, heard = ""}, Pipe)
  pipe:write('set print "-"\nset encoding utf8\n' .. CHECK)
  return pipe
end

--- When the program ends without close, Lua finalizes the youngest object first: the
-- owner of a pipe comes after the process that it still needs, but the pipe, made
-- after the process, comes before it. So an owner that has a last word to say sets
-- `on_end`.
function Pipe:__gc()
  if self.on_end then self:on_end() end
end

function Pipe:write(text) return self.process:write(text) end

--- What gnuplot did not understand, if anything.
local function complaint_in(text)
  for said in text:gmatch("line %d+: ([^\n]+)") do
    if not said:find("^warning") then return "gnuplot: " .. said end
  end
end

--- Why gnuplot is gone, from its last words or from how it ended.
local function post_mortem(pipe)
  local how, number = pipe.process:status()
  local said = pipe.heard:match("([^\n]*%S)%s*$")
  if said and how ~= "killed" then return complaint_in(pipe.heard) or "gnuplot: " .. said end
  if how == "killed" then return ("gnuplot was killed by signal %d"):format(number) end
  if how == "exited" then return ("gnuplot ended with exit code %d"):format(number) end
  return "gnuplot closed its input"
end

--- Queues a frame. Returns true, or nil and the reason; false when the queue is
-- full, and then nothing was queued.
function Pipe:frame(script)
  self.frames = self.frames + 1
  local mark = ('print sprintf("\\nhecate frame %d %%f", time(0.0) - hecate_t)'):format(
    self.frames)
  local queued = self:write(("hecate_t = time(0.0)\n%s\n%s\n"):format(script, mark))
  if queued == nil then
    self:pump(0.05)
    return nil, post_mortem(self)
  end
  self.pending = queued
  return queued
end

function Pipe:pump(seconds)
  local text, open = self.process:pump(seconds or 0)
  self.heard = self.heard .. text
  return open
end

--- Looks whether the pending frame is done, for at most `seconds`. Returns what
-- gnuplot printed for it and how many seconds it worked; false while it is not done;
-- nil and the reason when gnuplot is gone or did not understand ("gnuplot: ...").
function Pipe:poll(seconds)
  local open = self:pump(seconds)
  local from, to, took = self.heard:find(("\nhecate frame %d ([%%d.]+)\n"):format(self.frames))
  if from then
    local text = self.heard:sub(1, from - 1)
    self.heard, self.pending = self.heard:sub(to + 1), false
    local complaint = complaint_in(text)
    if complaint then return nil, complaint end
    return text, tonumber(took)
  end
  if open then return false end
  return nil, post_mortem(self)
end

--- Polls until the pending frame is done or nothing has been heard for `seconds`.
-- Short waits, so that an interrupt is noticed.
function Pipe:await(seconds)
  local deadline = terminal.now() + seconds
  repeat
    local text, more = self:poll(math.min(0.05, seconds))
    if text ~= false then return text, more end
  until terminal.now() > deadline
  return nil, silence(seconds)
end

--- Runs a script of any length and waits for its end; `seconds` bounds the time
-- without progress. Returns what gnuplot printed, or nil and the reason.
function Pipe:run(script, seconds)
  for from = 1, #script, CHUNK do
    local deadline = terminal.now() + seconds
    local queued = self:write(script:sub(from, from + CHUNK - 1))
    while queued == false and terminal.now() < deadline do
      if not self:pump(0.05) then break end
      queued = self:write(script:sub(from, from + CHUNK - 1))
    end
    if queued == false then
      return nil, silence(seconds)
    end
    if queued == nil then break end
  end
  local ok, reason = self:frame("")
  if not ok then return nil, reason or "gnuplot takes no more" end
  return self:await(seconds)
end

--- Ends gnuplot, waiting at most `seconds`; with `keep` a window may stay.
function Pipe:close(seconds, keep) self.process:finish(seconds or 0, keep) end

return Pipe
