--- Live curves: what happens to a training when gnuplot fails it.
local Frames = require "gnuplot.frames"
local gnuplot = require "gnuplot"
local now = require "torch.utils.terminal".now
local drawing = dofile "tests/gnuplot/drawing.lua"
local screen = dofile "tests/screen.lua"
local sh, read, warnings_of, png_size = screen.sh, screen.read, screen.warnings_of, screen.png_size
local folder, fake, work = drawing.folder, drawing.fake, drawing.work

teardown(drawing.remove)
after_each(drawing.reset)

-- In each test the training runs to its end at its own pace, and one warning comes.
describe("live curve", function()
  local file

  before_each(function()
    file = folder .. "/loss.png"
    os.remove(file)
  end)

  --- Trains for about `seconds`, or for as long as goes_on(curve) says, a minute at most; `meanwhile` is called in the
  -- middle.
  local function train(options, seconds, meanwhile, goes_on)
    options.file, options.terminal = options.file or file, options.terminal or "file"
    options.interval = 0.05
    local curve = gnuplot.live(options)
    local began, step, slowest = now(), 0, 0
    while now() < began + seconds or goes_on and goes_on(curve) and now() < began + 60 do
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
    local function is_open(c) return c.screens[1] ~= "file" end
    local lines = warnings_of(function()
      curve = train({terminal = "x11", title = "closed", timeout = 5}, 0, nil, is_open)
    end)
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
