--- Wrong calls of the plotting functions: one line, raised where the user called.
local options = require "torch.utils.options"

local arguments = {}

--- Raises at the line of the program.
function arguments.fail(format, ...) options.raise(format:format(...)) end

arguments.wrong = options.wrong

function arguments.string(name, parameter, position, value)
  if type(value) ~= "string" then
    arguments.wrong(name, parameter, position, "a string", value)
  end
end

--- A switch: nothing means on.
function arguments.switch(name, on)
  if on ~= nil and type(on) ~= "boolean" then arguments.wrong(name, "on", 1, "a boolean", on) end
end

--- Raises unless `value` is one of the strings in `known`; returns it.
function arguments.one_of(name, parameter, position, known, value)
  for _, word in ipairs(known) do
    if value == word then return value end
  end
  local hint = type(value) == "string" and options.suggest(value, known) or ""
  arguments.fail("%s: '%s'%s: expected one of %s, got %s%s", name, parameter,
    position and (" (argument %d)"):format(position) or "", table.concat(known, ", "), options.describe(value), hint)
end

--- The arguments as a list with a count, and the options after them (empty without).
function arguments.split(...)
  local list = table.pack(...)
  if list.n == 0 or not options.is_named(list[list.n]) then return list, {} end
  local given = list[list.n]
  list[list.n] = nil
  list.n = list.n - 1
  return list, given
end

--- [title,] … [, options]: the list, the title or nil, the options.
function arguments.titled(...)
  local list, given = arguments.split(...)
  if type(list[1]) ~= "string" then return list, nil, given end
  local title = table.remove(list, 1)
  list.n = list.n - 1
  return list, title, given
end

local function is_whole(v) return v ~= nil and v > 0 end

--- "NAME,POINTS", "NAME" or ",POINTS" as {name, points}, either perhaps false.
local function font_of(v)
  if type(v) ~= "string" then return nil end
  local family, points = v:match "^([%w%- ]*),?([%d.]*)$"
  if family == nil or v == "" or points ~= "" and not ((tonumber(points) or 0) > 0) then return nil end
  return {family:find "%S" and family, tonumber(points) or false}
end

--- {width, height} as integers.
local function size_of(v)
  if type(v) ~= "table" or #v ~= 2 then return {} end
  return {options.integer(v[1]), options.integer(v[2])}
end

-- What is expected, the test of it, and what makes of the caller's value the one that is tested and used.
local kinds = {
  string = {"a string", function(v) return type(v) == "string" end},
  boolean = {"a boolean", function(v) return type(v) == "boolean" end},
  number = {"a number", function(v) return type(v) == "number" end},
  positive = {"a number above 0", function(v) return type(v) == "number" and v > 0 end},
  fraction = {"a number from 0 to 1", function(v)
    return type(v) == "number" and v >= 0 and v <= 1
  end},
  count = {"a positive integer", is_whole, options.integer},
  integer = {"an integer, 0 or more", function(v) return v and v >= 0 end, options.integer},
  strings = {"an array of strings", function(v)
    if type(v) ~= "table" then return false end
    for _, s in ipairs(v) do
      if type(s) ~= "string" then return false end
    end
    return #v > 0
  end},
  size = {"{width, height}", function(v) return is_whole(v[1]) and is_whole(v[2]) end, size_of},
  font = {"'NAME,POINTS', a name of letters, digits and '-'", function(v) return v ~= nil end, font_of},
  any = {"", function() return true end},
}

--- Checks one value, and returns it as the function is to use it. `kind` is one of the kinds above.
function arguments.check(name, parameter, position, kind, value)
  local expected, test, made = table.unpack(kinds[kind])
  local taken = value
  if made then taken = made(value) end
  if not test(taken) then arguments.wrong(name, parameter, position, expected, value) end
  return taken
end

--- Checks the options `given`, and returns them as the function is to use them: `known` is an array of {NAME, KIND}.
function arguments.named(name, known, given)
  local names, kind_of, taken = {}, {}, {}
  if type(given) ~= "table" then
    arguments.fail("%s: expected a table of options at the end, got %s", name, options.describe(given))
  end
  for i, entry in ipairs(known) do names[i], kind_of[entry[1]] = entry[1], entry[2] end
  for key, value in pairs(given) do
    if kind_of[key] == nil then
      arguments.fail("%s: unknown option '%s'%s (known: %s)", name, tostring(key),
        options.suggest_option(tostring(key), names), table.concat(names, ", "))
    end
    taken[key] = arguments.check(name, key, nil, kind_of[key], value)
  end
  return taken
end

return arguments
