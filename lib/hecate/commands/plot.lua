--- draw the curves of runs from their CSV files, also while they grow
local HELP = [[
usage: hecate plot [options] FILE...
Draws the curves of one or more runs. A FILE is a CSV of gnuplot.live, a log of
optim.Logger, or any table of numbers under a line of names, with commas, tabs or
blanks; a folder stands for the CSV files in it and in its folders; NAME=FILE gives
the run a name.
  --series NAME    only this curve (may be given more than once)
  --title TEXT     above the picture
  --logy           logarithmic vertical axis
  --smooth W       weight of the past in the moving average, 0 to 1 (0: the points)
  --best KIND      mark the best point: min (the default), max or none
  --follow         go on drawing while the files grow, until Ctrl-C
  --terminal KIND  window, terminal, kitty, sixel, braille, ascii, file, none
  --out FILE       draw into a .png, .svg, .pdf or .eps]]

local Log = require "gnuplot.log"
local options = require "torch.utils.options"
local output = require "gnuplot.output"
local screen = require "gnuplot.screen"
local terminal = require "torch.utils.terminal"

local PAUSE = 0.2 -- seconds between looks at files that grow

--- Ends the command: what is raised here is printed as one line.
local function fail(...) error({message = string.format(...)}, 0) end

-- ---- the command line ------------------------------------------------------------

-- Whether an option takes a value.
local known = {series = true, title = true, logy = false, smooth = true, best = true,
  follow = false, terminal = true, out = true, help = false}
local names = {"--best", "--follow", "--help", "--logy", "--out", "--series", "--smooth",
  "--terminal", "--title"}

