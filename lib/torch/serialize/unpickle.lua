-- Python's pickles (protocols 0 to 5) as data: a machine for the opcodes of pickle that builds tables, strings, numbers
-- and what `globals` allows. Whatever else a pickle names is refused by its name; nothing in one is run.
--
-- None is a value of its own in the machine, and nil in what it gives: such an item of a list is a hole, such an
-- entry of a dict is not there. Lists and tuples are arrays, dicts are tables with their keys, sets are arrays.
local internal = torch._C

local NONE <const> = setmetatable({}, {__name = "None"})
local WINDOW <const> = 1 << 18

-- ---- the bytes ------------------------------------------------------------------------------

local Stream = {}
Stream.__index = Stream

--- Raises "torch.load: PATH: WHAT (offset N)", of the opcode that runs.
function Stream:bad(what, offset)
  internal.raise(("torch.load: %s: %s (offset %d)"):format(self.file:path(), (what:gsub("%c", "?")), offset
    or self.opcode))
end

-- The next n bytes.
function Stream:take(n)
  local from = self.at
  if from + n - 1 > #self.text then
    local begin = self.start + from - 1
    if n > self.limit - begin then self:bad("the pickle ends in the middle of a value", self.limit) end
    self.text = self.file:read(begin, math.min(math.max(n, WINDOW), self.limit - begin))
    self.start, from = begin, 1
  end
  self.at = from + n
  return self.text:sub(from, from + n - 1)
end

function Stream:number(format, n) return (string.unpack(format, self:take(n))) end

