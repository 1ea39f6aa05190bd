-- torch.frame.read_parquet: files that pyarrow wrote (scripts of the fixtures: the values are formulas of the row).
local read = torch.frame.read_parquet
local FOLDER <const> = "tests/data/parquet/"
local zstd = needs(pcall(require, "torch.parquet.zstd"), "Zstandard")
local gzip = needs(pcall(require, "hecate.zlib"), "zlib")

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
end

--- The values of row i, from 0, of the columns that no value is missing in; numbers by dtype, texts.
local WHOLE <const> = {
  flag = {"bool", function(i) return i % 3 == 0 end}, i8 = {"int8", function(i) return i - 20 end},
  u8 = {"uint8", function(i) return 200 + i end}, i16 = {"int16", function(i) return i * 700 - 9000 end},
  u16 = {"uint16", function(i) return 60000 + i end}, i32 = {"int32", function(i) return i * 100000 - 7 end},
  u32 = {"uint32", function(i) return 4294967295 - i end},
  i64 = {"int64", function(i) return i * (1 << 57) - (1 << 62) end},
  f16 = {"float16", function(i) return i / 4 end}, f32 = {"float32", function(i) return i / 8 end},
  f64 = {"float64", function(i) return i / 7 end}, word = {nil, function(i) return "word " .. i % 4 end},
  text = {nil, function(i) return ("ä"):rep(i) end}, raw = {nil, function(i) return string.char(i, 0, 255) end},
  fixed = {nil, function(i) return string.char(i, 1, 2, 3) end}, day = {"int32", function(i) return 100 * i - 500 end},
  time = {"int64", function(i) return i * 1000001 end}, stamp = {"int64", function(i) return i * 86400000000 end},
  money = {"float64", function(i) return (i * 125 - 900) / 100 end},
  wide = {"float64", function(i) return (i * 125 - 900) / 100 end},
}
--- The same of columns in which each fifth value is missing.
local PART <const> = {
  flag_or = {"float64", function(i) return i % 2 == 0 and 1 or 0 end},
  i64_or = {"float64", function(i) return i * i end},
  f32_or = {"float32", function(i) return i / 2 end}, word_or = {nil, function(i) return "w" .. i % 3 end},
}

