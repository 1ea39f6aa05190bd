-- torchvision.datasets: small files made here, the digits inside Hecate, and
-- Fashion-MNIST where its package is installed.
local torch = require "torch"
local data = require "torch.utils.data"
local datasets = require "torchvision".datasets

local FASHION = "/usr/share/datasets/fashion-mnist"

local folder

local function write(name, bytes)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(bytes)
  file:close()
end

local function images(n, height, width)
  return "\0\0\8\3" .. string.pack(">I4I4I4", n, height, width) .. ("\255\0"):rep(n * height * width // 2)
end

local function labels(...)
  return "\0\0\8\1" .. string.pack(">I4", select("#", ...)) .. string.char(...)
end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert(message:find(pattern), ("'%s' does not match '%s'"):format(message, pattern))
  assert.is_nil(message:find "\n")
end

describe("MNIST", function()
  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute(("mkdir '%s'"):format(folder))
    write("train-images-idx3-ubyte", images(3, 4, 2))
    write("train-labels-idx1-ubyte", labels(0, 9, 4))
  end)
  after_each(function() os.execute(("rm -r '%s'"):format(folder)) end)

  it("counts classes from 1", function()
    local d = datasets.MNIST(folder)
    assert.equal(3, #d)
    assert.equal(torch.uint8, d.data.dtype)
    assert.equal(torch.int64, d.targets.dtype)
    assert.same({1, 10, 5}, d.targets:tolist())
    assert.equal("0 - zero", d.classes[d.targets[1]:item()])
    local image, label = table.unpack(d[2])
    assert.equal(10, label)
    assert.same({1, 4, 2}, {table.unpack(image.shape)})
    assert.equal(torch.float32, image.dtype)
    assert.same({1, 0}, image[{1, 1}]:tolist())
  end)
  it("downloads nothing that is there, and says what is missing", function()
    assert.equal(3, #datasets.MNIST(folder, {download = true}))
    fails("no file 't10k%-images%-idx3%-ubyte' or .* in '.*'; download = true fetches it$", datasets.MNIST, folder,
      {train = false})
    fails("%(Debian: apt install dataset%-fashion%-mnist%); download = true fetches it", datasets.FashionMNIST,
      folder .. "/none")
  end)
  it("finds the folders of torchvision", function()
    os.execute(("mkdir -p '%s/MNIST/raw' && mv '%s'/train-* '%s/MNIST/raw'"):format(folder, folder, folder))
    assert.equal(3, #datasets.MNIST(folder))
    os.execute(("gzip '%s'/MNIST/raw/*"):format(folder))
    assert.equal(3, #datasets.MNIST(folder))
  end)
  it("gives batches", function()
    local x, y = data.DataLoader(datasets.MNIST(folder), {batch_size = 3}):iter()()
    assert.same({3, 1, 4, 2}, {table.unpack(x.shape)})
    assert.same({1, 10, 5}, y:tolist())
    assert.equal(1, x:max():item())
  end)
  it("transforms image and label", function()
    local d = datasets.MNIST(folder, {transform = function(image) return image * 2 end,
      target_transform = function(label) return label * 100 end})
    local x, y = data.DataLoader(d, {batch_size = 3}):iter()()
    assert.equal(2, x:max():item())
    assert.same({100, 1000, 500}, y:tolist())
  end)
  it("names the missing file", function()
    fails("MNIST: .*t10k%-images%-idx3%-ubyte", datasets.MNIST, folder, {train = false})
    fails("FashionMNIST: .*apt install dataset%-fashion%-mnist", datasets.FashionMNIST, folder .. "/none")
    fails("'root' %(argument 1%)", datasets.MNIST)
    fails("unknown option 'trian', did you mean 'train'", datasets.MNIST, folder, {trian = true})
    fails("'train'.*boolean", datasets.MNIST, folder, {train = 1})
  end)
  it("opens nothing that is no file", function()
    os.execute(("cd '%s' && rm * && mkfifo train-images-idx3-ubyte train-labels-idx1-ubyte"):format(folder))
    fails("^[^:]*:%d+: MNIST: [^:]*train%-images%-idx3%-ubyte: not a file$", function()
      local _ = datasets.MNIST(folder)
    end)
  end)
  it("names the damaged file", function()
    write("train-labels-idx1-ubyte", labels(0, 9))
    fails("MNIST: .*train%-labels.*expected 3 uint8 labels, got uint8 %(2%)", datasets.MNIST, folder)
    write("train-labels-idx1-ubyte", labels(0, 10, 4))
    fails("train%-labels.*label 10, expected 0 … 9 %(offset 9%)", datasets.MNIST, folder)
    write("train-labels-idx1-ubyte", labels(0, 9, 4):sub(1, -2))
    fails("MNIST: .*train%-labels.*offset", datasets.MNIST, folder)
    write("train-labels-idx1-ubyte", labels(0, 9, 4))
    write("train-images-idx3-ubyte", labels(1, 2, 3))
    fails("train%-images.*expected uint8 images", datasets.MNIST, folder)
    write("train-images-idx3-ubyte", images(3, 4, 2):sub(1, 30))
    fails("MNIST: .*train%-images.*offset", datasets.MNIST, folder)
  end)
end)

describe("Digits", function()
  it("is complete", function()
    local train, test = datasets.Digits(), datasets.Digits{train = false}
    assert.equal(1797, #train + #test)
    assert.equal(10, #train.classes)
    for _, d in ipairs{train, test} do
      assert.same({#d, 8, 8}, {table.unpack(d.data.shape)})
      assert.equal(1, d.targets:min():item())
      assert.equal(10, d.targets:max():item())
      assert.equal(16, d.data:max():item())
    end
    local image, label = table.unpack(train[1])
    assert.same({1, 8, 8}, {table.unpack(image.shape)})
    assert.equal(1, label) -- the first row is a zero
  end)
  it("refuses what it does not know", function()
    fails("unknown option 'root'", datasets.Digits, {root = "x"})
  end)
end)

local installed = io.open(FASHION .. "/t10k-labels-idx1-ubyte.gz", "rb")
if installed then installed:close() end
local it_installed = needs(installed, "Debian's dataset-fashion-mnist")

describe("FashionMNIST", function()
  it_installed("reads the package of Debian", function()
    local d = datasets.FashionMNIST(nil, {train = false})
    assert.equal(10000, #d)
    assert.same({10000, 28, 28}, {table.unpack(d.data.shape)})
    assert.equal("Ankle boot", d.classes[d.targets[1]:item()])
    local count = d.targets:eq(10):sum():item()
    assert.equal(1000, count)
    assert.is_true(tostring(d):find "Number of datapoints: 10000" ~= nil)
  end)
end)
