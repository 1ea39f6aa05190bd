-- A comment that names a file names one that is there: *.c, *.h and *.lua in the comments of the sources, and in the
-- documents between backquotes. Files that the build writes and files of the user stand in the lists below. And no line
-- of the sources is longer than 120 bytes.
local function lines(command)
  local list = {}
  for line in io.popen(command):lines() do list[#list + 1] = line end
  return list
end

local files = lines "find vm tensor lib scripts tests docs *.md .ci -type f | LC_ALL=C sort"
local sources = {}
for _, path in ipairs(files) do
  local script = path:find "^scripts/" or path:find "^%.ci/"
  local code = path:find "%.[ch]$" or path:find "%.cu$" or path:find "%.lua$"
  local text = code or path:find "%.md$" or script and not path:find "%."
  if text and not path:find "^tests/data/" then sources[#sources + 1] = path end
end

-- What the build and the program write, and headers of libraries.
local made = {"ops.h", "ops.c", "dtypes.h", "dtypes.c", "dtype_lists.h", "kernels.h", "embedded.c", "lua.h", "cblas.h",
  "tgmath.h", "kernels.c", "torch.lua",
  "torch/nn.lua",
  "optimisers.h", "optimisers.c", "optimiser_passes_body.h", "optimiser_algorithms.c"}
-- What a user may have, in comments and documents that explain by example.
local examples = {"superseded.lua", "train.lua", "init.lua", "model.lua", "x.lua", "a.b.c", "a.c", "b.c"}

local known = {}
for _, list in ipairs {made, examples} do
  for _, name in ipairs(list) do known[name] = true end
end
local names, paths = {}, {}
for _, path in ipairs(files) do
  paths[path] = true
  names[path:match "[^/]+$"] = true
end

-- Whether a file is there by its name, or by the end of its path ("utils/data.lua").
local function is_there(name)
  if name:find "^each_%w+%.h$" then return true end -- by set of dtypes
  if name:find "^build/gen/strips_%w+%.c$" then return true end -- by element type
  if name:find "^lib/demo/" then return true end -- the worked example of a library
  if known[name] or name:find "%u%u%u%u" or name:find "^/" then return true end -- kernel_NAME.c
  if not name:find "/" then return names[name] end
  for path in pairs(paths) do
    if path == name or path:sub(-#name - 1) == "/" .. name then return true end
  end
  return false
end

-- The comments of a source, or the quoted words of a document, as a list of {line, text}.
local function comments(path, text)
  local list, at = {}, 0
  local inside = false
  for line in (text .. "\n"):gmatch "(.-)\n" do
    at = at + 1
    local found
    if path:find "%.md$" then
      found = {}
      for word in line:gmatch "`([^`]*)`" do found[#found + 1] = word end
      found = table.concat(found, " ")
    elseif path:find "%.[ch]$" then
      if inside then found = line
      else found = line:match "/%*.*" end
      if found then inside = not found:find "%*/%s*$" and not found:find "%*/[^/]*$" end
    elseif path:find "%.lua$" then found = line:match "%-%-.*"
    else found = line:match "#.*" end
    if found then list[#list + 1] = {at, found} end
  end
  return list
end

-- The header of the C library: it is one file for those who include it.
local LONG_FILES <const> = {["tensor/tensor.h"] = true}

describe("lines have at most 120 columns, and files 400 lines:", function()
  for _, path in ipairs(sources) do
    if path:find "%.[ch]$" or path:find "%.cu$" or path:find "%.lua$" then
      it(path, function()
        local number, long = 0, {}
        for line in io.lines(path) do
          number = number + 1
          if #line > 120 then long[#long + 1] = ("%s:%d: %d bytes"):format(path, number, #line) end
        end
        if #long > 0 then error(table.concat(long, "\n"), 0) end
        if number > 400 and not LONG_FILES[path] then error(("%s: %d lines"):format(path, number), 0) end
      end)
    end
  end
end)

describe("a file begins with its own name:", function()
  for _, path in ipairs(sources) do
    if path:find "%.[ch]$" then
      it(path, function()
        local file <close> = assert(io.open(path))
        local name = file:read "l":match "^/%* ([%w_/.]+%.[ch]):"
        if name then assert.equal(name, path:sub(-#name)) end
      end)
    end
  end
end)

describe("comments name files that are there:", function()
  local seen = 0
  for _, path in ipairs(sources) do
    it(path, function()
      local file <close> = assert(io.open(path))
      local gone = {}
      for _, c in ipairs(comments(path, file:read "a")) do
        for name in c[2]:gmatch "[%w_/.%-]*[%w_]%.[chl][ua]*%f[^%w_.(]" do
          if name:find "%.[ch]$" or name:find "%.lua$" then
            seen = seen + 1
            if not is_there(name) then gone[#gone + 1] = ("%s:%d: %s"):format(path, c[1], name) end
          end
        end
      end
      if #gone > 0 then error(table.concat(gone, "\n"), 0) end
    end)
  end
  it("and there are such names", function() assert.is_true(seen > 200, seen .. " names") end)
end)
