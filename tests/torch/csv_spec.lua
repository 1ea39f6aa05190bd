-- torch.csv: tables of comma-separated values.
local torch = require "torch"
local files = dofile "tests/files.lua"

local folder = files.capture("mktemp -d"):match "[^\n]+"
local path = folder .. "/x.csv"
teardown(function() os.execute("rm -rf " .. folder) end)

local function read(text, given)
  files.write(path, text)
  return torch.csv.read(path, given)
end
local function refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.equal("string", type(message))
  assert.truthy(message:find(pattern, 1, true), message)
end
local function plain(columns)
  local result = {}
  for name, x in pairs(columns) do
    result[name] = torch.is_tensor(x) and {tostring(x.dtype):match "[^.]+$", table.unpack(x:tolist())} or x
  end
  return result
end

describe("torch.csv.read", function()
  it("gives each column the type of its cells", function()
    local t, names = read 'a,b,c,d\n1,2.5,x,true\n2,1e5,"y, ""z""\nw",False\n-3,.5,,TRUE\n'
    assert.same({"a", "b", "c", "d"}, names)
    assert.same({a = {"int64", 1, 2, -3}, b = {"float64", 2.5, 1e5, 0.5}, c = {"x", 'y, "z"\nw', ""},
      d = {"bool", true, false, true}}, plain(t))
  end)

  it("makes missing numbers NaN, and a column wider where a later cell needs it", function()
    local t = read "a,b,c\n1,NA,2\n,2,3\n3,inf,x\n"
    assert.equal("torch.float64", tostring(t.a.dtype))
    assert.is_true(t.a:isnan():tolist()[2] and t.b:isnan():tolist()[1])
    assert.equal(math.huge, t.b[3]:item())
    assert.same({"2", "3", "x"}, t.c)
    local lines = {"a,b,c,d"}
    for i = 1, 3000 do lines[i + 1] = ("%d,%d,%d,true"):format(i, i, i) end
    lines[#lines + 1] = "2.5,x,,no"
    t = read(table.concat(lines, "\n"))
    assert.equal("torch.float64", tostring(t.a.dtype))
    assert.equal(3000 * 3001 / 2 + 2.5, t.a:sum():item())
    assert.same({"1", "x", "true", "no"}, {t.b[1], t.b[3001], t.d[1], t.d[3001]})
    assert.is_true(t.c:isnan():tolist()[3001])
    t = read("a\n-\n4\n", {missing = {"-"}})
    assert.is_true(t.a:isnan():tolist()[1])
  end)

  it("names what is no text", function()
    for text, format in pairs {["\x89PNG\r\n\x1a\n1,2\n"] = "a PNG image",
      ["\x93NUMPY\1\0v\0{'descr'"] = "a NumPy array",
      ["GGUF\3\0\0\0"] = "a GGUF file", ["\x1f\x8b\8\0\0"] = "a file that gzip packed",
      ["<!DOCTYPE html>\n<p>a,b"] = "an HTML page", ["\xff\xfea\0,\0b\0\n\0"] = "a text in UTF-16",
      ["1,2\0\n"] = "bytes that are no text"} do
      refused(("csv.read: %s: no table of text but %s"):format(path, format), read, text)
    end
    assert.same({PAR1 = {"int64", 2}, ["GGUF"] = {"int64", 3}}, plain((read "PAR1,GGUF\n2,3\n"))) -- names as others
    assert.same({{"int64", 1}, {"int64", 2}}, plain((read("1\0312\n", {delimiter = "\31"}))))
  end)

  it("finds delimiter and header, or is told", function()
    assert.same({a = {"int64", 1, 3}, b = {"float64", 2.5, 4}}, plain((read("a;b\r\n1;2,5\r\n\r\n3;4\r\n",
      {decimal = ","}))))
    assert.same({{"int64", 1, 3}, {"int64", 2, 4}}, plain((read "1\t2\n3\t4")))
    assert.same({["1"] = {"int64", 3}, ["2"] = {"int64", 4}}, plain((read("1|2\n3|4", {header = true}))))
    assert.same({x = {"int64", 1, 3}, y = {"int64", 2, 4}}, plain((read("1,2\n3,4", {names = {"x", "y"}}))))
    assert.same({x = {"a", "1"}}, plain((read("x\na\n1\n"))))
    assert.same({{"x", "a"}}, plain((read("x\na\n", {header = false}))))
    assert.same({["a;b"] = {"int64", 1}}, plain((read("a;b\n1\n", {delimiter = ","}))))
    assert.same({a = {"int64", 1}}, plain((read "\xef\xbb\xbfa\n1")))
    assert.same({a = {"int64", 2}}, plain((read("junk\nmore\na\n1\n2\n", {skip = 2, rows = 2})) and
      read("j\na\n2\n3\n", {skip = 1, rows = 1})))
    assert.same({a = {"int64", 1, 3}, b = {"int64", 2, 4}}, plain((read("# x\na,b\n1,2# y\n#z\n3,4\n",
      {comment = "#"}))))
  end)

  it("reads columns that are asked for, in dtypes that are asked for", function()
    local t, names = read("x,y,z\n1,2,3\n4,5,6\n", {columns = {"z", 1}, dtypes = {z = "float32", x = torch.int8}})
    assert.same({"z", "x"}, names)
    assert.same({z = {"float32", 3, 6}, x = {"int8", 1, 4}}, plain(t))
    assert.same({x = {"007", "8"}}, plain((read("x\n007\n8\n", {dtypes = {x = "string"}}))))
    assert.same({x = {"float32", 7, 8}, y = {"float32", 1, 2}}, plain((read("x,y\n7,1\n8,2\n", {dtypes = "float32"}))))
    refused("column 'x' has -1 to 300, which torch.uint8 cannot hold", read, "x\n-1\n300\n",
      {dtypes = {x = "uint8"}})
    refused("no number in column 'x' (line 3, offset 4)", read, "x\n1\n2.5\n", {dtypes = {x = "int64"}})
  end)

  it("gives one matrix", function()
    local x, names = read("a,b\n1,2.5\n-3,\n", {matrix = true})
    assert.equal(torch.float32, x.dtype)
    assert.same({{1, 2.5}, {-3, 0}}, x:nan_to_num():tolist())
    assert.same({"a", "b"}, names)
    x = read("a,b,c\n1,2,3\n4,5,6\n", {matrix = true, columns = {"c", "a"}, dtypes = "float64"})
    assert.same({{3, 1}, {6, 4}}, x:tolist())
    assert.equal(torch.float64, x.dtype)
    refused("no number in column 'b' (line 2, offset 6)", read, "a,b\n1,x\n", {matrix = true})
  end)

  it("reads numbers to the nearest double", function()
    for _, text in ipairs {"0.1", "1e22", "1e23", "123456789012345678", "9007199254740993", "0.30000000000000004",
      "2.2250738585072014e-308", "4.9e-324", "1.7976931348623157e308", "-0.0", "3.14159265358979323846264338327950288",
      "1e-400", "00012.5", "5e-1", "+2.5", "179769313486231570000", "0.000000000000000000000012345678901234567",
      "8.5e+3", "12345678.12345678", "1234567812345678.5", "6.02214076E23", "72057594037927945.5"} do
      local x = read("x\n" .. text .. "\n0.5\n").x
      assert.equal(("%a"):format(tonumber(text)), ("%a"):format(x[1]:item()), text)
    end
    local state = 1
    local lines = {"x"}
    for i = 2, 3000 do
      state = state * 6364136223846793005 + 1442695040888963407
      local f = string.unpack("<d", string.pack("<i8", state))
      lines[i] = (f ~= f or f - f ~= 0) and "0.25" or ("%.17g"):format(f * 10.0 ^ ((i % 300) - (math.frexp and 0
        or 0) - 150))
      if lines[i]:find "n" then lines[i] = "0.25" end
    end
    local x = read(table.concat(lines, "\n") .. "\n").x:tolist()
    for i = 2, #lines do assert.equal(tonumber(lines[i]), x[i - 1], lines[i]) end
  end)

  it("counts integers up to the ends of int64, and makes larger ones floats", function()
    assert.same({x = {"int64", math.maxinteger - 1, -9}}, plain((read "x\n9223372036854775806\n-9\n")))
    assert.equal("torch.float64", tostring(read "x\n9223372036854775808\n1\n".x.dtype))
  end)

  it("has no rows, or no columns", function()
    assert.same({a = {"float64"}, b = {"float64"}}, plain((read "a,b\n")))
    assert.same({}, plain((read "")))
    assert.same({a = {"float64"}}, plain((read("", {names = {"a"}}))))
    assert.equal(0, read("a,b\n", {matrix = true}):size(1))
  end)

  it("says where a table is wrong", function()
    refused("torch.load", torch.load, folder .. "/none.csv")
    refused("csv.read: " .. folder .. "/none.csv: No such file", torch.csv.read, folder .. "/none.csv")
    refused("fewer fields than columns (line 3, offset 8)", read, "a,b\n1,2\n3\n4,5\n")
    refused("more fields than columns (line 3, offset 8)", read, "a,b\n1,2\n3,4,5\n")
    refused("a quote that is not closed (line 2, offset 4)", read, 'a,b\n1,"2\n3,4\n')
    refused("two columns 'a'; names = {…} gives them others", read, "a,a\n1,2\n")
    refused("'names': expected 2 names, got 1", read, "a,b\n1,2\n", {names = {"x"}})
    refused("'columns': no column 'aa', did you mean 'ab'?", read, "ab,b\n1,2\n", {columns = {"aa"}})
    refused("'delimiter': expected one character", read, "a\n", {delimiter = ", "})
    refused("'decimal': expected '.' or ','", read, "a\n", {decimal = ";"})
    refused("unknown option 'seperator'", read, "a\n", {seperator = ","})
    refused("'dtypes': expected dtypes of real numbers", read, "a\n1\n", {dtypes = {a = "complex64"}})
    refused("'missing': expected an array of strings", read, "a\n1\n", {missing = {1}})
  end)

  it("is the same for any number of threads and parts, with quotes and without", function()
    local lines = {"n,t,x"}
    for i = 1, 250000 do lines[i + 1] = ("%d,word %d,%d.5"):format(i, i % 7, i) end
    local before = torch.get_num_threads()
    for _, quote in ipairs {false, true} do
      if quote then lines[75000], lines[140000] = '74999,"a\nb ""c""",1.5', '139999,"d,e",2.5' end
      files.write(path, table.concat(lines, "\r\n"))
      assert.is_true(#files.read(path) > 5 << 20)
      for _, n in ipairs {1, 3} do
        torch.set_num_threads(n)
        local t = torch.csv.read(path)
        assert.equal(250000, #t.n)
        assert.equal(250000 * 250001 // 2, t.n:sum():item())
        assert.equal("word 2", t.t[2])
        assert.equal(quote and 'a\nb "c"' or "word 4", t.t[74999 - (quote and 0 or 4)])
        assert.equal(250000.5, t.x[-1]:item())
      end
    end
    torch.set_num_threads(before)
  end)
end)

describe("torch.csv.write", function()
  it("writes what reads back as the same", function()
    local value = {a = torch.tensor {1, -2}, b = torch.tensor({0.1, 1e-300}, {dtype = "float64"}), c = {"x,y\n", 'q"'},
      d = torch.tensor {true, false}, e = torch.tensor {1.5, 3}, f = torch.tensor({1, 2}, {dtype = "uint8"})}
    torch.csv.write(value, path)
    assert.equal('a,b,c,d,e,f\n1,0.1,"x,y\n",true,1.5,1\n-2,1e-300,"q""",false,3.0,2\n', files.read(path))
    local back = torch.load(path)
    assert.is_true(torch.equal(value.b, back.b))
    assert.same(value.c, back.c)
    local x = torch.randn(100, 3)
    torch.csv.write(x, path)
    assert.is_true(torch.equal(x, (torch.csv.read(path, {matrix = true, header = true}))))
    torch.save({x = torch.tensor {1, 2}}, folder .. "/y.tsv")
    assert.equal("x\n1\n2\n", files.read(folder .. "/y.tsv"))
    torch.csv.write({p = torch.ones(1), q = torch.tensor {2}}, path, {names = {"q", "p"}, delimiter = ";",
      header = false})
    assert.equal("2;1.0\n", files.read(path))
    torch.csv.write({x = torch.tensor {0 / 0, 1 / 0, -1 / 0}}, path)
    assert.equal("x\nnan\ninf\n-inf\n", files.read(path))
  end)

  it("refuses what is no table", function()
    refused("csv.write: 'value' (argument 1): expected a matrix or a table of columns, got float32 (3)",
      torch.csv.write,
      torch.ones(3), path)
    refused("column 'b' has 2 rows, the first one has 1", torch.csv.write, {a = torch.ones(1), b = torch.ones(2)}, path)
    refused("'x': expected real numbers in one dimension", torch.csv.write, {x = torch.ones(1, 1)}, path)
    refused("'names': no column 'z'", torch.csv.write, {x = torch.ones(1)}, path, {names = {"z"}})
    refused("'x[1]': expected a string or a number", torch.csv.write, {x = {{}}}, path)
    refused("'delimiter': expected one character", torch.csv.write, {x = {}}, path, {delimiter = '"'})
  end)
end)
