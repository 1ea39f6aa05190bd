local batching = require "torch.func.batch"
local graphs = require "torch.jit.graph"
local options = require "torch.utils.options"
local tree = require "torch.func.tree"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"in_dims", default = 1},
  {"out_dims", default = 1}, {"randomness", kind = "string", default = "error"},
  {"chunk_size", kind = "positive"}}

-- What takes sample i out of one argument: of each tensor in it along `dim` (a number, or a table of them by key;
-- nothing: the argument is the same for all). Notes the number of samples in `batch.n`, and each tensor, with the
-- samples first, in batch.tensors; a list that is given beside i gets the sample at the same place.
local function sampler(value, dim, place, batch)
  if not dim then return function() return value end end
  if torch.is_tensor(value) then
    local at = options.dim("vmap", "in_dims", 2, dim, value.ndim)
    if value.ndim == 0 then options.raise(("vmap: %s: expected a tensor with dimensions, got none"):format(place)) end
    local n = value:size(at)
    batch.n = batch.n or n
    if batch.n ~= n then
      options.raise(("vmap: %s has %d samples along dimension %d, those before have %d"):format(place, n, at, batch.n))
    end
    local k = #batch.tensors + 1
    batch.tensors[k] = value:movedim(at, 1)
    return function(i, list)
      local sample = value:select(at, i)
      if not list then return sample end
      list[k] = sample:clone()
      return list[k]
    end
  end
  if type(value) ~= "table" then
    options.wrong("vmap", "in_dims", 2, ("nil for %s, which is no tensor"):format(place), dim)
  end
  local parts = {}
  for key, item in pairs(value) do
    local inner = dim
    if type(dim) == "table" then inner = dim[key] end
    parts[key] = sampler(item, inner, ("%s[%s]"):format(place, tostring(key)), batch)
  end
  return function(i, list)
    local result = {}
    for key, part in pairs(parts) do result[key] = part(i, list) end
    return result
  end
end

local function samplers(args, in_dims)
  local list, batch = {}, {tensors = {}}
  for k = 1, args.n do
    local dim = in_dims
    if type(in_dims) == "table" then dim = in_dims[k] end
    list[k] = sampler(args[k], dim, ("argument %d"):format(k), batch)
  end
  if batch.n == nil then options.raise("vmap: 'in_dims' (argument 2): expected a dimension for at least one tensor") end
  if batch.n == 0 then options.raise("vmap: expected at least one sample") end
  return list, batch
end

local function sample(list, i, tensors)
  local args = {}
  for k, part in ipairs(list) do args[k] = part(i, tensors) end
  return args
end

local function no_tensors(value)
  options.raise(("vmap: the function returns tensors, got %s"):format(options.describe(value)))
end

-- The results of all samples on top of each other, each along its own dimension.
local function joined(results, out_dims)
  local whole = {n = results[1].n}
  for k = 1, whole.n do
    local dim = out_dims
    if type(out_dims) == "table" then dim = out_dims[k] end
    local lists, first = {}, {}
    for i, result in ipairs(results) do lists[i] = tree.collect(result[k], {}) end
    first = lists[1]
    if #first == 0 then no_tensors(results[1][k]) end
    local stacked = {}
    for t, x in ipairs(first) do
      local column = {}
      for i = 1, #results do
        column[i] = lists[i][t]
        if column[i] == nil or column[i].shape ~= x.shape then
          options.raise(("vmap: result %d of sample %d has another shape than that of sample 1"):format(k, i))
        end
      end
      stacked[t] = torch.stack(column, options.dim("vmap", "out_dims", 3, dim, x.ndim + 1))
    end
    whole[k] = tree.replace(results[1][k], stacked, 1)
  end
  return whole
end

-- ---- all samples at once ---------------------------------------------------------------------------

-- Runs the function on the first sample while it is recorded. Returns the results, the graph, and why the graph may be
-- wrong for other samples, or nil.
local function record(func, list, n_args)
  local firsts, names = {}, {}
  local args = sample(list, 1, firsts) -- copies: strides are known
  for k = 1, #firsts do names[k] = "sample" .. k end
  local results
  local graph, warnings, by_strides = graphs.trace(function()
    results = table.pack(func(table.unpack(args, 1, n_args)))
    local tensors = {}
    for k = 1, results.n do
      local before = #tensors
      tree.collect(results[k], tensors)
      if #tensors == before then no_tensors(results[k]) end
    end
    return tensors
  end, firsts, names, {}, {}, false, true)
  for _, warning in ipairs(warnings) do
    if not warning:find("by requires_grad_", 1, true) and not warning:find("torch.tensor: ", 1, true) then
      return results, graph, warning
    end
  end
  return results, graph, by_strides and "it reads memory by strides" or nil
end

-- The results of a graph in the form of those of one sample, each with the samples along its own dimension.
local function placed(results, outs, n, out_dims)
  local whole, at = {n = results.n}, 0
  for k = 1, results.n do
    local dim = out_dims
    if type(out_dims) == "table" then dim = out_dims[k] end
    whole[k] = tree.map(results[k], function()
      at = at + 1
      local out = outs[at]
      local t = out.batched and out.t or out.t:unsqueeze(1):expand(n, table.unpack(out.t.shape))
      return t:movedim(1, options.dim("vmap", "out_dims", 3, dim, t.ndim))
    end)
  end
  return whole
