--- Live curves: where they are drawn, and what happens to a training when gnuplot fails it.
local Frames = require "gnuplot.frames"
local gnuplot = require "gnuplot"
local Series = require "gnuplot.series"
local now = require "torch.utils.terminal".now

local folder

local screen = dofile "tests/screen.lua"
local sh, read, warnings_of, png_size = screen.sh, screen.read, screen.warnings_of, screen.png_size
local function fake(script) return screen.fake(folder, script) end

local function work(seconds)
  local stop = now() + seconds
  while now() < stop do end
end

setup(function()
  folder = sh("mktemp -d")
end)

teardown(function()
  gnuplot.setgnuplotexe(nil)
  os.execute("rm -rf " .. folder)
end)

before_each(function() Frames.closing = 20 end) -- the machine may have other work
after_each(function() gnuplot.setgnuplotexe(nil) end)

describe("series of a live curve", function()
  it("keeps extremes in bounded memory", function()
    local series = Series.new("x")
    for i = 1, 100000 do series:add(i, i == 33333 and 1e6 or i == 77777 and -1e6 or 0.5) end
    local x, y = series:points()
    local at = {}
    for i, step in ipairs(x) do at[step] = y[i] end
    assert.is_true(#x < 3000)
    assert.equal(1e6, at[33333])
    assert.equal(-1e6, at[77777])
    assert.equal(0.5, at[100000])
    assert.equal(100000, series.count)
  end)

  it("keeps the extremes of every stretch, in order, whatever comes", function()
    math.randomseed(7)
    for trial = 1, 30 do
      local n = math.random(1, 20000)
      local series, values = Series.new("x"), {}
      for i = 1, n do
        values[i] = math.random() < 0.01 and 0 / 0 or math.random() * 10 ^ math.random(-3, 3)
        series:add(i, values[i])
      end
      local x, y = series:points()
      assert.is_true(#x <= 3 * 1024 + 1)
      local kept = {}
      for i, step in ipairs(x) do
        if y[i] == y[i] then
          assert.equal(values[step], y[i]) -- a point that was added, none made up
          kept[step] = true
        end
        assert.is_true(i == 1 or step >= x[i - 1])
      end
      -- The least and the greatest of any run of three buckets are among them.
      local width = series.width
      for from = 1, n - 3 * width, 3 * width do
        local low, high = math.huge, -math.huge
        for i = from, from + 3 * width - 1 do
          if values[i] < low then low = values[i] end
          if values[i] > high then high = values[i] end
        end
        local found_low, found_high = low == math.huge, high == -math.huge
        for i = from, from + 3 * width - 1 do
          if kept[i] then
            found_low = found_low or values[i] == low
            found_high = found_high or values[i] == high
          end
        end
        assert.is_true(found_low and found_high, ("trial %d, from %d"):format(trial, from))
      end
    end
  end)

  --- Points as text, "step value"; "-" is a gap.
  local function text(x, y)
    local list = {}
    for i, value in ipairs(y) do
      list[i] = value == value and ("%g %g"):format(x[i], value) or "-"
    end
    return table.concat(list, "; ")
  end

  it("makes gaps of what is not finite", function()
    local series = Series.new("x")
    for i, v in ipairs{1, 0 / 0, 2, math.huge, -math.huge, 3} do series:add(i, v) end
    assert.equal("1 1; -; 3 2; -; -; 6 3", text(series:points()))
    assert.equal("", text(Series.new("y"):points()))
  end)

  it("has no values for a logarithmic axis that it cannot show", function()
    local series = Series.new("x")
    for i, v in ipairs{-1, 0, 4} do series:add(i, v) end
    assert.equal("3 4", text(series:points(0)))
    assert.equal("3 4", text(series:averages(0)))
  end)

  it("has the moving average of a given weight, the first values counting fully", function()
    local series = Series.new("x", 0.5)
    for i, v in ipairs{4, 0, 0 / 0, 8} do series:add(i, v) end
    -- (0.5·4) / 0.5; (0.25·4 + 0.5·0) / 0.75; (0.125·4 + 0.25·0 + 0.5·8) / 0.875
    assert.equal("1 4; 2 1.33333; -; 4 5.14286", text(series:averages()))
  end)

  it("has an average as smooth as the course is long", function()
    local series = Series.new("x")
    for i = 1, 20000 do series:add(i, i % 2 == 0 and 3 or 1) end
    local x, y = series:averages()
    for i, value in ipairs(y) do
      if x[i] > 2000 then assert.is_true(math.abs(value - 2) < 0.02) end
    end
  end)
end)

describe("live curve", function()
  local file

  before_each(function()
    file = folder .. "/loss.png"
    os.remove(file)
  end)

  --- Trains for about `seconds`; `meanwhile` is called in the middle.
  local function train(options, seconds, meanwhile)
    options.file, options.terminal = options.file or file, options.terminal or "file"
    options.interval = 0.05
    local curve = gnuplot.live(options)
    local began, step, slowest = now(), 0, 0
    while now() < began + seconds do
      step = step + 1
      local before = now()
      curve:add("train", step, 1 / step)
      slowest = math.max(slowest, now() - before)
      work(0.001)
      if meanwhile and now() > began + seconds / 2 then
        meanwhile(curve)
        meanwhile = nil
      end
    end
    local before = now()
    curve:close()
    return curve, slowest, now() - before
  end

  local function pid_of(curve) return curve.pipe.process:pid() end

  it("leaves a picture", function()
    local curve = gnuplot.live{title = "it's a `loss`_1", file = file, terminal = "file"}
    for i = 1, 300 do
      curve:add("train", i, 1 / i)
      if i % 100 == 0 then
        curve:add("test", i, 2 / i)
        curve:mark(i, "epoch " .. i // 100)
      end
    end
    assert.is_nil(read(file))
    curve:close()
    curve:close()
    assert.same({960, 540}, png_size(file))
    assert.equal("loss.png", sh("ls -A %s", folder))
  end)

  it("is redrawn while the work goes on, and the file is always whole", function()
    local curve = gnuplot.live{file = file, terminal = "file", interval = 0.05}
    local step, drawn, stop = 0, {}, now() + 60
    repeat -- until there have been three pictures
      step = step + 1
      curve:add("train", step, math.sin(step / 100))
      work(0.001)
      local picture = step % 10 == 0 and read(file)
      if picture and picture ~= drawn[#drawn] then
        png_size(file)
        drawn[#drawn + 1] = picture
      end
    until #drawn == 3 or now() > stop
    assert.equal(3, #drawn)
    curve:close()
    assert.equal("loss.png", sh("ls -A %s", folder))
  end)

  for _, format in ipairs{"svg", "pdf", "eps"} do
    it("is drawn as " .. format, function()
      local path = folder .. "/loss." .. format
      local curve = gnuplot.live{file = path, terminal = "file", logy = true}
      for i = 1, 10 do curve:add("a", i, i - 3) end
      curve:close()
      assert.truthy(read(path):find(({svg = "<svg", pdf = "^%%PDF", eps = "^%%!PS"})[format]))
      os.remove(path)
    end)
  end

  it("takes numbers and tensors of one element, and refuses anything else", function()
    local curve = gnuplot.live{terminal = "none"}
    curve:add("a", 1, 0.5)
    curve:add("a", torch.tensor(2), torch.tensor({0.25}))
    curve:add("a", 3, 1)
    assert.same({{1, 2, 3}, {0.5, 0.25, 1}}, {curve:picture().curves[1].x, curve:picture().curves[1].y})
    assert.has_error(function() curve:add(1, 1, 1) end,
      "curve:add: 'name' (argument 1): expected a string, got number 1")
    assert.has_error(function() curve:add("a", nil, 1) end,
      "curve:add: 'step' (argument 2): expected a number, got nothing")
    assert.has_error(function() curve:add("a", 1, "0.5") end, "curve:add: 'value' (argument 3): "
      .. "expected a number or a tensor of one element, got string '0.5'")
    curve:close()
    assert.has_error(function() curve:add("a", 1, 1) end, "curve:add: the curve is closed")
  end)

  it("refuses wrong options before the training begins", function()
    assert.has_error(function() gnuplot.live{file = folder .. "/none/loss.png"} end,
      ("gnuplot.live: 'file': cannot write '%s/none/loss.png': No such file or directory")
        :format(folder))
    assert.has_error(function() gnuplot.live{file = "loss.txt"} end, "gnuplot.live: 'file': "
      .. "expected a name that ends in one of png, svg, pdf, eps, got 'loss.txt'")
    assert.has_error(function() gnuplot.live{terminal = "windo"} end, "gnuplot.live: 'terminal': "
      .. "unknown terminal 'windo', did you mean 'window'? "
      .. "(known: window, terminal, kitty, sixel, braille, ascii, file, none, dumb, qt, wxt, x11)")
    assert.has_error(function() gnuplot.live{logx = true} end, "gnuplot.live: unknown option "
      .. "'logx', did you mean 'logy'? (known: title, file, csv, logy, smooth, best, terminal, "
      .. "resume, interval, timeout)")
    assert.has_error(function() gnuplot.live{smooth = 1, terminal = "none"} end,
      "gnuplot.live: 'smooth': expected 0 or more and less than 1, got 1")
    assert.has_error(function() gnuplot.live{best = "most", terminal = "none"} end,
      "gnuplot.live: 'best': expected 'min', 'max' or false, got 'most'")
    assert.has_error(function() gnuplot.live{csv = folder .. "/none/a.csv", terminal = "none"} end,
      ("gnuplot.live: 'csv': cannot write '%s/none/a.csv': No such file or directory"):format(folder))
    assert.has_error(function() gnuplot.live{resume = true, terminal = "none"} end,
      "gnuplot.live: 'resume': needs 'csv', the file to go on with")
    assert.has_error(function() gnuplot.live(7) end,
      "gnuplot.live: 'title' (argument 1): expected a string, got number 7")
  end)

  it("survives values that cannot be drawn", function()
    local curve = gnuplot.live{file = file, terminal = "file", logy = true, timeout = 5}
    local lines = warnings_of(function()
      for i = 1, 5 do curve:add("nan", i, 0 / 0) end
      curve:add("zero", 1, 0)
      curve:close()
    end)
    assert.same({}, lines)
    assert.is_nil(read(file))
    for _, value in ipairs{1, -1, 1e299, 1e-320} do
      lines = warnings_of(function()
        local one = gnuplot.live{file = file, terminal = "file", timeout = 5}
        one:add("one", 1, value)
        one:close()
      end)
      assert.same({}, lines)
      png_size(file)
    end
  end)

  it("costs a step next to nothing", function()
    local curve = gnuplot.live{terminal = "none"}
    local before = os.clock()
    for i = 1, 20000 do curve:add("a", i, i) end
    assert.is_true((os.clock() - before) / 20000 < 1e-4) -- 2 µs as a rule
    curve:close()
  end)

  -- Faults: in each the training runs to its end at its own pace, one warning comes.

  it("goes on without gnuplot", function()
    gnuplot.setgnuplotexe("/no/gnuplot1")
    local slowest, closing
    local lines = warnings_of(function() _, slowest, closing = train({}, 0.6) end)
    assert.same({("warning: gnuplot.live: cannot run '/no/gnuplot1': No such file or directory; "
      .. "until '%s' is drawn the points of 'loss' are in '%s.csv'\n"):format(file, file)}, lines)
    assert.is_true(slowest < 0.3 and closing < 0.5)
    local csv = read(file .. ".csv")
    assert.equal("step,series,value\n1,train,1\n2,train,0.5\n", csv:sub(1, 40))
    os.remove(file .. ".csv")
  end)

  for how, script in pairs{
    ["ends at once"] = "exit 3",
    ["closes its input"] = "exec <&- >&- 2>&-; sleep 60",
    ["says what it should not"] = "echo line 1: oh dear; exec cat >/dev/null",
    ["never reads"] = "exec sleep 60",
    ["reads and says nothing"] = "exec cat >/dev/null",
    ["floods us"] = "exec yes",
  } do
    it("goes on when gnuplot " .. how, function()
      gnuplot.setgnuplotexe(fake(script))
      local slowest, closing
      Frames.closing = 2
      local lines = warnings_of(function()
        _, slowest, closing = train({timeout = 0.3, title = how}, 0.8)
      end)
      assert.equal(1, #lines)
      assert.is_true(slowest < 0.3)
      assert.is_true(closing < 3)
      assert.is_nil(read(file))
    end)
  end

  for signal, reason in pairs{KILL = "killed by signal 9", TERM = "killed by signal 15",
    STOP = "not answered for"} do
    it("goes on after SIG" .. signal .. " and draws the last picture", function()
      local lines = warnings_of(function()
        train({timeout = 3, title = signal}, signal == "STOP" and 8 or 2.5, function(curve)
          os.execute(("kill -%s %d"):format(signal, pid_of(curve)))
        end)
      end)
      assert.equal(1, #lines)
      assert.truthy(lines[1]:find(reason, 1, true))
      png_size(file)
      assert.equal("loss.png", sh("ls -A %s | grep -v fake", folder))
    end)
  end

  --- A gnuplot that has a window: it says that a frame is done, and how long the first one took. `more` is done
  -- after frame `n`.
  local function windowed(first, more)
    return fake(([[
      while IFS= read -r line; do
        case $line in
          "print sprintf("*frame*) n=${line#*frame }; n=${n%%%% *}
            t=0.001; [ "$n" -gt 1 ] || t=%g
            printf '\nhecate frame %%s %%s\n' "$n" $t
            %s ;;
        esac
      done]]):format(first, more or ":"))
  end

  it("does not rest for the time in which gnuplot starts and opens its window", function()
    gnuplot.setgnuplotexe(windowed(5))
    local curve, frames, step, stop = gnuplot.live{terminal = "x11", interval = 0.05}, 0, 0, now() + 60
    while frames < 3 and now() < stop do
      step = step + 1
      curve:add("train", step, step)
      frames = curve.pipe and curve.pipe.frames or 0
    end
    curve:close()
    assert.equal(3, frames)
  end)

  it("leaves a window closed that its user has closed, and draws the file", function()
    gnuplot.setgnuplotexe(windowed(0.001, "[ $n != 2 ] || echo hecate closed"))
    local curve
    local lines = warnings_of(function() curve = train({terminal = "x11", title = "closed", timeout = 5}, 3) end)
    assert.equal("file", curve.screens[1])
    assert.equal(1, #lines)
    os.remove(file .. ".csv")
  end)

  it("knows that gnuplot was killed though what it started lives on", function()
    gnuplot.setgnuplotexe(fake("sleep 4 & kill -9 $$"))
    local closing
    local lines = warnings_of(function() _, _, closing = train({title = "helper"}, 0.8) end)
    assert.equal(1, #lines)
    assert.truthy(lines[1]:find("gnuplot was killed by signal 9", 1, true), lines[1])
    assert.is_true(closing < 0.5)
    os.remove(file .. ".csv")
  end)

  it("says that gnuplot is too old", function()
    gnuplot.setgnuplotexe(fake("sed -u 's/GPVAL_VERSION/4.6/g; /; exit$/q' | gnuplot -d 2>&1"))
    local lines = warnings_of(function() train({title = "old"}, 1) end)
    assert.equal(1, #lines)
    assert.truthy(lines[1]:find("gnuplot: version 4.6 is too old, 5 is needed; until", 1, true), lines[1])
    os.remove(file .. ".csv")
  end)

  it("goes on when the folder of the file goes", function()
    local gone = folder .. "/gone"
    os.execute("mkdir " .. gone)
    local lines = warnings_of(function()
      train({file = gone .. "/loss.png", timeout = 3}, 0.8, function()
        os.execute("rm -r " .. gone)
      end)
    end)
    assert.equal(1, #lines)
    assert.truthy(lines[1]:find("warning: gnuplot.live: ", 1, true))
  end)

  it("keeps nobody waiting at the end, whatever gnuplot does", function()
    Frames.closing = 2
    gnuplot.setgnuplotexe(fake("exec cat >/dev/null"))
    local closing
    local lines = warnings_of(function() _, _, closing = train({title = "deaf"}, 0.6) end)
    assert.equal(1, #lines)
    assert.is_true(closing < 2.5)
    assert.is_nil(read(file))
  end)

  it("draws the last picture when a script ends without close", function()
    local script, path = folder .. "/ends.lua", folder .. "/ends.svg"
    local f = assert(io.open(script, "w"))
    f:write(([[
      local now = require "torch.utils.terminal".now
      local curve = gnuplot.live{file = %q, terminal = "file", interval = 0.01}
      local stop = now() + 0.7
      for i = 1, math.huge do
        curve:add("train", i, i)
        if now() > stop and curve.pipe then break end
      end
      curve:mark(1, "the very last mark")]]):format(path))
    f:close()
    assert.equal("", sh("%s %s 2>&1", screen.hecate, script))
    assert.truthy(read(path):find("the very last mark", 1, true))
    os.remove(script)
    os.remove(path)
  end)

  it("leaves no child behind", function()
    local curve = train({}, 0.3)
    assert.is_nil(curve.pipe)
    gnuplot.setgnuplotexe(fake("sleep 61.5 & exec sleep 61.5"))
    curve = gnuplot.live{file = file, terminal = "file", timeout = 0.2, interval = 0}
    curve:add("a", 1, 1)
    work(0.4)
    curve:add("a", 2, 1)
    work(0.1)
    warnings_of(function() curve:close() end)
    assert.equal("", sh("pgrep -x -f 'sleep 61.5'"))
  end)
end)

describe("the CSV of a live curve", function()
  local path

  before_each(function()
    path = folder .. "/run.csv"
    os.remove(path)
  end)

  it("has every point and mark soon", function()
    local curve = gnuplot.live{csv = path, terminal = "none"}
    curve:add("train", 1, 0.1)
    assert.equal("step,series,value\n1,train,0.1\n", read(path))
    curve:add('a, "b"', 2, 0 / 0)
    curve:add("test", 2.5, -math.huge)
    curve:mark(3, "epoch 1")
    for i = 4, 500 do -- those that follow closely are written together
      if #read(path) > 40 then break end
      sh "sleep 0.01"
      curve:add("test", i, 1)
    end
    assert.equal('step,series,value\n1,train,0.1\n2,"a, ""b""",nan\n2.5,test,-inf\n3,,epoch 1\n',
      read(path):match("^.*epoch 1\n"))
    curve:close()
  end)

  it("is gone on with by resume, also where its last line was cut", function()
    local file = assert(io.open(path, "w"))
    file:write("step,series,value\n1,train,4\n2,train,3\n2,,half\n3,tra")
    file:close()
    local curve = gnuplot.live{csv = path, terminal = "none", resume = true}
    curve:add("train", 3, 2)
    curve:close()
    assert.same({{1, 2, 3}, {4, 3, 2}}, {curve.by_name.train:points()})
    assert.same({{x = 2, text = "half"}}, curve.marks)
    assert.equal("step,series,value\n1,train,4\n2,train,3\n2,,half\n3,tra\n3,train,2\n", read(path))
    gnuplot.live{csv = path, terminal = "none"}:close() -- without it the file begins anew
    assert.equal("step,series,value\n", read(path))
  end)

  --- Runs a training of about a second that prints as it goes, by a shell command whose %s is "hecate script".
  -- Checks that the CSV has its points and nothing else, and the picture; returns what the shell printed.
  local function recorded(command)
    local script, picture, ended = folder .. "/run.lua", folder .. "/run.png", folder .. "/ended"
    local file = assert(io.open(script, "w"))
    file:write(([[
      local now = require "torch.utils.terminal".now
      local curve = gnuplot.live{csv = %q, file = %q, terminal = "file", interval = 0.05}
      local stop, step = now() + 1, 0
      while now() < stop do
        step = step + 1
        curve:add("train", step, step)
        if step %% 20 == 0 then print("so far", step) io.stdout:flush() end
        os.execute "sleep 0.005"
      end
      curve:close()
      io.open(%q, "w"):write(step):close()]]):format(path, picture, ended))
    file:close()
    local text = sh("cd %s; " .. command, folder,
      ("env -u DISPLAY -u WAYLAND_DISPLAY %s %s"):format(screen.hecate, script))
    for _ = 1, 600 do
      if (read(ended) or "") ~= "" then break end
      os.execute "sleep 0.1"
    end
    local lines = {"step,series,value"}
    for step = 1, tonumber(read(ended)) do lines[#lines + 1] = ("%d,train,%d"):format(step, step) end
    assert.equal(table.concat(lines, "\n") .. "\n", read(path))
    png_size(picture)
    os.execute(("rm -f %s %s %s"):format(script, picture, ended))
    return text
  end

  it("is whole under nohup, when the terminal hangs up", function()
    local text = recorded("nohup %s >log 2>&1 </dev/null & sleep 0.5; kill -HUP $!; wait $!; tail -1 log; rm log")
    assert.truthy(text:find("^so far"), text)
  end)

  it("is whole without standard files, which no other file takes the place of", function()
    assert.equal("code 0", recorded("(%s >&- 2>&-); echo code $?"))
  end)

  it("is whole when the reader of what is printed goes, at the cost of one warning", function()
    assert.equal("so far\t20\nwarning: the reader of the output is gone; the work goes on",
      recorded("%s 2>said | head -1; "
      .. "sleep 1; cat said; rm said"))
    assert.equal("so far\t20", recorded("%s 2>&1 | head -1"))
  end)

  it("survives kill -9", function()
    local script = folder .. "/killed.lua"
    local file = assert(io.open(script, "w"))
    file:write(([[
      local curve = gnuplot.live{csv = %q, terminal = "none"}
      for i = 1, 499 do curve:add("train", i, i) end
      local i, text = 500, ""
      while not text:find("500,train,500\n", 1, true) do
        curve:add("train", i, i)
        os.execute "sleep 0.01"
        i, text = i + 1, io.open(%q):read "a"
      end
      os.execute("kill -9 $PPID")
      io.read()]]):format(path, path))
    file:close()
    sh("%s %s 2>&1", screen.hecate, script)
    assert.truthy(read(path):find("\n499,train,499\n500,train,500\n"))
  end)

  it("and the picture on a full disk cost one warning", function()
    local both = folder .. "/both.csv"
    os.execute("ln -sf /dev/full " .. both)
    gnuplot.setgnuplotexe(fake([[while IFS= read -r line; do case $line in
      "print sprintf("*frame*) n=${line#*frame }; printf '\nhecate frame %s 0\n' "${n%% *}" ;; esac; done]]))
    local lines = warnings_of(function()
      local curve = gnuplot.live{csv = both, file = folder .. "/full.png", terminal = "file", title = "full"}
      for i = 1, 10 do curve:add("train", i, i) end
      curve:mark(1, "written at once")
      curve:close()
    end)
    os.remove(both)
    assert.equal(1, #lines, table.concat(lines))
    assert.truthy(lines[1]:find("No space left on device; points are missing there", 1, true), lines[1])
  end)

  it("on a full disk costs one warning", function()
    os.execute("ln -sf /dev/full " .. path)
    local lines = warnings_of(function()
      local curve = gnuplot.live{csv = path, terminal = "none"}
      for i = 1, 10 do curve:add("train", i, i) end
      curve:close()
      assert.equal(10, curve.by_name.train.count)
    end)
    assert.same({("warning: gnuplot.live: cannot write '%s': No space left on device; points are "
      .. "missing there\n"):format(path)}, lines)
  end)

  it("stands in for a picture that does not come out whole", function()
    -- A gnuplot that has no room for its picture: it writes the beginning and says nothing.
    gnuplot.setgnuplotexe(fake([[
      while read -r line; do
        case $line in
          "set output '"*) out=${line#set output \'}; printf 'half' >"${out%%\'}" ;;
          "print sprintf("*) set -- $line; n=${line#*frame }; printf '\nhecate frame %s 0.01\n' "${n%% *}" ;;
        esac
      done]]))
    local picture = folder .. "/half.png"
    local lines = warnings_of(function()
      local curve = gnuplot.live{file = picture, terminal = "file", title = "half"}
      curve:add("train", 1, 2)
      curve:close()
    end)
    assert.equal(1, #lines)
    assert.truthy(lines[1]:find("it came out incomplete (is the disk full?); until '" .. picture, 1, true), lines[1])
    assert.is_nil(read(picture))
    assert.equal("step,series,value\n1,train,2\n", read(picture .. ".csv"))
    os.remove(picture .. ".csv")
  end)
end)

describe("where a live curve is drawn", function()
  local script = [[
    local curve = gnuplot.live("the loss")
    for i = 1, 100 do curve:add("train", i, 1 / i) end
    curve:close()
    print "after"]]

  local function without_terminal(environment)
    local file = assert(io.open(folder .. "/script.lua", "w"))
    file:write(script)
    file:close()
    local text = sh("cd %s && rm -f *.png && env -u DISPLAY -u WAYLAND_DISPLAY %s %s script.lua 2>&1",
      folder, environment, screen.hecate)
    return text, sh("cd %s && ls *.png 2>/dev/null", folder)
  end

  it("is a file, and that is said, without a screen", function()
    local text, files = without_terminal("A=1")
    assert.equal("warning: gnuplot.live: no display and no terminal to draw on, see "
      .. "'the_loss.png'\nafter", text)
    assert.equal("the_loss.png", files)
    png_size(folder .. "/the_loss.png")
  end)

  it("is what HECATE_PLOT says", function()
    local text, files = without_terminal("HECATE_PLOT=none")
    assert.equal("after", text)
    assert.equal("", files)
    text, files = without_terminal("HECATE_PLOT=wirdow")
    assert.truthy(text:find("warning: HECATE_PLOT: unknown terminal 'wirdow' (known: ", 1, true))
    assert.equal("the_loss.png", files)
  end)

  it("is a file when there is no display for a window", function()
    local text, files = without_terminal("HECATE_PLOT=window")
    assert.truthy(text:find("warning: gnuplot.live: no window", 1, true)
      or text:find("see 'the_loss.png'", 1, true), text)
    assert.equal("the_loss.png", files)
  end)

  it("is the terminal, where the picture stays as text", function()
    local text = screen.of(folder, script, "END")
    assert.truthy(text:find("the loss\n", 1, true), text)
    assert.truthy(text:find("── train 0.01 (best 0.01 at 100)\n", 1, true), text)
    assert.truthy(text:find("\nafter\nEND$"), text)
  end)

  it("is the bottom of the terminal while it grows, beside what is printed", function()
    local text = screen.of(folder, [[
      local now = require "torch.utils.terminal".now
      local curve <close> = gnuplot.live{title = "growing", interval = 0.1}
      for i = 1, 1e6 do
        curve:add("train", i, 1 / i)
        if i % 50 == 0 then print("line " .. i) end
        local stop = now() + 0.002
        while now() < stop do end
      end]], "line 1%d%d%d")
    assert.truthy(text:find("line 9%d+\nline 1%d+\n"), text)
    assert.truthy(text:find("line 1%d+\n%s*growing\n"), text)
  end)

  it("is drawn in ASCII where the characters are not Unicode", function()
    local text = screen.of(folder, script, "END", "LC_ALL=C")
    assert.truthy(text:find("* train 0.01 (best 0.01 at 100)\n", 1, true), text)
    assert.truthy(text:find("\n *%d%.?%d*%+%*"), text)
    assert.is_nil(text:find("[\128-\255]"))
  end)

  for kind, expected in pairs{ascii = "%* train", braille = "── train", terminal = "── train",
    dumb = "── train"} do
    it("is " .. kind .. " when HECATE_PLOT says so", function()
      os.remove(folder .. "/the_loss.png")
      local text = screen.of(folder, script, "END", "HECATE_PLOT=" .. kind)
      assert.truthy(text:find(expected), text)
      assert.truthy(text:find("\nafter\nEND$"), text)
      assert.equal("", sh("ls %s/*.png 2>/dev/null", folder))
    end)
  end

  it("is what the script says rather than HECATE_PLOT", function()
    local text = screen.of(folder, script:gsub("%(\"the loss\"%)", "{terminal = 'ascii'}"), "END",
      "HECATE_PLOT=none")
    assert.truthy(text:find("* train 0.01", 1, true), text)
  end)

  it("has no escape sequences but where a terminal is", function()
    for _, kind in ipairs{"kitty", "sixel", "braille", "ascii", "terminal"} do
      local text, files = without_terminal("HECATE_PLOT=" .. kind)
      assert.equal("warning: gnuplot.live: no display and no terminal to draw on, see "
        .. "'the_loss.png'\nafter", text)
      assert.equal("the_loss.png", files)
    end
  end)

  -- A terminal that answers the question what it can do.
  local KITTY, SIXEL = [[\033_Gi=31;OK\033\\]], [[\033[6;20;10t\033[?62;4;22c]]

  it("is a picture where the terminal knows kitty's protocol", function()
    local out = screen.answering(folder, script, KITTY .. [[\033[?62;22c]])
    local head, code = out:match("\027_G(a=T[^;]*);([^\027]*)\027\\")
    assert.truthy(head, out:sub(1, 500))
    assert.truthy(head:find("f=100", 1, true) and head:find("c=79,r=15", 1, true), head)
    assert.equal("iVBORw0KGgo", code:sub(1, 11)) -- a PNG in base64
    assert.truthy(out:find("after", 1, true))
    assert.is_nil(out:find("62;22c", 1, true)) -- the answer is not echoed
  end)

  it("is a picture where the terminal shows sixels, as large as its cells say", function()
    local out = screen.answering(folder, script, SIXEL)
    assert.truthy(out:find('\027Pq"1;1;790;300', 1, true), out:sub(1, 300))
    assert.truthy(out:find("\027\\\r?\n.-after"))
  end)

  it("is characters until the end where sixels do not stand still, as in xterm", function()
    local out = screen.answering(folder, (script:gsub("curve:close", [[
      while curve.lines == nil do curve:add("train", 101, 0) end
      curve:close]])), [[\033[6;20;10t\033P>|XTerm(379)\033\\\033[?64;4c]])
    local first, pictures = out:find("\027Pq", 1, true), select(2, out:gsub("\027Pq", ""))
    assert.equal(1, pictures)
    assert.truthy(out:sub(1, first):find("── ", 1, true))
  end)

  it("is text where the terminal can do neither, or gnuplot is missing", function()
    local out = screen.answering(folder, script, [[\033[?62;22c]])
    assert.truthy(out:find("train", 1, true) and out:find("⠤", 1, true))
    assert.is_nil(out:find("\027Pq", 1, true))
    out = screen.answering(folder, script, SIXEL, "HECATE_GNUPLOT=/no/gnuplot")
    assert.truthy(out:find("warning: gnuplot.live: no pictures: cannot run '/no/gnuplot': "
      .. "No such file or directory", 1, true), out)
    assert.truthy(out:find("⠤", 1, true))
    assert.truthy(out:find("after", 1, true))
  end)

  it("leaves the prompt of the session and what is typed intact, and follows the size", function()
    local socket = ("live-%s"):format(folder:match("[^/]*$"))
    local function tmux(command, ...) return sh("tmux -L " .. socket .. " " .. command, ...) end
    local function await(pattern, rows)
      local text
      for _ = 1, 1200 do
        text = tmux("capture-pane -p")
        local is_tall = rows == nil or select(2, text:gsub("\n", "")) == rows - 1
        if text:find(pattern) and is_tall then return text end
        sh("sleep 0.05")
      end
      error("not seen: " .. pattern .. "\n" .. text)
    end
    local function type_line(line) tmux("send-keys -l '%s'", line) tmux("send-keys Enter") end
    sh("cd %s && tmux -L %s -f /dev/null new-session -d -x 80 -y 24 'env -u DISPLAY -u WAYLAND_DISPLAY "
      .. "HOME=%s LC_ALL=C.UTF-8 %s'", folder, socket, folder, screen.hecate)
    local ok, err = pcall(function()
      await("\n> *$")
      type_line([[curve = gnuplot.live{title = "kept", interval = 0}]])
      type_line([[t = require "torch.utils.terminal"]])
      type_line([[function run(n) for i = 1, n do curve:add("a", i, 1 / i) t.sleep(0.02) end end]])
      type_line("run(50)")
      local text = await("kept.*── a")
      type_line("1 + 41")
      text = await("> 1 %+ 41\n42\n>")
      -- The picture has the rows below the prompt, and what is printed does not reach it.
      assert.truthy(text:find("> 1 %+ 41\n42\n> *\n[%s]*kept *\n"), text)
      -- In a window of another size it is at the bottom again, before anything is added.
      tmux("resize-window -x 60 -y 30")
      text = await("42\n> *\n[%s]*kept *\n", 30)
      type_line("run(100)")
      await("run%(100%)\n> *\n")
      tmux("send-keys -l 'x = 5'")
      text = await("\n> x = 5 *\n[%s]*kept")
      for line in (text .. "\n"):gmatch("([^\n]*)\n") do assert.is_true(utf8.len(line) <= 60) end
      tmux("send-keys Enter")
      type_line("curve:close() print(x)")
      text = await("\n5\n> *$")
      assert.truthy(text:find("kept *\n.*── a.*\n5\n> *$"), text)
    end)
    tmux("kill-server")
    if not ok then error(err, 0) end
  end)
end)
