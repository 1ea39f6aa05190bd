-- Files are replaced in one step, by every function that writes one: links stay and are followed, names may be as long
-- as names can be, pipes get the bytes, and what lies beside meanwhile goes with the process.
local torch = require "torch"
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

local function optional(module) return pcall(require, module) and module end

local WRITERS <const> = {
  {"safetensors", function(path) torch.save({x = torch.ones(2)}, path) end},
  {"pt", function(path) torch.save({x = torch.ones(2)}, path) end},
  {"npy", function(path) torch.save(torch.ones(2), path) end},
  {"mat", function(path) torch.save({x = torch.ones(2)}, path) end},
  {"csv", function(path) torch.csv.write(torch.ones(2, 2), path) end},
  {"ppm", function(path) require "torchvision".io.write_file(path, torch.ones(9, {dtype = "uint8"})) end},
  {"json", function(path)
    local tokenizers = require "tokenizers"
    tokenizers.Tokenizer(tokenizers.models.BPE()):save(path)
  end},
  optional "torch.hdf5.library" and {"h5", function(path) torch.hdf5.write({x = torch.ones(2)}, path) end} or false,
  optional "torchaudio.file" and {"wav", function(path) require "torchaudio".save(path, torch.zeros(1, 9), 800) end}
    or false,
}

local gnuplot = program.capture "command -v gnuplot":find "%S"
for _, extension in ipairs {"svg", "pdf"} do
  WRITERS[#WRITERS + 1] = gnuplot and {extension, function(path)
    local gnuplot = require "gnuplot"
    gnuplot.plot({1, 2, 3})
    gnuplot.savefig(path)
    gnuplot.close()
  end}
end

local function sh(text, ...) return program.capture(text:format(...)) end

-- A folder of its own for f(folder).
local function inside(f)
  local folder = sh "mktemp -d":match "[^\n]+"
  local ok, reason = pcall(f, folder)
  os.execute("rm -rf " .. folder)
  if not ok then error(reason, 0) end
end

for _, writer in ipairs(WRITERS) do
  local extension, write = table.unpack(writer or {})
  describe("a file of " .. tostring(extension), function()
    if not writer then return end
    it("is written where links lead, and they stay", function()
      inside(function(folder)
        os.execute(("cd %s && mkdir d && ln -s d/new.%s link.%s"):format(folder, extension, extension))
        for _ = 1, 2 do write(folder .. "/link." .. extension) end
        assert.equal("symbolic link\n", sh("stat -c %%F %s/link.%s", folder, extension))
        assert.equal(("d\nlink.%s\n"):format(extension), sh("ls -A %s", folder))
        assert.equal(("new.%s\n"):format(extension), sh("ls -A %s/d", folder))
      end)
    end)
    it("may have a name of 255 bytes", function()
      inside(function(folder)
        local name = ("n"):rep(254 - #extension) .. "." .. extension
        write(folder .. "/" .. name)
        assert.equal(name .. "\n", sh("ls -A %s", folder))
      end)
    end)
    it("may be a pipe", function()
      inside(function(folder)
        local path = folder .. "/pipe." .. extension
        os.execute(("mkfifo %s && (timeout 60 cat %s | wc -c > %s/count && mv %s/count %s/whole) &"):format(path, path,
          folder, folder, folder))
        os.execute(("until test -p %s; do sleep 0.01; done"):format(path))
        write(path)
        os.execute(("for i in $(seq 600); do test -f %s/whole && break; sleep 0.1; done"):format(folder))
        assert.equal("fifo\n", sh("stat -c %%F %s", path))
        os.execute("mkdir " .. folder .. "/d")
        local plain = folder .. "/d/pipe." .. extension -- some formats have the name inside
        write(plain)
        assert.equal(sh("wc -c < %s", plain), sh("cat %s/whole", folder))
      end)
    end)
  end)
end

describe("what lies beside a file until it is whole", function()
  it("goes with the process that a signal ends, and with its variable", function()
    for _, how in ipairs {"os.execute 'kill -TERM $PPID'", "os.execute 'kill -HUP $PPID'", "error 'x'", "return"} do
      inside(function(folder)
        program.write("beside.lua", ([[
          do
            local new <close> = torch._C.replacement(%q, "who")
            assert(io.open(new:path(), "w")):write("half"):close()
            print(#new:path() > 0)
            io.stdout:flush()
            %s
          end]]):format(folder .. "/file", how))
        assert.equal("true\n", (program.hecate "beside.lua"))
        assert.equal("", sh("ls -A %s", folder))
      end)
    end
  end)
  it("is not put in its place twice, and says whose path it is", function()
    inside(function(folder)
      local new <close> = torch._C.replacement(folder .. "/file", "who")
      new:place()
      assert.equal("file\n", sh("ls -A %s", folder))
      assert.has_error(function() new:place() end)
      local ok, reason = pcall(torch._C.replacement, folder, "who")
      assert.is_false(ok)
      ok, reason = pcall(torch._C.replacement, folder .. "/none/file", "who")
      assert.is_false(ok)
      assert.matches("who: " .. folder:gsub("%p", "%%%0") .. "/none/file: No such file or directory", reason)
    end)
  end)
end)

describe("a file that may not grow as long", function()
  it("is told in one line, and nothing of it stays", function()
    program.write("limit.lua", [[
      local x = torch.rand(1 << 16)
      local writers = {
        ["torch.save"] = function(path) torch.save({x = x}, path) end,
        ["csv.write"] = function(path) torch.csv.write(x:view(-1, 2), path) end,
        export_chrome_trace = function(path) torch.profiler.profile(function() for _ = 1, 500 do x:abs() end end)
          :export_chrome_trace(path) end,
        write_file = function(path) require "torchvision".io.write_file(path, x:byte()) end,
      }
      local function optional(module, name, write) if pcall(require, module) then writers[name] = write end end
      optional("torch.hdf5.library", "hdf5.write", function(path) torch.hdf5.write({x = x}, path) end)
      optional("torchaudio.file", "save", function(path)
        require "torchaudio".save(path, x:view(1, -1), 800, {format = "wav"})
      end)
      if os.execute "command -v gnuplot >/dev/null" then
        function writers.gnuplot(path) gnuplot.plot(x) gnuplot.savefig(path .. ".svg") end
      end
      for name, write in pairs(writers) do
        local ok, message = pcall(write, "file")
        if ok or not message:find(name, 1, true) or not message:find "[Ff]ile too large" or message:find "\n" then
          print(name, ok, message)
        end
      end
      print "end"]])
    local text = sh("cd '%s'; ulimit -f 8; '%s' limit.lua; echo $?; ls -A", program.folder, program.binary)
    assert.matches("^end\n0\n", text)
    assert.is_nil(text:find "file\n" or text:find "%.hecate", text)
  end)
end)