local function check_column(name, column, dtype, f, missing)
  local values = dtype and column:tolist() or column
  if dtype then assert.equal("torch." .. dtype, tostring(column.dtype), name) end
  assert.equal(40, #values, name)
  for i = 0, 39 do
    local got = values[i + 1]
    if missing and i % 5 == 3 then assert.is_true(dtype and got ~= got or got == "", name .. i)
    else assert.equal(f(i), got, name .. i) end
  end
end

local function check(file)
  local f, kinds = read(FOLDER .. file)
  assert.equal(40, #f)
  for name, case in pairs(WHOLE) do check_column(name, f:column(name), case[1], case[2]) end
  for name, case in pairs(PART) do check_column(name, f:column(name), case[1], case[2], true) end
  assert.equal(2.0 ^ 64 - 40, f.u64[-1]:double():item() + 0.0)
  assert.is_true(f.none:isnan():all():item())
  assert.equal(26, #f:names())
  assert.same({"timestamp[us, UTC]", "date", "time[us]", "decimal", "string", "bytes", "null", "uint64"}, {kinds.stamp,
    kinds.day, kinds.time, kinds.wide, kinds.word, kinds.raw, kinds.none, kinds.u64})
end

describe("a file of Parquet is read", function()
  it("as pyarrow writes it by default: dictionaries, Snappy", function() check "snappy.parquet" end)
  zstd("of pages of version 2, packed by Zstandard, in groups of rows", function() check "zstd_v2.parquet" end)
  gzip("without dictionaries, packed by gzip", function() check "gzip.parquet" end)
  it("in many small pages that are not packed", function() check "plain_v2.parquet" end)

  it("as differences and in streams of bytes", function() check "deltas.parquet" end)

  it("without rows, and with the timestamps of old", function()
    local f = read(FOLDER .. "empty.parquet")
    assert.same({0, {}, 0}, {#f, f.b, #f.a})
    assert.same({0, 1500000000123456789}, read(FOLDER .. "int96.parquet").t:tolist())
  end)

  it("by columns, and as a frame as any other", function()
    local f, kinds = read(FOLDER .. "snappy.parquet", {columns = {"word", "i32"}})
    assert.same({"word", "i32"}, f:names())
    assert.same({word = "string", i32 = "int32"}, kinds)
    assert.same({10, 10, 10, 10}, f:group("word").count:tolist())
    assert.same({2, 1}, {table.unpack(read(FOLDER .. "nested.parquet", {columns = {"a"}}):to_tensor().shape)})
  end)
end)

describe("what is no such file or is not read is told:", function()
  it("lists of numbers and of texts", function()
    local names = {"id", "emb", "ids", "words", "flags", "fixed"}
    for _, file in ipairs {"lists", "lists_v2"} do
      local frame, kinds, lists = read(FOLDER .. file .. ".parquet", {columns = names})
      assert.same({"id"}, frame:names(), file)
      assert.same({"list<float32>", "list<int64>", "list<string>", "list<bool>", "list<int16>"},
        {kinds.emb, kinds.ids, kinds.words, kinds.flags, kinds.fixed})
      assert.same({4, 3}, {table.unpack(lists.emb.shape)})
      assert.equal(torch.float32, lists.emb.dtype)
      assert.equal(11, lists.emb[4][2]:item())
      assert.is_true(lists.emb:isnan()[4][3]:item() and lists.emb:isnan():sum():item() == 1)
      local ids = {}
      for i, x in ipairs(lists.ids) do
        assert.equal(torch.int64, x.dtype)
        ids[i] = x:tolist()
      end
      assert.same({{1, 2}, {}, {}, {3}}, ids)
      assert.same({{"a", "b"}, {}, {""}, {"c", "", "d"}}, lists.words)
      assert.same({{true}, {false}, {true}, {true}}, lists.flags:tolist())
      assert.same({{1, 2}, {3, 4}, {5, 6}, {7, 8}}, lists.fixed:tolist())
    end
  end)
  it("damaged files of lists name the column or the end of the file", function()
    local bytes = assert(io.open(FOLDER .. "lists_v2.parquet", "rb")):read "a"
    local path = os.tmpname()
    for at = 5, #bytes - 8, 31 do
      local file <close> = assert(io.open(path, "wb"))
      file:write(bytes:sub(1, at - 1), string.char(bytes:byte(at) ~ 0x55), bytes:sub(at + 1))
      file:close()
      local ok, why = pcall(read, path)
      if not ok then assert.matches("read_parquet: " .. path .. ": ", why, 1, true) end
    end
    os.remove(path)
  end)
  it("nested columns, other forms, wrong calls", function()
    local nested = FOLDER .. "nested.parquet"
    fails(nested .. ": column 's': it is nested (a map, a structure, or lists of them); columns = {…} reads the "
      .. "others", read, nested)
    fails("column 'll': it is nested", read, FOLDER .. "lists.parquet", {columns = {"id", "ll"}})
    fails("column 'a': its values are encoded as DELTA_BYTE_ARRAY, which is not in Hecate yet", read,
      FOLDER .. "delta.parquet")
    fails("column 'a': it is packed by LZ4, which is not in Hecate yet", read, FOLDER .. "lz4.parquet")
    fails("'columns': no column 'i9', did you mean 'i8'?", read, FOLDER .. "snappy.parquet", {columns = {"i9"}})
    fails("'columns': expected an array of names", read, FOLDER .. "snappy.parquet", {columns = {i8 = true}})
    fails("'columns': expected an array of names", read, FOLDER .. "snappy.parquet", {columns = {}})
    fails("'columns': 'i8' is there twice", read, FOLDER .. "snappy.parquet", {columns = {"i8", "i8"}})
    fails("README.md: it is no file of Parquet", read, "README.md")
    fails("No such file", read, FOLDER .. "nothing.parquet")
    fails("read_parquet: unknown option 'column', did you mean 'columns'?", read, nested, {column = {"a"}})
    fails("read_parquet: 'path' (argument 1): expected a string", read, 5)
  end)

  it("files that are cut off anywhere", function()
    local file <close> = assert(io.open(FOLDER .. "snappy.parquet", "rb"))
    local bytes, path = file:read "a", os.tmpname()
    for size = 0, #bytes - 1, 97 do
      local out <close> = assert(io.open(path, "wb"))
      out:write(bytes:sub(1, size))
      out:flush()
      fails("read_parquet: ", read, path)
    end
    os.remove(path)
  end)
end)
