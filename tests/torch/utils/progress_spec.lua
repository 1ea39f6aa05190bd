--- Progress bars: what they iterate, what they write, and that a terminal is left as
-- it was.
local progress = require "torch.utils.progress"
local terminal = require "torch.utils.terminal"

local screen = dofile "tests/screen.lua"

--- Runs `f` where stderr is no terminal; returns what it wrote there.
local function written(f, ...)
  local real, isatty, text = io.stderr, terminal.isatty, {}
  io.stderr = {write = function(_, ...) text[#text + 1] = table.concat{...} end}
  terminal.isatty = function() return false end
  local ok, err = pcall(f, ...)
  io.stderr, terminal.isatty = real, isatty
  if not ok then error(err, 0) end
  return table.concat(text)
end

local function collect(...)
  local seen = {}
  for a, b in progress(...) do seen[#seen + 1] = b == nil and a or {a, b} end
  return seen
end

describe("progress", function()
  it("runs over numbers, arrays, iterators and loaders", function()
    written(function()
      assert.same({1, 2, 3}, collect(3))
      assert.same({}, collect(0))
      assert.same({1, 2}, collect(2.0))
      assert.same({{1, "a"}, {2, "b"}}, collect({"a", "b"}))
      assert.same({"x", "yy"}, collect(("x yy"):gmatch("%a+")))
      local loader = setmetatable({iter = function()
        local i = 0
        return function()
          i = i + 1
          if i <= 2 then return i, -i end
        end
      end}, {__len = function() return 2 end})
      assert.same({{1, -1}, {2, -2}}, collect(loader))
    end)
  end)

  it("runs over a DataLoader and counts samples", function()
    local data = torch.utils.data
    local loader = data.DataLoader(data.TensorDataset(torch.arange(1, 11)), {batch_size = 4})
    local text = written(function()
      local sizes = {}
      for x in progress(loader, {desc = "epoch 1"}) do sizes[#sizes + 1] = #x end
      assert.same({4, 4, 2}, sizes)
    end)
    assert.truthy(text:find("^epoch 1: 100%% 3/3 %[0:00, [%d,.]+ samples/s%]\n$"), text)
    local left = {1, 2}
    local function next_item() return table.remove(left) end
    local own = {dataset = {}, batch_size = 4 / 2, iter = function() return next_item end}
    text = written(function() for _ in progress(own) do end end)
    assert.truthy(text:find "samples/s", text)
  end)

  it("writes plain lines where there is no terminal", function()
    local text = written(function()
      local bar = progress(3, {desc = "work"})
      for _ in bar do bar:set{loss = 0.25, acc = "85 %", n = 3} end
    end)
    assert.truthy(text:find("^work: 100%% 3/3 %[0:00, .*/s, acc 85 %%, loss 0.25, n 3%]\n$"), text)
    assert.is_nil(text:find("[\r\027]"))
    assert.truthy(written(function() collect(("a b"):gmatch("%a")) end):find("^2 %[0:00"))
  end)

  it("is closed by a loop that ends early or fails, and once only", function()
    local text = written(function()
      for i in progress(10) do if i == 3 then break end end
    end)
    assert.truthy(text:find("^ 20%% 2/10 "), text)
    text = written(function()
      pcall(function()
        for i in progress(10) do if i == 5 then error("oh") end end
      end)
    end)
    assert.truthy(text:find("^ 40%% 4/10 "), text)
    text = written(function()
      local bar = progress(2)
      bar:update()
      bar:update(1)
      bar:close()
      bar:close()
    end)
    assert.truthy(text:find("^100%% 2/2 [^\n]*\n$"), text)
  end)

  it("takes tensors of one element", function()
    local text = written(function()
      local bar = progress(1)
      for _ in bar do bar:set{loss = torch.tensor(0.5)} end
    end)
    assert.truthy(text:find("loss 0.5]", 1, true), text)
  end)

  it("leaves nothing behind if told so", function()
    local seen = 0
    assert.equal("", written(function()
      for _ in progress(3, {leave = false}) do seen = seen + 1 end
    end))
    assert.equal(3, seen)
  end)

  it("keeps to one line, whatever it is given", function()
    local text = written(function()
      local bar = progress(1, {desc = "a\nb\027[2J"})
      for _ in bar do bar:set("c\rd") end
    end)
    assert.truthy(text:find("^a b %[2J: 100%% 1/1 %[[^\n]*, c d%]\n$"), text)
  end)

  --- The lines that a bar shows in a terminal of `columns`, the last one with its line break.
  local function shown(columns, f)
    local panel, lines = require "torch.utils.panel", {}
    local old = {size = panel.size, open = panel.open, available = panel.available}
    local isatty = terminal.isatty
    function panel.size() return columns, 24 end
    function panel.available() return true end
    function panel.open()
      return {show = function(_, list) lines[#lines + 1] = list[1] end,
        close = function(_, text) lines[#lines + 1] = text end}
    end
    terminal.isatty = function() return true end
    local ok, err = pcall(f)
    terminal.isatty = isatty
    for name, value in pairs(old) do panel[name] = value end
    if not ok then error(err, 0) end
    return lines
  end

  it("shows how far it is beside a name of any length, in a terminal of any width", function()
    local begins = { -- a name, and what the line begins with where there is some room
      [""] = "", epoch = "epo", [("wide "):rep(30)] = "wid", [("日本"):rep(40)] = "日", [("x"):rep(1e5)] = "xxx",
      [("e\u{301}"):rep(99)] = "e\u{301}", [("\xff"):rep(99) .. "a"] = "", ["{a} %d %s \\"] = "{a}",
      ["\u{9b}2J" .. ("-"):rep(90)] = " 2J",
    }
    for columns = 0, 120, 3 do
      for desc, beginning in pairs(begins) do
        for _, rounds in ipairs {2, function() end} do
          local lines = shown(columns, function()
            local bar = progress(rounds, {desc = desc, unit = "long\nunits"})
            bar:set(("words "):rep(20))
            bar:update()
            bar:close()
          end)
          local last = lines[#lines]:match "^([^\n]*)\n$"
          for _, line in ipairs {lines[1], last} do
            assert.is_true(terminal.width(line) <= math.max(columns - 1, 0), line)
            assert.is_nil(line:find "%c")
          end
          if columns >= 12 then assert.truthy(last:find(rounds == 2 and "50%|| 1/2" or "1", 1, true), last) end
          if columns >= 40 then assert.equal(beginning, last:sub(1, #beginning)) end
        end
      end
    end
  end)

  it("knows the rate and the time that is left", function()
    local real, time = terminal.now, 0
    terminal.now = function() return time end
    local ok, text = pcall(written, function()
      local bar = progress(100, {unit = "batches"})
      for _ = 1, 60 do -- half a second each: a line after every ten seconds
        time = time + 0.5
        bar:update()
      end
      bar:close()
    end)
    terminal.now = real
    assert(ok, text)
    assert.equal(" 20% 20/100 [0:10 (0:40 left), 2.00 batches/s]\n"
      .. " 40% 40/100 [0:20 (0:30 left), 2.00 batches/s]\n"
      .. " 60% 60/100 [0:30 (0:20 left), 2.00 batches/s]\n"
      .. " 60% 60/100 [0:30, 2.00 batches/s]\n", text)
  end)

  it("lets Ctrl-C in the program's own fields pass", function()
    local stopped = setmetatable({}, {__index = function() error("interrupted", 0) end})
    for _, call in ipairs {progress, function(v) torch.amp.GradScaler():step(v) end} do
      local ok, message = pcall(call, stopped)
      assert.is_false(ok)
      assert.equal("interrupted", message)
    end
  end)

  it("refuses wrong arguments in one line", function()
    assert.has_error(function() progress() end, "progress: 'iterable' (argument 1): expected a "
      .. "loader, an iterator, an array or a number of rounds, got nothing")
    assert.has_error(function() progress(-1) end, "progress: 'iterable' (argument 1): expected a "
      .. "loader, an iterator, an array or a number of rounds, got number -1")
    assert.has_error(function() progress(3, {descr = "x"}) end, "progress: unknown option "
      .. "'descr', did you mean 'desc'? (known: iterable, desc, total, unit, leave)")
    written(function()
      local bar = progress(3)
      assert.has_error(function() bar:set(7) end,
        "progress:set: 'values' (argument 1): expected a table or a string, got number 7")
      bar:close()
    end)
  end)
end)

describe("progress on a terminal", function()
  local folder

  local function screen_of(script, wait) return screen.of(folder, script, wait) end

  setup(function() folder = screen.sh("mktemp -d") end)
  teardown(function() os.execute("rm -rf " .. folder) end)

  it("keeps the bottom line while text scrolls above it", function()
    local text = screen_of([[
      local now = require "torch.utils.terminal".now
      local bar = torch.utils.progress(60, {desc = "lines"})
      for i in bar do
        print("line " .. i)
        local stop = now() + (i == 50 and 5 or 0.005)
        while now() < stop do end
        bar:update(0)
      end]], "line 50")
    local lines = {}
    for line in (text .. "\n"):gmatch("[^\n]*") do lines[#lines + 1] = line end
    assert.truthy(lines[24]:find("^lines +%d+%%|.*%d+/60 %["), text)
    assert.truthy(text:find("line 48\nline 49\nline 50\n", 1, true), text)
    assert.is_nil(lines[23]:find("%%|"))
  end)

  it("leaves its last state as text and the terminal as it was", function()
    local text = screen_of([[
      print("before")
      for i in torch.utils.progress(5, {desc = "a"}) do end
      for i in torch.utils.progress(5, {desc = "b"}) do
        for j in torch.utils.progress(3, {desc = "c"}) do end
        if i == 2 then break end
      end
      print("after")]], "END")
    assert.truthy(text:find("^before\na 100%%|[^|]+| 5/5 [^\n]*\nc 100%%[^\n]*\nc 100%%[^\n]*\n"
      .. "b  20%%[^\n]*\nafter\nEND$"), text)
  end)

  it("fits terminals of any width, also with wide characters", function()
    for _, size in ipairs{"24 x 20", "40 x 24", "200 x 24"} do
      local columns = tonumber(size:match("%d+"))
      local text = screen.of(folder, [[
        local now = require "torch.utils.terminal".now
        local outer = torch.utils.progress(10, {desc = "外側のループ"})
        outer:update(5)
        print("printed")
        for _ in torch.utils.progress(("x"):rep(1e4):gmatch("."), {desc = "inner"}) do
          local stop = now() + 0.005
          while now() < stop do end
        end]], "inner [1-9]%d* %[", nil, size)
      local lines = {}
      for line in (text .. "\n"):gmatch("([^\n]*)\n") do
        lines[#lines + 1] = line
        assert.is_true(terminal.width(line) <= columns, line)
      end
      assert.truthy(lines[#lines]:find("^inner %d+ %["), text)
      assert.truthy(lines[#lines - 1]:find("^外側の"), text) -- where there is little room the name is shortened
      assert.equal("printed", lines[1])
    end
  end)

  it("gives the terminal back when the program leaves in the middle", function()
    local text = screen_of([[
      local bar = torch.utils.progress(5)
      bar:update()
      local now = require "torch.utils.terminal".now
      local stop = now() + 0.3
      while now() < stop do end
      bar:update()
      os.exit(3)]], "END")
    assert.truthy(text:find("END\n*$"), text)
  end)
end)
