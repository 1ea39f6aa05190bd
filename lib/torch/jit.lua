--- torch.jit: A function or a model is recorded as a graph of ops while it runs once (torch.jit.trace). The graph is
-- printed, run, changed by passes, saved and loaded.
local graphs = require "torch.jit.graph"
local options = require "torch.utils.options"
local jit = {}

-- ---- nested arrays of tensors as flat ones ------------------------------------------------

local function kind_of(v) return torch.typename(v) or type(v) end
local function where(path) return path == "" and "the value" or path end

-- Appends the tensors in v, and returns its structure: "x" for a tensor, an array of structures for an array, with
-- {name =, structure} at its end for what has a name.
local function flatten(v, out, path, names_allowed)
  if torch.is_tensor(v) then
    out[#out + 1] = v
    return "x"
  end
  if type(v) ~= "table" or getmetatable(v) then
    options.raise(("trace: %s: expected a tensor or an array of tensors, got %s"):format(where(path), kind_of(v)))
  end
  local structure = {}
  for i, item in ipairs(v) do structure[i] = flatten(item, out, ("%s[%d]"):format(path, i), names_allowed) end
  local names = {}
  for key in pairs(v) do
    if type(key) == "string" then names[#names + 1] = key
    elseif math.type(key) ~= "integer" or key < 1 or key > #structure then
      options.raise(("trace: %s: a table with holes"):format(where(path)))
    end
  end
  if #names > 0 and not names_allowed then
    options.raise("trace: " .. where(path)
      .. ": a table with names; {strict = false} allows it, where its names do not depend on data")
  end
  table.sort(names)
  for _, name in ipairs(names) do
    structure[#structure + 1] = {name = name, flatten(v[name], out, path .. "." .. name, names_allowed)}
  end
  return structure
end

-- The value of a structure, with the next tensors of the list; at[1] counts them.
local function rebuild(structure, list, at)
  if structure == "x" then
    at[1] = at[1] + 1
    return list[at[1]]
  end
  local v = {}
  for i, item in ipairs(structure) do
    if type(item) == "table" and item.name then v[item.name] = rebuild(item[1], list, at)
    else v[i] = rebuild(item, list, at) end
  end
  return v
end

local function same_structure(a, b)
  if type(a) ~= type(b) or type(a) ~= "table" then return a == b end
  if #a ~= #b or a.name ~= b.name then return false end
  for i = 1, #a do if not same_structure(a[i], b[i]) then return false end end
  return true
end

-- ---- what trace gives ---------------------------------------------------------------------

--- torch.jit.TracedModule: What torch.jit.trace gives: a module that runs a graph. Its parameters are those of the
-- model that was traced, so optimisers and state_dict work; training and eval change nothing in the graph.
local Traced = torch.class("torch.jit.TracedModule", torch.nn.Module)

-- Whether all are tensors themselves, so that nothing is to be taken apart.
local function is_flat(structures)
  for _, structure in ipairs(structures) do if structure ~= "x" then return false end end
  return true
end

function Traced:__init(graph, arguments, results, name)
  Traced.super.__init(self)
  self._flat = is_flat(arguments) and is_flat(results) and #arguments
  self.graph, self._arguments, self._results, self.original_name = graph, arguments, results, name
end

function Traced:forward(...)
  if self._flat == select("#", ...) then
    local inputs, tensors = {...}, true
    for i = 1, self._flat do tensors = tensors and torch.is_tensor(inputs[i]) end
    if tensors then return self.graph:run(inputs) end
  end
  local given, structure, arguments = {}, {}, table.pack(...)
  for i = 1, arguments.n do structure[i] = flatten(arguments[i], given, ("argument %d"):format(i), true) end
  if not same_structure(structure, self._arguments) then
    options.raise(("%s: expected %d argument%s of the structure that was traced, got %d"):format(self.original_name,
      #self._arguments, #self._arguments == 1 and "" or "s", arguments.n))
  end
  local list, at, out = table.pack(self.graph:run(given)), {0}, {}
  for i, result in ipairs(self._results) do out[i] = rebuild(result, list, at) end
  return table.unpack(out, 1, #self._results)
end

-- The text of the graph.
function Traced:code() return tostring(self.graph) end

function Traced:__tostring() return ("%s(original_name=%s)"):format(torch.typename(self), self.original_name) end

-- Fields of a traced module, which no part of a model may take the place of.
local FIELDS <const> = {graph = true, warnings = true, original_name = true, code = true, forward = true, _flat = true,
  _arguments = true, _results = true}

-- Puts a tensor under its dotted name, so that state_dict has the names of the model.
local function register(module, name, tensor, is_parameter)
  local first = name:match "^[^.]*"
  if FIELDS[first] then options.raise(("trace: '%s': a traced module uses this name itself"):format(first)) end
  local path, last = name:match "^(.*)%.([^.]+)$"
  for part in (path or ""):gmatch "[^.]+" do
    if not torch.isinstance(module[part], torch.nn.Module) then module[part] = torch.nn.Module() end
    module = module[part]
  end
  last = last or name
  if is_parameter then module:register_parameter(last, tensor) else module:register_buffer(last, tensor) end
end

-- ---- tracing ---------------------------------------------------------------------------------

-- The names of the parameters of a function, as far as Lua tells them.
local function names_of(f, n)
  local list = {}
  local callee = f
  local skip = 0
  if torch.isinstance(f, torch.nn.Module) then callee, skip = f.forward, 1 end
  for i = 1, n do
    local in_lua = type(callee) == "function" and debug.getinfo(callee, "S").what ~= "C"
    local name = in_lua and debug.getlocal(callee, i + skip)
    list[i] = name or n == 1 and "input" or "input" .. i
  end
  return list
end

-- The tensors of a model with their names, parameters first.
local function state_of(model)
  local state = {tensors = {}, names = {}, is_parameter = {}}
  local function add(name, tensor, is_parameter)
    state.tensors[#state.tensors + 1] = tensor
    state.names[#state.names + 1] = name
    state.is_parameter[name] = is_parameter
  end
  for name, p in model:named_parameters() do add(name, p, true) end
  for name, b in model:named_buffers() do add(name, b, false) end
  return state
end

-- The tensors that a run of the graph may change, beside its inputs.
local function changeable(graph)
  local list = {}
  for _, v in ipairs(graph:values()) do
    if v.tensor and v.kind ~= "number" then list[#list + 1] = v.tensor end
  end
  return list
end

local function copies(list)
  local out = {}
  for i, t in ipairs(list) do out[i] = t:detach():clone() end
  return out
end

local function put_back(list, saved)
  torch.no_grad(function()
    for i, t in ipairs(list) do if not torch.equal(t, saved[i]) then t:copy_(saved[i]) end end
  end)
end

-- Whether the graph has a step of an optimiser, which keeps more than tensors: nothing could put that back.
local function steps(graph)
  for _, node in ipairs(graph:nodes()) do if node.op == "optimiser_step" then return true end end
  return false
end

-- Runs the function and the graph from the same state, and compares.
local function check(traced, f, inputs, structures, tolerance, warnings)
  local state, kept = changeable(traced.graph), nil
  local generator = torch.get_rng_state()
  local function run(g)
    local given, at, arguments = {}, {0}, {}
    for i, t in ipairs(copies(inputs)) do given[i] = t:requires_grad_(inputs[i].requires_grad) end
    for i, s in ipairs(structures) do arguments[i] = rebuild(s, given, at) end
    kept = copies(state)
    torch.set_rng_state(generator)
    local results = table.pack(g(table.unpack(arguments, 1, #structures)))
    put_back(state, kept)
    local out = {}
    for i = 1, results.n do flatten(results[i], out, "a result", true) end
    return out
  end
  local a, b = run(f), run(traced)
  for i = 1, math.max(#a, #b) do
    local same = a[i] and b[i] and a[i].shape == b[i].shape and a[i].dtype == b[i].dtype
      and (not options.has_data(a[i])
        or torch.allclose(a[i], b[i], {rtol = tolerance, atol = tolerance, equal_nan = true}))
    if not same then
      warnings[#warnings + 1] = ("result %d of the graph is not that of the function, when both run again"):format(i)
    end
  end
end

local OPTIONS <const> = {{"check_trace", kind = "boolean", default = true},
  {"strict", kind = "boolean", default = true}, {"check_tolerance", kind = "number", default = 1e-5}}

-- Records f and makes the module.
local function record(f, example_inputs, given)
  local is_module = torch.isinstance(f, torch.nn.Module)
  local examples = torch.is_tensor(example_inputs) and {example_inputs} or example_inputs
  local structures, inputs, names = {}, {}, {}
  for i, name in ipairs(names_of(f, #examples)) do
    local before = #inputs
    structures[i] = flatten(examples[i], inputs, ("example %d"):format(i), true)
    for k = before + 1, #inputs do names[k] = #inputs - before == 1 and name or ("%s.%d"):format(name, k - before) end
  end
  local state = is_module and state_of(f) or {tensors = {}, names = {}, is_parameter = {}}
  local results = {}
  local graph, warnings = graphs.trace(function()
    local out, values = {}, table.pack(f(table.unpack(examples, 1, #examples)))
    for i = 1, values.n do results[i] = flatten(values[i], out, ("result %d"):format(i), not given.strict) end
    return out
  end, inputs, names, state.tensors, state.names)
  graph:fuse()
  local traced = Traced(graph, structures, results, is_module and torch.typename(f) or "function")
  for i, name in ipairs(state.names) do register(traced, name, state.tensors[i], state.is_parameter[name]) end
  if is_module then traced:train(f.training) end
  if given.check_trace and not steps(graph) then
    check(traced, f, inputs, structures, given.check_tolerance, warnings)
  end
  traced.warnings = warnings
  for _, warning in ipairs(warnings) do io.stderr:write("warning: trace: ", warning, "\n") end
  return traced
end

--- torch.jit.trace(func: any, example_inputs: any, {check_trace = true, strict = true}) -> Module: Runs a function or
-- a module once, on a tensor or an array of arguments, and gives a module that does the same ops to other inputs.
-- traced.graph is what was recorded: it prints. What depends on the data in Lua (item(), comparisons) is fixed as it
-- was, and told in a warning with its line; sizes that Lua read are fixed, too. check_trace runs both once more and
-- compares, within check_tolerance (1e-5); a graph with a step of an optimiser is not run again. strict = false
-- allows results that are tables with names.
-- Example: torch.jit.trace(function(x) return x * 2 + 1 end, torch.zeros(3))
function jit.trace(func, example_inputs, named)
  if type(func) ~= "function" and not torch.isinstance(func, torch.nn.Module) then
    options.raise(("trace: 'func' (argument 1): expected a function or a module, got %s"):format(kind_of(func)))
  end
  if not torch.is_tensor(example_inputs) and (type(example_inputs) ~= "table" or getmetatable(example_inputs)) then
    options.raise(("trace: 'example_inputs' (argument 2): expected a tensor or an array of arguments, got %s"):format(
      kind_of(example_inputs)))
  end
  if named ~= nil and not options.is_named(named) then
    options.wrong("trace", "options", 3, "a table of named options", named)
  end
  return record(func, example_inputs, options.read("trace", OPTIONS, named or {}))
end

--- torch.jit.is_tracing() -> bool: Whether a trace runs.
function jit.is_tracing() return graphs.is_tracing() end

-- ---- files -------------------------------------------------------------------------------------

local FORMAT <const> = "hecate graph 1"

--- torch.jit.save(traced: Module, path: path): Writes a traced module to a safetensors file: its graph as text in the
-- metadata, its parameters, buffers and constants as tensors. The file holds data only.
function jit.save(traced, path)
  if not torch.isinstance(traced, Traced) then
    options.raise(("save: 'traced' (argument 1): expected what torch.jit.trace gives, got %s"):format(kind_of(traced)))
  end
  -- What the graph and the module share is one tensor in the file, too.
  local function place(t) return ("%d %s %s"):format(t:data_ptr(), tostring(t.dtype), tostring(t.shape)) end
  local state, known, tensors = state_of(traced), {}, {}
  for _, t in ipairs(state.tensors) do known[place(t)] = t end
  for _, v in ipairs(traced.graph:values()) do
    if v.kind == "parameter" or v.kind == "constant" then
      tensors[#tensors + 1] = known[place(v.tensor)] or v.tensor
    end
  end
  torch.save({format = FORMAT, graph = tostring(traced.graph), arguments = traced._arguments,
    results = traced._results, name = traced.original_name, training = traced.training, tensors = tensors,
    state = state}, path, {format = "safetensors"})
end

-- Raises unless v is a structure as flatten makes it; returns how many tensors it has.
local function count(v, bad, depth)
  if v == "x" then return 1 end
  if type(v) ~= "table" or depth > 50 then bad "a bad structure" end
  local n = 0
  for i, item in ipairs(v) do
    if type(item) == "table" and item.name ~= nil then
      if type(item.name) ~= "string" then bad "a bad structure" end
      n = n + count(item[1], bad, depth + 1)
    else n = n + count(item, bad, depth + 1) end
  end
  return n
end

local function count_all(list, bad)
  if type(list) ~= "table" then bad "no structure" end
  local n = 0
  for _, item in ipairs(list) do n = n + count(item, bad, 1) end
  return n
end

-- Puts the parameters and buffers into the module. Parameters are other tensors than those of the file, over the
-- same elements; `made` leads from the ones to the others.
local function load_state(traced, state, made, bad)
  if type(state) ~= "table" or type(state.names) ~= "table" or type(state.tensors) ~= "table"
    or type(state.is_parameter) ~= "table" then bad "no state" end
  for i, name in ipairs(state.names) do
    local tensor = state.tensors[i]
    if type(name) ~= "string" or not name:find "^[^.]" or not torch.is_tensor(tensor) then bad "a bad state" end
    local is_parameter = state.is_parameter[name] == true
    local ok, message = options.try(function()
      made[tensor] = made[tensor] or is_parameter and torch.nn.Parameter(tensor, tensor.requires_grad) or tensor
      register(traced, name, made[tensor], is_parameter)
    end)
    if not ok then bad(message) end
  end
end

--- torch.jit.load(path: path) -> Module: What torch.jit.save wrote. A file that is damaged or tells nonsense raises an
-- error; nothing in one is run but the ops of its graph, when the module is called.
function jit.load(path)
  local data = torch.load(path)
  local function bad(what) options.raise(("torch.jit.load: %s: %s"):format(path, what)) end
  if type(data) ~= "table" or data.format ~= FORMAT or type(data.graph) ~= "string" then bad "no graph in it" end
  local ok, graph = options.try(graphs.parse, data.graph)
  if not ok then bad(graph) end
  if type(data.tensors) ~= "table" then bad "no tensors" end
  local n_arguments, n_results = count_all(data.arguments, bad), count_all(data.results, bad)
  local traced = Traced(graph, data.arguments, data.results, type(data.name) == "string" and data.name or "function")
  local made, n_inputs, next_tensor = {}, 0, 0
  load_state(traced, data.state, made, bad)
  for position, v in ipairs(graph:values()) do
    if v.kind == "input" then n_inputs = n_inputs + 1 end
    if v.kind == "parameter" or v.kind == "constant" then
      next_tensor = next_tensor + 1
      local tensor = data.tensors[next_tensor]
      if not torch.is_tensor(tensor) then bad(("no tensor for '%s'"):format(v.name or "")) end
      local fits, message = options.try(graph.bind, graph, position, made[tensor] or tensor)
      if not fits then bad(message) end
    end
  end
  if n_arguments ~= n_inputs then bad "other arguments than the graph has" end
  if n_results ~= #graph:results() then bad "other results than the graph has" end
  traced:train(data.training == true)
  traced.warnings = {}
  return traced
end

return jit
