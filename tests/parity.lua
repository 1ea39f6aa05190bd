--- Recorded cases of PyTorch: tests/data/parity/KIND.gz (scripts/pack_parity.lua makes them), or, when HECATE_PARITY
-- names a folder in the unpacked format, its KIND/*.lua. KIND is ops, errors, modules, optim or schedulers. A file is
-- a Lua chunk that returns {op =, kind =, cases = {…}} (or module =, optim =, scheduler =). In it T{shape =, dtype =,
-- data =} is a tensor, with grad = true one that requires a gradient, D"float32" a dtype, C(re, im) a complex number,
-- M{module =, args =} a module, NIL an argument that is nil. Everything counts from 1.
local shared = dofile "tests/recorded.lua"
local parity = {}
local ROOT = os.getenv "HECATE_PARITY"
local texts = {} -- kind → {names in order, name → text}

local function unpacked(kind)
  local list = {}
  for path in io.popen(("LC_ALL=C ls %s/%s/*.lua"):format(ROOT, kind)):lines() do
    local file <close> = assert(io.open(path))
    local name = path:match "([^/]+)%.lua$"
    list[#list + 1], list[name] = name, file:read "a"
  end
  return list
end

local function packed(kind) return shared.texts(("tests/data/parity/%s.gz"):format(kind)) end

--- The names of all files of a kind; a table, which holds the texts as well.
function parity.names(kind)
  texts[kind] = texts[kind] or (ROOT and unpacked or packed)(kind)
  return texts[kind]
end

--- What a file returns, with T, D, C, M, NIL, nan and inf as in `language`.
function parity.read(kind, name, language)
  local text = assert(parity.names(kind)[name], name)
  return assert(load(text, ("=%s/%s"):format(kind, name), "t", language))()
end

return parity
