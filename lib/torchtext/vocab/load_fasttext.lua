--- torchtext.vocab.load_fasttext(path: path) -> torchtext.vocab.Vectors: The vectors of a binary file of fastText
-- (.bin, Bojanowski et al., 2017), with those of its subwords: words that are not there have vectors, too. Files of
-- the first versions, which begin without a number of the format, are read as well.
local internal = torch._C
local options = require "torch.utils.options"

local MAGIC <const>, VERSION <const> = 793712314, 12
local NAMES <const> = {"dim", "ws", "epoch", "minCount", "neg", "wordNgrams", "loss", "model", "bucket", "minn", "maxn",
  "lrUpdateRate"}

local Reader = {}
Reader.__index = Reader

function Reader:wrong(what) internal.raise(("load_fasttext: %s: %s (offset %d)"):format(self.path, what, self.at)) end

-- The values of a format of string.unpack.
function Reader:take(format)
  local n = string.packsize(format)
  if self.at + n > self.size then self:wrong "the file is cut off" end
  local values = table.pack(string.unpack(format, self.file:read(self.at, n)))
  self.at = self.at + n
  return table.unpack(values, 1, values.n - 1)
end

-- A text that ends with a zero byte.
function Reader:take_text()
  local head = self.file:read(self.at, math.min(65536, self.size - self.at))
  local stop = head:find("\0", 1, true)
  if not stop then self:wrong "a word without end" end
  self.at = self.at + stop
  return head:sub(1, stop - 1)
end

-- A file of the first versions begins with what is the third number now. Its models, of words alone, go from 1 to 3;
-- a size of the vectors and a window follow no other file's first bytes, as a rule.
local function is_first_version(r)
  local n = string.packsize "<i4i4i4i4i4i4i4i4"
  if r.size < n then return false end
  local dim, ws, epoch, _, neg, grams, loss, model = string.unpack("<i4i4i4i4i4i4i4i4", r.file:read(0, n))
  return 0 < dim and dim <= 65536 and 0 < ws and ws <= 65536 and epoch >= 0 and neg >= 0 and grams >= 0
    and 1 <= loss and loss <= 4 and 1 <= model and model <= 3
end

local function read_arguments(r)
  local magic, version = r:take "<i4i4"
  if magic ~= MAGIC then
    if not is_first_version(r) then r:wrong "this is no binary file of fastText" end
    r.at, version = 0, 0
  elseif version ~= VERSION and version ~= 11 then
    r:wrong(("version %d; 11 and 12 are known"):format(version))
  end
  local args = {version = version}
  for _, name in ipairs(NAMES) do args[name] = r:take "<i4" end
  r:take "<d"
  if version == 11 and args.model == 3 then args.maxn = 0 end -- a classifier of that version has no subwords
  if args.dim < 1 or args.dim > 65536 or args.bucket < 0 or args.minn < 0 or args.maxn > 64 then
    r:wrong "arguments that make no sense"
  end
  return args
end

local function read_words(r, args)
  local size, n, labels = r:take "<i4i4i4"
  r:take "<i8"
  local pruned = args.version > 0 and r:take "<i8" or -1
  if n < 1 or size ~= n + labels or size > (r.size - r.at) // 10 then r:wrong "counts of words that make no sense" end
  local itos, stoi = {}, {}
  for i = 1, size do
    local word = r:take_text()
    r:take "<i8i1"
    if i <= n then
      itos[i] = word
      stoi[word] = stoi[word] or i
    end
  end
  local kept
  if pruned >= 0 then
    kept = {}
    if pruned > (r.size - r.at) // 8 then r:wrong "more pruned subwords than the file has" end
    for _ = 1, pruned do
      local from, to = r:take "<i4i4"
      kept[from] = to
    end
  end
  return itos, stoi, kept
end

-- fastText's hash of a text: FNV-1a whose bytes have signs.
local function hash_of(text)
  local h = 2166136261
  for i = 1, #text do
    local b = text:byte(i)
    h = ((h ~ (b < 128 and b or b | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
  end
  return h
end

-- The rows of the subwords of a word, from 1.
local function subwords(word, args, n, kept)
  local rows, starts = {}, {}
  word = "<" .. word .. ">"
  for i = 1, #word do if word:byte(i) & 0xC0 ~= 0x80 then starts[#starts + 1] = i end end
  starts[#starts + 1] = #word + 1
  for i = 1, #starts - 1 do
    for k = math.max(args.minn, 1), args.maxn do
      if i + k > #starts then break end
      if not (k == 1 and (i == 1 or i + k == #starts)) then
        local bucket = hash_of(word:sub(starts[i], starts[i + k] - 1)) % args.bucket
        if kept then bucket = kept[bucket] end
        if bucket then rows[#rows + 1] = n + bucket + 1 end
      end
    end
  end
  return rows
end

local function read_matrix(r, args, least)
  if args.version > 0 and r:take "<i1" ~= 0 then
    r:wrong "the vectors are quantized (.ftz); only whole ones are read"
  end
  local m, d = r:take "<i8i8"
  if d ~= args.dim or m < least or m > (r.size - r.at) // (4 * d) then
    r:wrong(("a matrix of %d × %d; expected at least %d × %d"):format(m, d, least, args.dim))
  end
  return r.file:tensor(r.at, "float32", {m, d})
end

return function(...)
  local path = options.read("load_fasttext", {{"path", kind = "string", required = true}}, ...).path
  local file <close> = internal.open_file(path, "load_fasttext")
  local r = setmetatable({file = file, path = path, at = 0, size = file:size()}, Reader)
  local args = read_arguments(r)
  local itos, stoi, kept = read_words(r, args)
  local has_subwords = args.maxn > 0 and args.bucket > 0
  local matrix = read_matrix(r, args, #itos + (has_subwords and not kept and args.bucket or 0))
  local function rows_of(word)
    local rows = has_subwords and word ~= "</s>" and subwords(word, args, #itos, kept) or {}
    if stoi[word] then table.insert(rows, 1, stoi[word]) end
    return rows
  end
  local function vector(word)
    local rows = rows_of(word)
    if #rows == 0 then return torch.zeros(args.dim) end
    return matrix:index_select(1, torch.tensor(rows)):mean(1)
  end
  local vectors = torch.empty(#itos, args.dim)
  for i, word in ipairs(itos) do vectors[i] = vector(word) end
  return require "torchtext.vocab.Vectors" {itos = itos, stoi = stoi, vectors = vectors, dim = args.dim,
    _unknown = vector}
end
