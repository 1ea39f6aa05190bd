--- hecate.help.manual: manual pages: hecate(1), the command line, and hecate-torch(3), every
-- name in short.
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"
local torch = require "torch"

local manual = {}

--- Text as roff takes it.
local function roff(s)
  return (s:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("^([.'])", "\\&%1"):gsub("\n([.'])", "\n\\&%1"))
end

local function head(name, section, what)
  return (".TH %s %d \"\" \"Hecate %s\"\n.SH NAME\n%s \\- %s\n"):format(name:upper(), section, torch.__version__,
    roff(name), what)
end

--- hecate(1) from what `hecate --help` prints.
function manual.command(usage)
  local out = {head("hecate", 1, "Torch, in Lua: an interactive session and scripting language for tensors"),
    ".SH SYNOPSIS\n"}
  local title
  for line in usage:gmatch "[^\n]+" do
    local call = line:match "^%s*usage: (.+)$" or (not title and line:match "^%s+(hecate .+)$")
    local option, words = line:match "^  (%S.-)%s%s+(.+)$"
    if line:find "^%a.*:$" then
      title = line:sub(1, -2)
      out[#out + 1] = (".SH %s\n"):format(title:upper())
    elseif call then out[#out + 1] = (".B %s\n.br\n"):format(roff(call))
    elseif option then out[#out + 1] = (".TP\n.B %s\n%s\n"):format(roff(option), roff(words))
    elseif not title and line:find "%S" then out[#out + 1] = (".SH DESCRIPTION\n%s\n"):format(roff(line))
    elseif title then -- a name without words to spare: "  -v, --version  text"
      local first, rest = line:match "^%s*(%S+)%s+(.+)$"
      if first then out[#out + 1] = (".TP\n.B %s\n%s\n"):format(roff(first), roff(rest)) end
    end
  end
  out[#out + 1] = ".SH ENVIRONMENT\n.TP\n.B LUA_INIT\nrun before everything else: code, or @ and the name of a file\n"
    .. ".TP\n.B HECATE_PLOT\nwhere plots are shown: window, dumb, file or none\n"
    .. ".TP\n.B NO_COLOR\nno colours\n.SH SEE ALSO\n.BR hecate\\-torch (3),\n.BR lua (1)\n"
  return table.concat(out)
end

local function entry_text(entry, index)
  local found = record.of(entry, index)
  local out = {}
  for _, part in ipairs(found.overloads or {found}) do
    local doc = entry.alias and ("Another name of %s."):format(entry.alias.name) or part.doc
    out[#out + 1] = (".TP\n.B %s\n%s\n"):format(roff(entry.alias and entry.name or part.signature or entry.name),
      roff(doc:gsub("\n%s*\n", "\n.sp\n"):gsub("\n%s+", "\n")))
    if entry.alias then break end
  end
  return table.concat(out):gsub("\n\\&%.sp\n", "\n.sp\n")
end

--- hecate-torch(3).
function manual.library()
  local index = registry.index()
  local out = {head("hecate-torch", 3, "the libraries of Hecate"),
    ".SH DESCRIPTION\nArguments come in this order, or by name in one trailing table; those in braces only " ..
    "by name. Positions count from 1. "
    .. "\\(aqname?\\(aq in the session of\n.BR hecate (1)\nshows arguments and examples.\n"}
  for _, library in ipairs(index.libraries) do
    if #library.entries > 0 then
      out[#out + 1] = (".SH %s\n"):format(roff(library.name))
      for _, entry in ipairs(library.entries) do
        if entry.kind ~= "constant" then out[#out + 1] = entry_text(entry, index) end
      end
    end
  end
  return table.concat(out)
end

return manual
