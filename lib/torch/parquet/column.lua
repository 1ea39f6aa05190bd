--- Columns of Parquet: their pages are unpacked and put together to a tensor or an array of strings. In a column of
-- lists an entry, here called a row, is an element of a list or stands for a list that has none; see lists.lua.
local deltas = require "torch.parquet.deltas"
local lists = require "torch.parquet.lists"
local pages = require "torch.parquet.pages"
local thrift = require "torch.parquet.thrift"

local ENCODINGS <const> = {[0] = "PLAIN", [2] = "PLAIN_DICTIONARY", [3] = "RLE", [4] = "BIT_PACKED",
  [5] = "DELTA_BINARY_PACKED", [6] = "DELTA_LENGTH_BYTE_ARRAY", [7] = "DELTA_BYTE_ARRAY", [8] = "RLE_DICTIONARY",
  [9] = "BYTE_STREAM_SPLIT"}
local DATA <const>, DICTIONARY <const>, DATA_V2 <const> = 0, 2, 3

local function fail(what, ...) error(what:format(...), 0) end

-- ---- packed pages -----------------------------------------------------------------------------

--- Where the packed bytes begin behind the header of gzip.
local function behind_gzip_header(packed)
  if packed:sub(1, 3) ~= "\x1f\x8b\8" or #packed < 18 then fail "the packed data is damaged" end
  local flags, at = packed:byte(4), 11
  if flags & 4 ~= 0 then at = at + 2 + string.unpack("<I2", packed, at) end
  for _, flag in ipairs {8, 16} do
    if flags & flag ~= 0 then at = (packed:find("\0", at, true) or #packed) + 1 end
  end
  if flags & 2 ~= 0 then at = at + 2 end
  return at
end

local function from_gzip(packed, size)
  local bytes, why = require "hecate.zlib".inflate(packed:sub(behind_gzip_header(packed)), size)
  return bytes or fail("%s", why)
end

local CODECS <const> = {
  [0] = function(bytes, size)
    if #bytes ~= size then fail "a page has another size than its header says" end
    return bytes
  end,
  function(packed, size) return pages.snappy(packed, 0, size) end,
  from_gzip,
  [6] = function(packed, size) return require "torch.parquet.zstd".unpack(packed, size) end,
}
local CODEC_NAMES <const> = {[3] = "LZO", [4] = "Brotli", [5] = "LZ4", [7] = "LZ4"}

local function unpack_page(codec, packed, size)
  if size == 0 then return "" end
  local unpack = CODECS[codec]
  if not unpack then fail("it is packed by %s, which is not in Hecate yet", CODEC_NAMES[codec] or "what is unknown") end
  return unpack(packed, size)
end

-- ---- values -------------------------------------------------------------------------------------

local Column = {}
Column.__index = Column

--- A column for so many rows.
function Column.new(column, rows)
  local self = setmetatable({type = column.type, optional = column.optional, row = 0, rows = rows}, Column)
  if self.type.read == "texts" then self.values = {}
  else self.values = torch.empty(rows, {dtype = self.type.dtype}) end
  if self.optional then self.nulls = torch.zeros(rows, {dtype = "bool"}) end
  if column.list then self.list = lists.new(column.list, rows) end
  return self
end

--- n values that lie one after another, from the offset on, into `out` from a row on.
function Column:plain(out, row, n, bytes, offset)
  local kind = self.type
  if kind.read == "texts" then pages.plain_texts(out, n, bytes, offset, kind.length)
  elseif kind.read == "bits" then pages.bits(out, row, n, bytes, offset)
  else pages.plain(out, row, n, bytes, offset, kind.read, kind.length) end
end

function Column:read_dictionary(header, bytes)
  local n = header[1]
  if math.type(n) ~= "integer" or n < 0 or self.type.read == "bits" then fail "a dictionary is damaged" end
  if header[2] ~= 0 and header[2] ~= 2 then fail("a dictionary in %s", ENCODINGS[header[2]] or "an unknown form") end
  if self.type.read == "texts" then self.dictionary = {}
  else
    if n > #bytes then fail "the page ends too early" end
    self.dictionary = torch.empty(n, {dtype = self.type.dtype})
  end
  self:plain(self.dictionary, 0, n, bytes, 0)
  self.dictionary_size = n
end

--- n values as positions in the dictionary.
function Column:from_dictionary(n, bytes, offset)
  if not self.dictionary then fail "a page needs a dictionary, and there is none" end
  local at = pages.indices(bytes, offset, n, self.dictionary_size)
  if self.type.read == "texts" then pages.append(self.values, self.dictionary, at)
  else pages.take(self.values, self.row, n, self.dictionary, at) end
end

--- How n values of each encoding are read, from an offset in the bytes on; and of what kinds of values.
local READERS <const> = {
  PLAIN = function(self, n, bytes, offset) self:plain(self.values, self.row, n, bytes, offset) end,
  PLAIN_DICTIONARY = Column.from_dictionary, RLE_DICTIONARY = Column.from_dictionary,
  RLE = function(self, n, bytes, offset) pages.bit_runs(self.values, self.row, n, bytes, offset + 4) end,
  DELTA_BINARY_PACKED = function(self, n, bytes, offset) deltas.numbers(self.values, self.row, n, bytes, offset) end,
  DELTA_LENGTH_BYTE_ARRAY = function(self, n, bytes, offset) deltas.texts(self.values, n, bytes, offset, false) end,
  DELTA_BYTE_ARRAY = function(self, n, bytes, offset) deltas.texts(self.values, n, bytes, offset, true) end,
  BYTE_STREAM_SPLIT = function(self, n, bytes, offset) deltas.split(self.values, self.row, n, bytes, offset) end,
}
local ONLY <const> = {RLE = "bits", DELTA_BINARY_PACKED = "as_is", DELTA_LENGTH_BYTE_ARRAY = "texts",
  DELTA_BYTE_ARRAY = "texts", BYTE_STREAM_SPLIT = "as_is"}

--- A page of `count` rows: `there` values from the offset on.
function Column:take(count, there, encoding, bytes, offset)
  local name = ENCODINGS[encoding] or "unknown"
  local read = READERS[name]
  local of_others = ONLY[name] and ONLY[name] ~= self.type.read
    or name == "DELTA_BINARY_PACKED" and self.type.dtype:find "^float"
  if not read or of_others then
    fail("its values are encoded as %s, which is not in Hecate yet", name)
  end
  if there > 0 then read(self, there, bytes, offset) end
  if there < count then
    local spread = self.type.read == "texts" and pages.spread_texts or pages.spread
    spread(self.values, self.row, count, self.nulls)
  end
  self.row = self.row + count
end

-- ---- pages -------------------------------------------------------------------------------------------

local function check_count(self, n)
  if math.type(n) ~= "integer" or n < 0 or n > self.rows - self.row or n > 0x7FFFFFFF then
    fail "a page has more rows than the column"
  end
  return n
end

--- The older form: levels and values are packed together.
function Column:page(header, bytes)
  local count, offset, there = check_count(self, header[1]), 0, header[1]
  if self.list then there, offset = self.list:levels(self.nulls, self.row, count, bytes)
  elseif self.optional then
    if header[3] ~= 3 then fail("its levels are encoded as %s", ENCODINGS[header[3]] or "unknown") end
    there, offset = pages.levels(self.nulls, self.row, count, bytes, 0, true)
  end
  self:take(count, there, header[2], bytes, offset)
end

--- The newer form: levels stand in front and are not packed.
function Column:page_v2(header, packed, size, codec)
  local count, levels, repeats = check_count(self, header[1]), header[5], header[6]
  if math.type(levels) ~= "integer" or math.type(repeats) ~= "integer" or repeats < 0 or levels < 0
    or repeats > 0 and not self.list or levels > #packed - repeats or levels > size - repeats then
    fail "the header of a page is damaged"
  end
  local there = count
  if self.list then
    there = self.list:levels_v2(self.nulls, self.row, count, packed:sub(1, repeats),
      packed:sub(repeats + 1, repeats + levels))
    levels = levels + repeats
  elseif self.optional then there = pages.levels(self.nulls, self.row, count, packed:sub(1, levels), 0) end
  local bytes = packed:sub(levels + 1)
  if header[7] ~= false then bytes = unpack_page(codec, bytes, size - levels) end
  self:take(count, there, header[4], bytes, 0)
end

--- Reads the pages of one group of rows.
function Column:read_chunk(file, chunk, rows)
  local bytes, at, last = file:read(chunk.from, chunk.size), 1, self.row + rows
  self.dictionary = nil
  while self.row < last do
    local header
    header, at = thrift.read(bytes, at)
    local size, packed_size = header[2], header[3]
    if math.type(size) ~= "integer" or math.type(packed_size) ~= "integer" or size < 0 or packed_size < 0
      or packed_size > #bytes - at + 1 then
      fail "the header of a page is damaged"
    end
    local packed = bytes:sub(at, at + packed_size - 1)
    at = at + packed_size
    local before = self.row
    if header[1] == DICTIONARY and type(header[7]) == "table" then
      self:read_dictionary(header[7], unpack_page(chunk.codec, packed, size))
    elseif header[1] == DATA and type(header[5]) == "table" then
      self:page(header[5], unpack_page(chunk.codec, packed, size))
    elseif header[1] == DATA_V2 and type(header[8]) == "table" then
      self:page_v2(header[8], packed, size, chunk.codec)
    end
    if self.row > last then fail "a page has more rows than its group" end
    if self.row == before and at > #bytes then fail "its pages end too early" end
  end
end

local function with_missing(x, nulls)
  if not x:is_floating_point() then x = x:double() end
  return x:masked_fill(nulls, 0 / 0)
end

--- The tensor or the array of strings; of a column of lists that of all their elements, and their lengths, a tensor.
function Column:finish(rows)
  if not self.list then return self:whole() end
  local lengths
  self.values, self.nulls, lengths = self.list:elements(self.values, self.nulls, rows)
  self.rows = #self.values
  return self:whole(), lengths
end

function Column:whole()
  local x, finish = self.values, self.type.finish
  if self.type.read == "texts" then
    for i = 1, finish and #x or 0 do if x[i] ~= "" then x[i] = finish(x[i]) end end
    return x
  end
  if finish then x = finish(x) end
  if self.type.name == "null" then return torch.full({self.rows}, 0 / 0, {dtype = "float64"}) end
  if self.nulls and self.nulls:any():item() then return with_missing(x, self.nulls) end
  return x
end

return Column
