--- tokenizers.from_tiktoken(path: path, pattern: string = "cl100k_base", special_tokens: table = {}) -> any: The
-- Tokenizer of a .tiktoken file: bytes in base 64 and their rank a line. pattern: the name of an encoding of OpenAI
-- ("gpt2", "p50k_base", "cl100k_base", "o200k_base"), or a regular expression; special_tokens: a table from tokens to
-- ids (from 1).
local internal = torch._C
local options = require "torch.utils.options"
local base64 = require "tokenizers.base64"

local GPT2 <const> = [['(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+]]
local UPPER <const>, LOWER <const> = [[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]], [[\p{Ll}\p{Lm}\p{Lo}\p{M}]]
local PATTERNS <const> = {gpt2 = GPT2, p50k_base = GPT2, r50k_base = GPT2,
  cl100k_base = [[(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*]]
    .. [[|\s*[\r\n]+|\s+(?!\S)|\s+]],
  o200k_base = [[[^\r\n\p{L}\p{N}]?[]] .. UPPER .. "]*[" .. LOWER .. [[]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?]]
    .. [[|[^\r\n\p{L}\p{N}]?[]] .. UPPER .. "]+[" .. LOWER .. [[]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?]]
    .. [[|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+]]}

-- The character that stands for each byte in texts of byte-level models.
local function byte_characters()
  local map, more = {}, 256
  for b = 0, 255 do
    if (b >= 33 and b <= 126) or (b >= 161 and b <= 172) or b >= 174 then map[string.char(b)] = utf8.char(b)
    else
      map[string.char(b)] = utf8.char(more)
      more = more + 1
    end
  end
  return map
end

local function read_ranks(path)
  local file <close> = internal.open_file(path, "from_tiktoken")
  local ranks, number = {}, 0
  for line in file:read(0, file:size()):gmatch "[^\n]+" do
    number = number + 1
    local text, rank = line:match "^(%S+) (%d+)%s*$"
    local bytes = text and base64.decode(text)
    rank = math.tointeger(tonumber(rank or ""))
    if not bytes or bytes == "" or not rank or rank > 0x00FFFFFF then
      internal.raise(("from_tiktoken: %s: line %d: expected bytes in base 64 and their rank"):format(path, number))
    end
    ranks[bytes] = rank
  end
  return ranks
end

-- The two tokens that the merges of lesser rank make of a token; nil where they make more.
local function halves(ranks, token, rank)
  local parts = {}
  for i = 1, #token do parts[i] = token:sub(i, i) end
  while #parts > 2 do
    local best, place
    for i = 1, #parts - 1 do
      local r = ranks[parts[i] .. parts[i + 1]]
      if r and r < rank and (not best or r < best) then best, place = r, i end
    end
    if not best then return nil end
    parts[place] = parts[place] .. table.remove(parts, place + 1)
  end
  return parts
end

local function read_model(path)
  local ranks, map, list = read_ranks(path), byte_characters(), {}
  local function visible(bytes) return (bytes:gsub(".", map)) end
  local vocab, merges = {}, {}
  for bytes, rank in pairs(ranks) do
    vocab[visible(bytes)] = rank + 1
    if #bytes > 1 then list[#list + 1] = bytes end
  end
  table.sort(list, function(a, b) return ranks[a] < ranks[b] end)
  for _, bytes in ipairs(list) do
    local parts = halves(ranks, bytes, ranks[bytes])
    if parts then merges[#merges + 1] = {visible(parts[1]), visible(parts[2])} end
  end
  return require "tokenizers".models.BPE {vocab = vocab, merges = merges, ignore_merges = true}
end

return function(...)
  local tokenizers = require "tokenizers"
  local given = options.read("from_tiktoken", {{"path", kind = "string", required = true},
    {"pattern", kind = "string", default = "cl100k_base"}, {"special_tokens", kind = "table", default = {}}}, ...)
  local model, special = read_model(given.path), {}
  local tokenizer = tokenizers.Tokenizer(model)
  local split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(PATTERNS[given.pattern] or given.pattern), "isolated")
  tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence {split,
    tokenizers.pre_tokenizers.ByteLevel {add_prefix_space = false, use_regex = false}}
  tokenizer.decoder = tokenizers.decoders.ByteLevel()
  for token, id in pairs(given.special_tokens) do special[#special + 1] = {token, id} end
  table.sort(special, function(a, b) return a[2] < b[2] end)
  for _, pair in ipairs(special) do
    tokenizer:_add_special("from_tiktoken", pair[1], pair[2])
  end
  return tokenizer
end
