--- hecate.help.source: the text of Lua functions and the comments above them.
local torch = require "torch"

local source = {}

--- chunk name → text, for chunks that are in no file; a session may add its own.
source.chunks = {}

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

--- The text behind a chunk name of debug.getinfo and the name of its file; nil: unknown.
local function text_of(chunk)
  if source.chunks[chunk] then return source.chunks[chunk], chunk:sub(2) end
  if chunk:sub(1, 1) ~= "@" then return nil end
  local path = chunk:sub(2)
  local inside = path:match "^lib/(.+)$"
  if inside then
    local ok, text = pcall(torch._C.embedded, inside)
    if ok then return text, path end
  end
  local text = read(path)
  return text, path
end

--- The lines of a text.
function source.split(text)
  local list = {}
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do list[#list + 1] = line end
  return list
end

--- The Lua function behind one in C that takes `out =` for it (vm/output.c); others as they are.
function source.inner(f)
  if debug.getinfo(f, "S").what ~= "C" then return f end
  local _, behind = debug.getupvalue(f, 1)
  return type(behind) == "function" and debug.getinfo(behind, "S").what ~= "C" and behind or f
end

--- The lines of the file that a function was defined in, the line of its definition, its
-- last line and the file's name.
function source.lines(f)
  f = source.inner(f)
  local info = debug.getinfo(f, "S")
  if info.what == "C" then return nil end
  local text, path = text_of(info.source)
  if not text then return nil end
  return source.split(text), info.linedefined, info.lastlinedefined, path
end

--- The comment that ends right above line `n`, without its dashes; "" when there is none.
function source.comment_above(lines, n)
  local first = n
  while first > 1 and lines[first - 1]:find "^%s*%-%-" and not lines[first - 1]:find "%-%-%-%-" do first = first - 1 end
  local out = {}
  for i = first, n - 1 do out[#out + 1] = lines[i]:gsub("^%s*%-%-%-?%s?", "", 1) end
  return table.concat(out, "\n")
end

--- The comment at the top of a file.
function source.head(lines)
  local n = 1
  while lines[n] and lines[n]:find "^%-%-" do n = n + 1 end
  return source.comment_above(lines, n)
end

--- The comment of a Lua function; `key`, the name it is known by, finds the comment of one
-- that another function made.
function source.comment(f, key)
  local lines, n, _, path = source.lines(f)
  if not lines then return "", nil end
  local text = source.comment_above(lines, n)
  if text ~= "" or not key then return text, {file = path, line = n} end
  local name = key:gsub("%p", "%%%0")
  for i, line in ipairs(lines) do
    if line:find("[.:]" .. name .. "%s*=[^=]") or line:find("^%s*local " .. name .. "%s*=[^=]") then
      local first = i -- a comment may be about several definitions of one line
      while first > 1 and lines[first - 1]:find "^[%w_]+[.:][%w_]+%s*=" do first = first - 1 end
      text = source.comment_above(lines, first)
      if text ~= "" then return text, {file = path, line = i} end
    end
  end
  return "", {file = path, line = n}
end

-- The comment of a class whose file has its name and returns what another file makes: of "nn.LSTM" that in
-- torch/nn/LSTM.lua which begins with its name.
local function file_comment(name)
  local text, path = text_of(("@lib/torch/%s.lua"):format((name:gsub("%.", "/"))))
  local lines = text and source.split(text) or {}
  for i, line in ipairs(lines) do
    if line:find("--- " .. name .. "(", 1, true) then
      local after = i
      while lines[after] and lines[after]:find "^%-%-" do after = after + 1 end
      return source.comment_above(lines, after), {file = path, line = i}
    end
  end
end

-- Where the comments that begin with a whole name are: name → {lines, number of the line}, made at first use.
local headed

local function note_heads(file)
  local lines = source.split(torch._C.embedded(file))
  for i, line in ipairs(lines) do
    local name = line:match "^%s*%-%-%- ([%a_][%w_]*[.:][%w_.:]+)[(:,]"
    name = name and name:gsub(":", ".")
    if name and not headed[name] then headed[name] = {lines, i, "lib/" .. file} end
  end
end

--- The comment that begins with this name, wherever it stands in the files of Hecate: for functions that others make.
function source.headed_comment(name)
  if not headed then
    headed = {}
    for _, file in ipairs(torch._C.files()) do
      if file:find "%.lua$" then note_heads(file) end
    end
  end
  local found = headed[name]
  if not found then return "", nil end
  local lines, i, path = table.unpack(found)
  local after = i
  while lines[after] and lines[after]:find "^%s*%-%-" and (after == i or not lines[after]:find "^%s*%-%-%-") do
    after = after + 1
  end
  return source.comment_above(lines, after), {file = path, line = i}
end

--- The comment of a class made in Lua: above its torch.class, else of its file, else the one that begins with its name,
-- else above its __init.
function source.class_comment(class, name)
  for _, f in pairs(class) do
    local lines, _, _, path = nil, nil, nil, nil
    if type(f) == "function" then lines, _, _, path = source.lines(f) end
    for i, line in ipairs(lines or {}) do
      if line:find('torch.class("' .. name .. '"', 1, true) then
        local text = source.comment_above(lines, i)
        if text ~= "" then return text, {file = path, line = i} end
      end
    end
  end
  local text, place = file_comment(name)
  if text then return text, place end
  text, place = source.headed_comment(name)
  if text ~= "" then return text, place end
  local init = rawget(class, "__init")
  if type(init) == "function" then return source.comment(init) end
  return "", nil
end

--- The text of a Lua function with the comment above it; nil for others.
function source.of_function(f)
  local lines, first, last, path = source.lines(f)
  if not lines then return nil end
  if first == 0 then first, last = 1, #lines end -- a main chunk
  local start = first
  while start > 1 and lines[start - 1]:find "^%s*%-%-" do start = start - 1 end
  return table.concat(lines, "\n", start, last), {file = path, line = first}
end

--- The line `gnuplot.plot = drawing("plot", "lines")` that made a function, with its comment, in front of the text of
-- the function: `drawing` has no word of what `plot` is. Others as they are.
function source.with_definition(code, place, f, key)
  local lines, first = source.lines(f)
  local name = (key or ""):gsub("%p", "%%%0")
  if name == "" or lines[first]:find("%f[%w_]" .. name .. "%f[^%w_]") then return code, place end
  local text, at = source.comment(f, key)
  if text == "" or at.line == first then return code, place end
  local start = at.line
  while start > 1 and lines[start - 1]:find "^%s*%-%-" do start = start - 1 end
  local definition, values = table.concat(lines, "\n", start, at.line), {}
  for i = 1, 250 do
    local variable, value = debug.getupvalue(f, i)
    if not variable then break end
    if type(value) == "string" then values[#values + 1] = ("%s = %q"):format(variable, value) end
  end
  local here = #values > 0 and ", with " .. table.concat(values, ", ") or ""
  return ("%s\n\n-- %s:%d%s\n%s"):format(definition, place.file, place.line, here, code), at
end

--- The text of a class made in Lua: from its comment to the last of its methods in that file; nil for others.
function source.of_class(class)
  local lines, first, last, path, place = nil, math.huge, 0, nil, nil
  local init = rawget(class, "__init") or select(2, next(class))
  if type(init) == "function" then lines, _, _, path = source.lines(init) end
  if not lines then return nil end
  for _, f in next, class do
    local info = type(f) == "function" and debug.getinfo(source.inner(f), "S")
    if info and info.source == debug.getinfo(source.inner(init), "S").source and info.what ~= "main" then
      first, last = math.min(first, info.linedefined), math.max(last, info.lastlinedefined)
    end
  end
  for i = 1, math.min(first, #lines) do
    if lines[i]:find "torch%.class%(" then place = i end
  end
  first = place or first
  local start = first
  while start > 1 and lines[start - 1]:find "^%s*%-%-" do start = start - 1 end
  return table.concat(lines, "\n", start, last), {file = path, line = first}
end

return source
