--- The points of a live curve on disk, as lines of a CSV file:
--
--     step,series,value
--     1,train,2.3026
--     120,,epoch 1         (a mark has no series)
--
-- Lines are handed to the system together when `write` is called, so that what was there
-- before is there when the program is killed, and `tail -f` shows it; where disks are slow
-- they wait longer, for writing may take SHARE of the time. The reader takes these
-- files and tables of columns, with commas, tabs or blanks between them, as other loggers
-- write them: a first line of names, then a row of numbers a step.
local now = require "torch.utils.terminal".now
local torch = require "torch"

local Log = {}
Log.__index = Log

local SHARE = 0.001 -- of the time may be spent on writing

local HEADER = "step,series,value"

-- ---- writing ---------------------------------------------------------------------

local function field(text)
  text = text:gsub("[\r\n]+", " ")
  if text:find('[,"]') or text:find("^%s") then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function number(value)
  if math.type(value) == "integer" then return tostring(value) end
  if value ~= value then return "nan" end
  if value == math.huge or value == -math.huge then return value > 0 and "inf" or "-inf" end
  return ("%.9g"):format(value) -- as exact as a float32
end

--- Opens the file `path`, a new one or, with `append`, for more lines. Returns a log, or
-- nil and the reason.
function Log.open(path, append)
  local old = append and io.open(path, "rb")
  local size, last = 0, nil
  if old then
    size = old:seek("end") or 0
    if size > 0 then
      old:seek("end", -1)
      last = old:read(1)
    end
    old:close()
  end
  -- Cut to nothing first, then always at the end: another process may write as well.
  if size == 0 then
    local new, reason = io.open(path, "wb")
    if new == nil then return nil, reason end
    new:close()
  end
  local file, reason = io.open(path, "ab")
  if file == nil then return nil, reason end
  file:setvbuf("no")
  if size == 0 then file:write(HEADER, "\n") end
  return setmetatable({file = file, path = path, names = {}, next = 0, torn = last ~= nil and last ~= "\n",
    waiting = {}}, Log)
end

