-- Methods and metamethods that are called with what is not theirs: values of every kind, userdata of other libraries,
-- objects of other classes, closed ones. None may end the process or read what it must not; an error is one line.

-- One object of each class that a program can get hold of.
local function objects()
  local model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
  local x = torch.ones(2, {requires_grad = true})
  local found = {
    tensor = torch.ones(2), dtype = torch.float32, device = torch.device("cpu"), generator = torch.Generator(),
    node = (x * 2).grad_fn, module = model, linear = nn.Linear(2, 2), parameter = nn.Parameter(torch.ones(2)),
    optimizer = torch.optim.Adam(model:parameters()), hook = x:register_hook(function() end),
    complex = torch.complex(torch.ones(1), torch.ones(1)):item(),
    module_hook = model:register_forward_hook(function() end), shape = torch.ones(2).shape,
    empty_shape = torch.tensor(1).shape, no_grad = torch.no_grad(),
  }
  torch.set_grad_enabled(true)
  return found
end
local kinds = {}
for kind in pairs(objects()) do kinds[#kinds + 1] = kind end
table.sort(kinds)

-- Every function in the metatable of an object and in its methods, by name.
local function entries(object)
  local found = {}
  local function take(t, prefix)
    for key, value in pairs(t) do
      if type(value) == "function" then found[prefix .. tostring(key)] = value end
    end
  end
  local meta = debug.getmetatable(object)
  take(meta, "")
  local methods = rawget(meta, "__methods") or (type(rawget(meta, "__index")) == "table" and meta.__index)
  while methods do
    take(methods, ".")
    local parent = getmetatable(methods)
    methods = parent and type(parent.__index) == "table" and parent.__index or nil
  end
  return found
end

-- Methods that end the process, wait, write files or change what the other tests use.
local SKIPPED = {[".share_memory_"] = true}

local function wrongs()
  local file <const> = io.tmpfile()
  local closed
  do
    local g <close> = torch.Generator()
    closed = g
  end
  local closed_tensor
  do
    local t <close> = torch.ones(2)
    closed_tensor = t
  end
  return {{}, {nil}, {5}, {0 / 0}, {"x"}, {true}, {{}}, {print}, {coroutine.create(print)}, {file}, {closed},
    {closed_tensor}, {io.stdout, 1}, {5, 5}, {{}, {}, {}}}
end

-- Calls a function; whether it raised an error, which must be one line.
local function refused(name, f, ...)
  local ok, message = pcall(f, ...)
  if not ok then assert.is_nil(tostring(message):find("\n"), name .. ": " .. tostring(message)) end
  return not ok
end

describe("what is called with what is not its own", function()
  after_each(function() torch.set_grad_enabled(true) end) -- the guard of no_grad among the objects

  it("has objects of every class", function() assert.equal(15, #kinds) end)

  for _, kind in ipairs(kinds) do
    it("every entry of the metatable of " .. kind, function()
      local mine = objects()
      local count = 0
      for name, f in pairs(entries(mine[kind])) do
        if not SKIPPED[name] then
          for _, args in ipairs(wrongs()) do
            if refused(name, f, table.unpack(args, 1, math.max(1, #args))) then count = count + 1 end
            refused(name, f, args[1], mine[kind], 1)
          end
          refused(name, f)
          for other, object in pairs(mine) do
            if other ~= kind then refused(name, f, object) end
          end
        end
      end
      assert.equal(kind ~= "no_grad", count > 0) -- that has finalisers alone, which refuse nothing
    end)
  end

  it("userdata of another library that was given a metatable of ours", function()
    for kind, object in pairs(objects()) do
      local file = io.tmpfile()
      local own, meta = debug.getmetatable(file), debug.getmetatable(object)
      if type(object) == "userdata" then
        debug.setmetatable(file, meta)
        for name, f in pairs(entries(object)) do
          if name ~= "__gc" and not SKIPPED[name] then refused(kind .. " " .. name, f, file) end
        end
        assert.is_false(pcall(function() return file + file end), kind)
        debug.setmetatable(file, own)
      end
      file:close()
    end
  end)

  it("closed objects are refused by their name", function()
    local kept = {}
    do
      local g <close> = torch.Generator()
      local n <close> = (torch.ones(1, {requires_grad = true}) * 2).grad_fn
      kept = {g, n}
    end
    assert.error_matches(function() kept[1]:seed() end, "expected torch.Generator, got a closed torch.Generator")
    assert.error_matches(function() return tostring(kept[2]) end, "got a closed torch.autograd.Node")
    assert.error_matches(function() torch.rand(2, {generator = kept[1]}) end, "closed torch.Generator")
  end)

  it("a model that holds a closed layer", function()
    local model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU()))
    for i = 1, 2 do debug.getmetatable(model[i]).__close(model[i]) end
    assert.error_matches(function() return model(torch.ones(2)) end, "got a closed nn.Linear")
    assert.error_matches(function() model:train() end, "nn.Linear: called for a closed nn.Linear")
    assert.error_matches(function() return tostring(model) end, "got a closed nn.Linear")
    for _, name in ipairs {"parameters", "buffers", "children", "modules", "state_dict"} do
      assert.equal("table", type(model[name](model)))
    end
    assert.equal(model, model:double():zero_grad() or model)
  end)

  it("a finaliser that closes a tensor in the middle of an op", function()
    local a = torch.ones(4096)
    local closed = false
    local function arm()
      setmetatable({}, {__gc = function()
        if a then getmetatable(a).__close(a) end
        closed = true
      end})
    end
    arm()
    local message
    for _ = 1, 200000 do
      local ok, b = pcall(torch.neg, a)
      if not ok then
        message = b
        break
      end
      assert.equal(-1, b[4096]:item())
    end
    assert.is_true(closed)
    assert.matches("got a closed tensor", message)
  end)

  it("an index of a hundred thousand items", function()
    local items = {}
    for i = 1, 100000 do items[i] = "newaxis" end
    assert.is_false(pcall(function() return torch.ones(3)[items] end))
    for i = 1, 100000 do items[i] = "..." end
    assert.error_matches(function() return torch.ones(3)[items] end, '"..." may stand once')
  end)
end)
