--- How a picture that changes gets onto its screen and into its file, time and again,
-- without holding anybody up.
--
-- Pictures of characters are drawn here; the processor time that takes is followed by REST
-- times as much without any. All others are drawn by gnuplot, a child of its own that is fed
-- through a pipe without waiting; at most one frame is on its way, and the next is begun
-- when the interval and many times the duration of the last one have passed. When
-- gnuplot is missing, dies, is stopped or is slow, that costs one warning; a new one is
-- tried later, at longer and longer intervals.
--
-- These are methods of an object that has `title`, `screens` (see gnuplot.screen),
-- `revision`, the number of changes so far, `interval`, `timeout`, perhaps `file` with its
-- `format` and `file_commands`, `picture()`, which gives what gnuplot.picture takes,
-- and `rescue()`, which keeps the data when they cannot be drawn.
local Pipe = require "gnuplot.pipe"
local output = require "gnuplot.output"
local panel = require "torch.utils.panel"
local screen = require "gnuplot.screen"
local terminal = require "torch.utils.terminal"
local language = require "gnuplot.language"

local Frames = {closing = 2} -- seconds that close waits for the last picture at most

local POLL = 0.05      -- seconds between looks at gnuplot
local PAUSE = 15       -- a frame that took gnuplot t seconds is followed by PAUSE·t of rest
local REST = 400       -- one that took ourselves t seconds by REST·t: a quarter of 1 %
local FIRST = 0.3      -- seconds before the first frame
local RETRY = 5        -- seconds before a new gnuplot is tried, doubled each time
local FILE_EVERY = 5   -- seconds between writings of the file beside a screen
local FILE_ALONE = 2   -- … and without one
local INTERVAL = 0.5   -- seconds between redraws of a screen
local SIZE = {960, 540} -- of the file, in pixels
local FILE_VIEW = {size = SIZE, points = 11}
local WINDOW_VIEW = {size = SIZE, points = 11, free = true}
local WIDEST = 120     -- columns of a picture in the terminal
local NAME = 100       -- characters of a file that is called like its curve

-- ---- beginning ---------------------------------------------------------------------

function Frames:start_frames()
  local now = terminal.now()
  self.next_poll, self.next_file, self.retry = 0, 0, RETRY
  self.next_text, self.next_frame = now + FIRST, now + FIRST
end

function Frames.cannot_write(path, reason)
  return ("cannot write '%s': %s"):format(path, reason:match(": (.*)$") or reason)
end

--- The format of `path` and gnuplot's commands for it; nil and the reason when it is none
-- of gnuplot's or cannot be written.
function Frames.check_file(path)
  local format = output.format(path)
  if format == nil then
    return nil, ("expected a name that ends in one of %s, got '%s'"):format(output.choice, path)
  end
  local draft <close>, reason = output.open(path, format)
  if draft and draft:pours() then reason = "not a regular file" end -- a pipe would hold the program up
  if reason then return nil, Frames.cannot_write(path, reason) end
  return format, output.terminal(format, {size = SIZE})
end

--- Lets go of what is drawn for the file before it takes its place, if there is such a draft.
local function drop_draft(self)
  local draft <close> = self.draft
  self.draft = nil
end

--- Makes the draft of a frame. Returns true, or warns.
local function make_draft(self)
  drop_draft(self)
  local reason
  self.draft, reason = output.open(self.file, self.format)
  if self.draft then return true end
  self:rescue()
  self:warn(Frames.cannot_write(self.file, reason))
end

--- Decides what "terminal" is when it is its turn; a curve that is shown nowhere goes to
-- a file, and says so.
function Frames:choose_screen()
  if self.screens[1] == "dumb" then -- gnuplot's own characters: we have better ones
    if screen.has_terminal() then self.screens[1] = screen.text_kind()
    else table.remove(self.screens, 1) end
  elseif self.screens[1] == "terminal" then
    local kind = screen.terminal_kind()
    self.screens[1] = kind
    if not screen.is_text(kind) then table.insert(self.screens, 2, screen.text_kind()) end
  end
  if self.screens[1] == "sixel" and require "gnuplot.graphics".drift() then
    self.screens[1], self.final = screen.text_kind(), "sixel" -- characters until the end
  end
  if self.screens[1] ~= "file" or self.file or self.log then return end
  local path = self.title:gsub("[^%w%-_.]+", "_"):sub(1, NAME) .. ".png"
  local format, commands = Frames.check_file(path)
  if format == nil then
    self:warn("no display, no terminal, and " .. commands)
    return
  end
  self.file, self.format, self.file_commands = path, format, commands
  screen.warn(("gnuplot.live: no display and no terminal to draw on, see '%s'"):format(path))
end

