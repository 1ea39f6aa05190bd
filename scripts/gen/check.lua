-- The column `check` of a row: what shapes, dtypes and numbers must be like, tested before anything is computed.
-- Each entry is {argument, condition, expected} or {condition, message}:
--   {"weight", "weight.ndim == 1 and weight.shape[1] == input.shape[2]", "({input.shape[2]}), one for each channel"}
-- fails with "NAME: 'weight' (argument 4): expected (3), one for each channel, got float32 (2)". What stands in
-- braces is put in at run time. An optional argument that is not given passes its checks. An entry with warns = true
-- is a warning, and the call goes on.
--
-- Conditions are written as in Lua. Of a tensor there are .ndim, .numel, .dtype, .computed (the dtype that its kernels
-- compute in), .is_float, .is_complex, .shape and .shape[i] (from 1, or from -1 for the last), of a list of tensors or
-- sizes .n. given(x) says whether an optional argument is there; same_shape(x, y), contiguous(x), ends_with(x, sizes)
-- and broadcast(x, y, n), which leaves out the last n dimensions, look at shapes.
-- Words of a choice and dtypes stand in quotes; max_dims is the most dimensions that a tensor has.
local check = {}

local FIELDS = {
  ndim = {"(int64_t)%s->ndim", "int64_t"}, numel = {"%s->numel", "int64_t"}, dtype = {"(DType)%s->dtype", "DType"},
  computed = {"dtype_compute((DType)%s->dtype)", "DType"},
  is_float = {"dtype_is_float((DType)%s->dtype)", "bool"}, is_complex = {"dtype_is_complex((DType)%s->dtype)", "bool"},
  shape = {"%s->shape", "shape"},
}

local function tensor_c(arg)
  return arg.optional and ("formula_input(c, %d)"):format(arg.input - 1) or ("c->in[%d]"):format(arg.input - 1)
end

-- C and kind of NAME.field[i] or NAME[i].
local function operand(row, name, field, index, trouble)
  local arg = row.by_name[name] or trouble("no argument '%s'", name)
  local c = arg.type.c
  if c then
    if field and field ~= "n" then trouble("'%s' has no field '%s'", name, field) end
    if c == "Ints" and index then return ("a->%s.v[%d]"):format(name, index - 1), "int64_t" end
    if c == "Ints" and field then return ("(int64_t)a->%s.n"):format(name), "int64_t" end
    if c == "Scalar" then return ("scalar_to_double(a->%s)"):format(name), "double" end
    return "a->" .. name, c
  end
  if arg.list and field == "n" then return ("((int64_t)c->n_in - %d)"):format(arg.input - 1), "int64_t" end
  local x = tensor_c(arg)
  if not field then return x, "Tensor" end
  local f = FIELDS[field] or trouble("'%s' has no field '%s'", name, field)
  if field ~= "shape" then return f[1]:format(x), f[2] end
  if not index then return x, "shape" end
  return ("formula_shape(%s, %d)"):format(x, index > 0 and index - 1 or index), "int64_t"
end

local function given(arg)
  local c = arg.type.c
  if not c then return tensor_c(arg) .. " != NULL" end
  if c == "OptionalScalar" then return ("a->%s.given"):format(arg.name) end
  if c == "Ints" then return ("a->%s.n >= 0"):format(arg.name) end
  if c == "int64_t" then return ("a->%s != INT64_MIN"):format(arg.name) end
  return ("a->%s != %s"):format(arg.name, arg.type.none)
end
check.given = given

-- What conditions may call: C with the arguments put in.
local FUNCTIONS = {
  given = "(%s)", same_shape = "tensor_same_shape(%s, %s)", contiguous = "tensor_is_contiguous(%s)",
  broadcast = "formula_broadcasts(%s, %s, %s)", ends_with = "formula_ends_with(%s, %s)",
}

