-- torch.hub, with a server on this machine (tests/torch/hub/server.py). It needs libcurl and python3.
local torch = require "torch"
local hub = require "torch.hub"
local files = dofile "tests/files.lua"

local folder = files.capture("mktemp -d"):match "[^\n]+"
local served = folder .. "/served"
os.execute(("mkdir '%s'"):format(served))

local server, base
local able = pcall(require, "torch.hub.curl") and files.capture("command -v python3"):find "%S"
local check = needs(able, "libcurl and python3")

if able then
  -- The server ends when its input does: at the end of this spec, or with this process.
  local ports = folder .. "/port"
  server = assert(io.popen(("python3 tests/torch/hub/server.py '%s' > '%s'"):format(served, ports), "w"))
  local port
  for _ = 1, 600 do -- a loaded machine takes its time
    local text = io.open(ports, "rb")
    port = text and text:read "n"
    if text then text:close() end
    if port then break end
    os.execute "sleep 0.1"
  end
  base = ("http://127.0.0.1:%d/"):format(port)
end

teardown(function()
  if server then server:close() end
  os.execute("rm -rf " .. folder)
end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(pattern, 1, true), message)
  assert.is_nil(message:find("\n", 1, true))
end

local function missing(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file == nil
end

local function requests()
  local list = {}
  for line in files.read(served .. "/log"):gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

local text = ("0123456789abcdef"):rep(100)
local MD5, SHA256 -- of text, by the tools of the system
setup(function()
  files.write(served .. "/text", text)
  MD5 = files.capture("md5sum " .. served .. "/text"):match "%x+"
  SHA256 = files.capture("sha256sum " .. served .. "/text"):match "%x+"
end)

describe("checksums", function()
  local digest = require "torch.hub.digest"
  it("are those of the tools of the system", function()
    for _, n in ipairs {0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100000} do
      local path = files.write(folder .. "/bytes", ("a\0\255z"):rep(n // 4 + 1):sub(1, n))
      for _, kind in ipairs {"md5", "sha256"} do
        assert.equal(files.capture(("%ssum %s"):format(kind, path)):match "%x+", digest(path, kind))
      end
    end
    assert.same({nil, "No such file or directory"}, {digest(folder .. "/none", "md5")})
  end)

  it("tell whether a file is whole", function()
    local path = files.write(folder .. "/whole", "abc")
    assert.is_true(hub.check_integrity(path))
    assert.is_true(hub.check_integrity(path, "900150983cd24fb0d6963f7d28e17f72"))
    assert.is_false(hub.check_integrity(path, {sha256 = ("0"):rep(64)}))
    assert.is_false(hub.check_integrity(folder .. "/none"))
    refused("check_integrity: 'md5': expected 32 hexadecimal digits", hub.check_integrity, path, "abc")
  end)
end)

describe("download_url_to_file", function()
  check("writes a file that is whole", function()
    local to = folder .. "/new/folder/text"
    hub.download_url_to_file(base .. "text", to, {progress = false})
    assert.equal(text, files.read(to))
    assert.is_true(missing(to .. ".part"))
    hub.download_url_to_file(base .. "moved/text", to, SHA256:sub(1, 8), false)
    hub.download_url_to_file(base .. "text", to, {md5 = MD5, progress = false})
    hub.download_url_to_file(base .. "text", to, {sha256 = SHA256, progress = false})
    assert.equal(text, files.read(to))
  end)

  check("goes on where it was stopped", function()
    local to = folder .. "/stopped"
    refused("download_url_to_file: " .. base .. "cut/text: ", hub.download_url_to_file, base .. "cut/text", to,
      {md5 = MD5, progress = false})
    assert.is_true(missing(to))
    assert.equal(#text // 2, #files.read(to .. ".part"))
    hub.download_url_to_file(base .. "cut/text", to, {md5 = MD5, progress = false})
    assert.equal(text, files.read(to))
    local all = requests()
    assert.equal(("/cut/text bytes=%d-"):format(#text // 2), all[#all])
  end)

  check("begins again where the server cannot go on", function()
    local to = folder .. "/again"
    files.write(to .. ".part", text:sub(1, 100))
    hub.download_url_to_file(base .. "plain/text", to, {md5 = MD5, progress = false})
    assert.equal(text, files.read(to))
    files.write(to .. ".part", text .. "more")
    hub.download_url_to_file(base .. "text", to, {md5 = MD5, progress = false})
    assert.equal(text, files.read(to))
  end)

  check("keeps nothing that is damaged", function()
    local to = folder .. "/damaged"
    files.write(to, "old")
    refused("the md5 checksum is " .. MD5 .. ", expected " .. ("0"):rep(32), hub.download_url_to_file, base .. "text",
      to, {md5 = ("0"):rep(32), progress = false})
    assert.equal("old", files.read(to))
    assert.is_true(missing(to .. ".part"))
    refused("cut/text: ", hub.download_url_to_file, base .. "cut/text", to, {progress = false})
    assert.is_true(missing(to .. ".part"))
  end)

  check("follows links, also to what is not there yet, and takes names of 255 bytes", function()
    local to, long = folder .. "/links", ("n"):rep(255)
    os.execute(("mkdir -p '%s/d' && ln -s d/new '%s/link'"):format(to, to))
    for _, sum in ipairs {"", MD5} do
      sum = sum ~= "" and sum or nil
      files.write(to .. "/d/new", "old")
      hub.download_url_to_file(base .. "text", to .. "/link", {md5 = sum, progress = false})
      hub.download_url_to_file(base .. "text", to .. "/d/" .. long, {md5 = sum, progress = false})
      assert.equal("link\n", files.capture(("find '%s' -type l -printf '%%f\n'"):format(to)))
      assert.equal("new\n" .. long .. "\n", files.capture(("ls -A '%s/d'"):format(to)))
      assert.equal(text, files.read(to .. "/link"))
    end
  end)

  check("leaves nothing when it is stopped, or a part of what has a checksum", function()
    local to = folder .. "/held"
    files.write(served .. "/large", ("x"):rep(100000))
    for _, name in ipairs {"TERM", "HUP", "INT"} do
      for _, sum in ipairs {"nil", ("'%s'"):format(MD5)} do
        os.execute(("mkdir '%s'"):format(to))
        local code = ("require('torch.hub').download_url_to_file('%sheld/large', '%s/x', {md5 = %s, progress = false})")
          :format(base, to, sum)
        os.execute(([[timeout 60 sh -c 'env --default-signal=INT %s -e "%s" 2> /dev/null &
          until [ $(cat %s/* %s/.[!.]* 2> /dev/null | wc -c) -gt 0 ]; do sleep 0.02; done; kill -%s $!; wait $!' \
          2> /dev/null]]):format(os.getenv "HECATE_BIN" or "build/hecate", code:gsub("'", "'\\''"), to, to, name))
        assert.equal(sum == "nil" and "" or "x.part\n", files.capture(("ls -A '%s'"):format(to)))
        os.execute(("rm -r '%s'"):format(to))
      end
    end
  end)

  check("says what failed", function()
    refused(base .. "none: The requested URL returned error: 404", hub.download_url_to_file, base .. "none",
      folder .. "/x", {progress = false})
    refused("; where there is no network, put the file there as '" .. folder .. "/x'", hub.download_url_to_file,
      "http://127.0.0.1:1/x", folder .. "/x", {progress = false})
    refused("'url' (argument 1): expected a URL of http or https", hub.download_url_to_file, "file:///etc/passwd",
      folder .. "/x")
    refused("/served/text/x: Not a directory", function()
      hub.download_url_to_file(base .. "text", served .. "/text/x/y", {progress = false})
    end)
  end)

  check("shows how far it is", function()
    files.write(served .. "/large", ("x"):rep(3500000))
    local code = ("require('torch.hub').download_url_to_file('%slarge', '%s')"):format(base, folder .. "/large")
    local printed = files.capture(("%s -e \"%s\" 2>&1"):format(os.getenv "HECATE_BIN" or "build/hecate", code))
    assert.truthy(printed:find("large", 1, true), printed)
    assert.equal(3500000, #files.read(folder .. "/large"))
  end)
end)

describe("data sets", function()
  local datasets = require "torchvision.datasets"
  local names = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"}
  local Small = torch.class("Small", datasets.MNIST) -- as MNIST, from the server on this machine

  check("are downloaded once, where they are wanted", function()
    local sums = {}
    for i, name in ipairs(names) do
      local images = i % 2 == 1
      files.write(served .. "/" .. name, images and "\0\0\8\3" .. string.pack(">I4I4I4", 1, 1, 2) .. "\0\255"
        or "\0\0\8\1\0\0\0\1\7")
      os.execute(("gzip -nf '%s/%s'"):format(served, name))
      sums[i] = files.capture(("md5sum '%s/%s.gz'"):format(served, name)):match "%x+"
    end
    Small.mirrors, Small.sums = {base .. "none/", base}, sums
    local root = folder .. "/mnist"
    local before
    for _ = 1, 2 do
      assert.same({8}, Small(root, {download = true}).targets:tolist())
      before = before or #requests()
    end
    assert.equal(before, #requests())
    assert.equal(1, #Small(root, false))
    Small.mirrors = {"http://127.0.0.1:1/"}
    refused("MNIST: http://127.0.0.1:1/train-images-idx3-ubyte.gz: Failed to connect", Small, folder .. "/other",
      {download = true})
  end)

  check("with a wrong checksum are refused", function()
    Small.mirrors, Small.sums = {base}, {("0"):rep(32), ("0"):rep(32), ("0"):rep(32), ("0"):rep(32)}
    refused("the md5 checksum is", Small, folder .. "/wrong", {download = true})
  end)
end)

describe("load_state_dict_from_url", function()
  check("downloads once", function()
    torch.save({weight = torch.ones(2)}, served .. "/net-00000000.pt")
    local sum = files.capture("sha256sum " .. served .. "/net-00000000.pt"):match("%x+"):sub(1, 8)
    local name = "net-" .. sum .. ".pt"
    os.rename(served .. "/net-00000000.pt", served .. "/" .. name)
    local given = {model_dir = folder .. "/models", progress = false, check_hash = true}
    local before = #requests()
    for _ = 1, 2 do
      assert.same({1, 1}, hub.load_state_dict_from_url(base .. name, given).weight:tolist())
    end
    assert.equal(before + 1, #requests())
    refused("'check_hash'", hub.load_state_dict_from_url, base .. "text", given)
  end)

  it("uses the folder of get_dir", function()
    hub.set_dir(folder .. "/hub")
    assert.equal(folder .. "/hub", hub.get_dir())
  end)
end)
