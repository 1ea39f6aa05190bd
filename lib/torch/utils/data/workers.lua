--- Processes that make the batches of a DataLoader.
--
-- Each is a copy of this process (fork): it has the data set as it is at that moment. It gets tasks, {number, seed,
-- positions}, and answers each with the batch. Tasks are dealt out in turn, and their answers are taken in that order,
-- so the batches come in the order of the tasks, whoever made them. A worker computes in one thread.
local torch = require "torch"
local options = require "torch.utils.options"
local process = require "torch.utils.data.process"

local workers = {}

local info -- of this process, in a worker

--- torch.utils.data.get_worker_info() -> any: In a worker of a DataLoader a table {id = 1 to num_workers, num_workers,
-- seed, dataset}; nil elsewhere. So an IterableDataset gives each worker a part of its own.
-- Example: torch.utils.data.get_worker_info()
function workers.get_worker_info() return info end

--- Random numbers of the process begin anew from `seed`, Lua's too.
local function seed_process(seed)
  torch.manual_seed(seed)
  math.randomseed(seed)
end

-- What a worker does -----------------------------------------------------------------

local function described(message)
  local text = type(message) == "string" and message or tostring(message)
  return {message = text, traceback = debug.traceback("", 2)}
end

--- Answers one task: its number, and the values; or false and what went wrong; or nil at the end of an iterator.
local function answer(channel, number, make, ...)
  local result = table.pack(xpcall(make, described, ...))
  if result[1] and result.n == 1 then return channel:send(number) end
  local sent = result[1] and table.pack(xpcall(channel.send, described, channel, number, true,
    table.unpack(result, 2, result.n)))
  if sent and sent[1] then return sent[2] end
  return channel:send(number, false, (sent or result)[2])
end

local function serve(channel, maker)
  while true do
    local ok, number, seed, task = channel:receive()
    if not ok then return end
    if number == 0 then maker.begin(seed)
    else
      seed_process(seed)
      if not answer(channel, number, maker.make, task, number) then return end
    end
  end
end

--- The life of worker `id`. Functions that would end the process as the first one ends it do not.
local function run(channel, id, brothers, loader, make_maker, init)
  for _, brother in ipairs(brothers) do brother:hang_up() end
  os.exit = function(code) process.exit(code == nil and 0 or code == true and 0 or code == false and 1 or code) end
  info = {id = id, num_workers = loader.num_workers, seed = 0, dataset = loader.dataset}
  local maker = make_maker(loader)
  local make, begin, failed = maker.make, maker.begin, nil
  function maker.begin(seed)
    info.seed = seed + id
    seed_process(info.seed)
    if init then
      local ok, wrong = xpcall(init, described, id)
      failed, init = not ok and wrong, nil
    end
    begin()
  end
  function maker.make(...)
    if failed then error(failed.message, 0) end
    return make(...)
  end
  serve(channel, maker)
end

-- What the first process does --------------------------------------------------------------

local Pool = {}
Pool.__index = Pool

--- Starts the workers of a loader; each calls init(id) first, if it is not nil. `make_maker(loader)` is called in each,
-- and gives {make = function(task, number): the values of the batch, or nothing at the end, begin = function(), called
-- at the start of each epoch}.
function workers.start(loader, make_maker, init)
  collectgarbage() -- what is garbage here is not finalised there
  local pool = setmetatable({loader = loader, processes = {}, queue = {}, alive = {}, first = 1, last = 0}, Pool)
  for id = 1, loader.num_workers do
    local brothers = table.move(pool.processes, 1, id - 1, 1, {})
    pool.processes[id] = process.start(function(channel) run(channel, id, brothers, loader, make_maker, init) end)
  end
  return pool
end

--- Ends all workers, also those that are at work.
function Pool:kill()
  for _, worker in ipairs(self.processes) do worker:kill() end
  self.dead = true
end

--- Ends the workers, which wait for work.
function Pool:close()
  for _, worker in ipairs(self.processes) do worker:hang_up() end
  for _, worker in ipairs(self.processes) do worker:close() end
  self.dead = true
end

--- Whether all that was asked for was taken.
function Pool:is_idle() return not self.dead and self.first > self.last end

function Pool:fail(...)
  self:kill()
  options.raise(("DataLoader: " .. (...)):format(select(2, ...)))
end

function Pool:died(id, how)
  local why = how:find("killed", 1, true) and "" or ": did the program end it?"
  self:fail("worker %d (process %d) %s%s", id, self.processes[id]:pid(), how, why)
end

--- Begins an epoch.
function Pool:begin(seed)
  for id in ipairs(self.processes) do self.alive[id] = true end
  self.turn, self.pending = 0, nil
  for id, worker in ipairs(self.processes) do
    if worker:send(0, seed) == nil then self:died(id, select(2, worker:receive(0))) end
  end
end

--- The worker whose turn it is; nil when all are at the end of their part.
function Pool:next_worker()
  local n = #self.processes
  for _ = 1, n do
    self.turn = self.turn % n + 1
    if self.alive[self.turn] then return self.turn end
  end
end

--- Deals out a task; false: its worker has no room for more now; nil: all workers are at their end.
function Pool:give(task)
  local id = task.worker or self:next_worker()
  if id == nil then return nil end
  local sent = self.processes[id]:send(task.number, task.seed, task.positions)
  if sent == false then task.worker = id return false end
  self.last = self.last + 1
  self.queue[self.last] = {worker = id, number = task.number} -- of a worker that is gone: told when its turn comes
  return true
end

--- Deals out tasks of `next_task` until `ahead` are asked for.
function Pool:feed(next_task, ahead)
  while self.last - self.first + 1 < ahead do
    local task = self.pending or next_task()
    if task == nil then return end
    local given = self:give(task)
    self.pending = given == false and task or nil
    if not given then return end
  end
end

--- The error of a worker, as it is raised here: its message first, then where it comes from.
local function raise_of_worker(pool, id, wrong)
  pool:kill()
  if type(wrong) ~= "table" then wrong = {message = tostring(wrong), traceback = ""} end
  error(("%s\nin worker %d of a DataLoader:%s"):format(wrong.message, id, wrong.traceback), 0)
end

--- The next answer in order: true and the values; false: a worker came to its end; nil: nothing was asked for.
function Pool:take()
  local asked = self.queue[self.first]
  if asked == nil then return nil end
  local timeout = self.loader.timeout
  local answer = table.pack(self.processes[asked.worker]:receive(timeout > 0 and timeout or nil))
  if answer[1] == nil then self:died(asked.worker, answer[2]) end
  if answer[1] == false then
    self:fail("no batch from worker %d within %g s ('timeout')", asked.worker, timeout)
  end
  self.queue[self.first] = nil
  self.first = self.first + 1
  if answer.n == 2 then
    self.alive[asked.worker] = false
    return false
  end
  if answer[3] == false then raise_of_worker(self, asked.worker, answer[4]) end
  return table.unpack(answer, 3, answer.n)
end

local function checked_end(pool, feed, ok, ...)
  if ok then feed() end
  return ok, ...
end

--- A function that gives the results of the tasks of `next_task` in order, then nil: true and the values. `ahead`: how
-- many are asked for before they are wanted, the first ones at once.
function Pool:results(next_task, ahead)
  local function feed() self:feed(next_task, ahead) end
  feed()
  local function next_result()
    feed()
    local function again(ok, ...)
      if ok == false then return next_result() end
      return checked_end(self, feed, ok, ...)
    end
    return again(self:take())
  end
  return next_result
end

return workers