--- One warning a curve; that its points cannot be written has been one.
function Frames:warn(reason)
  if self.warned or self.torn then return end
  self.warned = true
  local instead = ("the work goes on without the plot of '%s'"):format(self.title)
  if self.rescued then
    instead = ("until '%s' is drawn the points of '%s' are in '%s'"):format(self.file, self.title,
      self.rescued)
  elseif self.log then
    instead = ("the points of '%s' are in '%s'"):format(self.title, self.log.path)
  end
  screen.warn(("gnuplot.live: %s; %s"):format(reason, instead))
end

-- ---- pictures -----------------------------------------------------------------------

--- Columns and rows of a picture in the terminal.
local function size_inside()
  local columns, rows = panel.size()
  return math.min(columns - 1, WIDEST), math.max(10, math.min(24, rows // 2))
end

--- Draws with characters.
function Frames:draw_text(now)
  local began, picture = terminal.spent(), self:picture()
  if picture == nil then return end
  local chart = require "gnuplot.chart"
  self.columns, self.rows = size_inside()
  self.lines = chart.draw(picture.curves, {columns = self.columns, rows = self.rows, title = self.title,
    logy = self.logy, marks = self.marks, charset = self.screens[1], colours = screen.colours()})
  self.last_words = table.concat(self.lines, "\n") .. "\n"
  self.slot = self.slot or panel.open(0)
  self.slot:show(self.lines)
  self.shown = self.revision
  self.next_text = now + math.max(self.interval or INTERVAL, REST * (terminal.spent() - began))
end

--- The commands of a frame for the present screen, if gnuplot draws it, and, if
-- `with_file`, the file.
function Frames:script(with_file)
  local kind, script = self.screens[1], {}
  local data = self:picture()
  local commands = require "gnuplot.picture".commands
  if data == nil then return nil end
  if with_file and make_draft(self) then
    script[1] = ("%sset output %s\n%sunset output\n"):format(self.file_commands,
      language.path(self.draft.draft), commands(data, FILE_VIEW))
  end
  if screen.is_window(kind) then
    script[#script + 1] = screen.window(kind, 0, language.words(self.title), true) .. commands(data, WINDOW_VIEW)
  elseif kind == "kitty" or kind == "sixel" then
    local graphics = require "gnuplot.graphics"
    self.columns, self.rows = size_inside()
    script[#script + 1] = graphics.commands(kind, self.columns, self.rows)
      .. commands(data, graphics.view(self.columns, self.rows)) .. "unset output\n"
  end
  return script[1] and table.concat(script)
end

--- Shows a picture of pixels in the terminal; the last one is ordinary output.
function Frames:show_pixels(text)
  local graphics, kind = require "gnuplot.graphics", self.screens[1]
  local picture = graphics.wrap(kind, text, self.columns, self.rows, 1)
  if picture == nil then return self:fail("gnuplot made no picture for the terminal") end
  self.slot = self.slot or panel.open(0)
  if not self.closed then
    local lines = {}
    for i = 1, self.rows + 1 do lines[i] = "" end -- one more: sixels may run over
    self.slot:show(lines, picture)
  end
  self.last_words = graphics.remove(kind, 1)
    .. graphics.wrap(kind, text, self.columns, self.rows) .. ("\n"):rep(kind == "kitty"
      and self.rows or 1)
end

--- Takes the file that was drawn, if it is whole. Returns true, or nil and the reason.
local function take_file(self)
  local draft <close> = self.draft
  self.draft = nil
  if not output.is_whole(draft.draft, self.format) then
    return nil, ("cannot write '%s': it came out incomplete (is the disk full?)"):format(self.file)
  end
  local ok, reason = draft:place()
  if not ok then return nil, "cannot write the picture: " .. reason end
  self.file_shown = self.frame_revision
  return true
end

--- Shows what came back for a frame.
function Frames:show(text)
  local kind = self.screens[1]
  if self.draft then
    local ok, reason = take_file(self)
    if not ok then
      self:rescue()
      self:warn(reason)
    end
  end
  if kind == "kitty" or kind == "sixel" then self:show_pixels(text) end
end

--- gnuplot is gone or given up: warn, and try the next screen or the same one later.
function Frames:fail(reason)
  if self.pipe then self.pipe:close(0) end
  self.pipe = nil
  drop_draft(self)
  local kind, now = self.screens[1], terminal.now()
  if kind ~= "file" and not screen.is_text(kind) and #self.screens > 1 then
    if self.explicit or not (screen.is_window(kind) and reason:find(screen.no_window, 1, true)) then
      screen.warn(("gnuplot.live: no %s: %s"):format(screen.is_window(kind) and "window"
        or "pictures", reason))
    end
    if self.slot then self.slot:show({}) end
    table.remove(self.screens, 1)
    self:choose_screen()
    self.next_frame, self.next_text = now, now
    return
  end
  self:rescue()
  self:warn(reason)
  self.next_frame, self.retry = now + self.retry, self.retry * 2
end

-- ---- frames -----------------------------------------------------------------------------

--- Begins a frame of gnuplot's if there is something to draw.
function Frames:begin(now, with_file)
  local spent = terminal.spent()
  local script = self:script(with_file)
  if not script then return end
  if self.pipe == nil then
    local pipe, reason = Pipe.start(screen.is_window(self.screens[1]))
    if pipe == nil then return self:fail(reason) end
    self.pipe = pipe
    function pipe.on_end()
      if self.pipe == pipe then self:close() end
    end
  end
  self.began, self.frame_revision = now, self.revision
  local queued, reason = self.pipe:frame(script)
  self.own = terminal.spent() - spent
  if not queued then self:fail(reason or "gnuplot takes no more") end
end

--- A window that its user has closed is not opened again. Returns true if that has just been heard.
local function left_window(self, text)
  if not screen.is_window(self.screens[1]) or not text:find(screen.window_closed, 1, true) then return end
  self.screens = {self.file and "file" or "none"}
  return true
end

--- The frame on its way is done or late, or nothing has happened.
function Frames:finish_frame(now, wait)
  local text, took
  if wait then text, took = self.pipe:await(wait) else text, took = self.pipe:poll(0) end
  if text == false then
    if now - self.began < self.timeout then return end
    text, took = nil, ("gnuplot has not answered for %g s"):format(self.timeout)
  end
  if text == nil then return self:fail(took) end
  left_window(self, text)
  if self.pipe.frames == 1 then took = 0 end -- most of it was gnuplot's start, which does not come again
  local spent = terminal.spent()
  self.drawn = self.frame_revision
  self:show(text)
  local own = self.own + terminal.spent() - spent
  self.next_frame = math.max(self.began + math.max(self.interval or INTERVAL, PAUSE * took),
    terminal.now() + REST * own)
end

--- Whether gnuplot is to draw the screen, and the file, now.
local function wishes(self, now)
  local kind = self.screens[1]
  local alone = kind == "file" or screen.is_text(kind)
  local file = self.file ~= nil and self.file_shown ~= self.revision and now >= self.next_file
  return not alone and kind ~= "none" and self.drawn ~= self.revision, file
end

--- In a window of another size the picture is drawn anew, at once.
local function notice_new_size(self, now)
  local columns, rows = size_inside()
  if self.columns == nil or (columns == self.columns and rows == self.rows) then return end
  self.shown, self.drawn, self.next_text, self.next_frame = nil, nil, now, now
end

--- One look at everything; takes microseconds unless something is to be drawn.
function Frames:advance(now)
  self.next_poll = now + POLL
  if self.screens[1] == "none" then return end
  notice_new_size(self, now)
  if self.pipe and self.pipe.pending then self:finish_frame(now) end
  local kind = self.screens[1]
  if screen.is_text(kind) and self.shown ~= self.revision and now >= self.next_text then
    self:draw_text(now)
  end
  if (self.pipe and self.pipe.pending) or now < self.next_frame then return end
  local on_screen, in_file = wishes(self, now)
  if not on_screen and not in_file then return end
  if self.pipe then
    self.pipe:pump()
    if left_window(self, self.pipe.heard) then return end
  end
  if in_file then
    self.next_file = now + (kind == "file" and (self.interval or FILE_ALONE) or FILE_EVERY)
  end
  self:begin(now, in_file)
end

-- ---- the end --------------------------------------------------------------------

--- Draws the last frame of gnuplot's; one that fails is replaced once. One that says
-- nothing gets half of the time, so that the next one has the other half.
function Frames:last_frame()
  local deadline = terminal.now() + self.closing
  local function wait(share)
    local now = terminal.now()
    self:finish_frame(now, math.min(self.timeout, math.max(0, deadline - now) * share))
  end
  local healthy = not (self.pipe and self.pipe.pending)
  if not healthy then
    wait(0.5)
    healthy = self.pipe ~= nil
  end
  for try = 1, 2 do
    local on_screen, in_file = wishes(self, math.huge)
    if not on_screen and not in_file then return end
    local old = self.pipe -- it may have died since the last frame
    self:begin(terminal.now(), in_file)
    if self.pipe and self.pipe.pending then
      wait((try == 1 and healthy) and 0.5 or 1)
      if self.pipe or not healthy then return end
    elseif self.pipe or not old then
      return
    end
  end
end

--- Draws everything a last time; in the terminal the picture becomes ordinary output.
function Frames:end_frames()
  if self.final then
    table.insert(self.screens, 1, self.final)
    self.drawn = nil
  end
  if self.screens[1] ~= "none" then self:last_frame() end
  if screen.is_text(self.screens[1]) then self:draw_text(terminal.now()) end
  if self.pipe then self.pipe:close(1, screen.is_window(self.screens[1])) end
  self.pipe = nil
  if self.slot then self.slot:close(self.last_words) end
end

return Frames