local function called(row, name, list, trouble)
  local arguments = {}
  for word in list:gmatch "[%w_]+" do
    local arg = row.by_name[word]
    if not arg and not tonumber(word) then trouble("no argument '%s'", word) end
    arguments[#arguments + 1] = not arg and word or name == "given" and given(arg)
      or arg.type.c and "&a->" .. word or tensor_c(arg)
  end
  return FUNCTIONS[name]:format(table.unpack(arguments))
end

local WORDS = {["and"] = "&&", ["or"] = "||", ["not"] = "!", ["true"] = "true", ["false"] = "false"}

-- A word in quotes beside NAME or NAME.dtype.
local function constant(row, name, field, word, trouble)
  if field == "dtype" then return "DTYPE_" .. word:upper() end
  for i, choice in ipairs(row.by_name[name] and row.by_name[name].choices or {}) do
    if choice == word then return tostring(i - 1) end
  end
  trouble("'%s' is never \"%s\"", name, word)
end

--- A condition in C.
function check.condition(row, text, trouble)
  local out, at, name, field = {}, 1, nil, nil
  local function put(c) out[#out + 1] = c end
  while at <= #text do
    local word, next_at = text:match("^([%a_][%w_]*)()", at)
    local rest = word and text:sub(next_at) or ""
    if word and WORDS[word] then put(WORDS[word])
    elseif word == "max_dims" then put "TENSOR_MAX_DIMS"
    elseif FUNCTIONS[word] then
      local list, behind = rest:match "^(%b())()"
      next_at = next_at + behind - 1
      put(called(row, word, list, trouble))
    elseif word then
      local f, behind = rest:match "^%.([%a_]+)()"
      if f then next_at = next_at + behind - 1 end
      local index, after = text:match("^%[(%-?%d+)%]()", next_at)
      if index then next_at = after end
      put((operand(row, word, f, tonumber(index), trouble)))
      name, field = word, f
    else
      local quoted, behind = text:match('^"([%w_]*)"()', at)
      local sign = text:sub(at, at + 1)
      if quoted then
        put(constant(row, name, field, quoted, trouble))
        next_at = behind
      elseif sign == "~=" then put("!="); next_at = at + 2
      else put(text:sub(at, at)); next_at = at + 1 end
    end
    at = next_at
  end
  return table.concat(out)
end

-- What printf needs to show an operand: conversion and argument. `slot` numbers the buffers of text.
local function shown(c, kind, slot)
  if kind == "Tensor" then return "%s", ("tensor_text(text[%d], %s)"):format(slot, c), true end
  if kind == "shape" then return "%s", ("shape_text(text[%d], %s->ndim, %s->shape)"):format(slot, c, c), true end
  if kind == "Ints" then
    return "%s", ("shape_text(text[%d], %s.n < 0 ? 0 : %s.n, %s.v)"):format(slot, c, c, c), true
  end
  if kind == "DType" then return "%s", ("dtype_name(%s)"):format(c) end
  if kind == "double" then return "%g", ("shown(%s)"):format(c) end
  return "%lld", "(long long)" .. c
end

-- The arguments of printf that a message is growing, and how many buffers for text they need.
local function builder()
  local m = {arguments = {}, slots = 0}
  function m.put(c, kind)
    local conversion, argument, buffer = shown(c, kind, m.slots)
    if buffer then m.slots = m.slots + 1 end
    m.arguments[#m.arguments + 1] = argument
    return conversion
  end
  return m
end

-- A message with what stands in braces put in.
local function filled(row, text, m, trouble)
  return (text:gsub("%%", "%%%%"):gsub("{([%a_][%w_]*)%.?([%a_]*)%[?(%-?%d*)%]?}", function(name, field, index)
    return m.put(operand(row, name, field ~= "" and field or nil, tonumber(index), trouble))
  end))
end

-- The C of one entry, and how many buffers it needs.
local function one(row, entry, trouble)
  local name, condition, text = entry[1], entry[2], entry[3]
  if not text then name, condition, text = nil, entry[1], entry[2] end
  local guard, m = "", builder()
  local format = filled(row, text, m, trouble)
  if name then
    local arg, place = row.by_name[name] or trouble("no argument '%s'", name), 0
    for i, a in ipairs(row.args) do if a == arg then place = i end end
    if arg.optional then guard = given(arg) .. " && " end
    local c, kind = operand(row, name, nil, nil, trouble)
    if arg.type.arg == "ARG_DIMS" then c, kind = c .. ".n", "int64_t" end -- how many
    if arg.type.arg == "ARG_DIM" or arg.type.arg == "ARG_INDEX" then c = ("(%s < 0 ? %s : %s + 1)"):format(c, c, c) end
    if kind == "OptionalScalar" then c, kind = ("scalar_to_double(a->%s.value)"):format(name), "double" end
    format = ("'%s' (argument %d): expected %s, got %s"):format((name:gsub("_$", "")), place, format, m.put(c, kind))
  end
  local arguments = #m.arguments > 0 and ", " .. table.concat(m.arguments, ", ") or ""
  local tell = entry.warns and "warn_user(" or "return fail(ERROR_ARGUMENT, "
  return ("  if (%s!(%s))\n    %s\"%%s: %s\", c->info->lua_name%s);"):format(guard,
    check.condition(row, condition, trouble), tell, (format:gsub('"', '\\"')), arguments), m.slots
end

--- The C function of the checks of a row.
function check.emit(row)
  local lines, most = {}, 0
  for i, entry in ipairs(row.check) do
    local function trouble(...) error(("%s: check %d: %s"):format(row.where, i, string.format(...)), 0) end
    if type(entry) ~= "table" or #entry < 2 or #entry > 3 then trouble("expected {argument, condition, expected}") end
    local line, slots = one(row, entry, trouble)
    lines[#lines + 1], most = line, math.max(most, slots)
  end
  local head = {('#line %d "%s"'):format(row.line, row.file),
    ("static Status check_%s(const Call *c) {"):format(row.name)}
  if most > 0 then head[#head + 1] = ("  char text[%d][SHAPE_TEXT];"):format(most) end
  if #row.attrs > 0 then head[#head + 1] = ("  const %s *a = c->attrs;\n  (void)a;"):format(row.struct) end
  return table.concat(head, "\n") .. "\n" .. table.concat(lines, "\n") .. "\n  return OK;\n}\n"
end

return check
