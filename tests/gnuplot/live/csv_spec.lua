--- The CSV of a live curve.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local screen = dofile "tests/screen.lua"
local sh, read, warnings_of, png_size = screen.sh, screen.read, screen.warnings_of, screen.png_size
local folder, fake = drawing.folder, drawing.fake

teardown(drawing.remove)
after_each(drawing.reset)

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

  it("loses what lies at and past the step where a run is resumed", function()
    local file = assert(io.open(path, "w"))
    file:write("step,series,value\n# by hand\n1,train,4\n2,train,0.123456789012\n2,,saved\n3,train,9\n3,,gone\n"
      .. "2.5,test,7\n4,train,8\n5,tra")
    file:close()
    local curve = gnuplot.live{csv = path, terminal = "none", resume = 3}
    assert.same({{x = 2, text = "saved"}}, curve.marks)
    curve:add("train", 3, 2)
    curve:close()
    assert.same({{1, 2, 3}, {4, 0.123456789012, 2}}, {curve.by_name.train:points()})
    assert.equal("step,series,value\n# by hand\n1,train,4\n2,train,0.123456789012\n2,,saved\n2.5,test,7\n3,train,2\n",
      read(path))
    curve = gnuplot.live{csv = path, terminal = "none", resume = 10} -- there is nothing to drop
    curve:close()
    assert.same({{1, 2, 3}, {4, 0.123456789012, 2}}, {curve.by_name.train:points()})
    gnuplot.live{csv = folder .. "/fresh.csv", terminal = "none", resume = 10}:close() -- nothing to go on with
    assert.equal("step,series,value\n", read(folder .. "/fresh.csv"))
    assert.has_error(function() gnuplot.live{csv = path, resume = "3", terminal = "none"} end,
      "gnuplot.live: 'resume': expected true, false or the step that comes next, got string '3'")
  end)

  --- Runs a training of a second or more that prints as it goes, by a shell command whose %s is "hecate script".
  -- Checks that the CSV has its points and nothing else, and the picture; returns what the shell printed.
  local function recorded(command)
    local script, picture, ended = folder .. "/run.lua", folder .. "/run.png", folder .. "/ended"
    local file = assert(io.open(script, "w"))
    file:write(([[
      local now = require "torch.utils.terminal".now
      local curve = gnuplot.live{csv = %q, file = %q, terminal = "file", interval = 0.05}
      local stop, step = now() + 1, 0
      while now() < stop or step < 100 do -- on a busy machine too it prints several times
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
      recorded("%s 2>said | head -1; for i in $(seq 600); do [ -s ended ] && break; sleep 0.1; done; cat said; " ..
        "rm said"))
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
