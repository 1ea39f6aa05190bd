--- The options of an example: "--name value" pairs, and "--small", with which it runs for a second, as the tests do.
--
--     local options = dofile("command_line.lua")("what the example does",
--       {{"steps", 200, "steps of training"}, ...}, {steps = 5})
--
-- An entry is {name, default, what it means}; a number as default wants a number, and false a string that may be left
-- out. The last table has the values of --small. A word that is not understood ends the program with one line.
local function stop(...)
  io.stderr:write(arg[0]:match "[^/]*$", ": ", string.format(...), " (see --help)\n")
  os.exit(1, true)
end

local function help(summary, entries)
  print(("usage: hecate %s [options]\n%s"):format(arg[0]:match "[^/]*$", summary))
  for _, entry in ipairs(entries) do
    print(("  --%-12s %s%s"):format(entry[1], entry[3], entry[2] and (" (%s)"):format(entry[2]) or ""))
  end
  print "  --small        a run of about a second"
  os.exit(0, true)
end

--- The value that a word means, for an entry.
local function value_of(entry, word)
  if word == nil then stop("option '--%s' needs a value", entry[1]) end
  if type(entry[2]) ~= "number" then return word end
  local number = tonumber(word)
  if math.type(entry[2]) == "integer" then number = math.tointeger(number) end
  if number == nil then stop("option '--%s' needs a number, got '%s'", entry[1], word) end
  return number
end

return function(summary, entries, small)
  local options, by_name = {}, {}
  for _, entry in ipairs(entries) do options[entry[1]], by_name[entry[1]] = entry[2], entry end
  local given, i = {}, 1
  while arg[i] do
    local name = arg[i]:match "^%-%-(.+)$"
    if name == "help" then help(summary, entries) end
    if name == "small" then
      for key, value in pairs(small) do options[key] = value end
      options.small = true
    elseif name and by_name[name] then
      i = i + 1
      given[name] = value_of(by_name[name], arg[i])
    else
      stop("unknown option '%s'", arg[i])
    end
    i = i + 1
  end
  for key, value in pairs(given) do options[key] = value end
  return options
end
