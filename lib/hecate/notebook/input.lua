--- io.read in a notebook: the frontend is asked. The text of its answer is a line of input.
local input = {}

local LONGEST = 200 -- characters of a number, as in Lua

--- What is read and not yet used; `ask()` gives the next line.
local function new_reader(ask)
  local rest = ""
  local reader = {}

  local function need()
    if rest == "" then rest = ask() .. "\n" end
  end

  local function line(keep)
    need()
    local text, stop = rest:match("^([^\n]*)\n?()")
    rest = rest:sub(stop)
    return keep and text .. "\n" or text
  end

  --- Skips white space, takes the longest number there is.
  local function number()
    need()
    local start, text = rest:match("^%s*()(%S*)")
    text = text:sub(1, LONGEST)
    while #text > 0 and not tonumber(text) do text = text:sub(1, -2) end
    rest = rest:sub(start + #text)
    if rest == "\n" then rest = "" end
    return tonumber(text)
  end

  local function characters(n)
    if n == 0 then return "" end
    need()
    local text = rest:sub(1, n)
    rest = rest:sub(n + 1)
    return text
  end

  local function all()
    need()
    local text = rest
    rest = ""
    return text
  end

  local formats = {l = line, L = function() return line(true) end, n = number, a = all}

  local function read_one(format, position)
    if math.type(format) == "integer" then return characters(format) end
    local f = type(format) == "string" and formats[format:gsub("^%*", ""):sub(1, 1)]
    if not f then error(("bad argument #%d to 'read' (invalid format)"):format(position), 3) end
    return f()
  end

  function reader.read(...)
    local wanted, results = table.pack(...), {}
    if wanted.n == 0 then return line() end
    for i = 1, wanted.n do
      results[i] = read_one(wanted[i], i)
      if results[i] == nil then return table.unpack(results, 1, i) end
    end
    return table.unpack(results, 1, wanted.n)
  end

  return reader
end

--- Makes io.read, io.lines() and io.stdin read what `ask()` returns, line by line.
function input.install(io, ask)
  local reader, read, lines = new_reader(ask), io.read, io.lines
  local stdin = setmetatable({}, {__name = "FILE*", __index = io.stdin and getmetatable(io.stdin).__index,
    __tostring = function() return "file (input of the notebook)" end})
  local from_frontend = true -- io.input(file) reads from elsewhere
  local set_input = io.input
  function stdin.read(_, ...) return reader.read(...) end
  function stdin.lines(_, ...)
    local formats = table.pack(...)
    return function() return reader.read(table.unpack(formats, 1, formats.n)) end
  end
  for _, name in ipairs{"close", "seek", "setvbuf", "write", "flush"} do
    stdin[name] = function() return nil, "input of the notebook: there is no " .. name end
  end
  io.stdin = stdin
  function io.input(file)
    if file == stdin then from_frontend = true return stdin end
    if file == nil then return from_frontend and stdin or set_input() end
    local chosen = set_input(file)
    from_frontend = false
    return chosen
  end
  function io.read(...)
    if from_frontend then return reader.read(...) end
    return read(...)
  end
  function io.lines(file, ...)
    if file == nil and from_frontend then return stdin:lines(...) end
    return lines(file, ...)
  end
end

return input
