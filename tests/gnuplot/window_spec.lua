--- Windows of the real gnuplot, on a display of their own; skipped where Xvfb, xwininfo or a gnuplot with windows is
-- missing.
local screen = dofile "tests/screen.lua"
local sh = screen.sh

local there = sh("command -v Xvfb >/dev/null && command -v xwininfo >/dev/null && echo 'set terminal' | gnuplot 2>&1 "
  .. "| grep -Eq '^ *(qt|wxt|x11) ' && echo yes") == "yes"
local check = needs(there, "Xvfb, xwininfo and a gnuplot with windows")

describe("windows", function()
  check("open, close with their figures, and else outlive the script", function()
    local folder = sh("mktemp -d")
    local script = assert(io.open(folder .. "/script.lua", "w"))
    script:write([[
      -- The windows there are; gnuplot has its own pace, so those expected are waited for.
      local function windows(expected)
        local found
        for _ = 1, 150 do
          local pipe <close> = io.popen("xwininfo -root -tree | grep -Eo '\"(figure [0-9]|my loss)\"' | sort -u | " ..
            "tr -d '\n'")
          found = pipe:read "a"
          if found == expected then break end
          os.execute "sleep 0.1"
        end
        print(found)
      end
      gnuplot.plot({1, 2, 3})
      gnuplot.figure(2)
      gnuplot.plot({3, 2, 1})
      windows '"figure 1""figure 2"'
      gnuplot.close(2)
      windows '"figure 1"'
      local curve = gnuplot.live{title = "my loss"}
      for step = 1, 10 do curve:add("train", step, 1 / step) end
      curve:close()
      windows '"figure 1""my loss"']])
    script:close()
    local text = sh([[cd %s; mkfifo display; Xvfb -displayfd 3 -screen 0 800x600x24 3>display >log 2>&1 &
      cd %s; read n <display; DISPLAY=:$n HECATE_PLOT= timeout 60 %s script.lua 2>&1
      DISPLAY=:$n xwininfo -root -tree | grep -Eo '"(figure [0-9]|my loss)"' | sort -u | tr -d '\n'; kill $!]],
      folder, folder, screen.hecate)
    os.execute("rm -r " .. folder)
    assert.equal('"figure 1""figure 2"\n"figure 1"\n"figure 1""my loss"\n"figure 1""my loss"', text)
  end)
end)
