--- hecate.help.files: folders and files that tools write.
local torch = require "torch"

local files = {}

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- Makes a folder and those above it; raises where that fails.
function files.make_folder(path)
  local pipe = assert(io.popen("mkdir -p -- " .. quote(path) .. " 2>&1"))
  local said = pipe:read "a"
  if not pipe:close() then error(("cannot make the folder '%s':%s"):format(path, said:match "([^:\n]*)\n*$"), 0) end
end

--- Writes the files {name → text} into a folder. Returns their names, sorted; raises what failed.
function files.write_all(folder, texts)
  local names, made = {}, {}
  for name in pairs(texts) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    local parent = path:match "^(.*)/"
    if not made[parent] then files.make_folder(parent) end
    made[parent] = true
    torch._C.write_file(path, texts[name], {}, "cannot write")
  end
  return names
end

return files
