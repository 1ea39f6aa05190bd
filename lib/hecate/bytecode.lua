--- What the code of a program does at one place: whether it uses the value that it reads there, and which fields one
-- assignment sets. The functions of the program are read as string.dump writes them (Lua 5.4), for there is no other
-- way to them.
local unpack = string.unpack
local M = {}

-- ---- the dump -------------------------------------------------------------------------------

local HEADER <const> = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8" -- of 5.4; then a test integer, a test float

--- A number whose last byte has the highest bit: its value, and where what follows begins.
local function number_at(dump, at)
  local value = 0
  while true do
    local byte = dump:byte(at)
    at = at + 1
    value = value << 7 | byte & 0x7f
    if byte >= 0x80 then return value, at end
  end
end

--- A string, nil where there is none.
local function string_at(dump, at)
  local size, from = number_at(dump, at)
  if size == 0 then return nil, from end
  return dump:sub(from, from + size - 2), from + size - 1
end

local CONSTANT_BYTES <const> = {[0x00] = 0, [0x01] = 0, [0x11] = 0, [0x03] = 8, [0x13] = 8} -- nil, booleans, numbers

local function constants_at(dump, at)
  local list, n = {}, nil
  n, at = number_at(dump, at)
  for i = 0, n - 1 do
    local kind = dump:byte(at)
    at = at + 1
    if CONSTANT_BYTES[kind] then at = at + CONSTANT_BYTES[kind]
    else list[i], at = string_at(dump, at) end
  end
  return list, at
end

--- The line of each instruction, from 0.
local function lines_at(dump, at, first)
  local n, steps, places = nil, nil, {}
  n, steps = number_at(dump, at)
  local count, line
  count, at = number_at(dump, steps + n)
  for _ = 1, count do
    local pc
    pc, at = number_at(dump, at)
    places[pc], at = number_at(dump, at)
  end
  local lines = {}
  line = first
  for pc = 0, n - 1 do
    line = places[pc] or line + unpack("b", dump, steps + pc)
    lines[pc] = line
  end
  return lines, at
end

local function locals_at(dump, at)
  local list, n = {}, nil
  n, at = number_at(dump, at)
  for i = 1, n do
    local name, from, to
    name, at = string_at(dump, at)
    from, at = number_at(dump, at)
    to, at = number_at(dump, at)
    list[i] = {name = name, from = from, to = to}
  end
  return list, at
end

--- One function and those inside of it.
local function function_at(dump, at)
  local f, _ = {dump = dump, inside = {}}, nil
  _, at = string_at(dump, at)
  f.line, at = number_at(dump, at)
  _, at = number_at(dump, at)
  f.count, at = number_at(dump, at + 3) -- numbers of parameters, of registers
  f.code, at = at, at + 4 * f.count
  f.constants, at = constants_at(dump, at)
  local n
  n, at = number_at(dump, at)
  n, at = number_at(dump, at + 3 * n) -- upvalues
  for i = 1, n do f.inside[i], at = function_at(dump, at) end
  f.lines, at = lines_at(dump, at, f.line)
  f.locals, at = locals_at(dump, at)
  f.upvalues = {}
  n, at = number_at(dump, at)
  for i = 0, n - 1 do f.upvalues[i], at = string_at(dump, at) end
  return f, at
end

-- ---- instructions ------------------------------------------------------------------------------

local MOVE <const>, LOADK <const>, GETUPVAL <const>, GETTABUP <const>, GETTABLE <const> = 0, 3, 9, 11, 12
local SETUPVAL <const>, SETTABUP <const>, SETI <const>, SETFIELD <const> = 10, 15, 17, 18
local GETFIELD <const>, SELF <const>, NOT <const>, JMP <const> = 14, 20, 51, 56
local EQ <const>, EQK <const>, EQI <const>, TEST <const>, TESTSET <const> = 57, 60, 61, 66, 67
local CALL <const>, TAILCALL <const> = 68, 69

--- Operation and its operands A, B, C, Bx; nil outside of the function.
local function instruction(f, pc)
  if pc < 0 or pc >= f.count then return nil end
  local i = unpack("<I4", f.dump, f.code + 4 * pc)
  return i & 0x7f, i >> 7 & 0xff, i >> 16 & 0xff, i >> 24 & 0xff, i >> 15
end

--- The name of the local variable in a register, as of an instruction.
local function local_in(f, pc, register)
  for _, variable in ipairs(f.locals) do
    if variable.from > pc then break end
    if pc < variable.to then
      if register == 0 then return variable.name end
      register = register - 1
    end
  end
end

--- Functions that may be asked about what is not there.
local ASKS <const> = {type = true, rawequal = true, assert = true, is_tensor = true, typename = true,
  isinstance = true}

