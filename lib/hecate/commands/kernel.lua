--- the kernel of Jupyter notebooks
local HELP = [[
usage: hecate kernel install [options]     makes Jupyter know Hecate
       hecate kernel uninstall [options]   undoes that
       hecate kernel run CONNECTION_FILE   what Jupyter starts
Where it is installed:
  --user           for this user, in $JUPYTER_DATA_DIR if that is set (the default)
  --prefix DIR     in DIR/share/jupyter
  --sys-prefix     in the Python environment that is active
  --name NAME      the name of the kernel (hecate)
  --display-name TEXT  what notebooks show (Hecate)]]
local files = require "hecate.help.files"

--- Ends the command: what is raised here is printed as one line.
local function fail(...) error({message = string.format(...)}, 0) end

local function quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

-- ---- where kernels are described ------------------------------------------------------

local function user_folder()
  if variable "JUPYTER_DATA_DIR" then return os.getenv "JUPYTER_DATA_DIR" end
  if variable "XDG_DATA_HOME" then return os.getenv "XDG_DATA_HOME" .. "/jupyter" end
  local home = variable "HOME" or fail "kernel: HOME is not set; use --prefix DIR"
  local on_mac = package.cpath:find "%.dylib"
  return home .. (on_mac and "/Library/Jupyter" or "/.local/share/jupyter")
end

--- The prefix of the Python that is found first.
local function python_prefix()
  if variable "VIRTUAL_ENV" or variable "CONDA_PREFIX" then
    return variable "VIRTUAL_ENV" or variable "CONDA_PREFIX"
  end
  local pipe <close> = assert(io.popen("python3 -c 'import sys; print(sys.prefix)' 2>/dev/null"))
  return pipe:read "l" or fail "kernel: there is no python3 whose environment could be meant; use --prefix DIR"
end

local takes_value = {["--prefix"] = true, ["--name"] = true, ["--display-name"] = true}

local function parse(words)
  local given, i = {["--name"] = "hecate", ["--display-name"] = "Hecate"}, 1
  while i <= #words do
    local word = words[i]
    if takes_value[word] then
      i = i + 1
      given[word] = words[i] or fail("kernel: '%s' needs a value", word)
    elseif word == "--user" or word == "--sys-prefix" then
      given[word] = true
    else
      fail("kernel: unknown option '%s'", word)
    end
    i = i + 1
  end
  local places = (given["--user"] and 1 or 0) + (given["--prefix"] and 1 or 0) + (given["--sys-prefix"] and 1 or 0)
  if places > 1 then fail "kernel: only one of --user, --prefix and --sys-prefix" end
  if not given["--name"]:find "^[%w._-]+$" then
    fail("kernel: '--name': expected letters, digits, '.', '_', '-', got '%s'", given["--name"])
  end
  return given
end

local function folder_of(given)
  local base
  if given["--prefix"] then base = given["--prefix"] .. "/share/jupyter"
  elseif given["--sys-prefix"] then base = python_prefix() .. "/share/jupyter"
  else base = user_folder() end
  return ("%s/kernels/%s"):format(base, given["--name"])
end

-- ---- the commands -------------------------------------------------------------------------

local commands = {}

function commands.install(...)
  local c = require "hecate.notebook.wire"
  local json = require "torch.json"
  local given = parse{...}
  c.id() -- raises where the libraries are missing
  local folder = folder_of(given)
  files.write_all(folder, {
    ["kernel.json"] = json.encode{argv = {c.executable(), "kernel", "run", "{connection_file}"},
      display_name = given["--display-name"], language = "lua", interrupt_mode = "signal",
      metadata = {debugger = false}} .. "\n",
    ["logo-svg.svg"] = require "hecate.notebook.logo"})
  print("installed the kernel '" .. given["--name"] .. "' in " .. folder)
end

function commands.uninstall(...)
  local folder = folder_of(parse{...})
  local removed, reason = os.remove(folder .. "/kernel.json")
  if not removed then fail("kernel: %s", reason) end
  os.remove(folder .. "/logo-svg.svg")
  os.remove(folder)
  print("removed " .. folder)
end

function commands.run(path, ...)
  if path == nil or ... then fail "kernel: expected 'kernel run CONNECTION_FILE'" end
  return require "hecate.notebook".run(path)
end

local function main(name, ...)
  if name == "--help" or name == "-h" then
    print(HELP)
    return 0
  end
  if commands[name or ""] == nil then
    io.stderr:write(HELP, "\n")
    return 2
  end
  return commands[name](...) or 0
end

local ok, code = pcall(main, ...)
if ok then return code end
io.stderr:write(type(code) == "table" and code.message or ("kernel: " .. tostring(code)), "\n")
return 1
