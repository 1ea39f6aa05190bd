--- DataLoader: the batches of a data set, made here or in worker processes.
local torch = require "torch"
local options = require "torch.utils.options"
local sampler = require "torch.utils.data.sampler"
local fetch = require "torch.utils.data.fetch"
local iterable = require "torch.utils.data.iterable"
local workers = require "torch.utils.data.workers"

local loader = {}

--- torch.utils.data.DataLoader(dataset: Dataset, batch_size: any = 1, shuffle: bool = false, {sampler: any =,
-- batch_sampler: any =, num_workers: count = 0, collate_fn: function =, pin_memory: bool = false, drop_last: bool =
-- false, timeout: seconds = 0, worker_init_fn: function =, multiprocessing_context: string =, generator: generator =,
-- prefetch_factor: positive = 2, persistent_workers: bool = false}): Batches of a data set.
--
-- `for x, y in loader:iter() do` runs over the batches once; with
-- `loader:enumerate()` their number, from 1, comes first. Each run has its own
-- state and, with `shuffle`, its own order, drawn from `generator`. A
-- `collate_fn(items)` gets an array of items; what it returns is the batch. With
-- `batch_size = false` there are no batches: each item comes alone (collate_fn gets it).
-- `sampler` is an array or a tensor of positions, or an object with `positions` or `iter`;
-- `batch_sampler` an array of arrays of positions, or an object whose `iter` yields these.
--
-- With `num_workers` batches are made beforehand, `prefetch_factor` for each worker, in processes that are
-- copies (fork) of this one: they see the data set as it is when the run begins, and what they change in it
-- stays with them. Tensors come back in shared memory, without a copy. A worker computes in one thread and cannot
-- use CUDA. `worker_init_fn(id)` is called in each worker, id from 1, when it begins. `timeout`: seconds after
-- which a batch that does not come is an error; 0: none. `persistent_workers`: they stay for the next run.
--
-- Random numbers that the data set draws from the default generator are the same for every number of workers: each
-- batch has a seed of its own. (So are those of Lua's math.random in workers alone.)
--
-- `loader:state_dict()` in the middle of a run, and `load_state_dict(state)` of a loader of the same data set and
-- options: its next run goes on behind the batch that was delivered last.
-- Example: torch.utils.data.DataLoader({1, 2, 3, 4}, {batch_size = 2}):iter()()
local DataLoader = torch.class("torch.utils.data.DataLoader")
loader.DataLoader = DataLoader

local PARAMETERS <const> = {
  {"dataset"}, {"batch_size", kind = "positive", off = true}, {"shuffle", kind = "boolean", default = false},
  {"sampler"}, {"batch_sampler"}, {"num_workers", kind = "count", default = 0}, {"collate_fn", kind = "callable"},
  {"pin_memory", kind = "boolean", default = false}, {"drop_last", kind = "boolean", default = false},
  {"timeout", kind = "seconds", default = 0}, {"worker_init_fn", kind = "callable"},
  {"multiprocessing_context", kind = "string"}, {"generator"}, {"prefetch_factor", kind = "positive"},
  {"persistent_workers", kind = "boolean", default = false},
}

-- Arguments ---------------------------------------------------------------------------

local function exclude(given, name, others)
  for _, other in ipairs(others) do
    if given[other] then options.raise(("DataLoader: '%s' and '%s' exclude each other"):format(name, other)) end
  end
end

local function check_workers(given)
  if given.num_workers == 0 then
    for _, name in ipairs {"prefetch_factor", "persistent_workers", "timeout", "multiprocessing_context"} do
      if given[name] and given[name] ~= 0 then
        options.raise(("DataLoader: '%s' needs num_workers of 1 or more"):format(name))
      end
    end
  end
  if given.multiprocessing_context and given.multiprocessing_context ~= "fork" then
    options.wrong("DataLoader", "multiprocessing_context", nil, "\"fork\"", given.multiprocessing_context)
  end
  if given.pin_memory and not torch.cuda.is_available() then
    options.warn("DataLoader: 'pin_memory' does nothing: there is no CUDA device to copy to")
  end
end

local function check_order(given)
  if given.sampler then exclude(given, "sampler", {"shuffle"}) end
  if given.batch_sampler then
    exclude(given, "batch_sampler", {"batch_size", "shuffle", "sampler", "drop_last"})
  elseif given.batch_size == false then
    exclude(given, "batch_size = false", {"drop_last"})
  end
end

local function check_dataset(given)
  local dataset = given.dataset
  if iterable.is_iterable(dataset) then
    exclude(given, "an iterable data set", {"shuffle", "sampler", "batch_sampler"})
  elseif options.length(dataset) == nil then
    options.wrong("DataLoader", "dataset", 1, "a dataset (#d and d[i], or an IterableDataset)", dataset)
  end
end

function DataLoader:__init(...)
  local given = options.read("DataLoader", PARAMETERS, ...)
  check_dataset(given)
  check_order(given)
  check_workers(given)
  for _, parameter in ipairs(PARAMETERS) do self[parameter[1]] = given[parameter[1]] end
  if given.batch_size == nil and not given.batch_sampler then self.batch_size = 1 end
  self.prefetch_factor = given.prefetch_factor or 2
  if self.sampler == nil and not given.batch_sampler and not iterable.is_iterable(given.dataset) then
    self.sampler = given.shuffle and sampler.RandomSampler(given.dataset, {generator = given.generator})
      or sampler.SequentialSampler(given.dataset)
  end
end

--- #loader: the number of batches.
function DataLoader:__len()
  if self.batch_sampler then return #self.batch_sampler end
  local n = self.sampler and #self.sampler or options.length(self.dataset)
  if n == nil then options.raise("DataLoader: the iterable data set has no length (__len)") end
  if not self.batch_size then return n end
  return self.drop_last and n // self.batch_size or (n + self.batch_size - 1) // self.batch_size
end

-- The order -----------------------------------------------------------------------------

--- An iterator over batches of positions, from the order as one tensor.
local function batches_of_tensor(order, batch_size, drop_last)
  local n, start = #order, 1
  return function()
    local size = math.min(batch_size, n - start + 1)
    if size < 1 or (drop_last and size < batch_size) then return nil end
    local positions = order:narrow(1, start, size)
    start = start + size
    return positions
  end
end

--- The order of a sampler as a tensor, or as an iterator over positions.
local function order_of(given)
  if type(given) == "table" and getmetatable(given) == nil and given.iter == nil then
    return torch.tensor(given, {dtype = "int64"})
  elseif torch.is_tensor(given) then
    return given
  elseif given.positions then
    return given:positions()
  end
  return given:iter()
end

--- An iterator over the items of an array, or of what `iter` gives.
local function iterate(given)
  if type(given) ~= "table" or given.iter then return given:iter() end
  local k = 0
  return function()
    k = k + 1
    return given[k]
  end
end

--- An iterator over what is read at once: positions (a tensor or an array), or one position where there are no batches.
-- Of an iterable data set: true, without end.
local function requests(self)
  if iterable.is_iterable(self.dataset) then return function() return true end end
  if self.batch_sampler then return iterate(self.batch_sampler) end
  local order = order_of(self.sampler)
  if torch.is_tensor(order) then
    if self.batch_size then return batches_of_tensor(order, self.batch_size, self.drop_last) end
    return iterate(order:tolist())
  end
  order = fetch.ending(order)
  if not self.batch_size then return order end
  return function() return fetch.next_items(order, self.batch_size, self.drop_last) end
end

-- Making a batch --------------------------------------------------------------------------

local function checked(number, first, ...)
  if first == nil then -- `for` would take it for the end
    options.raise(("DataLoader: 'collate_fn' returned nothing for batch %d"):format(number))
  end
  return first, ...
end

--- What makes batches of the loader's data set: see workers.start.
local function maker(self)
  local collate_fn = self.collate_fn
  local function alone(number, item)
    if collate_fn then return checked(number, collate_fn(item)) end
    return fetch.parts(item)
  end
  if not iterable.is_iterable(self.dataset) then
    local function make(positions, number)
      if type(positions) == "number" then
        return alone(number, fetch.existing("DataLoader", self.dataset, positions))
      end
      return checked(number, fetch.batch(self.dataset, positions, collate_fn))
    end
    return {make = make, begin = function() end}
  end
  local iterator
  local function make(_, number)
    if not self.batch_size then
      local item = iterator()
      if item ~= nil then return alone(number, item) end
      return
    end
    local items = fetch.next_items(iterator, self.batch_size, self.drop_last)
    if items then return checked(number, (collate_fn or fetch.default_collate)(items)) end
  end
  return {make = make, begin = function() iterator = fetch.ending(iterable.iterate(self.dataset)) end}
end

--- Whether what makes a batch may draw random numbers: tensors that are gathered do not.
local function may_draw(self) return self.collate_fn ~= nil or not fetch.can_gather(self.dataset) end

--- A state of the default generator that begins at `seed`.
local function state_of_seed(seed)
  return torch.tensor({string.pack("<i8i8", seed, 0):byte(1, 16)}, {dtype = "uint8"})
end

local function restored(state, ok, ...)
  torch.set_rng_state(state)
  if not ok then error((...), 0) end
  return ...
end

--- Calls f with random numbers that begin at `seed`; those of the program go on behind it as if nothing was drawn.
local function with_seed(seed, f, ...)
  local state = torch.get_rng_state()
  torch.set_rng_state(state_of_seed(seed))
  return restored(state, pcall(f, ...))
end

-- A run --------------------------------------------------------------------------------------

--- The generator from which the order of a loader is drawn.
local function generator_state(self)
  local generator = self.generator or options.field(self.sampler, "generator")
  return generator and generator:get_state() or torch.get_rng_state(), generator
end

local function set_generator_state(generator, state)
  if generator then generator:set_state(state) else torch.set_rng_state(state) end
end

--- Begins a run, or goes on with the one that load_state_dict has told of: the iterator over requests, and what
-- state_dict says of the run.
local function begin_run(self)
  local resumed = self._resumed
  self._resumed = nil
  local now, generator = generator_state(self)
  if resumed then set_generator_state(generator, resumed.generator) end
  local run = {generator = generator_state(self), delivered = 0, seed = 0}
  if may_draw(self) then run.seed = torch.randint(0, 1 << 48, {1}, {generator = generator}):item() end
  local next_request = requests(self)
  if resumed then
    for _ = 1, resumed.delivered do
      if not iterable.is_iterable(self.dataset) then next_request() end
    end
    run.delivered = resumed.delivered
    set_generator_state(generator, now)
  end
  self._run = run
  return next_request, run
end

--- An iterator over tasks: their number, a seed each, and what is to be read.
local function tasks(next_request, run)
  local number = run.delivered
  return function()
    local request = next_request()
    if request == nil then return nil end
    number = number + 1
    return {number = number, seed = run.seed + number, positions = request}
  end
end

--- Of a run that goes on: passes over what was delivered of an iterable data set. Other ones do not read it again.
local function skip(self, run, next_values)
  if iterable.is_iterable(self.dataset) then
    local resumed = run.delivered
    run.delivered = 0
    for _ = 1, resumed do
      if next_values() == nil then return end
      run.delivered = run.delivered + 1
    end
  end
end

--- Counts what was delivered; at the end of the run nothing is known of it any more.
local function delivered(self, run, at_end, first, ...)
  if first == nil then
    if self._run == run then self._run = nil end
    at_end()
    return nil
  end
  run.delivered = run.delivered + 1
  return first, ...
end

local function run_here(self)
  local next_request, run = begin_run(self)
  local made, next_task = maker(self), nil
  local draws = may_draw(self)
  if draws then with_seed(run.seed, made.begin) else made.begin() end
  if iterable.is_iterable(self.dataset) then next_task = tasks(next_request, {delivered = 0, seed = run.seed})
  else next_task = tasks(next_request, run) end
  local function none() end
  local function next_values()
    local task = next_task()
    if task == nil then return delivered(self, run, none, nil) end
    if draws then return delivered(self, run, none, with_seed(task.seed, made.make, task.positions, task.number)) end
    return delivered(self, run, none, made.make(task.positions, task.number))
  end
  skip(self, run, next_values)
  return next_values
end

local function run_in_workers(self)
  local next_request, run = begin_run(self)
  local pool = self._pool
  if pool == nil or not pool:is_idle() then
    if pool then pool:kill() end
    pool = workers.start(self, maker, self.worker_init_fn)
  end
  self._pool = self.persistent_workers and pool or nil
  pool:begin(run.seed)
  local from = iterable.is_iterable(self.dataset) and {delivered = 0, seed = run.seed} or run
  local results = pool:results(tasks(next_request, from), self.num_workers * self.prefetch_factor)
  local function at_end()
    if not self.persistent_workers then pool:close() end
  end
  local function values(ok, ...)
    if ok == nil then return delivered(self, run, at_end, nil) end
    return delivered(self, run, at_end, ...)
  end
  local ended
  local function next_values()
    if ended then return nil end
    return (function(first, ...)
      ended = first == nil
      return first, ...
    end)(values(results()))
  end
  skip(self, run, next_values)
  local function leave() if not ended and not pool.dead then pool:kill() end end
  return next_values, nil, nil, setmetatable({}, {__close = leave}) -- or they end with the pool
end

--- loader:iter() -> function: For loops over the batches, once: `for x, y in loader:iter() do`. A loop that is left
-- early ends the workers.
function DataLoader:iter()
  if self.num_workers > 0 then return run_in_workers(self) end
  return run_here(self)
end

function DataLoader:__call()
  options.raise("DataLoader: expected 'for x, y in loader:iter() do': a loader is no iterator, so that loops over it"
    .. " can nest")
end

function DataLoader:__getitem()
  options.raise("DataLoader: a loader has no positions: write for x, y in loader:iter() do; loader:iter()() is the "
    .. "first batch, dataset[i] an item")
end

--- loader:enumerate() -> function: As iter, with the number of the batch, from 1, in front:
-- `for i, x, y in loader:enumerate() do`. A run that goes on begins behind the last number.
function DataLoader:enumerate()
  local next_values, _, _, closer = self:iter()
  local k = self._run.delivered
  local function numbered(first, ...)
    if first == nil then return nil end
    k = k + 1
    return k, first, ...
  end
  return function() return numbered(next_values()) end, nil, nil, closer
end

-- Going on with a run -------------------------------------------------------------------------

--- loader:state_dict() -> any: Where the run that was begun last is: how many batches it has delivered, and the state
-- of the generator of its order. For torch.save, and load_state_dict.
function DataLoader:state_dict()
  local run = self._run or self._resumed
  if run == nil then return {delivered = 0} end
  return {delivered = run.delivered, generator = run.generator:clone(), seed = run.seed}
end

--- loader:load_state_dict(state: any): The next run goes on behind the last batch of the one whose state it is.
function DataLoader:load_state_dict(state)
  local n = type(state) == "table" and options.integer(state.delivered)
  if not n or n < 0 or n > 0 and not torch.is_tensor(state.generator) then
    options.wrong("load_state_dict", "state", 1, "what state_dict of a DataLoader gave", state)
  end
  self._resumed = n > 0 and {delivered = n, generator = state.generator, seed = state.seed} or nil
  self._run = nil
end

return loader
