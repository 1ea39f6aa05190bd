--- The value of an expression in the text that is typed, as far as it can be told without
-- running it: names, fields, literal keys, and calls whose result is of a known class.
local known = require "hecate.session.known"
local look = require "hecate.session.look"
local M = {}

local opening = {[")"] = "(", ["]"] = "[", ["}"] = "{"}
local closing = {["("] = ")", ["["] = "]", ["{"] = "}"}

--- The token that closes the bracket at `i`, or nil.
local function close_of(list, i)
  local depth = 0
  for k = i, #list do
    local text = list[k].kind == "symbol" and list[k].text
    if closing[text] then depth = depth + 1 end
    if opening[text] then depth = depth - 1 end
    if depth == 0 then return k end
  end
end

local function open_of(list, i)
  local depth = 0
  for k = i, 1, -1 do
    local text = list[k].kind == "symbol" and list[k].text
    if opening[text] then depth = depth + 1 end
    if closing[text] then depth = depth - 1 end
    if depth == 0 then return k end
  end
end

local function is_symbol(t, text) return t ~= nil and t.kind == "symbol" and t.text == text end

--- expression.start(list, last): the first token of the expression that ends with the token
-- `last`: names, fields, brackets and calls in a row; nil when there is none.
function M.start(list, last)
  local i = last
  while true do
    local t = list[i]
    if not t then return nil end
    if t.kind == "symbol" and opening[t.text] then
      i = open_of(list, i)
      local before = i and list[i - 1]
      if not before then return i end
      local goes_on = before.kind == "name" or before.kind == "string" or before.kind == "symbol"
        and opening[before.text]
      if not goes_on then return list[i].text == "(" and i or nil end
      i = i - 1
    elseif t.kind == "name" or t.kind == "string" then
      local before = list[i - 1]
      if t.kind == "string" and before and (before.kind == "name" or is_symbol(before, ")")) then
        i = i - 1 -- f"text"
      elseif is_symbol(before, ".") or is_symbol(before, ":") then
        i = i - 2
      else
        return i
      end
    else
      return nil
    end
  end
end

--- The result of a call; `arguments` is the first token of them, `object` what it is a method of.
local function result(callee, list, arguments, object)
  if callee == _G.require then
    local t = is_symbol(list[arguments], "(") and list[arguments + 1] or list[arguments]
    return t and t.kind == "string" and package.loaded[t.text] or nil
  end
  -- made in C, changes nothing
  if type(object) == "userdata" and callee == torch.nn.Module.state_dict then return callee(object) end
  if callee == io.open or callee == io.popen then return io.stdout end
  if type(callee) == "table" then
    local meta = debug.getmetatable(callee)
    local call = type(meta) == "table" and rawget(meta, "__call")
    local made_in_c = type(call) == "function" and debug.getinfo(call, "S").what == "C"
    return made_in_c and look.instance(callee) or nil
  end
  if known.gives_tensor(callee) then return torch.zeros(0) end
end

local evaluate

--- The first part of an expression: its value and the token behind it.
local function primary(list, i, last, scope)
  local t = list[i]
  if t.kind == "name" then return scope(t), i + 1 end
  if t.kind == "string" then return t.text, i + 1 end
  if not is_symbol(t, "(") then return nil end
  local close = close_of(list, i)
  if close and close <= last then return evaluate(list, i + 1, close - 1, scope), close + 1 end
end

--- expression.value(list, first, last, scope): the value of these tokens, or nil. `scope`
-- gives that of a name (a token).
function M.value(list, first, last, scope)
  local value, i = primary(list, first, last, scope)
  local object
  while value ~= nil and i <= last do
    local t, following = list[i], list[i + 1]
    if (is_symbol(t, ".") or is_symbol(t, ":")) and following and following.kind == "name" then
      object = is_symbol(t, ":") and value or nil
      value, i = look.index(value, following.text), i + 2
    elseif is_symbol(t, "[") then
      local close = close_of(list, i)
      if not close or close > last then return nil end
      local key = close == i + 2 and following or nil
      if key and key.kind == "string" then value = look.index(value, key.text)
      elseif key and key.kind == "number" then value = look.index(value, math.tointeger(key.text))
      else value = look.is_tensor(value) and value or nil end
      i = close + 1
    elseif is_symbol(t, "(") or is_symbol(t, "{") or t.kind == "string" then
      local close = t.kind == "string" and i or close_of(list, i)
      if not close or close > last then return nil end
      value, i = result(value, list, i, object), close + 1
    else
      return nil
    end
  end
  return value
end
evaluate = M.value

--- expression.last(list, i): the last token of the expression that begins at `i`, nil when it
-- is more than names, fields, brackets and calls.
function M.last(list, i)
  local t = list[i]
  if not t or not (t.kind == "name" or t.kind == "string" or is_symbol(t, "(")) then return nil end
  if is_symbol(t, "(") then i = close_of(list, i) end
  while i do
    t = list[i + 1]
    if not t then return i end
    if is_symbol(t, ".") or is_symbol(t, ":") then i = i + 2
    elseif t.kind == "string" then i = i + 1
    elseif t.kind == "symbol" and closing[t.text] then i = close_of(list, i + 1)
    elseif t.kind == "symbol" and not (t.text == "," or t.text == ";" or t.text == ")" or t.text == "}") then return nil
    elseif t.kind == "keyword" and (t.text == "and" or t.text == "or") then return nil
    else return i end
  end
end

return M
