--- write definition files for the Lua language server into DIR
local files = require "hecate.help.files"

local folder = ...
if not folder or folder:find "^%-" or select("#", ...) ~= 1 then
  io.stderr:write("usage: hecate stubs DIR\n")
  return 1
end
local written, names = pcall(files.write_all, folder, require "hecate.help.stubs".files())
if not written then
  io.stderr:write("hecate stubs: ", names, "\n")
  return 1
end
print(("%d files in %s. For the editor, in .luarc.json:"):format(#names, folder))
print(('  {"runtime.version": "Lua 5.4", "workspace.library": ["%s"]}'):format(folder))
