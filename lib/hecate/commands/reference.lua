--- write the reference into DIR: HTML pages, hecate.1, hecate-torch.3
local files = require "hecate.help.files"

local folder = ...
if not folder or folder:find "^%-" or select("#", ...) ~= 1 then
  io.stderr:write("usage: hecate reference DIR\n")
  return 1
end
local manual = require "hecate.help.manual"
local texts = require "hecate.help.html".files()
local usage <close> = assert(io.popen("/proc/$PPID/exe --help"))
texts["hecate.1"], texts["hecate-torch.3"] = manual.command(usage:read "a"), manual.library()
local written, names = pcall(files.write_all, folder, texts)
if not written then
  io.stderr:write("hecate reference: ", names, "\n")
  return 1
end
print(("%d files: %s/index.html, man -l %s/hecate.1"):format(#names, folder, folder))
