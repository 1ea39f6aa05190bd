--- Commands that look at what there is: %who, %mem.
local text = require "hecate.session.text"

local function is_tensor(value) return torch.typename(value) == "torch.Tensor" end

local function is_module(value)
  local nn = package.loaded["torch.nn"]
  return nn ~= nil and type(value) == "userdata" and torch.isinstance(value, nn.Module)
end

local function shape_of(t)
  local sizes = {}
  for i, n in ipairs(t.shape) do sizes[i] = tostring(n) end
  return "(" .. table.concat(sizes, "×") .. ")"
end

local function bytes_of(t) return t:numel() * t:element_size() end

local function gradient(t)
  if t.grad_fn then return tostring(t.grad_fn) end
  return t.requires_grad and (t.grad and "has grad" or "requires grad") or ""
end

local function parameters(module)
  local bytes, count = 0, 0
  for _, p in ipairs(module:parameters()) do bytes, count = bytes + bytes_of(p), count + p:numel() end
  return bytes, count
end

--- name, what, shape, bytes, device, gradient
local function who_row(session, name, value)
  if is_tensor(value) then
    return {name, (tostring(value.dtype):gsub("^torch%.", "")), shape_of(value), text.bytes(bytes_of(value)),
      tostring(value.device), gradient(value)}
  end
  if is_module(value) then
    local bytes, count = parameters(value)
    return {name, torch.typename(value), ("%d parameters"):format(count), text.bytes(bytes), "", ""}
  end
  local shown = type(value) == "function" and "" or session:format(value):gsub("\n.*$", " …")
  if #shown > 40 then shown = shown:sub(1, 37):gsub("[\192-\255]?[\128-\191]*$", "") .. "…" end
  return {name, math.type(value) or torch.typename(value) or type(value), shown, "", "", ""}
end

local function who(session, pattern)
  local names = {}
  for name in pairs(session.env) do
    if type(name) == "string" and not session.initial[name] and not session:is_result(name)
      and (pattern == "" or name:find(pattern, 1, true)) then
      names[#names + 1] = name
    end
  end
  if #names == 0 then return session.write "nothing was defined\n" end
  table.sort(names)
  local rows = {{"name", "type", "shape", "bytes", "device", "grad"}}
  for _, name in ipairs(names) do rows[#rows + 1] = who_row(session, name, session.env[name]) end
  session.write(text.table(rows, {true, true, true, false, true, true}))
end

-- ---- %mem ----------------------------------------------------------------------------------

local function summary(session)
  local m = torch._C.memory()
  session.write(("tensors %s in %d blocks (peak %s, kept for reuse %s), Lua %s\n"):format(text.bytes(m.bytes), m.blocks,
    text.bytes(m.peak), text.bytes(m.cached), text.bytes(math.floor(collectgarbage "count" * 1024))))
end

--- The storages made since "%mem on" that are alive, by the line that made them.
local function by_line(session, limit)
  local list = torch._C.storages()
  table.sort(list, function(a, b) return a.bytes > b.bytes or a.bytes == b.bytes and a.place < b.place end)
  local rows = {{"made at", "storages", "bytes"}}
  for i = 1, math.min(limit, #list) do
    rows[i + 1] = {list[i].place, tostring(list[i].count), text.bytes(list[i].bytes)}
  end
  if #list == 0 then return session.write "no tensor made since %mem on is alive\n" end
  session.write(text.table(rows))
end

--- Walks what the globals, the modules loaded and their upvalues hold; `visit(tensor, path)`.
local function walk(session, visit)
  local seen, queue = {}, {{session.env, ""}}
  local function add(value, path)
    local kind = type(value)
    if (kind == "table" or kind == "userdata" or kind == "function") and not seen[value] then
      seen[value] = true
      queue[#queue + 1] = {value, path}
    end
  end
  seen[session.env], seen[package.loaded] = true, true
  local at = 0
  while at < #queue and at < 1e6 do
    at = at + 1
    local value, path = table.unpack(queue[at])
    queue[at] = false
    if type(value) == "function" then
      for i = 1, 255 do
        local name, up = debug.getupvalue(value, i)
        if not name then break end
        add(up, path .. "^" .. name)
      end
    elseif type(value) == "table" then
      for key, item in next, value do
        local name = type(key) == "string" and (path == "" and key or path .. "." .. key)
          or ("%s[%s]"):format(path, tostring(key))
        add(item, name)
      end
    elseif is_tensor(value) then
      visit(value, path)
      add(value.grad, path .. ".grad")
    else
      add(debug.getuservalue(value, 1), path)
    end
  end
end

local function by_size(session, limit)
  local list, seen = {}, {}
  walk(session, function(t, path)
    local storage, _, elements = torch._C.storage_of(t)
    if seen[storage] then return end
    seen[storage] = true
    list[#list + 1] = {path, t, elements * t:element_size()}
  end)
  table.sort(list, function(a, b) return a[3] > b[3] or a[3] == b[3] and a[1] < b[1] end)
  local rows = {{"reached as", "dtype", "shape", "bytes"}}
  for i = 1, math.min(limit, #list) do
    rows[i + 1] = {list[i][1], (tostring(list[i][2].dtype):gsub("^torch%.", "")), shape_of(list[i][2]),
      text.bytes(list[i][3])}
  end
  if #list > 0 then session.write(text.table(rows, {true, true, true})) end
  if #list > limit then session.write(("… %d more\n"):format(#list - limit)) end
end

local function mem(session, words)
  if words == "on" or words == "off" then return torch._C.storages_watch(words == "on") end
  local limit = words == "" and 15 or tonumber(words)
  if not limit then error(("%%mem: expected on, off or a number of lines, got '%s'"):format(words), 0) end
  collectgarbage()
  summary(session)
  if torch._C.storages_watch() then return by_line(session, limit) end
  by_size(session, limit)
end

return {
  {name = "who", usage = "%who [part of a name]", run = who, doc = "the globals: type, shape, bytes, device, gradient"},
  {name = "mem", usage = "%mem [on|off|lines]", run = mem,
    doc = "the tensors that are alive, by size\n" ..
      "After %mem on those made since then, by the line that made them (also such as only the\n" ..
      "history of a gradient holds)."},
}
