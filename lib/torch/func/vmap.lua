local options = require "torch.utils.options"
local tree = require "torch.func.tree"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"in_dims", default = 1},
  {"out_dims", default = 1}, {"randomness", kind = "string", default = "error"},
  {"chunk_size", kind = "positive"}}

-- What takes sample i out of one argument: of each tensor in it along `dim` (a number, or a table of them by key;
-- nothing: the argument is the same for all). Notes the number of samples in `batch`.
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
    return function(i) return value:select(at, i) end
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
  return function(i)
    local result = {}
    for key, part in pairs(parts) do result[key] = part(i) end
    return result
  end
end

local function samplers(args, in_dims)
  local list, batch = {}, {}
  for k = 1, args.n do
    local dim = in_dims
    if type(in_dims) == "table" then dim = in_dims[k] end
    list[k] = sampler(args[k], dim, ("argument %d"):format(k), batch)
  end
  if batch.n == nil then options.raise("vmap: 'in_dims' (argument 2): expected a dimension for at least one tensor") end
  if batch.n == 0 then options.raise("vmap: expected at least one sample") end
  return list, batch.n
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
    if #first == 0 then
      options.raise(("vmap: the function returns tensors, got %s"):format(options.describe(results[1][k])))
    end
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

local RANDOMNESS <const> = {error = true, different = true, same = true}

-- What is called before each sample, and after the last one, for the random numbers that the function draws.
local function random_guard(randomness)
  local state = torch.get_rng_state()
  if randomness == "different" then return function() end, function() end end
  if randomness == "same" then return function() torch.set_rng_state(state) end, function() end end
  local function check()
    if torch.equal(state, torch.get_rng_state()) then return end
    options.raise("vmap: the function draws random numbers: say {randomness = 'different'} for other numbers in each "
      .. "sample, or 'same'")
  end
  return function() end, check
end

--- torch.func.vmap(func: function, in_dims: int = 1, out_dims: int = 1, randomness: string = "error",
-- chunk_size: int = nil) -> function: A function that maps func over samples: it takes the arguments of func with one
-- dimension more, number in_dims (an array: one for each argument, nil or false for what is the same for all samples; a
-- table by key for an argument that is one), and gives the results with one more, number out_dims. The samples are
-- computed one by one, so func may do anything; a warning says so once. randomness: whether func may draw random
-- numbers ("error": no; "different" in each sample, or the "same"). chunk_size changes nothing here.
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
    local list, n = samplers(args, given.in_dims)
    local before, after = random_guard(given.randomness)
    options.warn("vmap: the samples are computed one by one")
    local results = {}
    for i = 1, n do
      local sample = {}
      for k = 1, args.n do sample[k] = list[k](i) end
      before()
      results[i] = table.pack(given.func(table.unpack(sample, 1, args.n)))
    end
    after()
    local whole = joined(results, given.out_dims)
    return table.unpack(whole, 1, whole.n)
  end
end