end

-- ---- one by one ------------------------------------------------------------------------------------

local RANDOMNESS <const> = {error = true, different = true, same = true}

local function refuse_draws()
  options.raise("vmap: the function draws random numbers: say {randomness = 'different'} for other numbers in each "
    .. "sample, or 'same'")
end

-- `first`: the results of the first sample, where they are there already; `state`: of the generator before it.
local function one_by_one(given, list, batch, n_args, first, state)
  local results = {first}
  for i = first and 2 or 1, batch.n do
    if given.randomness == "same" then torch.set_rng_state(state) end
    results[i] = table.pack(given.func(table.unpack(sample(list, i), 1, n_args)))
  end
  if given.randomness == "error" and not torch.equal(state, torch.get_rng_state()) then refuse_draws() end
  return joined(results, given.out_dims)
end

local function mapped(given, list, batch, n_args)
  local state, within = torch.get_rng_state(), graphs.is_tracing()
  local results, graph, why = record(given.func, list, n_args)
  local random
  if not why then why, random = batching.prepare(graph, given.randomness) end
  if random and given.randomness == "error" then refuse_draws() end
  if why then
    options.warn("vmap: the samples are computed one by one: " .. why)
    batching.loops = batching.loops + 1
    -- What ran inside of a recording is no part of the one around it.
    if within then torch.set_rng_state(state) end
    return one_by_one(given, list, batch, n_args, not within and results or nil, state)
  end
  if random then torch.set_rng_state(state) end
  return placed(results, batching.run(graph, batch.tensors, batch.n, given.randomness), batch.n, given.out_dims)
end

-- At most `size` samples at once.
local function in_chunks(given, args, size)
  local _, batch = samplers(args, given.in_dims)
  local parts, state = {}, torch.get_rng_state()
  for first = 1, batch.n, size do
    if given.randomness == "same" then torch.set_rng_state(state) end
    local last = math.min(first + size - 1, batch.n)
    local function part(value, dim)
      if not dim then return value end
      if torch.is_tensor(value) then return value:narrow(dim, first, last - first + 1) end
      local result = {}
      for key, item in pairs(value) do result[key] = part(item, type(dim) == "table" and dim[key] or dim) end
      return result
    end
    local some = {n = args.n}
    for k = 1, args.n do
      some[k] = part(args[k], type(given.in_dims) == "table" and given.in_dims[k] or given.in_dims)
    end
    local list, few = samplers(some, given.in_dims)
    parts[#parts + 1] = mapped(given, list, few, args.n)
  end
  local whole = {n = parts[1].n}
  for k = 1, whole.n do
    local dim, columns = given.out_dims, {}
    if type(dim) == "table" then dim = dim[k] end
    for i, results in ipairs(parts) do columns[i] = tree.collect(results[k], {}) end
    local joined_parts = {}
    for t in ipairs(columns[1]) do
      local column = {}
      for i in ipairs(columns) do column[i] = columns[i][t] end
      joined_parts[t] = torch.cat(column, dim)
    end
    whole[k] = tree.replace(parts[1][k], joined_parts, 1)
  end
  return whole
end

--- torch.func.vmap(func: function, in_dims: int = 1, out_dims: int = 1, randomness: string = "error",
-- chunk_size: int = nil) -> function: A function that maps func over samples: it takes the arguments of func with one
-- dimension more, number in_dims (an array: one for each argument, nil or false for what is the same for all samples; a
-- table by key for an argument that is one), and gives the results with one more, number out_dims. func runs once, on
-- the first sample, and its ops are then done for all samples at once. Where that cannot be (it reads numbers out of
-- tensors, changes tensors in place, or uses an op without a rule) the samples are computed one by one, and a warning
-- says why. randomness: whether func may draw random numbers ("error": no; "different" in each sample, or the "same").
-- chunk_size: at most so many samples at once.
-- Example: return torch.func.vmap(torch.dot)(torch.ones(3, 2), torch.ones(3, 2))
return function(...)
  local given = options.read("vmap", PARAMETERS, ...)
  if not RANDOMNESS[given.randomness] then
    options.wrong("vmap", "randomness", 4, "error, different or same", given.randomness)
  end
  for position, key in pairs {[2] = "in_dims", [3] = "out_dims"} do
    if type(given[key]) ~= "table" and not options.integer(given[key]) then
      options.wrong("vmap", key, position, "a dimension or an array of dimensions", given[key])
    end
  end
  return function(...)
    local args = table.pack(...)
    local list, batch = samplers(args, given.in_dims)
    local whole
    if given.chunk_size and given.chunk_size < batch.n then whole = in_chunks(given, args, given.chunk_size)
    else whole = mapped(given, list, batch, args.n) end
    return table.unpack(whole, 1, whole.n)
  end
end
