--- Packs recorded cases into tests/data/parity:
--     hecate scripts/pack_parity.lua tests/data/parity FOLDER...
-- A FOLDER holds ops/, errors/, modules/, optim/ and schedulers/ with one Lua file for each operator, class, optimizer
-- or scheduler, in the format that tests/parity.lua reads. What the running Hecate has is taken, the rest is left
-- out, so run this again after adding an op. Each of the five becomes one file, ops.gz and so on: "--- name" and the
-- text of the file, for all names in order; a name that an earlier FOLDER has becomes name/2. Cases that the FOLDER's
-- superseded.lua lists become false, so that the numbers of the others stay. `gzip -dc ops.gz` shows the text, one
-- value a line.
local out = arg[1]
if not arg[2] then
  io.stderr:write "usage: hecate scripts/pack_parity.lua OUT FOLDER...\n"
  os.exit(2)
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

local function is_there(path)
  local at = torch
  for name in path:gmatch "[^.]+" do
    local ok, value = pcall(function() return at[name] end)
    if not ok or value == nil then return false end
    at = value
  end
  return true
end

local function is_method(name)
  local ok, value = pcall(function() return torch.ones(1)[name] end)
  return ok and value ~= nil
end

local function op_is_there(op, kind)
  if kind == "operator" then return true end
  if kind == "attribute" then return is_method((op:gsub("^attr%.", ""))) end
  if kind == "method" then return is_method(op) end
  return is_there(op)
end

local passing = function(t) return t end
local language = {T = passing, M = passing, D = passing, C = passing, NIL = {}, nan = 0 / 0, inf = math.huge}

--- Whether a file is about something that this Hecate has.
local function is_wanted(text, path)
  local doc = assert(load(text, "@" .. path, "t", language))()
  if doc.module then return is_there(doc.module) end
  if doc.optim or doc.scheduler then return is_there(doc.optim or doc.scheduler) end
  if doc.op and op_is_there(doc.op, doc.kind) then return true end
  for _, case in ipairs(doc.cases) do
    if case.op and op_is_there(case.op, case.kind or doc.kind) then return true end
  end
  return false
end

--- The text without indentation, and with false in the place of the cases of these numbers.
local function packed(text, superseded)
  local lines, number, inside = {}, 0, false
  for line in text:gmatch "[^\n]+" do
    if line == "  {" then
      number = number + 1
      inside = superseded[number]
    end
    if not inside then lines[#lines + 1] = line:match "^%s*(.*)$"
    elseif line:find "^  }" then
      lines[#lines + 1] = "false" .. line:match "^  }(.*)$" -- a comma, or the end of the file
      inside = false
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

local function names_of(folder)
  local list = {}
  local pipe <close> = assert(io.popen(("LC_ALL=C ls '%s' 2>/dev/null"):format(folder)))
  for name in pipe:lines() do list[#list + 1] = name:match "^(.*)%.lua$" end
  return list
end

for _, kind in ipairs {"ops", "errors", "modules", "optim", "schedulers"} do
  local texts, names = {}, {}
  for _, folder in ipairs(table.move(arg, 2, #arg, 1, {})) do
    local all = loadfile(folder .. "/superseded.lua", "t", {})
    local superseded = all and kind == "ops" and all() or {}
    for _, name in ipairs(names_of(folder .. "/" .. kind)) do
      local path = ("%s/%s/%s.lua"):format(folder, kind, name)
      local text, gone = read(path), {}
      for _, number in ipairs(superseded[name] or {}) do gone[number] = true end
      if is_wanted(text, path) then
        local entry, times = name, 1
        while texts[entry] do
          times = times + 1
          entry = name .. "/" .. times
        end
        texts[entry] = packed(text, gone)
        names[#names + 1] = entry
      end
    end
  end
  table.sort(names)
  local pipe = assert(io.popen(("gzip -9nc > '%s/%s.gz'"):format(out, kind), "w"))
  for _, name in ipairs(names) do pipe:write("--- ", name, "\n", texts[name]) end
  pipe:close()
  print(("%s/%s.gz: %d files"):format(out, kind, #names))
end
