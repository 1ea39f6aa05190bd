--- Words and signs of Python, C and JavaScript in a program of Lua: what to write instead. Lua's message says where a
-- program stops to be one ("train.lua:3: syntax error near 'torch'"); the line says what was meant.
local syntax = {}

--- A rule: a pattern of the line (without what stands in its strings and comments), and what to write, a text or a
-- function of the captures; `near`: a pattern of the word at which Lua stopped.
local rules = {
  {"%f[%w](%d[%d.]*)([%a_][%w_]*)", "write %s * %s", message = "malformed number near '%d[%d.]*%a",
    unless = "%f[%w]0[xX]"},
  {"^%s*from%s+([%w_.]+)%s+import", function(name) return syntax.import(name) end},
  {"^%s*import%s+([%w_.]+)", function(name) return syntax.import(name) end},
  {"^%s*async%s", "Lua has coroutines: coroutine.wrap(function() … end)"},
  {"^%s*def%s+__init__%s*%(", "write function Net:__init(…) … end"},
  {"^%s*def%s+([%w_]+)%s*%(%s*self%s*,?%s*(.-)%)", "write function Net:%s(%s) … end"},
  {"^%s*def%s+([%w_]+)%s*%((.-)%)", "write function %s(%s) … end"},
  {"^%s*class%s+([%w_]+)%s*%(?%s*([%w_.]*)", function(name, parent)
    return ("write local %s = torch.class(\"%s\"%s)"):format(name, name, parent ~= "" and ", " .. parent or "")
  end},
  {"lambda%s*(.-):%s*([^,)]+)", "write function(%s) return %s end"},
  {"^%s*@([%w_.]+)", "Lua has no decorators; write %s(function() … end)"},
  {"^%s*for%s*([%w_,%s]-)%(([%w_,%s]-)%)([%w_,%s]-)%s+in%s+(.*)", function(before, inner, after, list)
    if before:find "%f[%w]in%f[%W]" then return nil end
    local loader = list:match "^enumerate%s*%(%s*([%w_.]+)%s*%)"
    local from = loader and loader .. ":enumerate()" or "…"
    return ("write for %s%s%s in %s do … end"):format(before, inner, after, from)
  end},
  {"^%s*for%s*%(", "write for i = 1, n do … end"},
  {"(.*)", function(code) return syntax.uncalled(code) end, message = "^function arguments expected"},
  {"^%s*function%s*([%w_.:]*)%s*(%b())%s*:", "write function %s%s … end", near = "^:$"},
  {"[%w%])]'%s*;?%s*$", "write x:t() for x'", message = "unfinished string"},
  {"%.([*/^])", "write %s, which is element by element", message = "near '[%^*/]'"}, {"~==", "write ~= for ~=="},
  {"^%s*for%s+([%w_]+)%s*=%s*(%S+)%s+to%s+(%S+)", "write for %s = %s, %s do … end"},
  {"===", "write == for ==="}, {"([%w_.]+)%s*=([-+])%s*(%S.*)", "write %1 = %1 %2 %3", near = "^[-+]"},
  {"([%w_.]+)%s*%*%*=%s*(%S.*)", "write %1 = %1 ^ (%2)"},
  {"([%w_.]+)%s*//=%s*(%S.*)", "write %1 = %1 // (%2)"},
  {"([%w_.%[%]]+)%s*([-+*/%%])=%s*(%S.*)", function(name, sign, value)
    local method = ({["+"] = "add_", ["-"] = "sub_", ["*"] = "mul_", ["/"] = "div_"})[sign]
    value = value:match "^(.-)%s*;?%s*$":gsub("%s+end$", "")
    local in_place = method and (", or %s:%s(%s) for tensors"):format(name, method, value) or ""
    return ("write %s = %s %s %s%s"):format(name, name, sign, value, in_place)
  end},
  {"([%w_]+)%s*%+%+", "write %1 = %1 + 1"},
  {"!=", "write ~= for !="},
  {"&&", "write and for &&"},
  {"||", "write or for ||"},
  {"!%s*[%w_(]", "write not x for !x"},
  {"%*%*", "write ^ for **"},
  {"^%s*//", "comments begin with --"},
  {"^%s*#", "comments begin with --"},
  {"^%s*/%*", "comments stand in --[[ … ]]"},
  {"//%s*[%a]", "comments begin with --", near = "^[%a_]"},
  {"([%w_.]+)%s*@%s*([%w_.]+)", "write %s:mm(%s) for the product of matrices"},
  {"^%s*el[i]?s?e?%s*if%s.*:%s*$", "write elseif … then"}, {"^%s*elif%s", "write elseif … then"},
  {"^%s*for%s+([%w_]+)%s+in%s+range%s*%(%s*([^,()]+)%s*%)%s*:", "write for %s = 1, %s do … end"},
  {"^%s*for%s+([%w_]+)%s+in%s+range%s*%(%s*([^,()]+)%s*,%s*([^,()]+)%s*%)%s*:",
    "write for %s = %s, %s - 1 do … end"},
  {"^%s*for%s+(.-)%s+in%s+enumerate%s*%(%s*(.-)%s*%)%s*:", "write for %s in ipairs(%s) do … end"},
  {"^%s*for%s+(.-)%s+in%s+([%w_.]*loader[%w_.]*)%s*:", "write for %s in %s:iter() do … end"},
  {"^%s*for%s+([%w_]+)%s+in%s+(.-)%s*:%s*$", "write for _, %s in ipairs(%s) do … end"},
  {"^%s*for%s+(.-)%s+in%s+(.-)%s*:%s*$", "write for %s in %s do … end"},
  {"^%s*for%s+([%w_]+)%s*=%s*([^:%s]+)%s*:%s*([^:%s]+)%s*:%s*([^:%s]+)", "write for %1 = %2, %4, %3 do … end"},
  {"^%s*for%s+([%w_]+)%s*=%s*([^:%s]+)%s*:%s*([^:%s]+)", "write for %s = %s, %s do … end"},
  {"^%s*for%s+([%w_]+)%s+in%s+(%d+)%.%.%.?(%d+)", "write for %s = %s, %s do … end"},
  {"^%s*local%s+([%w_]+)%s*<%-%s*(%S.*)", "write local %s = %s"}, {"^%s*([%w_.]+)%s*<%-%s*(%S.*)", "write %s = %s"},
  {"(\1%d+\2)%s*%%%s*(%b())", function(text, values) return ("write (%s):format%s"):format(text, values) end,
    near = "^,$"},
  {"%f[%w_](%l*if)%s+not%s+([%w_.]+)%s*=%s*([^=%s]+)", "write %s %s ~= %s then … end", near = "^=$"},
  {"%f[%w_](%l*if)%s+([%w_.]+)%s*=%s*([^=%s]+)", "write %s %s == %s then … end", near = "^=$"},
  {"%f[%w_]while%s+([%w_.]+)%s*=%s*([^=%s]+)", "write while %s == %s do … end", near = "^=$"},
  {"%f[%w_]if%s+(.-)%s*{", "write if %s then … end", near = "^{$"},
  {"%f[%w_]while%s+(.-)%s*{", "write while %s do … end", near = "^{$"},
  {"%f[%w_]if%s+(.-)%s*:", "write if %s then … end", near = "^:$"},
  {"([%w_]+)%s*:=%s*(%S.*)", "write %s = %s", near = "^=$"},
  {"%)%[(%-?%d+):(%-?%d+)%]", function(first, last)
    local from = math.tointeger(first)
    return ("write (x)[{{%d, %s}}]; positions count from 1, the last one is taken too"):format(from < 0 and from
      or from + 1, last)
  end, near = "^:$"},
  {"%f[%w_]assert%s+([^%s(].-)%s*;?%s*$", "write assert(%s)"},
  {"([%w_.:]+)%(%((%d+%s*,[%d%s,]*%d)%s*,?%s*%)", "write %s(%s)", near = "^,$"},
  {"^%s*while%s+(.-)%s*:", "write while %s do … end", near = "^:$"},
  {"^%s*else%s*:", "write else without a colon"},
  {"^%s*try%s*:", "write local ok, message = pcall(function() … end)"},
  {"^%s*try%s*{", "write local ok, message = pcall(function() … end)"},
  {"^%s*except", "write if not ok then … end behind a pcall"}, {"^%s*finally", "write the lines behind a pcall"},
  {"^%s*with%s+(torch[%w_.]*)%s*%(", "write %s(function() … end)"},
  {"^%s*with%s", "write local x <close> = …, which closes it at the end of the block"},
  {"^%s*raise%s+[%w_]+%s*%((.*)%)", "write error(%s)"}, {"^%s*raise", "write error(\"message\")"},
  {"^%s*throw", "write error(\"message\")"}, {"^%s*del%s+([%w_.]+)", "write %s = nil"},
  {"^%s*assert%s+(.-)%s*,%s*(\1%d+\2)%s*$", "write assert(%s, %s)"}, {"^%s*assert%s+(.+)", "write assert(%s)"},
  {"^%s*print%s+(.+)", "write print(%s)"}, {"^%s*pass%s*$", "an empty block needs no word"},
  {"^%s*continue%s*;?%s*$", "write goto continue, and ::continue:: before the end of the loop"},
  {"^%s*global%s", "a variable without local is a global"},
  {"^%s*nonlocal%s", "variables of functions around are seen"},
  {"^%s*yield%s", "write coroutine.yield(x)"}, {"^%s*switch%s*%(", "write if … then … elseif … then … end"},
  {"^%s*let%s+(.*)", "write local %s"}, {"^%s*var%s+(.*)", "write local %s"}, {"^%s*const%s+(.*)", "write local %s"},
  {"^%s*auto%s+(.*)", "write local %s"}, {"^%s*int%s+(.*)", "write local %s"}, {"^%s*float%s+(.*)", "write local %s"},
  {"%f[%w]new%s+([%w_.]+)", "write %s(…) without new"},
  {"^%s*function.*{", "write function f(x) … end", near = "^{$"},
  {"^%s*if%s*(%b())%s*{", "write if %s then … end"}, {"^%s*while%s*(%b())%s*{", "write while %s do … end"},
  {"is%s+not%s+None", "write ~= nil for is not None"}, {"%f[%w]is%s+None", "write == nil for is None"},
  {"%f[%w]not%s+in%s", "write list[value] == nil"}, {"%f[%w]if%s+[%w_.]+%s+in%s", "write if set[value] then"},
  {"=%s*(%S+)%s+if%s+(.-)%s+else%s+(.+)", "write %2 and %1 or %3"},
  {"return%s+(%S+)%s+if%s+(.-)%s+else%s+(.+)", "write return %2 and %1 or %3"},
  {"=%s*(.-)%s*%?%s*(.-)%s*:%s*(.+)", "write %s and %s or %s"},
  {"^%s*([%w_]+)%s*:%s*[%a_.%[%]]+%s*=%s*(.*)", "variables have no types: write local %s = %s"},
  {"([%w_.]+)%[(%b{})%]", function(name, items)
    items = items:gsub("([{,])%s*:%s*%f[,}]", "%1{}"):gsub("([{,]%s*)([%w_]*):([%w_]*)%s*%f[,}]", "%1{%2, %3}")
    return ("write %s[%s]"):format(name, items:gsub(",(%S)", ", %1"))
  end, near = "^[:%w]"},
  {"([%w_.]+)%[%s*([^%[%],:]*):([^%[%],:]*)%]", function(name, from, to)
    if from == "" and to == "" then return ("write %s[{{}}]"):format(name) end
    return ("write %s[{{%s, %s}}]; positions count from 1, the last one is taken too"):format(name,
      from == "" and "1" or from, to == "" and "-1" or to)
  end},
  {"([%w_.]+)%[([^%[%]{}]*[,:][^%[%]{}]*)%]", function(name, items) return syntax.index(name, items) end,
    near = "^[,:]$"},
  {"=>", "write function(x) … end"}, {"->", "results have no types: write function f(x) … end"},
  {"%(([^()=]*,%s*)([%a_][%w_]*)%s*=%s*[^=]",
    "arguments by name stand in one table at the end: (%1{%2 = …})", near = "^=$"},
  {"%(([%a_][%w_]*%s*=[^=()]*,[^()]*)%)", "arguments by name stand in one table: ({%s})", near = "^=$"},
  {"%(%s*([%a_][%w_]*)%s*=%s*[^=]", "arguments by name stand in one table: ({%s = …})", near = "^=$"},
  {"^.*[,(]%s*([%a_][%w_]*)%s*=%s*[^=]",
    "arguments by name stand in one table at the end: f(x, {%s = …})", near = "^=$", message = "'%)' expected"},
  {"^%s*([%a_][%w_.]*)%s*=%s*([%a_][%w_.]*)%s*=%s*(.+)", "write %2 = %3; %1 = %2"},
  {"{%s*([\"'].-[\"'])%s*:", "write {[%s] = …}, or {name = …}", strings = true},
  {"{%s*([%a_][%w_]*)%s*:", "write {%s = …}"},
  {"([%a_][%w_]*)%s*:", "write %s = … in a table", message = "'}' expected"},
  {"%[.-%f[%w]for%s", "write a loop: for i, x in ipairs(list) do … end"},
  {"[=(,{]%s*%[", "lists stand in braces: {1, 2, 3}", near = "^%[$"},
  {"^%s*return%s*%[", "lists stand in braces: {1, 2, 3}"},
  {"", "texts of several lines stand in [[ … ]]", strings = "^[^%-]*[\"']{3}"},
  {"%d_%d", "write 1000 without _", message = "malformed number"},
  {"%d[fL]%f[^%w]", "write 1.0 without a letter", message = "malformed number"},
}

