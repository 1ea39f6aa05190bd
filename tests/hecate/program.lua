--- For specs of the executable from outside: runs it through pipes, in a folder that is gone after the spec's
-- teardown(program.remove).
local files = dofile "tests/files.lua"
local program = {capture = files.capture}

program.binary = os.getenv("HECATE_BIN") or "build/hecate"

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end
program.quote = quote

local function line(command) return (program.capture(command):gsub("\n$", "")) end

if not program.binary:find("^/") then program.binary = line("pwd") .. "/" .. program.binary end
program.folder = line("mktemp -d")

--- Writes a file of the folder; returns its path.
function program.write(name, text) return files.write(program.folder .. "/" .. name, text) end

--- The content of a file of the folder, which must be there.
function program.read(name) return files.read(program.folder .. "/" .. name) end

--- Runs hecate, or `binary`, with a command line; returns what it wrote and its exit code.
function program.hecate(options, input, binary)
  program.write("input", input or "")
  local command = ("cd %s && %s %s <input >output 2>errors"):format(quote(program.folder),
    quote(binary or program.binary), options)
  local _, _, code = os.execute(command)
  return program.read("output"), program.read("errors"), code
end

function program.remove() os.execute("rm -rf " .. quote(program.folder)) end

return program
