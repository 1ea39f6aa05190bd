--- The examples: each runs in its small mode, without a warning, and says what it does.
local screen = dofile "tests/screen.lua"
local sh, read = screen.sh, screen.read
local folder = sh "mktemp -d"

teardown(function() os.execute("rm -rf " .. folder) end)

--- What an example prints, both files together, and its exit code.
local function run(name, words)
  local text = sh("root=$PWD; cd %s; env -u DISPLAY -u WAYLAND_DISPLAY %s $root/scripts/examples/%s.lua %s 2>&1; "
    .. "echo $?", folder, screen.hecate, name, words or "--small")
  return text:match "^(.-)\n?(%d+)$"
end

--- The examples with a small mode and what the end of its output is like.
local small = {
  digits_cnn = "epoch  1: loss [%d.]+, test accuracy [89][%d.]+ %%$",
  fit_curve = "noise of a measurement: 0%.05%d+$",
  kmeans = "10 groups, each named by its most frequent digit: [67][%d.]+ %% right$",
  vae = "the loss fell from 3[%d.]+ to 2[%d.]+$",
  gan = "%d of 8 heaps found, %d+ %% of the points in one$",
  cart_pole = "the best average was %d+ steps of 500$",
  pinn = "largest error: [%d.]+e%-02$",
  char_transformer = "%d%.%d%d bits a letter, of 6%.%d%d\n.+$",
  char_lstm = "validation: [%d.]+ nats a letter, of [%d.]+\n.+$",
  custom = "epoch  2: loss [%d.]+, test accuracy [67][%d.]+ %%$",
  fashion_cnn = "epoch  1: loss [%d.]+, test accuracy [678][%d.]+ %%$",
  sentiment = "\nmost like '0': [^\n]+$",
  tabular = "test accuracy [89][%d.]+ %%\nwithout petal .+ fewer are right$",
  keywords = "epoch 3: loss [%d.]+, [89][%d.]+ %% of the test words right$",
  vad = "speech in %d+ of 32 windows$",
  resume = "step 40: loss [%d.]+$",
  efficientnet_lite0 = "^noise: %d+ %([%d.]+%%%), .+%)$",
}

describe("the examples", function()
  for name, pattern in pairs(small) do
    it(name .. " runs in its small mode", function()
      local text, code = run(name)
      assert.equal("0", code, text)
      assert.truthy(text:find(pattern), text)
      assert.is_nil(text:find "warning", text)
    end)
  end

  it("draw pictures", function()
    for _, name in ipairs {"fit_curve", "kmeans", "vae", "gan", "pinn", "digits_cnn"} do
      local text, code = run(name, "--small --out " .. name .. ".png")
      assert.equal("0", code, text)
      assert.equal("\137PNG", (read(folder .. "/" .. name .. ".png") or ""):sub(1, 4))
    end
  end)

  it("read files that are given", function()
    local file = assert(io.open(folder .. "/m.csv", "w"))
    for i = 0, 50 do file:write(("%g,%.9g\n"):format(i / 5, 3 * math.exp(-i / 25) * math.cos(0.6 * i))) end
    file:close()
    local text = run("fit_curve", "--data m.csv --steps 1500")
    assert.truthy(text:find("a = 3.00", 1, true) and text:find("b = 5.0", 1, true), text)
    assert.truthy(run("char_transformer", "--small --text m.csv"):find "bits a letter")
    assert.truthy(run("char_lstm", "--small --text m.csv"):find "the text has %d+ letters, and 2277 are needed")

    file = assert(io.open(folder .. "/rows.csv", "w"))
    file:write "size,weight,kind\n"
    for i = 1, 80 do file:write(("%g,%g,%s\n"):format(i, 3 * i + i % 7, i > 40 and "large" or "small")) end
    file:close()
    text = run("tabular", "--small --data rows.csv --target kind")
    assert.truthy(text:find("80 rows, 2 columns, 2 classes", 1, true), text)
    assert.truthy(run("tabular", "--small --data rows.csv --target wing"):find("rows.csv: no column 'wing'", 1, true))

    file = assert(io.open(folder .. "/lines.txt", "w"))
    for i = 1, 60 do file:write(i % 2, i % 2 == 0 and " a dull tale\n" or " a fine tale\n") end
    file:close()
    text = run("sentiment", "--small --train lines.txt --test lines.txt")
    assert.truthy(text:find("60 sentences, 10 words and pairs, 2 classes", 1, true), text)
    assert.truthy(text:find("test accuracy 100.00 %", 1, true), text)
  end)

  it("have a residual network too", function()
    local text, code = run("fashion_cnn", "--small --net residual")
    assert.equal("0", code, text)
    assert.truthy(text:find "test accuracy [%d.]+ %%$", text)
  end)

  it("refuse words that they do not understand", function()
    assert.same({"pinn.lua: unknown option '--step' (see --help)", "1"}, {run("pinn", "--step 3")})
    assert.same({"pinn.lua: option '--steps' needs a number, got 'x'", "1"},
      {(run("pinn", "--steps x"):gsub(" %(see %-%-help%)", "")), "1"})
    assert.truthy(run("pinn", "--help"):find("usage: hecate pinn.lua [options]", 1, true))
  end)

  it("resume goes on as if nothing had happened", function()
    local clean = ("rm -f %s/*.safetensors %s/loss.*"):format(folder, folder)
    os.execute(clean)
    local whole = run("resume", "--small --out .")
    os.execute(clean)
    local stopped, code = run("resume", "--small --out . --stop 25")
    assert.is_true(code ~= "0" and stopped:find "stopped at step 25" ~= nil, stopped)
    local rest = run("resume", "--small --out .")
    assert.truthy(rest:find("goes on at step 21", 1, true), rest)
    assert.equal(whole:match "step 40: .*$", rest:match "step 40: .*$")
    local rows = select(2, read(folder .. "/loss.csv"):gsub("train", ""))
    assert.equal(40, rows) -- steps 21 to 24 of the run that stopped are gone
  end)

  local python = os.getenv "PYTHON" or "python3"
  local with_numpy = needs(os.execute(python .. " -c 'import numpy' >/dev/null 2>&1"), "NumPy")
  with_numpy("let NumPy compute in a process beside", function()
    local text = sh("PYTHON=%s %s scripts/examples/python.lua 2>&1", python, screen.hecate)
    assert.truthy(text:find("eigenvalues by NumPy: \ttensor({1.3820, 3.6180}, dtype=torch.float64)", 1, true), text)
    assert.truthy(text:find("the same sum:         \ttrue", 1, true), text)
    assert.truthy(text:find("x.nothing: AttributeError: ", 1, true), text)
  end)

  it("without NumPy, say so", function()
    local text = sh("PYTHON=/bin/false %s scripts/examples/python.lua 2>&1", screen.hecate)
    assert.truthy(text:find("no Python with NumPy: /bin/false", 1, true), text)
  end)

  it("are those that their page names", function()
    local page = read "scripts/examples/README.md"
    for path in sh("ls scripts/examples"):gmatch "%S+" do
      if path ~= "README.md" and path ~= "command_line.lua" then assert.truthy(page:find(path, 1, true), path) end
    end
  end)
end)