--- "net:state_dict, 1": a method without arguments.
function syntax.uncalled(code)
  for path, method, behind in code:gmatch "([%a_][%w_.]*):([%a_][%w_]*)%s*(.?)" do
    if not behind:find "[({\"'%[\1]" then return ("write %s:%s()"):format(path, method) end
  end
end

--- "x[:, 0]", "x[1, 2:5]", as NumPy and MATLAB write: positions of Python where one of them is 0.
function syntax.index(name, items)
  local from_zero = items:find "%f[%w_.]0%f[^%w_.]"
  local list = {}
  for item in (items .. ","):gmatch "%s*(.-)%s*," do
    local first, last = item:match "^(.-)%s*:%s*(.*)$"
    local place = math.tointeger(item)
    if first then item = first == "" and last == "" and "{}" or ("{%s, %s}"):format(first == "" and "1" or
      from_zero and math.tointeger(first) and math.tointeger(first) + 1 or first, last == "" and "-1" or last)
    elseif from_zero and place and place >= 0 then item = tostring(place + 1) end
    list[#list + 1] = item == "..." and '"..."' or item
  end
  local told = ("write %s[{%s}]"):format(name, table.concat(list, ", "))
  return from_zero and told .. "; positions count from 1" or told
end

--- What to write for the import of a module of Python.
function syntax.import(name)
  local root = name:match "^[^.]+"
  if root == "torch" then return "Lua has no import: torch, nn, F and optim are there already" end
  local hint = require "hecate.undefined.torch7"("require", name) or require "hecate.undefined.python"("global", root)
  return hint or ("write local %s = require \"%s\""):format(root, name)
end

--- The line without its comment and with a mark for each string, and the strings by their marks.
local function code_of(line)
  local strings = {}
  local function mark(text)
    strings[#strings + 1] = text
    return ("\1%d\2"):format(#strings)
  end
  line = line:gsub("\\.", ""):gsub("([\"'])(.-)%1", function(quote, text) return mark(quote .. text .. quote) end)
  return line:gsub("%-%-.*$", ""), strings
end

local function with_strings(text, strings)
  return (text:gsub("\1(%d+)\2", function(i) return strings[tonumber(i)] end))
end

--- "%1 = %1 + %2" or "%s:mm(%s)" with the captures in it.
local function fill(text, captures)
  if text:find "%%%d" then
    return (text:gsub("%%(%d)", function(i) return captures[tonumber(i)] or "" end))
  end
  local i = 0
  return (text:gsub("%%s", function()
    i = i + 1
    return captures[i] or ""
  end))
end

local function apply(rule, line, code, near, message)
  if rule.unless and code:find(rule.unless) then return nil end
  if rule.near and not near:find(rule.near) or rule.message and not message:find(rule.message) then return nil end
  if type(rule.strings) == "string" then
    return (line:find('"""', 1, true) or line:find("'''", 1, true)) and rule[2] or nil
  end
  local captures = table.pack((rule.strings and line or code):match(rule[1]))
  if captures[1] == nil then return nil end
  if type(rule[2]) == "function" then return rule[2](table.unpack(captures)) end
  return fill(rule[2], captures)
end

local WORDS <const> = require "hecate.session.tokens".keywords

--- "did you mean 'return'?": a word before the place where Lua stopped that is nearly one of Lua's.
local function misspelt(code, near)
  local before = code:match("^(.*)%f[%w_]" .. near:gsub("%p", "%%%0") .. "%f[^%w_]") or code
  local word = before:match "^%s*([%a_]+)%s*$" or before:match "[%s;)]([%a_]+)%s*$"
  if not word or #word < 4 or WORDS[word] then return nil end
  local list = {}
  for name in pairs(WORDS) do list[#list + 1] = #name > 3 and name or nil end
  table.sort(list)
  local found = require "torch.utils.options".suggest(word, list, 2):match "'(.-)'"
  return found and ("did you mean '%s' for '%s'?"):format(found, word)
end

local function hint_of(line, near, message)
  local code, strings = code_of(line)
  for _, rule in ipairs(rules) do
    local hint = apply(rule, line, code, near, message)
    if hint then return with_strings(hint, strings) end
  end
  return near:find "^[%a_]" and message:find "syntax error" and misspelt(code, near) or nil
end

local BLOCKS <const> = {["for"] = true, ["while"] = true, ["if"] = true, elif = true, ["else"] = true, try = true,
  except = true, finally = true, with = true, def = true, class = true}

--- A block of Python, "for x in list:", among the last of these lines: Lua takes the colon for that of a method and
-- goes on, so its message names a later line.
local function hint_of_block(lines)
  for i = #lines, math.max(1, #lines - 20), -1 do
    local code = code_of(lines[i])
    local word, rest = code:match "^%s*(%l+)(.*)$"
    if BLOCKS[word] and (rest:find ":%s*$" or rest:find ":%s" and not rest:find "%f[%w]then%f[%W]") then
      return hint_of(lines[i], ":", "")
    end
  end
end

--- "for i = 1, 10" without do, "if x" without then, in the line before.
local function missing_word(lines, last, near, what)
  local word = what:match "^'(%l+)' expected near"
  if (word ~= "do" and word ~= "then") or last < 1 then return nil end
  if lines[#lines]:match "^%s*(.*)":sub(1, #near) ~= near then return nil end
  return ("line %d ends with %s"):format(last, word)
end

--- Two values of a list or a call without a comma between them.
local function missing_comma(lines, last, near, what)
  if not (what:find "^'[})]' expected" and near:find "^[%w_\"'{]") or near:find "^%d+[%a_]" then return nil end
  local code = code_of(lines[#lines])
  local at = code:find(near, 1, true) or #code + 1
  local before = code:sub(1, at - 1)
  if before:find "^%s*$" then
    if last > 0 and code_of(lines[last]):find "[%w_%)%]}\2]%s*$" then
      return ("a comma is missing behind line %d"):format(last)
    end
  elseif before:find "[%w_%)%]}\2]%s*$" and not WORDS[before:match "([%a_]+)%s*$"] then
    return ("a comma is missing in front of %s"):format(near)
  end
end

--- Tables of functions, which are no objects: their functions are called with a dot.
local LIBRARIES <const> = {torch = true, nn = true, F = true, optim = true, gnuplot = true, os = true, io = true,
  string = true, table = true, math = true}

--- "optimizer.step" in a line of its own: a name is no statement.
local function missing_call(lines, last, near, what)
  if not what:find "^syntax error near" and not what:find "^function arguments expected near" then return nil end
  for _, line in ipairs {#lines, last} do
    local path = lines[line] and code_of(lines[line]):match "^%s*([%a_][%w_.:]*)%s*;?%s*$"
    local object, sign, method = (path or ""):match "^(.-)([.:])([%a_][%w_]*)$"
    if path and not WORDS[path] and near ~= "=" then
      if object and (sign == ":" or not LIBRARIES[object:match "^[%w_]+"]) then path = object .. ":" .. method end
      return ("line %d calls nothing: write %s()"):format(line, path)
    end
  end
end

--- "else if" opens a second if, which wants an end of its own.
local function else_if(lines, what)
  if not what:find "^'end' expected" then return nil end
  for i, line in ipairs(lines) do
    local code = code_of(line)
    if code:find "^%s*else%s+if%f[^%w_]" and not code:find "%f[%w_]end%f[^%w_]" then
      return ("write elseif, one word, in line %d"):format(i)
    end
  end
end

--- syntax.hint(message, text): what to write instead of the line of `text`, a program, that the message of load names;
-- nil: there is nothing to say.
function syntax.hint(message, text)
  local number, what = message:match ":(%d+): (.*)$"
  local near = what and what:match "near '(.-)'$" or ""
  if not number then return nil end
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    lines[#lines + 1] = line
    if #lines == tonumber(number) then break end
  end
  local hint = else_if(lines, what) or hint_of(lines[#lines], near, what)
  local last = #lines - 1
  while last > 0 and not lines[last]:find "%S" do last = last - 1 end
  -- A statement that Lua takes to go on in the next line.
  local begins = lines[#lines]:match "^%s*(.*)":sub(1, #near) == near
  if not hint and last > 0 and (near == "<eof>" or begins) then hint = hint_of(lines[last], near, what) end
  return hint or hint_of_block(lines) or missing_comma(lines, last, near, what)
    or missing_word(lines, last, near, what) or missing_call(lines, last, near, what)
end

--- syntax.explain(message, path, text): the message with what to write instead. `text`: the program; nil: it is read
-- from the file `path`.
function syntax.explain(message, path, text)
  if not text then
    local file = io.open(path, "rb")
    text = file and file:read "a" or ""
    if file then file:close() end
    if message:find "near '<\\" or text:find "^\27" or text:find "%z" then -- no text at all
      local format = torch._C.file_format(text:sub(1, 512))
      if format and not format:find "text" then
        return ("%s: expected a program in Lua, got %s"):format(path, format)
      end
    end
  end
  local hint = syntax.hint(message, text)
  return hint and message .. "; " .. hint or message
end

return syntax
