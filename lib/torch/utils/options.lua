--- Arguments of Lua functions as the language wants them: positional in a fixed
-- order, any of them also by name in one trailing table, and one clear line when
-- they are wrong.
local options = {}

--- Edit distance of two short words, for suggestions; anything from `limit` on where it is no less.
local function distance(a, b, limit)
  if math.abs(#a - #b) >= limit then return limit end
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal, least
    diagonal, row[0], least = row[0], i, i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      least = math.min(least, row[j])
    end
    if least >= limit then return limit end -- no later row has less
  end
  return row[#b]
end

--- ", did you mean 'NAME'?" for the name that `wrong` nearly is, else "". `most`: how many letters may differ.
function options.suggest(wrong, names, most)
  local best, least, lower = nil, (most or math.max(2, #wrong // 3)) + 1, wrong:lower()
  for _, name in ipairs(names) do
    local d = distance(lower, name:lower(), least)
    if d < least then d = d + distance(wrong, name, math.huge) / 1000 end -- of equal ones the better in case
    if d < least and d < #wrong then best, least = name, d end -- something of it is right
  end
  return best and (", did you mean '%s'?"):format(best) or ""
end

--- Options as Matplotlib and NumPy call them, and as they are called here.
local OTHER_WORDS <const> = {title = "label", legend = "label", name = "label", linewidth = "width", lw = "width",
  linestyle = "dash", ls = "dash", marker = "point", markersize = "size", ms = "size", s = "size", c = "color",
  opacity = "alpha", axis = "dim", batchsize = "batch_size", learning_rate = "lr", cmap = "palette", nbins = "bins"}

--- As suggest, for the name of an option, which may be that of another library.
function options.suggest_option(wrong, names)
  local candidates, is_known = {}, {}
  for i, name in ipairs(names) do candidates[i], is_known[name] = name, true end
  for other, name in pairs(OTHER_WORDS) do
    if is_known[name] and not is_known[other] and #other > 2 then candidates[#candidates + 1] = other end
  end
  table.sort(candidates)
  local other = OTHER_WORDS[wrong]
  local near = is_known[other] and other or options.suggest(wrong, candidates):match "'(.-)'"
  if near and not is_known[near] then near = OTHER_WORDS[near] end
  return near and (", did you mean '%s'?"):format(near) or ""
end

local function is_tensor(value)
  return type(value) == "userdata" and value.shape ~= nil and value.dtype ~= nil
end

--- What a message says of a value: "number 0", "string 'abc'", "float32 (2×3)".
function options.describe(value)
  local kind = type(value)
  if kind == "nil" then return "nothing" end
  if value ~= value then return "number nan" end -- Lua may write -nan
  if kind == "number" or kind == "boolean" then return ("%s %s"):format(kind, value) end
  if kind == "string" then
    return ("string '%s'"):format((#value > 40 and value:sub(1, 37) .. "..." or value):gsub("%c", " "))
  end
  if kind == "table" and #value > 0 and getmetatable(value) == nil then
    return ("an array of %d"):format(#value)
  end
  if kind == "userdata" then
    local ok, tensor = options.try(is_tensor, value)
    if ok and tensor then
      local dtype = tostring(value.dtype):gsub("^torch%.", "")
      return ("%s (%s)"):format(dtype, table.concat(value.shape, "×"))
    end
    return torch.typename(value) or kind
  end
  return kind
end

--- Raises a message of one line, at the line of the program that led here: functions in C and those of the files of
-- Hecate are passed over.
options.raise = torch._C.raise

--- Raises "FUNCTION: 'NAME' (argument N): expected EXPECTED, got GOT" in the same way.
function options.wrong(name, parameter, position, expected, value)
  local place = position and (" (argument %d)"):format(position) or ""
  options.raise(("%s: '%s'%s: expected %s, got %s"):format(name, parameter, place, expected, options.describe(value)))
end

local warned = {}

--- One line on stderr; the same text only once a process.
function options.warn(text)
  if warned[text] then return end
  warned[text] = true
  io.stderr:write("warning: ", text, "\n")
end

--- The value, which must be a tensor.
function options.tensor(name, parameter, position, value)
  if not torch.is_tensor(value) then options.wrong(name, parameter, position, "a tensor", value) end
  return value
end

--- Whether a value can be called.
function options.is_callable(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and meta.__call ~= nil
end

--- `value` as an integer where it is a number with an integral value, as Lua's own library takes it; else nil.
function options.integer(value)
  return type(value) == "number" and math.tointeger(value) or nil
end

--- Whether `value` is an array of tensors.
local function is_tensors(value)
  if type(value) ~= "table" or getmetatable(value) ~= nil then return false end
  for _, item in ipairs(value) do
    if not torch.is_tensor(item) then return false end
  end
  return #value > 0
end

--- The kinds a parameter may declare: what is expected, the test of it, and where the value is another one for the
-- test and for the function, what makes that.
local kinds = {
  string = {"a string", function(v) return type(v) == "string" end},
  boolean = {"a boolean", function(v) return type(v) == "boolean" end},
  number = {"a number", function(v) return type(v) == "number" end},
  callable = {"a function", options.is_callable},
  table = {"a table", function(v) return type(v) == "table" end},
  count = {"an integer, 0 or more", function(v) return v and v >= 0 end, options.integer},
  positive = {"a positive integer", function(v) return v and v > 0 end, options.integer},
  integer = {"an integer", function(v) return v ~= nil end, options.integer},
  tensor = {"a tensor", function(v) return torch.is_tensor(v) end},
  tensors = {"an array of tensors", is_tensors},
  seconds = {"a number, 0 or more", function(v) return type(v) == "number" and v >= 0 end},
}

--- The value as the function gets it.
local function check(name, parameter, position, value)
  local kind = kinds[parameter.kind]
  if value == nil and not parameter.required then return value end
  if kind == nil then
    if value == nil then options.wrong(name, parameter[1], position, "a value", value) end
    return value
  end
  if value == false and parameter.off then return value end
  local taken = value
  if kind[3] then taken = kind[3](value) end
  if not kind[2](taken) then options.wrong(name, parameter[1], position, kind[1], value) end
  return taken
end

local function passed(ok, first, ...)
  if not ok and first == "interrupted" then error(first, 0) end
  return ok, first, ...
end

--- pcall that lets Ctrl-C ("interrupted") pass: for what runs functions of the program, or takes long.
function options.try(f, ...) return passed(pcall(f, ...)) end

--- A field of any value; nil where it has none, or cannot be asked for fields.
function options.field(value, name)
  local ok, found = options.try(function() return value[name] end)
  return ok and found or nil
end

--- The length of a value; nil of a string and of what has none. What a `__len` of the program raises is raised.
function options.length(value)
  if type(value) == "string" then return nil end
  local ok, n = pcall(function() return #value end)
  if ok then return n end
  local none = type(n) == "string" and (n:find("attempt to get length", 1, true)
    or n:find("has no method '__len'", 1, true) or n:find "^#: ") -- a tensor of no dimensions, or a closed one
  return not none and error(n, 0) or nil
end

--- Whether `value` is a table of named options: no items, and at least one key that is a string, or nothing at all.
--- The order of `next` changes from run to run, so the first key alone does not tell.
function options.is_named(value)
  if type(value) ~= "table" or getmetatable(value) ~= nil or #value > 0 then return false end
  for key in pairs(value) do
    if type(key) == "string" then return true end
  end
  return next(value) == nil
end

local function take_named(name, parameters, given, result)
  local known = {}
  for i, parameter in ipairs(parameters) do known[i] = parameter[1] end
  for key, value in pairs(given) do
    local position
    for i, parameter in ipairs(known) do position = parameter == key and i or position end
    if position == nil then
      options.raise(("%s: unknown option '%s'%s (known: %s)"):format(name, tostring(key),
        options.suggest_option(tostring(key), known), table.concat(known, ", ")))
    end
    if result[key] ~= nil then
      options.raise(("%s: '%s' is given by position and by name"):format(name, key))
    end
    result[key] = check(name, parameters[position], nil, value)
  end
end

--- Reads the arguments of `name`. `parameters` is an array of {NAME, kind = one of
-- the kinds above, default =, required =, off = (false is allowed too)} in
-- positional order; a trailing table with string keys gives any of them by name.
-- An empty table where a required parameter of no kind stands is its value, and
-- kind = "any" says that a table may give the first parameter by name, too.
-- `required` is for what the function does not check in better words itself.
-- Returns a table by name; an error points at the line of the program.
function options.read(name, parameters, ...)
  local n, result = select("#", ...), {}
  local kind = parameters[1].kind
  local given
  if n > 1 or (n == 1 and kind and kind ~= "table") then given = select(n, ...) end
  if not options.is_named(given) then given = nil end
  local last = parameters[n]
  if given and next(given) == nil and last and last.required and not kinds[last.kind] then given = nil end
  if given then n = n - 1 end
  if n > #parameters then
    options.raise(("%s: expected at most %d arguments, got %d"):format(name, #parameters, n))
  end
  for i = 1, n do
    local value = (select(i, ...))
    if value ~= nil then value = check(name, parameters[i], i, value) end
    result[parameters[i][1]] = value
  end
  if given then take_named(name, parameters, given, result) end
  for i, parameter in ipairs(parameters) do
    local key = parameter[1]
    if result[key] == nil then
      check(name, parameter, i, nil)
      result[key] = parameter.default
    end
  end
  return result
end

--- Raises unless there is memory for a tensor of this shape: for functions that make its elements in Lua, one by one,
-- and would go on for ever where the sizes are absurd.
function options.room(name, shape)
  local ok, why = options.try(torch.empty, shape, {dtype = torch.int64, device = "cpu"})
  if not ok then options.raise((why:gsub("^empty:", name .. ":"))) end
end

--- Whether the elements of a tensor can be looked at: a tensor on meta has none.
function options.has_data(x) return x.device.type ~= "meta" end

--- For functions of any number of tensors, f(a, b, …) or f({a, b, …}), with options in a trailing table: the array
-- of tensors, and the options by name. `parameters` are those of options.read, without the tensors.
function options.read_tensors(name, parameters, ...)
  local list, n = {...}, select("#", ...)
  if is_tensors((...)) and n <= 1 + #parameters then
    local rest = #parameters > 0 and options.read(name, parameters, select(2, ...)) or {}
    return table.move((...), 1, #(...), 1, {}), rest
  end
  local given = {}
  if n > 1 and options.is_named(list[n]) then given, n = list[n], n - 1 end
  for i = 1, n do
    if not torch.is_tensor(list[i]) then options.wrong(name, "tensors", i, "a tensor", list[i]) end
  end
  if n == 0 then options.raise(name .. ": expected at least one tensor") end
  return table.move(list, 1, n, 1, {}), options.read(name, #parameters > 0 and parameters or {{"options"}}, given)
end

--- What `shape` makes of one tensor, of several (as many results), or of an array of them (an array).
function options.map_tensors(name, shape, ...)
  local list = options.read_tensors(name, {}, ...)
  for i, x in ipairs(list) do list[i] = shape(x) end
  if not torch.is_tensor((...)) then return list end
  return table.unpack(list)
end

--- A dimension from 1 on of a tensor of `ndim` dimensions; negative ones count from the end.
function options.dim(name, parameter, position, value, ndim)
  local n, at = math.max(ndim, 1), options.integer(value)
  if at == nil or at == 0 or at > n or at < -n then
    options.wrong(name, parameter, position, ("a dimension from 1 to %d (or -1 to -%d)"):format(n, n), value)
  end
  return at > 0 and at or at + n + 1
end

return options
