-- The kernel of notebooks, driven by Jupyter's own client (tests/hecate/notebook_client.py and
-- notebook_checks/), and the tool that installs it.
local binary = os.getenv("HECATE_BIN") or "build/hecate"
local client = "tests/hecate/notebook_client.py"
local json = require "torch.json"

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  local _, _, code = pipe:close()
  return text, code
end

if not binary:find("^/") then binary = capture("pwd"):gsub("\n$", "") .. "/" .. binary end

--- A Python that has Jupyter's client, or nil. Debian's packages are for /usr/bin/python3.
local function find_python()
  for _, name in ipairs{os.getenv("HECATE_PYTHON") or "python3", "/usr/bin/python3"} do
    if os.execute(quote(name) .. " -c 'import jupyter_client, nbclient, nbformat, zmq' 2>/dev/null") then
      return name
    end
  end
end

local folder -- of this run; gone afterwards

setup(function() folder = capture("mktemp -d"):gsub("\n$", "") end)
teardown(function() os.execute("rm -rf " .. quote(folder)) end)

local function kernel(arguments)
  return capture(("cd %s && %s kernel %s 2>&1"):format(quote(folder), quote(binary), arguments))
end

local read = dofile("tests/files.lua").read

local python = find_python()

describe("hecate kernel", function()
  it("installs and uninstalls a kernel", function()
    local text, code = kernel("install --prefix there --name mine --display-name 'My \"Lua\"'")
    assert.equal(0, code, text)
    local path = folder .. "/there/share/jupyter/kernels/mine/kernel.json"
    local described = json.decode(read(path))
    assert.same({binary, "kernel", "run", "{connection_file}"}, described.argv)
    assert.equal('My "Lua"', described.display_name)
    assert.equal("lua", described.language)
    local drawing = read(folder .. "/there/share/jupyter/kernels/mine/logo-svg.svg")
    assert.matches("^<svg .*</svg>\n$", drawing)
    text, code = kernel("uninstall --prefix there --name mine")
    assert.equal(0, code, text)
    assert.is_nil(io.open(folder .. "/there/share/jupyter/kernels/mine"))
    text, code = kernel("uninstall --prefix there --name mine")
    assert.equal(1, code)
    assert.matches("^kernel: .*No such file", text)
  end)

  it("installs for the user where Jupyter looks", function()
    local run = "cd " .. quote(folder) .. " && env -u XDG_DATA_HOME -u JUPYTER_DATA_DIR HOME=$PWD/home %s "
      .. quote(binary) .. " kernel install --user"
    local _, code = capture(run:format("JUPYTER_DATA_DIR=$PWD/data"))
    assert.equal(0, code)
    assert.truthy(read(folder .. "/data/kernels/hecate/kernel.json"))
    _, code = capture(run:format(""))
    assert.equal(0, code)
    assert.truthy(read(folder .. "/home/.local/share/jupyter/kernels/hecate/kernel.json"))
  end)

  it("refuses what is wrong in one line", function()
    for arguments, expected in pairs{
      ["install --nonsense"] = "kernel: unknown option '--nonsense'",
      ["install --prefix"] = "kernel: '--prefix' needs a value",
      ["install --user --prefix x"] = "kernel: only one of --user, --prefix and --sys-prefix",
      ["install --prefix x --name a/b"] = "kernel: '--name': expected letters, digits, '.', '_', '-', got 'a/b'",
      ["install --prefix /dev/null/x"] = "kernel: cannot make the folder " ..
        "'/dev/null/x/share/jupyter/kernels/hecate': Not a directory",
      ["run"] = "kernel: expected 'kernel run CONNECTION_FILE'",
      ["run none.json"] = "kernel: none.json: No such file or directory",
    } do
      local text, code = kernel(arguments)
      assert.equal(1, code, arguments)
      assert.equal(expected, text:match("([^\n]*)\n$"), arguments)
    end
  end)

  it("names an unusable connection file and an address that is taken", function()
    local function run(text)
      local file <close> = assert(io.open(folder .. "/c.json", "w"))
      file:write(text)
      file:flush()
      return kernel("run c.json")
    end
    assert.equal("kernel: 'c.json' is no connection file\n", (run("{")))
    assert.equal("kernel: the connection file has no ip or no shell_port\n", (run("{}")))
    assert.equal("kernel: the signature scheme 'md5' is unknown, only hmac-sha256\n",
      (run('{"signature_scheme":"md5"}')))
    local text = run('{"ip":"127.0.0.1","transport":"tcp","key":"","shell_port":1,"control_port":1,"iopub_port":1,'
      .. '"stdin_port":1,"hb_port":99999}')
    assert.matches("^kernel: cannot listen at tcp://127%.0%.0%.1:%d+: .+\n$", text)
  end)
end)

describe("JSON of messages", function()
  it("is written as it is read", function()
    local value = {a = {1, 2.5, -0.0, "é\u{1F600}\n\"\\\127"}, b = json.array{}, c = {}, d = true, e = json.null,
      f = 2.0}
    local text = json.encode(value)
    assert.equal('{"a":[1,2.5,-0.0,"é\u{1F600}\\u000a\\"\\\\\127"],"b":[],"c":{},"d":true,"e":null,"f":2.0}', text)
    local back = json.decode(text, json.null)
    assert.same(value.a, back.a)
    assert.equal(json.null, back.e)
    assert.equal("float", math.type(back.f))
    assert.equal("\u{1F600}", json.decode('"\\ud83d\\ude00"'))
    assert.same({json.null, 1}, json.decode("[null,1]", json.null))
    assert.is_false(pcall(json.decode, "null"))
    assert.equal('"a\u{FFFD}\u{FFFD}b"', json.encode("a\xff\xe2b"))
  end)

  it("refuses what it cannot say", function()
    local loop = {}
    loop[1] = loop
    for _, value in ipairs{0 / 0, math.huge, print, {[1.5] = 1}, loop} do
      assert.is_false(pcall(json.encode, value))
    end
  end)
end)

describe("the kernel:", function()
  if not python then
    needs(false, "a Python with jupyter_client, nbclient and nbformat")("works with clients of Jupyter")
    return
  end
  local results

  --- Runs all checks once.
  local function run_checks()
    local text, code = kernel("install --prefix .")
    assert.equal(0, code, text)
    results = {}
    text = capture(("%s %s %s %s 2>%s"):format(quote(python), client, quote(binary), quote(folder),
      quote(folder .. "/errors")))
    for line in text:gmatch("[^\n]+") do
      local result = json.decode(line, json.null)
      results[result.name] = result.reason
    end
  end

  for name in (capture(quote(python) .. " " .. client .. " --list") .. "its exit code is 0\n"):gmatch("[^\n]+") do
    it((name:gsub("_", " ")), function()
      if results == nil then run_checks() end
      local reason = results[name] or "it was not run: " .. read(folder .. "/errors")
      if reason ~= json.null then error(reason, 0) end
    end)
  end
end)