--- The options by name, and the other words.
local function parse(words)
  local given, files, i = {series = {}}, {}, 1
  while i <= #words do
    local word = words[i]
    local name, value = word:match("^%-%-([%a]+)=(.*)$")
    name = name or word:match("^%-%-(.+)$")
    if word == "-h" then name = "help" end
    if word == "--" then
      table.move(words, i + 1, #words, #files + 1, files)
      break
    elseif name == nil then
      files[#files + 1] = word
    elseif known[name] == nil then
      fail("unknown option '%s'%s (see --help)", word, options.suggest(word, names))
    elseif known[name] then
      if value == nil then i, value = i + 1, words[i + 1] end
      if value == nil then fail("option '--%s' needs a value (see --help)", name) end
      if name == "series" then given.series[value] = true else given[name] = value end
    else
      given[name] = true
    end
    i = i + 1
  end
  return given, files
end

local function check(given)
  if given.terminal and not pcall(screen.choose, "", given.terminal) then
    fail("option '--terminal': expected one of %s, got '%s'", table.concat(screen.kinds, ", "),
      given.terminal)
  end
  if given.smooth then
    local weight = tonumber(given.smooth)
    if weight == nil or not (weight >= 0 and weight < 1) then
      fail("option '--smooth': expected a number from 0 to less than 1, got '%s'", given.smooth)
    end
    given.smooth = weight
  end
  local best = given.best or "min"
  if best ~= "min" and best ~= "max" and best ~= "none" then
    fail("option '--best': expected min, max or none, got '%s'", best)
  end
  given.best = best ~= "none" and best
  if given.out and not output.format(given.out) then
    fail("option '--out': expected a name that ends in one of %s, got '%s'", output.choice, given.out)
  end
end

-- ---- files -------------------------------------------------------------------------

--- The paths that match a pattern of the shell, in its order.
local function glob(pattern)
  local quoted = pattern:gsub("[^%w*?%[%]/._-]", function(c) return #c == 1 and "\\" .. c end)
  local pipe <close> = assert(io.popen("ls -d -- " .. quoted .. " 2>/dev/null"))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  return list
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

--- What a word of the command line stands for: an array of {path =, name =}.
local function expand(word)
  local name
  if not exists(word) and word:find("^[^=/]+=.") then name, word = word:match("^([^=]+)=(.+)$") end
  local paths = {word}
  if exists(word) then
    if io.open(word, "rb"):read(0) == nil and #glob(word .. "/.") > 0 then
      paths = glob(word .. "/*.csv")
      table.move(glob(word .. "/*/*.csv"), 1, 1000, #paths + 1, paths)
      if #paths == 0 then fail("%s: there are no CSV files in this folder", word) end
    end
  elseif word:find("[*?%[]") then
    paths = glob(word)
    if #paths == 0 then fail("%s: there are no such files", word) end
  end
  local list = {}
  for i, path in ipairs(paths) do list[i] = {path = path, name = #paths == 1 and name or nil} end
  return list
end

--- Names for runs that have none: what of their paths differs.
local function name_runs(runs)
  if #runs == 1 then
    runs[1].prefix = runs[1].name and runs[1].name .. " " or ""
    return
  end
  local all, least = {}, math.huge
  for i, run in ipairs(runs) do
    all[i] = {}
    for part in run.path:gsub("%.%w+$", ""):gmatch("[^/]+") do table.insert(all[i], part) end
    least = math.min(least, #all[i])
  end
  local function same(place)
    for _, parts in ipairs(all) do
      if place(parts) ~= place(all[1]) then return false end
    end
    return true
  end
  local first, last = 1, 0
  while first < least and same(function(p) return p[first] end) do first = first + 1 end
  while last < least - first and same(function(p) return p[#p - last] end) do last = last + 1 end
  for i, run in ipairs(runs) do
    run.prefix = (run.name or table.concat(all[i], "/", first, #all[i] - last)) .. " "
  end
end

local function open(run, patient)
  local reason
  run.reader, reason = Log.reader(run.path)
  if run.reader == nil and not (patient and not exists(run.path)) then
    fail("%s: %s", run.path, reason)
  end
end

--- Reads what is new into the curve. With several runs, a mark is that of a run.
local function read(run, curve, wanted)
  local sink = {}
  function sink.add(_, name, step, value)
    if next(wanted) == nil or wanted[name] then curve:add(run.prefix .. name, step, value) end
  end
  function sink.mark(_, step, text)
    if run.alone then curve:mark(step, text) end
  end
  local n, reason = run.reader:read(sink)
  if n == nil then fail("%s: %s", run.path, reason) end
  local damaged = run.reader.damaged
  if damaged > 0 and not run.told then
    run.told = true
    io.stderr:write(("hecate plot: %s: %s; left out %d line%s\n"):format(run.path,
      run.reader.first_damage, damaged, damaged == 1 and "" or "s"))
  end
end

-- ---- drawing ---------------------------------------------------------------------------

local function new_curve(given, kind)
  return require "gnuplot.live"{title = given.title, logy = given.logy, smooth = given.smooth,
    best = given.best, terminal = kind, file = given.out, interval = given.follow and 0.2 or nil}
end

--- Prints the curve with characters, without escape sequences where output goes into a
-- file or a pipe.
local function print_curve(curve, kind)
  local picture = curve:picture()
  local columns, rows = terminal.size()
  if not terminal.isatty(1) then columns, rows = 80, 24 end
  picture.columns, picture.rows = columns - 1, math.max(10, math.min(30, rows - 3))
  picture.charset, picture.colours = kind, screen.colours()
  print(table.concat(require "gnuplot.chart".draw(picture.curves, picture), "\n"))
end

--- Where a picture that is drawn once goes: a file, the standard output as characters
-- (returned as the second result), or a screen of gnuplot.live.
local function destination(given)
  if given.out then return given.terminal or "file" end
  local kind = given.terminal
  if kind ~= "braille" and kind ~= "ascii" then
    kind = screen.choose("hecate plot", given.terminal)[1]
    if kind == "terminal" then kind = screen.terminal_kind() end
    if kind == "file" then kind = screen.text_kind() end
  end
  if screen.is_text(kind) then return "none", kind end
  return kind
end

local function read_all(runs, curve, given)
  for _, run in ipairs(runs) do
    if run.reader == nil then open(run, given.follow) end
    if run.reader then read(run, curve, given.series) end
  end
end

local function draw_once(runs, given)
  local kind, characters = destination(given)
  local curve <close> = new_curve(given, kind)
  read_all(runs, curve, given)
  if curve:picture() == nil then
    fail("there is nothing to draw%s", next(given.series) and " of these series" or "")
  end
  if characters then print_curve(curve, characters) end
end

--- Draws again and again until it is interrupted.
local function follow(runs, given)
  local curve <close> = new_curve(given, given.terminal)
  local ok, reason = pcall(function()
    while true do
      for _, run in ipairs(runs) do
        if run.reader and run.reader:is_stale() then
          curve:clear()
          for _, each in ipairs(runs) do each.reader = nil end
          break
        end
      end
      read_all(runs, curve, given)
      curve:advance(terminal.now())
      terminal.sleep(PAUSE)
    end
  end)
  if not ok and not tostring(reason):find("interrupted", 1, true) then error(reason, 0) end
end

local function main(words)
  local given, files = parse(words)
  if given.help then
    print(HELP)
    return
  end
  check(given)
  if #files == 0 then fail("expected a file (see --help)") end
  local runs = {}
  for _, word in ipairs(files) do
    for _, run in ipairs(expand(word)) do runs[#runs + 1] = run end
  end
  name_runs(runs)
  for _, run in ipairs(runs) do run.alone = #runs == 1 end
  given.title = given.title or (#runs == 1 and runs[1].path:match("([^/]+)%.%w+$")) or "runs"
  return (given.follow and follow or draw_once)(runs, given)
end

local ok, reason = pcall(main, {...})
if ok then return 0 end
if type(reason) ~= "table" then error(reason, 0) end
io.stderr:write("hecate plot: ", reason.message, "\n")
return 1
