--- hecate.help.html: the reference as pages: one a library, an index with a search.
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"
local written = require "hecate.help.rows"
local text = require "hecate.help.text"
local torch = require "torch"
local types = require "hecate.help.types"

local html = {}

local STYLE = [[
:root{color-scheme:light dark;--fg:#1c1e21;--dim:#62676e;--bg:#fff;--box:#f4f5f7;--line:#dcdfe3;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--fg:#dfe2e6;--dim:#9aa0a8;--bg:#16181b;
--box:#212429;--line:#353a41;--link:#7cb7ff}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);display:flex;flex-wrap:wrap}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
nav{flex:0 0 15rem;padding:1rem;border-right:1px solid var(--line);height:100vh;position:sticky;top:0;overflow:auto}
nav ul,.names{list-style:none;padding:0;margin:.5rem 0}
main{flex:1 1 30rem;max-width:56rem;padding:1rem 2rem 4rem;min-width:0}
input{width:100%;padding:.4rem .6rem;font:inherit;color:inherit;background:var(--box);
border:1px solid var(--line);border-radius:4px}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}
article{border-top:1px solid var(--line);padding:.6rem 0 .4rem;scroll-margin-top:.5rem}
article:target{border-left:3px solid var(--link);padding-left:.8rem}
.call,pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em}
.call{font-weight:600;overflow-wrap:anywhere;padding-left:2em;text-indent:-2em}
pre{background:var(--box);padding:.6rem .8rem;border-radius:4px;overflow:auto;margin:.5rem 0}
pre .out{color:var(--dim)}
table{border-collapse:collapse;margin:.4rem 0}td{padding:.1rem 1rem .1rem 0;vertical-align:top}
.dim{color:var(--dim);font-size:.9em}td.dim{white-space:nowrap}
.names{columns:14rem}
@media(max-width:50rem){nav{height:auto;position:static;flex-basis:100%;border-right:0;
border-bottom:1px solid var(--line)}main{padding:1rem}}
]]

local SEARCH = [[
const box=document.getElementById('q'),hits=document.getElementById('hits');
function rank(n,q){const k=n.toLowerCase(),l=k.slice(k.lastIndexOf('.')+1);
return l===q?0:k===q?0:l.startsWith(q)?1:l.includes(q)?2:k.includes(q)?3:9}
box.addEventListener('input',()=>{const q=box.value.trim().toLowerCase();hits.textContent='';if(!q)return;
names.map(n=>[Math.min(rank(n[0],q),n[2].toLowerCase().includes(q)?5:9),n]).filter(p=>p[0]<9)
.sort((a,b)=>a[0]-b[0]||a[1][0].length-b[1][0].length).slice(0,40).forEach(([,n])=>{
const li=document.createElement('li'),a=document.createElement('a');a.href=n[1];a.textContent=n[0];a.title=n[2];
li.append(a);hits.append(li)})});
box.addEventListener('keydown',e=>{const a=hits.querySelector('a');if(e.key==='Enter'&&a)location.href=a.href});
]]

