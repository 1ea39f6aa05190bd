-- Puts files into the program. usage:
--   embed.lua library SOURCE_DIR OUT_FILE NAME FILE...   the files of one library, as a C file
--   embed.lua manifest SOURCE_DIR OUT_FILE NAME... -- FILE... -- PLUGIN...
--                                                the libraries by name, the modules that the C files of lib/ open,
--                                                and the plug-ins, each as six words: module, external library,
--                                                two packages, ON or OFF, C file
--   embed.lua comments SOURCE_DIR OUT_FILE FILE...       the documentation comments of C files, as a Lua file
-- The assembler takes the bytes (.incbin), so to embed costs no time worth mentioning.
local mode, source, target = arg[1], arg[2], arg[3]
package.path = source .. "/scripts/gen/?.lua;" .. package.path
local write = require "write"

local function read(path)
  local f = assert(io.open(path, "rb"))
  local text = f:read "a"
  f:close()
  return text
end

--- "lib/torch/utils/data.lua" → "torch.utils.data": the name by which a file is required.
local function module_of(file)
  return ((file:match "^lib/(.+)%.%w+$" or file):gsub("/", "."))
end

--- Whether a file is a public name of the table it lies under: its comments name it. What only serves
-- other files of the library does not.
local function is_public(module, text)
  local short = module:gsub("^torch%.(nn%f[%W])", "%1"):gsub("^torch%.(optim%f[%W])", "%1")
  for _, name in ipairs {module, short} do
    local pattern = name:gsub("%p", "%%%0") .. "%f[^%w_][:(]"
    if ("\n" .. text):find("\n%-%-%-? " .. pattern) or text:find("/%*%* " .. pattern) then return true end
  end
  return false
end

--- Whether a file is a function of torch that is a method of tensors, too: its first argument is `input`, a tensor.
local function is_method(module, text)
  local name = module:match "^torch%.[%w_]+$"
  return name ~= nil and ("\n" .. text):find("\n%-%-%- " .. name:gsub("%p", "%%%0") .. "%(input: Tensor%f[%W]") ~= nil
end

--- Whether a file is a function whose results are tensors, by its documentation; not one in place.
local function makes_tensors(text)
  local comment = ("\n" .. text .. "\n"):match "\n%-%-%- (torch%.[^\n]*\n.*)$" or ""
  comment = comment:gsub("\n%-%- ", " "):match "^[^\n]*"
  local name, results = comment:match "^torch%.([%w_.]+)%b() %-> ([%w_]+)"
  return name ~= nil and not name:find "_$" and (results == "Tensor" or results == "Positions")
end

--- The name a file has inside the program: "torch/utils/data.lua", "ops/norm/rows.lua".
local function inner_name(file)
  return file:match "^lib/(.+)$" or file:match "^tensor/(.+)$" or file:match "/lib/(.+)$"
end

local function library(name, files)
  local out, rows = {'/* Generated from lib/. */\n#include "embedded.h"\n'}, {}
  for i, file in ipairs(files) do
    local path = file:find "^/" and file or source .. "/" .. file
    local text = read(path)
    local symbol = ("embedded_%s_%d"):format(name, i)
    out[#out + 1] = ('__asm__(".section .rodata\\n.balign 16\\n.globl %s\\n.hidden %s\\n%s:\\n' ..
      '.incbin \\"%s\\"\\n.byte 0\\n.previous");'):format(
      symbol, symbol, symbol, path)
    out[#out + 1] = ("extern const unsigned char %s[];"):format(symbol)
    local is_module = file:find "^lib/.+%.lua$" ~= nil
    rows[#rows + 1] = ('  {"%s", %s, %d, %s, %s, %s},'):format(inner_name(file), symbol, #text,
      is_module and is_public(module_of(file), text), is_module and is_method(module_of(file), text),
      is_module and makes_tensors(text))
  end
  rows[#rows + 1] = "  {NULL, NULL, 0, false, false, false}"
  out[#out + 1] = ("const EmbeddedFile embedded_%s[] = {\n%s\n};\n"):format(name, table.concat(rows, "\n"))
  write(target, table.concat(out, "\n"))
end

--- The modules that the C files open. A path is a name, so a function that has another one is an error.
local function natives(files)
  local declarations, rows = {}, {}
  for _, file in ipairs(files) do
    local text = read(source .. "/" .. file)
    for opener in ("\n" .. text):gmatch "\nint luaopen_([%w_]+)%(lua_State %*L%) {" do
      local module = module_of(file)
      local expected = module:gsub("%.", "_")
      if opener ~= expected then
        io.stderr:write(("%s: luaopen_%s should be called luaopen_%s: the path of a file is its name\n"):format(file,
          opener, expected))
        os.exit(1)
      end
      declarations[#declarations + 1] = ("int luaopen_%s(lua_State *L);"):format(opener)
      rows[#rows + 1] = ('  {"%s", luaopen_%s, %s},'):format(module, opener, is_public(module, text))
    end
  end
  return declarations, rows
end

local function plugins(words)
  local rows = {}
  for i = 1, #words, 6 do
    local module, needs, package, headers, built, file = table.unpack(words, i, i + 5)
    rows[#rows + 1] = ('  {"%s", "%s", "%s", "%s", %s, %s},'):format(module, needs, package, headers,
      built == "ON" and "true" or "false", is_public(module, read(source .. "/" .. file)))
  end
  return rows
end

local function manifest(names, files, plugin_words)
  local out = {'/* Generated from lib/. */\n#include "embedded.h"\n'}
  local libraries = {}
  for _, name in ipairs(names) do
    out[#out + 1] = ("extern const EmbeddedFile embedded_%s[];"):format(name)
    libraries[#libraries + 1] = ("embedded_%s, "):format(name)
  end
  local declarations, rows = natives(files)
  table.move(declarations, 1, #declarations, #out + 1, out)
  out[#out + 1] = ("const EmbeddedFile *const embedded_libraries[] = {%sNULL};"):format(table.concat(libraries))
  out[#out + 1] = ("const EmbeddedNative embedded_natives[] = {\n%s\n  {NULL, NULL, false}\n};"):format(
    table.concat(rows, "\n"))
  local plugin_table = "const EmbeddedPlugin embedded_plugins[] = {\n%s\n  {NULL, NULL, NULL, NULL, false, false}\n};\n"
  out[#out + 1] = plugin_table:format(table.concat(plugins(plugin_words), "\n"))
  write(target, table.concat(out, "\n"))
end

if mode == "comments" then
  write(target, require "docs".collect(source, table.move(arg, 4, #arg, 1, {})))
elseif mode == "library" then
  library(arg[4], table.move(arg, 5, #arg, 1, {}))
else
  local lists, i = {{}, {}, {}}, 1
  for _, word in ipairs(table.move(arg, 4, #arg, 1, {})) do
    if word == "--" then i = i + 1 else table.insert(lists[i], word) end
  end
  manifest(table.unpack(lists))
end
