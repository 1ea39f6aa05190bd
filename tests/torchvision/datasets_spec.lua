-- torchvision.datasets of files that are made here, in the formats in which the data sets are published.
local torch = require "torch"
local datasets = require "torchvision.datasets"
local vision = require "torchvision.io"
local files = dofile "tests/files.lua"

local folder = files.capture("mktemp -d"):match "[^\n]+"
teardown(function() os.execute("rm -rf " .. folder) end)

local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(pattern, 1, true), message)
  assert.is_nil(message:find("\n", 1, true))
end

local function make(path)
  os.execute(("mkdir -p '%s/%s'"):format(folder, path:match "^(.*)/" or ""))
  return folder .. "/" .. path
end
local function write(path, text) return files.write(make(path), text) end

--- A picture of one colour, as a file of PPM: no library is needed.
local function picture(path, value)
  vision.write_image(torch.full({3, 2, 3}, value, {dtype = "uint8"}), make(path), "ppm")
end

local packed = needs(pcall(require, "hecate.zlib"), "zlib")

describe("ImageFolder", function()
  setup(function()
    picture("folder/cat/b.ppm", 2)
    picture("folder/cat/a.PPM", 1)
    picture("folder/cat/deep/er/c.ppm", 3)
    picture("folder/dog/x.ppm", 4)
    write("folder/dog/notes.txt", "none")
    write("folder/readme.txt", "none")
  end)

  it("has a class for each folder, in the order of names", function()
    local d = datasets.ImageFolder(folder .. "/folder")
    assert.same({"cat", "dog"}, d.classes)
    assert.same({cat = 1, dog = 2}, d.class_to_idx)
    assert.equal(4, #d)
    assert.same({1, 1, 1, 2}, d.targets)
    local seen = {}
    for i = 1, 4 do
      local image, label = table.unpack(d[i])
      assert.same({3, 2, 3}, {table.unpack(image.shape)})
      assert.equal(torch.uint8, image.dtype)
      assert.equal(d.targets[i], label)
      seen[i] = image[{1, 1, 1}]:item()
    end
    assert.same({1, 2, 3, 4}, seen)
    assert.equal(4, d[-1][1]:max():item())
  end)

  it("takes transforms and a choice of files", function()
    local d = datasets.ImageFolder(folder .. "/folder", function(x) return x:float() end,
      function(y) return y * 10 end, {is_valid_file = function(path)
        return path:lower():find "%.ppm$" ~= nil and not path:find "deep"
      end})
    assert.equal(3, #d)
    assert.equal(torch.float32, d[1][1].dtype)
    assert.equal(20, d[3][2])
    local both = datasets.ImageFolder(folder .. "/folder", {transforms = function(x, y) return y, x end})
    assert.equal(1, both[1][1])
    refused("ImageFolder: 'transforms' takes image and target", datasets.ImageFolder, folder .. "/folder",
      {transforms = print, transform = print})
  end)

  it("of texts, by a loader of the program", function()
    local d = datasets.DatasetFolder(folder .. "/folder", function(path) return files.read(path) end, {".txt"},
      {allow_empty = true})
    assert.same({"none", 2}, d[1])
    assert.equal(1, #d)
    refused("no file for the class 'cat'", datasets.DatasetFolder, folder .. "/folder", print, {".txt"})
    refused("'extensions' and 'is_valid_file'", datasets.DatasetFolder, folder .. "/folder", print, {".txt"}, print)
    refused("no folder in it", datasets.ImageFolder, folder .. "/folder/dog")
    refused("no folder that can be read", datasets.ImageFolder, folder .. "/none")
  end)

  it("may find its classes in another way", function()
    local Two = torch.class("Two", datasets.ImageFolder)
    function Two:find_classes() return {"dog"}, {dog = 7} end -- luacheck: ignore self
    assert.same({7}, Two(folder .. "/folder").targets)
  end)

  it("names a damaged file, or passes over it", function()
    picture("damaged/one/a.ppm", 1)
    write("damaged/one/b.ppm", "P6 3 2 255\n123")
    picture("damaged/one/c.ppm", 3)
    local d = datasets.ImageFolder(folder .. "/damaged")
    refused("ImageFolder: " .. folder .. "/damaged/one/b.ppm: a PPM image: the file ends too early", function()
      return d[2]
    end)
    local code = ("local d = require('torchvision').datasets.ImageFolder('%s', {skip_damaged = true}) "
      .. "print(d[2][1]:max():item(), #d)"):format(folder .. "/damaged")
    local printed = files.capture(("%s -e \"%s\" 2>&1"):format(os.getenv "HECATE_BIN" or "build/hecate", code))
    assert.truthy(printed:find("^warning: ImageFolder: .-/b%.ppm: .-; the next image is taken\n3\t3\n"), printed)
    write("bad/one/b.ppm", "P6")
    refused("ImageFolder: no image can be read", function()
      return datasets.ImageFolder(folder .. "/bad", {skip_damaged = true})[1]
    end)
  end)
end)

describe("CIFAR", function()
  local function record(labels, value) return string.char(table.unpack(labels)) .. string.char(value):rep(3072) end

  it("is read of binary files", function()
    for i = 1, 5 do
      write(("cifar/cifar-10-batches-bin/data_batch_%d.bin"):format(i), record({i - 1}, i * 10) .. record({9}, 255))
    end
    write("cifar/cifar-10-batches-bin/test_batch.bin", record({3}, 51))
    local d = datasets.CIFAR10(folder .. "/cifar")
    assert.equal(10, #d)
    assert.same({1, 10, 2, 10, 3, 10, 4, 10, 5, 10}, d.targets:tolist())
    assert.equal("truck", d.classes[10])
    local image, label = table.unpack(d[2])
    assert.same({{3, 32, 32}, 1, 10}, {{table.unpack(image.shape)}, image:min():item(), label})
    local images, labels = d:__getitems(torch.tensor {1, 2})
    assert.same({2, 3, 32, 32}, {table.unpack(images.shape)})
    assert.same({1, 10}, labels:tolist())
    local test = datasets.CIFAR10(folder .. "/cifar", false)
    assert.is_true(math.abs(test[1][1]:max():item() - 0.2) < 1e-6)
    write("cifar100/cifar-100-binary/test.bin", record({1, 99}, 7) .. record({1, 0}, 8))
    local hundred = datasets.CIFAR100(folder .. "/cifar100", {train = false})
    assert.same({100, 1}, hundred.targets:tolist())
    assert.equal("worm", hundred.classes[100])
  end)

  it("is read of pickles", function()
    -- A pickle as Python 2 wrote them: a table of an array of NumPy and a list.
    local text = files.read "tests/data/torchvision/cifar_batch"
    write("pickles/cifar-10-batches-py/test_batch", text)
    local d = datasets.CIFAR10(folder .. "/pickles", {train = false})
    assert.same({7, 1}, d.targets:tolist())
    assert.same({3, 32, 32}, {table.unpack(d[1][1].shape)})
    assert.equal(1, d[2][1][{3, 32, 32}]:item())
  end)

  it("says what is wrong", function()
    refused("CIFAR10: no 'cifar-10-batches-bin/test_batch.bin'", datasets.CIFAR10, folder .. "/none", {train = false})
    refused("CIFAR10: 'root' (argument 1): expected the folder", datasets.CIFAR10)
    write("bad10/test_batch.bin", record({3}, 51) .. "x")
    refused("test_batch.bin: 3074 bytes are no whole number of images of 3073 bytes", datasets.CIFAR10,
      folder .. "/bad10", {train = false})
    write("bad10/test_batch.bin", record({1}, 51) .. record({10}, 1))
    refused("test_batch.bin: label 10, expected 0 … 9 (offset 3073)", datasets.CIFAR10, folder .. "/bad10",
      {train = false})
  end)
end)

describe("EMNIST and KMNIST", function()
  it("are read as MNIST is", function()
    local images = "\0\0\8\3" .. string.pack(">I4I4I4", 2, 1, 2) .. "\0\255\51\0"
    write("em/emnist-letters-test-images-idx3-ubyte", images)
    write("em/emnist-letters-test-labels-idx1-ubyte", "\0\0\8\1\0\0\0\2\1\26")
    local d = datasets.EMNIST(folder .. "/em", "letters", {train = false})
    assert.same({2, 27}, d.targets:tolist())
    assert.equal("z", d.classes[27])
    assert.equal("letters", tostring(d):match "Split: (%w+)")
    refused("EMNIST: 'split' (argument 2): expected byclass", datasets.EMNIST, folder .. "/em", "words")
    write("km/t10k-images-idx3-ubyte", images)
    write("km/t10k-labels-idx1-ubyte", "\0\0\8\1\0\0\0\2\0\9")
    assert.equal("wo", datasets.KMNIST(folder .. "/km", false).classes[10])
  end)
end)

describe("SVHN", function()
  it("is read of files of MATLAB", function()
    local x = torch.arange(2 * 2 * 3 * 2):reshape(2, 2, 3, 2):to "uint8"
    os.execute(("mkdir -p '%s/svhn'"):format(folder))
    torch.save({X = x, y = torch.tensor({{10}, {1}}, {dtype = "uint8"})}, folder .. "/svhn/test_32x32.mat")
    local d = datasets.SVHN(folder .. "/svhn", "test")
    assert.same({1, 2}, d.targets:tolist())
    assert.same({2, 3, 2, 2}, {table.unpack(d.data.shape)})
    assert.equal(x[{2, 1, 3, 2}]:item(), d.data[{2, 3, 2, 1}]:item())
    refused("SVHN: no file 'train_32x32.mat'", datasets.SVHN, folder .. "/svhn")
    torch.save({y = torch.ones(1)}, folder .. "/svhn/extra_32x32.mat")
    refused("extra_32x32.mat: no images X", datasets.SVHN, folder .. "/svhn", "extra")
  end)
end)

describe("COCO", function()
  local described = [[{"images": [{"id": 9, "file_name": "b.ppm"}, {"id": 3, "file_name": "a.ppm"}],
    "annotations": [{"image_id": 9, "id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "caption": "a b"},
      {"image_id": 9, "id": 2, "category_id": 1, "bbox": [0, 0, 1, 1], "caption": "the b"}],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}]]

  it("gives images with their annotations", function()
    picture("coco/a.ppm", 1)
    picture("coco/b.ppm", 2)
    local path = write("coco.json", described)
    local d = datasets.CocoDetection(folder .. "/coco", path)
    assert.same({3, 9}, d.ids)
    assert.same({"cat", "dog"}, d.categories)
    assert.same({}, d[1][2])
    assert.equal(2, d[2][1]:max():item())
    assert.same({1, 2, 3, 4}, {table.unpack(d[2][2][1].bbox)})
    assert.same({"a b", "the b"}, datasets.CocoCaptions(folder .. "/coco", path)[2][2])
  end)

  it("says what is wrong", function()
    refused("no list of 'images'", datasets.CocoDetection, folder, write("c1.json", "[]"))
    refused("c2.json: ", datasets.CocoDetection, folder, write("c2.json", "{"))
    refused("annotation 1 is of no image", datasets.CocoDetection, folder,
      write("c3.json", '{"images": [], "annotations": [{"image_id": 1}]}'))
    refused("image 1 has no id", datasets.CocoDetection, folder, write("c4.json", '{"images": [3], "annotations": []}'))
  end)
end)

describe("VOC", function()
  local described = [==[<?xml version="1.0"?><!-- a comment -->
    <annotation verified="no"><folder>VOC2012</folder><size><width>3</width><height>2</height></size>
      <object><name>cat &amp; dog</name><bndbox><xmin>1</xmin><ymax>2</ymax></bndbox></object>
      <object><name><![CDATA[<x>]]></name><difficult/></object></annotation>]==] .. "\n"
  local can = needs(pcall(require, "torchvision.io.png") and pcall(require, "torchvision.io.jpeg"),
    "libpng and libturbojpeg")

  can("gives photographs with masks or objects", function()
    local root = folder .. "/voc"
    local year = "voc/VOCdevkit/VOC2012/"
    vision.write_jpeg(torch.full({3, 2, 3}, 100, {dtype = "uint8"}), make(year .. "JPEGImages/p1.jpg"))
    vision.write_png(torch.tensor({{{0, 1, 255}, {20, 1, 0}}}, {dtype = "uint8"}),
      make(year .. "SegmentationClass/p1.png"))
    write(year .. "ImageSets/Segmentation/train.txt", "p1\n")
    write(year .. "ImageSets/Main/val.txt", "p1  -1\n\n")
    write(year .. "Annotations/p1.xml", described)
    local image, mask = table.unpack(datasets.VOCSegmentation(root)[1])
    assert.same({3, 2, 3}, {table.unpack(image.shape)})
    assert.same({{{0, 1, 255}, {20, 1, 0}}}, mask:tolist())
    local target = datasets.VOCDetection(root, "2012", "val")[1][2]
    assert.same({annotation = {folder = "VOC2012", size = {width = "3", height = "2"}, object = {
      {name = "cat & dog", bndbox = {xmin = "1", ymax = "2"}}, {name = "<x>", difficult = ""}}}}, target)
    refused("'year' (argument 2): expected a year from 2007 to 2012", datasets.VOCDetection, root, "1999")
    refused("no folder 'VOCdevkit/VOC2007'", datasets.VOCDetection, root, 2007)
    write(year .. "Annotations/p1.xml", "<a><b></a>")
    refused("p1.xml: the element 'b' ends as 'a' (offset 6)", function()
      return datasets.VOCDetection(root, "2012", "val")[1]
    end)
  end)

  it("is read by an XML reader that refuses what is damaged", function()
    local xml = require "torchvision.datasets.xml"
    local function why(text)
      local ok, reason = pcall(xml.decode, text)
      assert.is_false(ok)
      return reason.what
    end
    assert.equal("no element", why "")
    assert.equal("no element", why "text")
    assert.equal("more behind the element", why "<a/><b/>")
    assert.equal("the element 'a' does not end", why "<a>")
    assert.equal("the tag of 'a' is damaged", why "<a b>")
    assert.equal("an unknown entity", why "<a>&x;</a>")
    assert.equal("a number of no character", why "<a>&#1114112;</a>")
    assert.equal("it does not end", why "<!-- <a/>")
    assert.equal("a DOCTYPE with definitions", why '<!DOCTYPE a [<!ENTITY x "y">]><a/>')
    assert.equal("elements in elements, more than 100 deep", why(("<a>"):rep(200)))
    assert.equal("é€", xml.decode "<a>&#233;&#x20ac;</a>".text)
  end)
end)

describe("FakeData", function()
  it("gives the same noise each time", function()
    local d = datasets.FakeData(5, {1, 2, 3}, 4)
    assert.equal(5, #d)
    local image, label = table.unpack(d[3])
    assert.same({1, 2, 3}, {table.unpack(image.shape)})
    assert.is_true(label >= 1 and label <= 4)
    assert.is_true(torch.equal(image, d[3][1]))
    assert.is_false(torch.equal(image, d[4][1]))
    assert.is_true(torch.equal(d[4][1], datasets.FakeData(5, {1, 2, 3}, 4, {random_offset = 1})[3][1]))
    refused("'image_size' (argument 2): expected {channels, height, width}", datasets.FakeData, 5, {1, 2})
  end)
end)

describe("ImageTable", function()
  it("gives the images that a file of CSV names", function()
    picture("table/a.ppm", 1)
    picture("table/sub/b.ppm", 2)
    local path = write("table/list.csv", "path,label,age\na.ppm,dog,2.5\nsub/b.ppm,cat,3\n")
    local d = datasets.ImageTable(path)
    assert.same({"cat", "dog"}, d.classes)
    assert.same({2, 1}, {d[1][2], d[2][2]})
    assert.equal(2, d[2][1]:max():item())
    assert.equal(2.5, datasets.ImageTable(path, {target_column = "age"})[1][2])
    refused("ImageTable: " .. path .. ": no column 'labels', did you mean 'label'?; there are age, label, path",
      datasets.ImageTable, path, {target_column = "labels"})
    refused("column 'age' has numbers, not paths", datasets.ImageTable, path, {path_column = "age"})
  end)
end)

describe("archives", function()
  local archive = require "torchvision.datasets.archive"
  setup(function()
    write("packed/in/one.txt", "one")
    write("packed/in/" .. ("deep/"):rep(30) .. "two.txt", "two")
    os.execute(("cd '%s/packed' && tar cf ../a.tar in && tar czf ../a.tar.gz in && tar --format=pax -cf ../p.tar in")
      :format(folder))
  end)

  local function unpacks(name)
    archive.extract("test", folder .. "/" .. name, folder .. "/out-" .. name)
    assert.equal("one", files.read(("%s/out-%s/in/one.txt"):format(folder, name)))
    assert.equal("two", files.read(("%s/out-%s/in/%stwo.txt"):format(folder, name, ("deep/"):rep(30))))
  end

  it("of tar are unpacked", function()
    unpacks "a.tar"
    unpacks "p.tar"
  end)
  packed("of tar that gzip packed are unpacked", function()
    unpacks "a.tar.gz"
    local text = files.read(folder .. "/a.tar.gz")
    write("cut.tar.gz", text:sub(1, #text // 2))
    refused("test: " .. folder .. "/cut.tar.gz: ", archive.extract, "test", folder .. "/cut.tar.gz", folder .. "/x")
  end)
  it("of zip are unpacked", function()
    torch.save({a = torch.ones(2)}, folder .. "/z.npz")
    archive.extract("test", folder .. "/z.npz", folder .. "/zip", {flat = true})
    assert.same({1, 1}, torch.load(folder .. "/zip/a.npy"):tolist())
  end)
  it("that would write elsewhere are refused", function()
    local tar = files.read(folder .. "/a.tar")
    for _, name in ipairs {"../x", "/x/y", "a/../../x"} do
      local header = name .. ("\0"):rep(100 - #name) .. tar:sub(101, 148) .. (" "):rep(8) .. "0" .. ("\0"):rep(355)
      header = header:sub(1, 124) .. "00000000001\0" .. header:sub(137)
      local sum = 0
      for i = 1, 512 do sum = sum + header:byte(i) end
      header = header:sub(1, 148) .. ("%06o\0 "):format(sum) .. header:sub(157)
      write("evil.tar", header .. "x" .. ("\0"):rep(511))
      refused(("entry '%s' would be written outside of the folder"):format(name), archive.extract, "test",
        folder .. "/evil.tar", folder .. "/y")
    end
    write("bad.tar", "x" .. tar:sub(2))
    refused("bad.tar: a damaged tar (offset 0 of the archive)", archive.extract, "test", folder .. "/bad.tar", folder)
    write("short.tar", tar:sub(1, 1000))
    pcall(archive.extract, "test", folder .. "/short.tar", folder .. "/y")
  end)
  it("that are damaged leave nothing behind, and what was there stays", function()
    -- Two files, of which the second is cut off.
    local function entry(name, n)
      local header = name .. ("\0"):rep(124 - #name) .. ("%011o\0"):format(n) .. ("\0"):rep(12) .. (" "):rep(8) .. "0"
        .. ("\0"):rep(355)
      local sum = 0
      for k = 1, 512 do sum = sum + header:byte(k) end
      return header:sub(1, 148) .. ("%06o\0 "):format(sum) .. header:sub(157) .. ("x"):rep(n) .. ("\0"):rep(-n % 512)
    end
    write("cut/in/one.txt", "old")
    write("cut.tar", (entry("in/one.txt", 3) .. entry("in/two.txt", 900)):sub(1, 2000))
    refused("cut.tar: an entry reaches past the end", archive.extract, "test", folder .. "/cut.tar", folder .. "/cut")
    archive.extract("test", folder .. "/a.tar", folder .. "/whole")
    assert.equal("old", files.read(folder .. "/cut/in/one.txt"))
    for _, where in ipairs {"cut", "whole"} do
      local left = files.capture(("find '%s/%s' -name '.*unpacking*' | wc -l"):format(folder, where))
      assert.equal("0", left:match "%d+")
    end
    assert.equal("one", files.read(folder .. "/whole/in/one.txt"))
  end)
end)