--- The name of what the register holds at an instruction.
local function name_in(f, pc, register)
  for at = pc - 1, 0, -1 do
    local op, a, b, c = instruction(f, at)
    if a == register then
      if op == GETTABUP or op == GETFIELD or op == SELF then return f.constants[c] end
      if op == MOVE then return local_in(f, at, b) end
      return op == GETUPVAL and f.upvalues[b] or nil
    end
  end
end

local NEAR <const> = 12 -- instructions after the read that may pass until its value is used

--- Whether the value that the instruction at `pc` leaves in the register is only looked at.
local function is_asked(f, pc, register)
  for at = pc + 1, pc + NEAR do
    local op, a, b = instruction(f, at)
    if not op then return false end
    if op == TEST or op == EQK or op == EQI then return a == register end
    if op == TESTSET or op == NOT then return b == register end
    if op == EQ then return a == register or b == register end
    if op == CALL or op == TAILCALL then
      if a <= register then return a == register - 1 and ASKS[name_in(f, pc, a)] == true end
    elseif op >= JMP or a <= register then return false end
  end
  return false
end

--- The register that the instruction at `pc` reads the name into; nil: it does no such thing.
local function read_at(f, pc, name, is_global)
  local op, a, b, c, bx = instruction(f, pc)
  if op == GETTABUP then return f.constants[c] == name and (f.upvalues[b] == "_ENV") == is_global and a or nil end
  if op == GETFIELD or op == SELF then return not is_global and f.constants[c] == name and a or nil, op == SELF end
  if op ~= GETTABLE then return nil end
  -- The name of a table, or a constant beyond the 256th, comes to a register first.
  op, b, _, _, bx = instruction(f, pc - 1)
  if op ~= LOADK or b ~= c or f.constants[bx] ~= name then return nil end
  op, _, b = instruction(f, pc - 2)
  return (op == GETUPVAL and f.upvalues[b] == "_ENV") == is_global and a or nil
end

--- The code of a function of Lua; nil of one that another version made.
local function code_of(f)
  local dump = string.dump(f)
  return dump:sub(1, #HEADER) == HEADER and function_at(dump, #HEADER + 18) or nil
end

--- bytecode.uses(f, line, name, is_global): whether the function f uses the value of the name that it reads in the
-- line: as a global, else as a field. False where it only asks for it, in one of the reads of that line at least, and
-- where it cannot be told. The second result: whether one of the uses is another than calling it as a method.
function M.uses(f, line, name, is_global)
  local code, used, as_field = code_of(f), false, false
  if not code then return false end
  for pc = 0, code.count - 1 do
    if code.lines[pc] == line then
      local register, called = read_at(code, pc, name, is_global)
      if register and not called and is_asked(code, pc, register) then return false end
      used = used or register ~= nil
      as_field = as_field or register ~= nil and not called
    end
  end
  return used, as_field
end

local function sets_field(code, name)
  for pc = 0, code.count - 1 do
    local op, _, b = instruction(code, pc)
    if (op == SETFIELD or op == SETTABUP) and code.constants[b] == name then return true end
  end
  for _, inner in ipairs(code.inside) do
    if sets_field(inner, name) then return true end
  end
  return false
end

--- bytecode.sets(f, name): whether the function f, or one inside of it, assigns to a field of that name.
function M.sets(f, name)
  local code = debug.getinfo(f, "S").what ~= "C" and code_of(f)
  return code and sets_field(code, name) or false
end

--- Whether a register holds a local variable at an instruction, and no value in between.
local function is_variable(f, pc, register)
  return local_in(f, pc, register) ~= nil
end

--- bytecode.assigned(f, line): the names of the fields that one assignment to several places sets, for each such
-- assignment of the line: {{"a", "b"}} for `self.a, self.b = 1, 2`. Lua sets them from the last to the first, when all
-- values have been computed; so a store whose value is neither computed after the store before it nor that of a
-- variable belongs to the same assignment.
function M.assigned(f, line)
  local code, groups, group, object = code_of(f), {}, nil, nil
  for pc = 0, code and code.count - 1 or -1 do
    local op, a, b, c, bx = instruction(code, pc)
    if op == SETFIELD and code.lines[pc] == line then
      local is_constant = bx & 1 == 1
      if not (group and object == a and not is_constant and not is_variable(code, pc, c)) then
        group, object = {}, a
        groups[#groups + 1] = group
      end
      table.insert(group, 1, code.constants[b])
    elseif not (op == MOVE or op == SETUPVAL or op >= SETTABUP and op <= SETI) then group = nil end
  end
  return groups
end

return M
