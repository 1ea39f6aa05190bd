-- Documentation comments of C files, for lib/hecate/help: /** NAME...: text */ stands beside what it
-- documents, in the form of the Lua files' own --- comments. They become a Lua file,
-- hecate.help.native: an array of {text =, file =, line =}.
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

--- The text of the Lua file, for the C files named, relative to the folder `source` unless they are generated.
function docs.collect(source, files)
  local out = {"return {"}
  for _, name in ipairs(files) do
    local f = assert(io.open(name:find "^/" and name or source .. "/" .. name, "rb"))
    local text = f:read "a"
    f:close()
    local at = 1
    while true do
      local first, last = text:find("/%*%* .-%*/", at)
      if not first then break end
      out[#out + 1] = ("{text = %q, file = %q, line = %d},"):format(
        plain(text:sub(first + 3, last - 2)), place_of(name, text, first))
      at = last + 1
    end
  end
  out[#out + 1] = "}\n"
  return table.concat(out, "\n")
end

return docs
