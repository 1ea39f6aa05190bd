--- list what PyTorch has and Hecate has not yet
local HELP = [[
usage: hecate missing [LIBRARY]...
Lists the public names of PyTorch that are not in Hecate yet, by library: all of them, or those that are named
(torch, torch.Tensor, nn, nn.functional, optim ...). Without names of libraries it counts only.]]

local names = require "hecate.undefined.names"
local options = require "torch.utils.options"
local torch = require "torch"

--- The library or the class of a name, as torch.nn.Module; nil: it is not here.
local function value_of(library)
  local value = torch
  for part in library:sub(#"torch." + 1):gmatch "[%w_]+" do value = value and options.field(value, part) end
  return value
end

--- Whether there is such a library here: of others nothing is there.
local function is_here(library)
  return library == "torch.Tensor" or value_of(library) ~= nil
end

--- The names of a library that are missing, and how many are here.
local function absent(library)
  return names.absent(library == "torch.Tensor" and "tensor" or library, value_of(library))
end

--- Writes words in lines of at most 100 characters, each after two spaces.
local function write_words(words)
  local line = ""
  for _, word in ipairs(words) do
    if #line + #word > 98 then
      print(" " .. line)
      line = ""
    end
    line = line .. " " .. word
  end
  if line ~= "" then print(" " .. line) end
end

local function write_counts(recorded)
  print(("%-32s %8s %8s"):format("library", "here", "missing"))
  for _, library in ipairs(recorded) do
    if is_here(library) then
      local list, present = absent(library)
      print(("%-32s %8d %8d"):format(library, present, #list))
    else
      print(("%-32s %8s %8s"):format(library, "-", "all"))
    end
  end
  print "hecate missing LIBRARY lists the names."
end

--- "nn" is "torch.nn", as in programs.
local function full(word, known)
  if known[word] then return word end
  return known["torch." .. word] and "torch." .. word or word == "F" and "torch.nn.functional" or nil
end

local words = {...}
for _, word in ipairs(words) do
  if word == "--help" then
    print(HELP)
    return 0
  end
end
local recorded, known = names.recorded(), {}
for _, library in ipairs(recorded) do known[library] = true end
if #words == 0 then return write_counts(recorded) end
for _, word in ipairs(words) do
  local library = full(word, known)
  if library == nil then
    io.stderr:write(("hecate missing: there is no library '%s'%s (see --help)\n"):format(word,
      options.suggest(word, recorded)))
    return 1
  end
  if is_here(library) then
    local list, present = absent(library)
    print(("%s: %d names are here, %d are missing"):format(library, present, #list))
    write_words(list)
  else
    print(library .. ": nothing of it is here yet")
  end
end