function Stream:line()
  local parts = {}
  while true do
    local c = self:take(1)
    if c == "\n" then return table.concat(parts) end
    parts[#parts + 1] = c
  end
end

-- ---- the machine ------------------------------------------------------------------------------

local function push(m, value)
  m.n = m.n + 1
  m.stack[m.n] = value
end

local function pop(m)
  local n = m.n
  if n <= m.floor then m.stream:bad("a pickle that takes more values than it gave") end
  local value = m.stack[n]
  m.stack[n], m.n = nil, n - 1
  return value
end

-- The values since the last mark, as an array of n.
local function pop_mark(m)
  local from = table.remove(m.marks)
  if from == nil then m.stream:bad("a pickle without the mark that it goes back to") end
  local items, n = table.move(m.stack, from + 1, m.n, 1, {}), m.n - from
  for i = from + 1, m.n do m.stack[i] = nil end
  m.n, m.floor = from, m.marks[#m.marks] or 0
  return items, n
end

local function top(m)
  if m.n <= m.floor then m.stream:bad("a pickle that takes more values than it gave") end
  return m.stack[m.n]
end

local function is_global(value) return type(value) == "table" and rawget(value, "is_global") == true end

-- The value as it stands in a table that is given out.
local function plain(m, value)
  if value == NONE then return nil end
  local name = is_global(value) and value.name or m.holds[value]
  if name then m.stream:bad(("refused: the class or function %s as a value"):format(name)) end
  return value
end

local function new_list(m, items, n)
  local list = {}
  for i = 1, n do list[i] = plain(m, items[i]) end
  m.lengths[list] = n
  return list
end

local function append(m, list, items, n)
  local length = m.lengths[list]
  if length == nil then m.stream:bad "a pickle that appends to what is no list" end
  for i = 1, n do list[length + i] = plain(m, items[i]) end
  m.lengths[list] = length + n
end

local function set_items(m, dict, items, n)
  if not m.dicts[dict] then m.stream:bad "a pickle that sets items of what is no dict" end
  if n % 2 ~= 0 then m.stream:bad "a pickle with a key without a value" end
  for i = 1, n, 2 do
    local key = plain(m, items[i])
    if key == nil or key ~= key then m.stream:bad(("refused: a dict with the key %s"):format(tostring(key
      or "None"))) end
    dict[key] = plain(m, items[i + 1])
  end
end

local function new_dict(m, items, n)
  local dict = {}
  m.dicts[dict] = true
  if n > 0 then set_items(m, dict, items, n) end
  return dict
end

local function get_memo(m, index)
  local value = m.memo[index]
  if value == nil then m.stream:bad "a pickle that asks for what it has not remembered" end
  return m.replaced[value] or value
end

local function find_global(m, module, name)
  local full = module .. "." .. name
  local build = m.globals(module, name)
  if build == nil then
    m.stream:bad(("refused: %s; torch.load builds tensors and plain data only"):format(full:gsub("%c", "?"):sub(1,
      200)))
  end
  if type(build) ~= "function" then return build end
  return {is_global = true, name = full, build = build}
end

-- Calls a function that `globals` gave with the arguments of the pickle.
local function call(m, f, arguments)
  if not is_global(f) then m.stream:bad "a pickle that calls what is no function" end
  local n = m.lengths[arguments]
  if n == nil or m.items[arguments] == nil then m.stream:bad "a pickle that calls with what is no tuple" end
  local value = f.build(m, arguments, n)
  return value == nil and NONE or value
end

-- ---- numbers and strings -------------------------------------------------------------------

-- A little-endian number in two's complement.
local function long(m, bytes)
  if #bytes > 8 then
    local kept, sign = bytes:sub(1, 8), bytes:byte(8) >= 128 and "\255" or "\0"
    if bytes:sub(9) ~= sign:rep(#bytes - 8) then m.stream:bad "refused: an integer of more than 64 bits" end
    bytes = kept
  end
  return #bytes == 0 and 0 or (string.unpack("<i" .. #bytes, bytes))
end

local function decimal(m, text)
  text = text:gsub("L$", "")
  local value = math.tointeger(tonumber(text:match "^%s*(-?%d+)%s*$"))
  if value == nil or ("%d"):format(value) ~= text:gsub("^%s+", ""):gsub("%s+$", ""):gsub("^(-?)0+(%d)", "%1%2") then
    m.stream:bad "refused: an integer of more than 64 bits, or none"
  end
  return value
end

-- The float of a text: never a hexadecimal one.
local FLOATS <const> = {nan = 0 / 0, inf = math.huge, ["-inf"] = -math.huge}
local function float(m, text)
  local value = FLOATS[text] or text:find "^%s*[-+]?[%d.]+[eE]?[-+]?%d*%s*$" and tonumber(text)
  return value and value + 0.0 or m.stream:bad "no number where a float is expected"
end

-- A string of protocol 0: between quotes, with Python's escapes.
local ESCAPES <const> = {n = "\n", t = "\t", r = "\r", ["\\"] = "\\", ["'"] = "'", ['"'] = '"', a = "\a", b = "\b",
  f = "\f", v = "\v"}
local function quoted(m, text)
  local quote, body = text:match "^(['\"])(.*)%1%s*$"
  if not quote then m.stream:bad "a string without its quotes" end
  local parts, from = {}, 1
  while true do
    local at = body:find("\\", from, true)
    parts[#parts + 1] = body:sub(from, (at or 0) - 1)
    if not at then return table.concat(parts) end
    local hex, octal = body:match("^\\x(%x%x)", at), body:match("^\\([0-7][0-7]?[0-7]?)", at)
    local c = body:sub(at + 1, at + 1)
    if hex then parts[#parts + 1] = string.char(tonumber(hex, 16))
    elseif octal then parts[#parts + 1] = string.char(tonumber(octal, 8) & 255)
    else parts[#parts + 1] = ESCAPES[c] or "\\" .. c end
    from = at + (hex and 4 or octal and 1 + #octal or 2)
  end
end

-- A text of protocol 0: raw-unicode-escape.
local function raw_unicode(text)
  text = text:gsub("[\x80-\xff]", function(c) return utf8.char(c:byte()) end)
  return (text:gsub("\\u(%x%x%x%x)", function(h) return utf8.char(tonumber(h, 16)) end):gsub("\\U(%x%x%x%x%x%x%x%x)",
    function(h) return utf8.char(math.min(tonumber(h, 16), 0x10ffff)) end))
end

-- ---- the opcodes ------------------------------------------------------------------------------

local run = {}
local function opcode(letter, f) run[letter] = f end

opcode("\x80", function(m) -- PROTO
  local version = m.stream:number("B", 1)
  if version > 5 then m.stream:bad(("a pickle of protocol %d; those up to 5 are read"):format(version)) end
end)
opcode("\x95", function(m) m.stream:take(8) end) -- FRAME
opcode("(", function(m) -- MARK
  m.marks[#m.marks + 1] = m.n
  m.floor = m.n
end)
opcode("0", function(m) if m.n > m.floor then pop(m) else pop_mark(m) end end) -- POP
opcode("1", function(m) pop_mark(m) end) -- POP_MARK
opcode("2", function(m) push(m, top(m)) end) -- DUP

opcode("N", function(m) push(m, NONE) end)
opcode("\x88", function(m) push(m, true) end)
opcode("\x89", function(m) push(m, false) end)
opcode("I", function(m)
  local text = m.stream:line()
  if text == "00" or text == "01" then push(m, text == "01") else push(m, decimal(m, text)) end
end)
opcode("L", function(m) push(m, decimal(m, m.stream:line())) end)
opcode("J", function(m) push(m, m.stream:number("<i4", 4)) end)
opcode("K", function(m) push(m, m.stream:number("B", 1)) end)
opcode("M", function(m) push(m, m.stream:number("<I2", 2)) end)
opcode("\x8a", function(m) push(m, long(m, m.stream:take(m.stream:number("B", 1)))) end) -- LONG1
opcode("\x8b", function(m) -- LONG4
  local n = m.stream:number("<i4", 4)
  if n < 0 then m.stream:bad "an integer of a negative length" end
  push(m, long(m, m.stream:take(n)))
end)
opcode("F", function(m) push(m, float(m, m.stream:line())) end)
opcode("G", function(m) push(m, m.stream:number(">d", 8)) end)

--- A string whose length stands in front of it.
local function counted(letter, format, n)
  opcode(letter, function(m)
    local length = m.stream:number(format, n)
    if length < 0 then m.stream:bad "a string of a negative length" end
    push(m, m.stream:take(length))
  end)
end
counted("T", "<i4", 4) -- BINSTRING
counted("U", "B", 1)
counted("X", "<I4", 4) -- BINUNICODE
counted("\x8c", "B", 1)
counted("\x8d", "<i8", 8)
counted("B", "<I4", 4) -- BINBYTES
counted("C", "B", 1)
counted("\x8e", "<i8", 8)
counted("\x96", "<i8", 8) -- BYTEARRAY8
opcode("S", function(m) push(m, quoted(m, m.stream:line())) end)
opcode("V", function(m) push(m, raw_unicode(m.stream:line())) end)

opcode("]", function(m) push(m, new_list(m, {}, 0)) end)
opcode("l", function(m) push(m, new_list(m, pop_mark(m))) end)
opcode("a", function(m)
  local value = pop(m)
  append(m, top(m), {value}, 1)
end)
opcode("e", function(m)
  local items, n = pop_mark(m)
  append(m, top(m), items, n)
end)
-- A tuple may be the arguments of a call: `items` of the machine has its items as they are, `holds` the name of a class
-- among them.
local function push_tuple(m, items, n)
  local tuple = {}
  for i = 1, n do
    local value = items[i]
    local name = is_global(value) and value.name or value ~= NONE and m.holds[value]
    if name then m.holds[tuple] = name
    elseif value ~= NONE then tuple[i] = value end
  end
  m.lengths[tuple], m.items[tuple] = n, items
  push(m, tuple)
end
opcode(")", function(m) push_tuple(m, {}, 0) end)
opcode("t", function(m) push_tuple(m, pop_mark(m)) end)
for count, letter in ipairs {"\x85", "\x86", "\x87"} do -- TUPLE1 to TUPLE3
  opcode(letter, function(m)
    local items = {}
    for i = count, 1, -1 do items[i] = pop(m) end
    push_tuple(m, items, count)
  end)
end
opcode("}", function(m) push(m, new_dict(m, {}, 0)) end)
opcode("d", function(m) push(m, new_dict(m, pop_mark(m))) end)
opcode("s", function(m)
  local value = pop(m)
  local key = pop(m)
  set_items(m, top(m), {key, value}, 2)
end)
opcode("u", function(m)
  local items, n = pop_mark(m)
  set_items(m, top(m), items, n)
end)
opcode("\x8f", function(m) push(m, new_list(m, {}, 0)) end) -- EMPTY_SET
opcode("\x90", function(m) -- ADDITEMS
  local items, n = pop_mark(m)
  append(m, top(m), items, n)
end)
opcode("\x91", function(m) push(m, new_list(m, pop_mark(m))) end) -- FROZENSET

local function remember(m, index)
  m.memo[index] = top(m)
  m.remembered = m.remembered + 1
end
opcode("p", function(m) remember(m, m.stream:line()) end)
opcode("q", function(m) remember(m, m.stream:number("B", 1)) end)
opcode("r", function(m) remember(m, m.stream:number("<I4", 4)) end)
opcode("\x94", function(m) remember(m, m.remembered) end) -- MEMOIZE
opcode("g", function(m) push(m, get_memo(m, m.stream:line())) end)
opcode("h", function(m) push(m, get_memo(m, m.stream:number("B", 1))) end)
opcode("j", function(m) push(m, get_memo(m, m.stream:number("<I4", 4))) end)

opcode("c", function(m)
  local module = m.stream:line()
  push(m, find_global(m, module, m.stream:line()))
end)
opcode("\x93", function(m) -- STACK_GLOBAL
  local name, module = pop(m), pop(m)
  if type(name) ~= "string" or type(module) ~= "string" then m.stream:bad "a global whose name is no string" end
  push(m, find_global(m, module, name))
end)
opcode("R", function(m)
  local arguments = pop(m)
  push(m, call(m, pop(m), arguments))
end)
run["\x81"] = run.R -- NEWOBJ
opcode("b", function(m) -- BUILD
  local state, object = pop(m), top(m)
  local build = m.builds[object]
  if build then
    build(m, state)
    m.stack[m.n] = m.replaced[object] or object
  elseif state ~= NONE and not m.dicts[object] and not torch.is_tensor(object) then
    m.stream:bad "refused: the state of an object that is no plain data"
  end
end)
opcode("Q", function(m) push(m, m.persistent(m, pop(m))) end) -- BINPERSID

local REFUSED <const> = {o = "OBJ", i = "INST", P = "PERSID", ["\x92"] = "NEWOBJ_EX", ["\x82"] = "EXT1",
  ["\x83"] = "EXT2",
  ["\x84"] = "EXT4", ["\x97"] = "NEXT_BUFFER", ["\x98"] = "READONLY_BUFFER"}

local function loop(m)
  local stream = m.stream
  while true do
    stream.opcode = stream.start + stream.at - 1
    local letter = stream:take(1)
    if letter == "." then return pop(m) end
    local f = run[letter]
    if f == nil then
      stream:bad(REFUSED[letter] and ("refused: the opcode %s of pickle"):format(REFUSED[letter])
        or ("%d is no opcode of pickle"):format(letter:byte()))
    end
    f(m)
  end
end

--- The value of the pickle in `file` from `offset` on, and where it ends. `handlers` has `globals(module, name)`: what
-- that is in a pickle, nil where it is refused, a function f(machine, arguments, n) that is called with the
-- arguments, or a value; and `persistent(machine, id)`: what an id stands for. `limit` is where the pickle ends at
-- the latest.
return function(file, offset, limit, handlers)
  local stream = setmetatable({file = file, text = "", at = 1, start = offset, limit = limit, opcode = offset}, Stream)
  local m = {stream = stream, stack = {}, n = 0, floor = 0, marks = {}, memo = {}, remembered = 0, lengths = {},
    dicts = {}, items = {}, holds = {}, builds = {}, replaced = {}, none = NONE, globals = handlers.globals,
      new_list = new_list,
    new_dict = new_dict, set_items = set_items,
    persistent = handlers.persistent or function(machine) machine.stream:bad "refused: a persistent id" end}
  m.is_global = is_global
  local value = plain(m, loop(m))
  return value, stream.start + stream.at - 1
end
