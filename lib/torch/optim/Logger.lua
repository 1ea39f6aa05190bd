--- A log of a training as a table of text: Torch7's optim.Logger.
--
--     local logger = optim.Logger("train.log")
--     logger:setNames{"loss", "accuracy"}
--     for epoch = 1, epochs do logger:add{loss, accuracy} end
--     logger:style{"-", "+-"}
--     logger:plot()
--
-- The file has a line of names, then a line a row, with tabs between the columns; each
-- line is written at once. `hecate plot train.log` draws it too.
local options = require "torch.utils.options"
local screen = require "gnuplot.screen"

local Logger = {}
Logger.__index = Logger
Logger.__name = "optim.Logger"

local parameters = {{"filename", kind = "string"}, {"timestamp", kind = "boolean"}}

--- `path` with the time before its ending.
local function stamped(path)
  local stem, ending = path:match("^(.*)(%.[^./]*)$")
  return (stem or path) .. os.date("-%Y-%m-%d-%H-%M-%S") .. (ending or "")
end

--- optim.Logger([filename [, timestamp]]): a log in the file `filename`, which begins
-- anew, or on the standard output. `timestamp`: the time is added to the name.
-- Raises when the file cannot be written.
local function new(...)
  local given = options.read("optim.Logger", parameters, ...)
  local self = setmetatable({names = {}, columns = {}, styles = {}, rows = 0, shown = true}, Logger)
  if given.filename == nil then
    self.file = io.stdout
    return self
  end
  self.path = given.timestamp and stamped(given.filename) or given.filename
  local file, reason = io.open(self.path, "w")
  if file == nil then
    options.raise(("optim.Logger: 'filename' (argument 1): cannot write '%s': %s"):format(self.path,
      reason:match(": (.*)$") or reason))
  end
  file:setvbuf("no")
  self.file = file
  return self
end

--- Writes a line of fields; a failure is a warning, for the work is worth more than
-- its log.
local function write(self, fields)
  local ok, reason = self.file:write(table.concat(fields, "\t") .. "\n")
  if not ok then screen.warn(("optim.Logger: cannot write '%s': %s"):format(self.path or "stdout", reason)) end
end

local function check_list(name, parameter, list)
  if type(list) ~= "table" or #list == 0 then
    options.wrong(name, parameter, 1, "an array", list)
  end
end

--- Names the columns, before the first row.
function Logger:setNames(names)
  check_list("logger:setNames", "names", names)
  if self.rows > 0 then options.raise("logger:setNames: there are rows already") end
  self.names = {}
  for i, name in ipairs(names) do
    self.names[i] = (tostring(name):gsub("%c", " "))
    self.columns[i] = {}
  end
  write(self, self.names)
end

--- The names of a row that is given by name, in their order.
local function sorted_names(row)
  local names = {}
  for name in pairs(row) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return names
end

--- The number of a value, or nil.
local function as_number(value)
  if type(value) == "userdata" and value.item then value = value:item() end
  return tonumber(value)
end

--- Adds a row: an array of values in the order of the names, or a table by name. A value
-- is a number or a tensor of one element; one that is missing, `false`, leaves a gap.
function Logger:add(row)
  if type(row) ~= "table" or next(row) == nil then
    options.wrong("logger:add", "row", 1, "a table", row)
  end
  local by_name = #row == 0
  if #self.names == 0 then
    local names = by_name and sorted_names(row) or {}
    for i = 1, #row do names[i] = "column " .. i end
    self:setNames(names)
  end
  local count = 0
  for _ in pairs(row) do count = count + 1 end
  if count > #self.names or not by_name and count ~= #self.names then
    options.raise(("logger:add: 'row' (argument 1): expected %d values, got %d"):format(#self.names, count))
  end
  local fields, values = {}, {}
  for i, name in ipairs(self.names) do
    local value = row[by_name and name or i]
    if by_name and value ~= nil then count = count - 1 end
    values[i] = as_number(value)
    if value and values[i] == nil then
      options.wrong("logger:add", ("row[%s]"):format(by_name and name or i), nil,
        "a number or a tensor of one element", value)
    end
    fields[i] = values[i] and (values[i] ~= values[i] and "nan" or ("%.9g"):format(values[i])) or ""
  end
  if by_name and count > 0 then
    options.raise(("logger:add: 'row' (argument 1): a name is not one of %s"):format(
      table.concat(self.names, ", ")))
  end
  self.rows = self.rows + 1
  for i in ipairs(self.names) do self.columns[i][self.rows] = values[i] or 0 / 0 end
  write(self, fields)
end

--- The styles of the curves, in the order of the names or by name: those of gnuplot.plot;
-- one string is that of all.
function Logger:style(styles)
  if type(styles) == "string" then
    for i in ipairs(self.names) do self.styles[i] = styles end
  elseif type(styles) == "table" then
    for i, name in ipairs(self.names) do
      self.styles[i] = styles[i] or styles[name] or self.styles[i]
    end
  else
    options.wrong("logger:style", "styles", 1, "a string or a table", styles)
  end
  return self
end

--- Whether the vertical axis is logarithmic.
function Logger:setlogscale(on) self.logarithmic = on ~= false end

--- Whether `plot` shows a picture; without it only the file is drawn.
function Logger:display(on) self.shown = on ~= false end

local function draw(self, gnuplot)
  local curves = {}
  for i, name in ipairs(self.names) do
    curves[i] = {name, self.columns[i], self.styles[i] or "-"}
  end
  gnuplot.title(self.path and self.path:match("[^/]+$") or "log")
  if self.logarithmic then gnuplot.logscale("y") end
  gnuplot.grid(true)
  gnuplot.plot(curves)
end

--- Draws the columns over the number of the row: in a figure, which is always the same,
-- and into FILENAME.eps.
function Logger:plot()
  if self.rows == 0 then return end
  local gnuplot = require "gnuplot"
  if self.shown then
    self.figure = gnuplot.figure(self.figure)
    draw(self, gnuplot)
  end
  if self.path == nil then return end
  local figure = gnuplot.epsfigure(self.path .. ".eps")
  draw(self, gnuplot)
  gnuplot.plotflush()
  gnuplot.close(figure)
end

function Logger:__tostring()
  return ("optim.Logger(%s, %d rows)"):format(self.path or "stdout", self.rows)
end

return new
