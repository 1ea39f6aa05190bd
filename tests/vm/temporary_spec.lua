-- SIGTERM and SIGHUP end the program as they should, and what was being written leaves no half file behind.
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

local SCRIPT <const> = [[
local x = torch.zeros(4 << 20)
torch.save({x = x}, "saved")
io.open("begun", "w"):close()
while true do torch.save({x = x}, "saved") end
]]

describe("a file that is there for a while", function()
  it("is in the folder that $TMPDIR names, or in /tmp", function()
    program.write("where.lua", 'io.write(require "torch.utils.terminal".temporary_file())')
    local line = "cd %s && mkdir -p for_a_while && TMPDIR=%s %s where.lua"
    local folder, binary = program.quote(program.folder), program.quote(program.binary)
    assert.matches("^" .. program.folder:gsub("%p", "%%%0") .. "/for_a_while/hecate%.%w+$",
      program.capture(line:format(folder, folder .. "/for_a_while", binary)))
    for _, other in ipairs {"", ("/x"):rep(3000)} do
      local path = program.capture(line:format(folder, other, binary))
      assert.matches("^/tmp/hecate%.%w+$", path)
      os.remove(path)
    end
    program.capture(("cd %s && rm -r for_a_while where.lua"):format(folder))
  end)
end)

describe("a program that saves time and again", function()
  for name, number in pairs {TERM = 15, HUP = 1} do
    it("leaves nothing behind at SIG" .. name, function()
      program.write("script.lua", SCRIPT)
      for _, delay in ipairs {"0.02", "0.05", "0.11"} do
        local text = program.capture(("cd %s && rm -f begun; (%s script.lua & p=$!; until [ -e begun ]; do sleep 0.02; "
          .. "done; sleep %s; kill -%s $p; wait $p; echo $?) 2>/dev/null; ls -A"):format(
          program.quote(program.folder), program.quote(program.binary), delay, name))
        assert.equal((128 + number) .. "\nbegun\nsaved\nscript.lua\n", text)
      end
    end)
  end

  for _, name in ipairs {"TERM", "HUP", "INT"} do
    it("leaves nothing behind where its workers save, at SIG" .. name, function()
      program.write("script.lua", [[
        local Set = torch.class("Set", torch.utils.data.Dataset)
        function Set:__len() return 1000 end
        function Set:__getitem(i)
          local x = torch.rand(300, 300)
          torch.save({x}, "saved" .. i % 4)
          return x
        end
        local loader = torch.utils.data.DataLoader(Set(), {batch_size = 4, num_workers = 2})
        for n = 1, 1e6 do for _ in loader:iter() do io.open("begun", "w"):close() end end]])
      for _, delay in ipairs {"0.02", "0.05", "0.11"} do
        local text = program.capture(([[cd %s && rm -f begun
          timeout 60 sh -c 'env --default-signal=INT %s script.lua & p=$!
          until [ -e begun ]; do sleep 0.02; done
          sleep %s; ps -o pid= --ppid $p > workers; kill -%s $p; wait $p
          for w in $(cat workers); do
            while ps -o stat= -p $w | grep -q "^[^Z]"; do sleep 0.02; done
          done' 2>/dev/null; ls -A]]):format(program.quote(program.folder), program.quote(program.binary), delay, name))
        assert.equal("begun\nsaved\nsaved0\nsaved1\nsaved2\nsaved3\nscript.lua\nworkers\n", text)
      end
      program.capture(("cd %s && rm saved[0-9] workers"):format(program.quote(program.folder)))
    end)
  end

  it("goes on where the signal is ignored", function()
    program.write("script.lua", 'torch.save({1}, "saved") os.execute "kill -HUP $PPID" io.stdout:write "alive"')
    assert.equal("alive", program.capture(("cd %s && trap '' HUP; %s script.lua"):format(
      program.quote(program.folder), program.quote(program.binary))))
  end)
end)