--- Takes a point, or with `series` false a mark, whose text is `value`.
function Log:add(series, step, value)
  local name = series and self.names[series]
  if name == nil then
    name = field(series)
    self.names[series] = name
  end
  local line
  if name and math.type(step) == "integer" and value - value == 0 then -- as `number` writes it, in one piece
    line = (math.type(value) == "float" and "%d,%s,%.9g\n" or "%d,%s,%d\n"):format(step, name, value)
  else
    line = number(step) .. "," .. (name or "") .. "," .. (name and number(value) or field(value)) .. "\n"
  end
  self.waiting[#self.waiting + 1] = line
end

--- Writes the lines that wait, `at_once` or when it is time. Returns true, or nil and
-- the reason; what could not be written is lost, the next line begins anew.
function Log:write(at_once)
  local began = now()
  if #self.waiting == 0 or not at_once and began < self.next then return true end
  -- One string is one write: several would be as many, and could be torn apart.
  local ok, reason = self.file:write((self.torn and "\n" or "") .. table.concat(self.waiting))
  self.waiting, self.torn = {}, not ok
  local ended = now()
  self.next = ended + (ended - began) / SHARE
  return ok and true, reason
end

function Log:close()
  if io.type(self.file) ~= "file" then return end
  self:write(true)
  self.file:close()
end

-- Made after its file, it is finalized before it when the program ends.
Log.__gc = Log.close

-- ---- reading -----------------------------------------------------------------------

--- The text of a quoted field whose first quote is at `at`, and the place behind its
-- last one; nil when it is not closed. A doubled quote stands for one.
local function unquote(line, at)
  local parts = {}
  repeat
    local stop = line:find('"', at + 1, true)
    if stop == nil then return nil end
    parts[#parts + 1] = line:sub(at + 1, stop - 1)
    at = stop + 1
  until line:sub(at, at) ~= '"'
  return table.concat(parts, '"'), at
end

--- The fields of a line with commas; nil when a quote is not closed.
local function split_commas(line)
  local fields, at = {}, 1
  repeat
    local text, behind
    local quote = line:find('^%s*"', at) and line:find('"', at, true)
    if quote then
      text, behind = unquote(line, quote)
      if text == nil then return nil end
    end
    local stop = line:find(",", behind or at, true)
    fields[#fields + 1] = text or line:sub(at, (stop or 0) - 1):match("^%s*(.-)%s*$")
    at = stop and stop + 1
  until at == nil
  return fields
end

local function split(line, separator)
  if separator == "," then return split_commas(line) end
  local fields = {}
  if separator == "\t" then
    for text in (line:gsub("\t$", "") .. "\t"):gmatch("([^\t]*)\t") do
      fields[#fields + 1] = text:match("^%s*(.-)%s*$")
    end
  else
    for text in line:gmatch("%S+") do fields[#fields + 1] = text end
  end
  return fields
end

local words = {nan = 0 / 0, ["-nan"] = 0 / 0, inf = math.huge, ["+inf"] = math.huge,
  infinity = math.huge, ["-inf"] = -math.huge, ["-infinity"] = -math.huge}

local function number_of(text)
  if text:find("^[%d.+-]") and not text:find("[xX]") then return tonumber(text) or words[text:lower()] end
  return words[text:lower()]
end

local steps = {step = 1, steps = 1, iteration = 2, iter = 2, ["global_step"] = 1, epoch = 3, x = 4}

-- What a log may look like by its first bytes.
local is_log = {["a text"] = true, ["a text without words"] = true, ["an empty file"] = true, ["a script"] = true}

local Reader = {}
Reader.__index = Reader

--- What the first line says. Returns true, or nil and the reason.
local function read_header(self, line)
  line = line:gsub("^\239\187\191", "") -- a byte order mark
  if line:find("[%z\1-\8]") then return nil, "not a text file" end
  self.separator = line:find(",", 1, true) and "," or line:find("\t", 1, true) and "\t" or " "
  local names = split(line, self.separator)
  if names == nil or #names == 0 then return nil, "line 1: expected the names of columns" end
  if line:gsub("%s", "") == HEADER then
    self.long = true
    return true
  end
  local best
  for i, name in ipairs(names) do
    if number_of(name) then
      return nil, ("line 1: expected the names of columns, such as '%s', got '%s'"):format(HEADER,
        #line > 40 and line:sub(1, 37) .. "..." or line)
    end
    local rank = steps[name:lower()]
    if rank and (best == nil or rank < steps[names[best]:lower()]) then best = i end
  end
  self.names, self.step_column, self.row = names, best, 0
  return true
end

--- One line of "step,series,value".
local function read_long(self, fields, sink)
  if #fields ~= 3 then return nil, ("expected 3 fields, got %d"):format(#fields) end
  local step = number_of(fields[1])
  if step == nil then return nil, ("expected a number, got '%s'"):format(fields[1]) end
  if fields[2] == "" then
    sink:mark(step, fields[3])
    return true
  end
  local value = number_of(fields[3])
  if value == nil then return nil, ("expected a number, got '%s'"):format(fields[3]) end
  sink:add(fields[2], step, value)
  return true
end

--- One line of a table; an empty field has no point.
local function read_wide(self, fields, sink)
  if #fields > #self.names then
    return nil, ("expected %d fields, got %d"):format(#self.names, #fields)
  end
  local values = {}
  for i, text in ipairs(fields) do
    values[i] = text ~= "" and number_of(text)
    if values[i] == nil then return nil, ("expected a number, got '%s'"):format(text) end
  end
  self.row = self.row + 1
  local step = self.row
  if self.step_column then step = values[self.step_column] end
  if not step then return nil, "there is no step" end
  for i, name in ipairs(self.names) do
    if values[i] and i ~= self.step_column and not steps[name:lower()] then
      sink:add(name, step, values[i])
    end
  end
  return true
end

--- Reads the lines that have been completed since the last call into `sink`, which has
-- add(series, step, value) and mark(step, text), and perhaps line(text), which gets each line
-- after what was in it. Returns the number of points and
-- marks that were read; nil and the reason when this is no log.
function Reader:read(sink)
  local text = self.file:read("a") or ""
  local from, n = 1, 0
  text = self.rest .. text
  local format = self.line == 0 and torch._C.file_format(text:sub(1, 512))
  if format and not is_log[format] then return nil, "no log but " .. format end
  while true do
    local stop = text:find("\n", from, true)
    if stop == nil then break end
    local whole = text:sub(from, stop)
    local line = whole:gsub("\r?\n$", "")
    from, self.line = stop + 1, self.line + 1
    if self.separator == nil and line:find("%S") then
      local ok, reason = read_header(self, line)
      if not ok then return nil, reason end
    elseif line:find("%S") and not line:find("^#") then
      local fields = split(line, self.separator)
      local ok, reason = nil, "a quote is not closed"
      if fields then ok, reason = (self.long and read_long or read_wide)(self, fields, sink) end
      if ok then
        n = n + 1
      else
        self.damaged = self.damaged + 1
        self.first_damage = self.first_damage or ("line %d: %s"):format(self.line, reason)
      end
    end
    if sink.line then sink:line(whole) end
  end
  self.rest = text:sub(from)
  return n
end

--- Whether the file was cut or another took its place: then it is to be read anew.
function Reader:is_stale()
  local at = self.file:seek()
  local file = io.open(self.path, "rb")
  if file == nil then return false end
  local size = file:seek("end")
  file:close()
  return size < at
end

function Reader:close() self.file:close() end

--- A reader of the log `path`, or nil and the reason. Lines that are damaged are
-- counted in `damaged` and left out; `first_damage` says what is wrong with the first.
function Log.reader(path)
  local file, reason = io.open(path, "rb")
  if file == nil then return nil, reason:match(": (.*)$") or reason end
  if file:read(0) == nil and select(2, file:read(1)) then
    file:close()
    return nil, "is not a file"
  end
  return setmetatable({path = path, file = file, rest = "", line = 0, damaged = 0}, Reader)
end

--- Takes the points and the marks of the step `from` and of all later ones out of the log `path`, which may be missing;
-- the other lines stay as they are. `name` is for messages.
function Log.cut(name, path, from)
  local reader = Log.reader(path)
  if reader == nil then return end
  local kept, past, cut = {}, false, false
  local function take(step) past = not (step < from) end
  local n = reader:read {
    add = function(_, _, step) take(step) end,
    mark = function(_, step) take(step) end,
    line = function(_, text)
      if past then cut = true else kept[#kept + 1] = text end
      past = false
    end,
  }
  reader:close()
  if n and cut then torch._C.write_file(path, table.concat(kept), {}, name) end
end

return Log