local function escape(s)
  return (s:gsub("[&<>\"]", {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;"}))
end

local function page_of(library) return library .. ".html" end
local function link_of(entry) return ("%s#%s"):format(page_of(entry.library.name), entry.name) end

--- Text with `code` marked and full names of others as links.
local function inline(s, index)
  s = escape(s):gsub("`([^`]+)`", "<code>%1</code>")
  return (s:gsub("%f[%w_.][%a][%w_]*%.[%w_.]*[%w_]", function(name)
    local entry = index.by_name[name]
    return entry and entry.key and ('<a href="%s">%s</a>'):format(link_of(entry), name)
  end))
end

local function body(doc, index, put)
  local paragraph, code = {}, {}
  local function flush()
    if #paragraph > 0 then put("<p>" .. inline(table.concat(paragraph, " "), index) .. "</p>") end
    if #code > 0 then put("<pre>" .. escape(table.concat(code, "\n")) .. "</pre>") end
    paragraph, code = {}, {}
  end
  for line in ((doc or "") .. "\n"):gmatch "(.-)\n" do
    local indented = line:match "^    (.*)$"
    if indented then
      if #paragraph > 0 then flush() end
      code[#code + 1] = indented
    elseif line == "" or line:find "^Shape: " or line:find "^%- " then
      flush()
      if line ~= "" then paragraph[1] = line end
    else
      if #code > 0 then flush() end
      paragraph[#paragraph + 1] = line
    end
  end
  flush()
end

local function arguments(args, index, put)
  local rows = {}
  for _, arg in ipairs(args) do
    if arg.type or arg.doc then
      local words = arg.doc and arg.doc ~= "" and arg.doc or types.words(arg.type)
      local note = arg.default and arg.default ~= "nil" and "default " .. arg.default or arg.optional and "optional"
        or ""
      if arg.keyword then note = note == "" and "by name" or note .. ", by name" end
      rows[#rows + 1] = ("<tr><td><code>%s</code></td><td>%s</td><td class=dim>%s</td></tr>"):format(escape(arg.name),
        inline(words, index), escape(note))
    end
  end
  if #rows > 0 then put("<table>" .. table.concat(rows) .. "</table>") end
end

--- What an example prints and returns; nil where that is nothing a page can show.
local function output_of(example)
  local out = {}
  local env = setmetatable({print = function(...)
    local list = table.pack(...)
    for i = 1, list.n do list[i] = tostring(list[i]) end
    out[#out + 1] = table.concat(list, "\t")
  end}, {__index = _G})
  local chunk = load("return " .. example, "=example", "t", env) or load(example, "=example", "t", env)
  if not chunk then return nil end
  torch.manual_seed(0)
  local results = table.pack(pcall(chunk))
  if not results[1] then return nil end
  for i = 2, results.n do
    local value = results[i]
    if type(value) == "table" and #value > 0 and not getmetatable(value) then
      local list = {}
      for k, item in ipairs(value) do list[k] = tostring(item) end
      out[#out + 1] = "{" .. table.concat(list, ", ") .. "}"
    else out[#out + 1] = tostring(value) end
  end
  local shown = table.concat(out, "\n")
  return shown ~= "" and not shown:find "0x%x%x%x" and shown or nil
end

local function example(found, put)
  if not found.example then return end
  local code = found.example:match "^([^\n]-)%s*%-%->[^\n]*$" or found.example -- the result is shown as it comes
  local shown = output_of(code)
  put(("<pre>%s%s</pre>"):format(escape(code), shown and '\n<span class=out>' .. escape(shown) .. "</span>" or ""))
end

local function notes(found, put)
  local words = {}
  if found.kind == "function" and found.method then words[#words + 1] = ("also x:%s(…)"):format(found.key) end
  if found.in_place and not found.inplace_of then words[#words + 1] = ("in place x:%s_(…)"):format(found.key) end
  if found.differentiable then words[#words + 1] = "differentiable" end
  if found.source then words[#words + 1] = ("%s:%d"):format(found.source.file, found.source.line) end
  if #words > 0 then put("<p class=dim>" .. escape(table.concat(words, "; ")) .. "</p>") end
end

--- A method that is a function of torch too is told there.
local function twin(entry, index)
  if entry.kind ~= "method" or entry.owner ~= "torch.Tensor" then return nil end
  local other = index.by_name["torch." .. entry.key:gsub("_$", "")]
    or index.by_name["nn.functional." .. entry.key:gsub("_$", "")]
  return other and index.ops[other.name] and other
end

local function article(entry, index, put)
  local found = record.of(entry, index)
  put(('<article id="%s">'):format(entry.name))
  local other = entry.alias or twin(entry, index)
  for _, part in ipairs(other and not entry.alias and {found} or found.overloads or {found}) do
    put("<div class=call>" .. escape(not entry.alias and part.signature or entry.name) .. "</div>")
    if other then
      put(('<p>%s <a href="%s">%s</a>.</p>'):format(entry.alias and "Another name of" or entry.key:find "_$"
        and "In place:" or "See",
        link_of(other), other.name))
      break
    end
    body(part.doc, index, put)
    arguments(part.args, index, put)
  end
  if not other then
    example(found, put)
    notes(found, put)
  end
  put "</article>"
end

--- The family of an op is the group of its rows.
local function group_of(entry, index)
  local rows = index.ops[entry.name]
  local _, place = nil, nil
  if rows then _, place = written.op(rows[1].name) end
  local family = place and place.file:match "^tensor/ops/([%w_]+)/"
  if family then return family end
  if entry.kind == "constant" then return "constants" end
  return entry.owner and entry.owner ~= "torch.Tensor" and entry.owner or entry.kind == "attribute" and "attributes"
    or "more"
end

--- Files of the op table first, what is left over last.
local function rank(group)
  return group:find "%." and "2" or (group == "more" or group == "constants") and "3" or "1"
end

local function frame(title, libraries, content)
  local list = {}
  for i, library in ipairs(libraries) do
    list[i] = ('<li><a href="%s">%s</a></li>'):format(page_of(library.name), library.name)
  end
  return ([[<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>%s</title><link rel="stylesheet" href="style.css"></head><body>
<nav><a href="index.html">Hecate</a><p><input id="q" type="search" placeholder="Search" aria-label="Search"></p>
<ul id="hits"></ul><ul>%s</ul></nav>
<main>%s</main><script src="names.js"></script><script src="search.js"></script></body></html>
]]):format(escape(title), table.concat(list), content)
end

local function library_page(library, index)
  local out, order, groups = {}, {}, {}
  local entries = {table.unpack(library.entries)}
  table.sort(entries, function(a, b) return a.name:lower() < b.name:lower() end)
  local function put(s) out[#out + 1] = s end
  for _, entry in ipairs(entries) do
    local group = group_of(entry, index)
    if library.name ~= "torch" and index.ops[entry.name] then group = "functions" end
    if entry.kind == "class" then group = entry.name end
    if not groups[group] then
      groups[group], order[#order + 1] = {}, group
    end
    table.insert(groups[group], entry)
  end
  put("<h1>" .. library.name .. "</h1>")
  body(record.of(index.by_name[library.name], index).doc, index, put)
  put "<ul class=names>"
  for _, entry in ipairs(entries) do
    if not entry.owner or library.name == "torch.Tensor" then
      put(('<li><a href="#%s">%s</a></li>'):format(entry.name, entry.key))
    end
  end
  put "</ul>"
  table.sort(order, function(a, b) return rank(a) .. a < rank(b) .. b end)
  for _, group in ipairs(order) do
    if #order > 1 then put("<h2>" .. group:gsub("^%l", string.upper, group:find "%." and 0 or 1) .. "</h2>") end
    for _, entry in ipairs(groups[group]) do article(entry, index, put) end
  end
  return table.concat(out, "\n")
end

local function index_page(libraries, index)
  local out = {"<h1>Hecate: Torch, in Lua</h1>",
    "<p>Tensors, automatic differentiation, neural networks and optimisers in C, spoken in Lua: "
    .. "PyTorch's names and meanings, Lua's grammar, positions that count from 1. "
    .. "In the session <code>?name</code> shows what is here.</p>"}
  for _, library in ipairs(libraries) do
    local found = record.of(index.by_name[library.name], index)
    local heading = '<h2><a href="%s">%s</a> <span class=dim>%d names</span></h2><p>%s</p>'
    out[#out + 1] = heading:format(page_of(library.name), library.name, #library.entries,
      inline(text.summary(found), index))
  end
  return table.concat(out, "\n")
end

local function names_js(index)
  local out = {}
  for _, entry in ipairs(index.list) do
    local summary = text.summary(record.of(entry, index), 90)
    out[#out + 1] = ("[%q,%q,%q]"):format(entry.name, link_of(entry), summary):gsub("\\\n", " ")
  end
  return "const names=[\n" .. table.concat(out, ",\n") .. "];\n"
end

--- File name → text of the pages.
function html.files()
  local index, libraries = registry.index(), {}
  for _, library in ipairs(index.libraries) do
    if #library.entries > 0 then libraries[#libraries + 1] = library end
  end
  table.sort(libraries, function(a, b) return a.name < b.name end)
  local files = {["style.css"] = STYLE, ["search.js"] = SEARCH, ["names.js"] = names_js(index),
    ["index.html"] = frame("Hecate", libraries, index_page(libraries, index))}
  for _, library in ipairs(libraries) do
    files[page_of(library.name)] = frame(library.name .. " — Hecate", libraries, library_page(library, index))
  end
  return files
end

return html
