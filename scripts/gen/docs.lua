-- Documentation comments of C files, for lib/hecate/help: /** NAME...: text */ stands beside what it
-- documents, in the form of the Lua files' own --- comments. They become a Lua file,
-- hecate.help.native: an array of {text =, file =, line =}. Its field `kernels` has the kernels of the processor by
-- name, as they are written in tensor/ops/.
local docs = {}

-- A comment without the marks in front of its lines.
local function plain(text)
  text = text:gsub("\n[ \t]*%*%*[ ]?", "\n"):gsub("\n[ \t]*%*[ ]", "\n")
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

--- The file and the line of a place in the text of the file `name`; generated files say it by #line.
local function place_of(name, text, at)
  local before = text:sub(1, at - 1)
  local line, file, rest = before:match '^.*#line (%d+) "([^"]+)"\n(.*)$'
  local _, breaks = (rest or before):gsub("\n", "")
  return file or name, breaks + (line or 1)
end

--- The kernels in a file of tensor/ops/, as fields of the table `kernels`.
local function kernels(name, text, out)
  for first, kernel, last in text:gmatch "()Status KERNEL%(([%w_]+)%)%(Call %*c%) {()" do
    local stop = text:sub(first - 1, first - 1) == "\n" and text:find("}\n", last, true)
    local body = text:find("\n", last, true)
    if stop and body and stop > body then stop = text:find("\n}\n", last, true) + 1 end -- of several lines
    if stop then
      local _, breaks = text:sub(1, first - 1):gsub("\n", "")
      out[#out + 1] = ("[%q] = {text = %q, file = %q, line = %d},"):format(kernel, text:sub(first, stop), name,
        breaks + 1)
    end
  end
end

--- The text of the Lua file, for the C files named, relative to the folder `source` unless they are generated.
function docs.collect(source, files)
  local out, found = {"return {"}, {}
  for _, name in ipairs(files) do
    local f = assert(io.open(name:find "^/" and name or source .. "/" .. name, "rb"))
    local text = f:read "a"
    f:close()
    local at = 1
    if name:find "^tensor/" then kernels(name, text, found) end
    while true do
      local first, last = text:find("/%*%* .-%*/", at)
      if not first then break end
      out[#out + 1] = ("{text = %q, file = %q, line = %d},"):format(
        plain(text:sub(first + 3, last - 2)), place_of(name, text, first))
      at = last + 1
    end
  end
  out[#out + 1] = ("kernels = {\n%s\n}}\n"):format(table.concat(found, "\n"))
  return table.concat(out, "\n")
end

return docs
