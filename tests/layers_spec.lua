-- Layers point one way, lib -> vm -> tensor, and no files need each other in a circle: neither by what they include nor
-- by the functions that one defines and another uses. The symbols come from the objects of the build.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"
local build = hecate:match "^(.*)/[^/]*$"

--- The lines that a command prints, sorted.
local function lines(command)
  local pipe <close> = assert(io.popen("LC_ALL=C " .. command))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  table.sort(list)
  return list
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

--- What uses what: graph[file][file] = one of the functions or variables. `symbols` is a list of {file, symbol,
-- defined = true or false}.
local function graph_of(symbols)
  local home, graph = {}, {}
  for _, s in ipairs(symbols) do
    if s.defined then home[s[2]] = s[1] end
    graph[s[1]] = graph[s[1]] or {}
  end
  for _, s in ipairs(symbols) do
    local other = home[s[2]]
    if not s.defined and other and other ~= s[1] then graph[s[1]][other] = s[2] end
  end
  return graph
end

--- Whether one file needs the other, by however many files between them.
local function reaches(graph, from, to)
  local seen, waiting = {[from] = true}, {from}
  while #waiting > 0 do
    for other in pairs(graph[table.remove(waiting)] or {}) do
      if other == to then return true end
      if not seen[other] then waiting[#waiting + 1] = other end
      seen[other] = true
    end
  end
  return false
end

--- The edges "a.c -> b.c (function)" that lie on a circle, sorted.
local function circles(graph)
  local list = {}
  for file, others in pairs(graph) do
    for other, symbol in pairs(others) do
      if reaches(graph, other, file) then list[#list + 1] = ("%s -> %s (%s)"):format(file, other, symbol) end
    end
  end
  table.sort(list)
  return list
end

local LEVEL = {tensor = 1, vm = 2, lib = 3}

--- The edges that point from a lower layer to a higher one.
local function upward(graph)
  local list = {}
  for file, others in pairs(graph) do
    for other, symbol in pairs(others) do
      if LEVEL[file:match "^%w+"] < LEVEL[other:match "^%w+"] then
        list[#list + 1] = ("%s -> %s (%s)"):format(file, other, symbol)
      end
    end
  end
  table.sort(list)
  return list
end

--- What the objects of tensor/, vm/ and lib/ define and use. Objects of files that are gone, and of generated files,
-- do not count; of the processor's levels one does.
local function symbols_of(folder)
  local symbols, file = {}, nil
  local pipe <close> = assert(io.popen(("find %s/CMakeFiles -name '*.o' -exec nm -A {} +"):format(folder)))
  for line in pipe:lines() do
    local path, kind, symbol = line:match "%.dir/([^:]*)%.o:%s*%x*%s+(%a) ([%w_]+)$"
    if path and LEVEL[path:match "^(%w+)/"] and not line:find "/kernels_avx" then
      file = read(path) and path
      if file and kind:find "[UTDBRCV]" then symbols[#symbols + 1] = {file, symbol, defined = kind ~= "U"} end
    end
  end
  return symbols
end

--- What requires what in files of Lua, at load or late, in a function: graph[file][file] = the name that is required.
-- `texts`: name → text. Names that are put together when the program runs are not seen, as those of
-- the files of a registry.
local function requires_of(texts)
  local graph = {}
  local function path(name) return "lib/" .. name:gsub("%.", "/") .. ".lua" end
  for name, text in pairs(texts) do
    local others, code = {}, text:gsub("%-%-[^\n]*", "")
    for other in code:gmatch "require%s*[(,]?%s*[\"']([%w_.]+)[\"']" do
      if texts[other] and other ~= name then others[path(other)] = other end
    end
    graph[path(name)] = others
  end
  return graph
end

describe("layers", function()
  it("tensor/ includes nothing of Lua or of vm/", function()
    local sources = lines "find tensor -name '*.[ch]'"
    assert.is_true(#sources > 20)
    local foreign = {["lua.h"] = true, ["lauxlib.h"] = true, ["lualib.h"] = true, ["luaconf.h"] = true,
      ["lua.hpp"] = true}
    for _, path in ipairs(lines "find vm lib -name '*.h'") do foreign[path:match "[^/]+$"] = true end
    for _, path in ipairs(sources) do
      local number = 0
      for line in (read(path) .. "\n"):gmatch "(.-)\n" do
        number = number + 1
        local name = line:match '^%s*#%s*include%s*[<"]([^>"]+)[>"]'
        if name and foreign[name:match "[^/]+$"] then
          error(("%s:%d: includes %s"):format(path, number, name), 0)
        end
      end
    end
  end)

  it("only the CPU's own files call its functions by their names", function()
    local looked = 0
    for _, path in ipairs(lines "find tensor vm lib -name '*.[ch]'") do
      if not path:match "^tensor/device/cpu/" and not path:match "^tensor/ops/%w+/cpu[%w_]*%.[ch]$"
        and not path:match "_body%.h$" then
        looked = looked + 1
        local number = 0
        for line in (read(path) .. "\n"):gmatch "(.-)\n" do
          number = number + 1
          local code = line:gsub("/%*.-%*/", ""):gsub("^%s*%*%*.*$", ""):gsub('"[^"]*"', "")
          local name = code:match "%f[%w_]cpu_[%w_]+%f[^%w_]"
          local bad = name and not name:match "_body$"
          if bad and not line:match "^/%*" then error(("%s:%d: names %s"):format(path, number, name), 0) end
          if line:match '^%s*#%s*include%s*"device/cpu/' then error(("%s:%d: %s"):format(path, number, line), 0) end
        end
      end
    end
    assert.is_true(looked > 150)
  end)

  local graph = graph_of(symbols_of(build))

  it("the functions of many files are known", function()
    local files, edges = 0, 0
    for _, others in pairs(graph) do
      files = files + 1
      for _ in pairs(others) do edges = edges + 1 end
    end
    assert.is_true(files > 100 and edges > 300, files .. " files, " .. edges .. " edges")
  end)

  it("no file uses a function of a higher layer", function() assert.same({}, upward(graph)) end)

  it("no files use each other in a circle", function() assert.same({}, circles(graph)) end)

  it("no files of Lua require each other in a circle, at load or late", function()
    local texts, n = {}, 0
    for _, path in ipairs(lines "find lib -name '*.lua'") do
      texts[path:match "^lib/(.*)%.lua$":gsub("/", ".")] = read(path)
      n = n + 1
    end
    assert.is_true(n > 300)
    assert.same({}, circles(requires_of(texts)))
    assert.same({"lib/a/b.lua -> lib/c.lua (c)", "lib/c.lua -> lib/a/b.lua (a.b)"}, circles(requires_of {
      ["a.b"] = "local c = require 'c'", c = "function f() return require(\"a.b\") end",
      d = "require 'c' -- require 'd'"}))
  end)

  it("a circle and a function of a higher layer are found", function()
    local made = graph_of {
      {"tensor/a.c", "a", defined = true}, {"tensor/a.c", "b", defined = false}, {"tensor/b.c", "b", defined = true},
      {"tensor/b.c", "c", defined = false}, {"vm/c.c", "c", defined = true}, {"vm/c.c", "a", defined = false},
      {"vm/d.c", "a", defined = false}, {"vm/d.c", "strlen", defined = false}}
    assert.same({"tensor/a.c -> tensor/b.c (b)", "tensor/b.c -> vm/c.c (c)", "vm/c.c -> tensor/a.c (a)"},
      circles(made))
    assert.same({"tensor/b.c -> vm/c.c (c)"}, upward(made))
  end)
end)
