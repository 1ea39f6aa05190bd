-- text.lua: encoding and training on one thread: MB/s and seconds, medians of processor time.
-- usage: hecate scripts/bench/text.lua TEXT FOLDER; it writes its tokenizers to FOLDER, with which text.py
-- gives the numbers of the package of Python on the same text.
local path, folder = arg[1], arg[2]
if not folder then
  io.stderr:write "usage: hecate scripts/bench/text.lua TEXT FOLDER\n"
  os.exit(2)
end
local tokenizers = require "tokenizers"
local clock = os.clock
torch.set_num_threads(1)

local lines, bytes = {}, 0
for line in io.lines(path) do
  lines[#lines + 1] = line
  bytes = bytes + #line + 1
end

local function median(runs, f)
  local times = {}
  for i = 1, runs do
    local start = clock()
    f()
    times[i] = clock() - start
  end
  table.sort(times)
  return times[#times // 2 + 1]
end

local pre, trainers, models = tokenizers.pre_tokenizers, tokenizers.trainers, tokenizers.models
local kinds = {
  {"BPE", models.BPE(), pre.ByteLevel(false), trainers.BpeTrainer {vocab_size = 8000}},
  {"WordPiece", models.WordPiece {unk_token = "[UNK]"}, pre.BertPreTokenizer(),
    trainers.WordPieceTrainer {vocab_size = 8000, special_tokens = {"[UNK]"}}},
  {"Unigram", models.Unigram(), pre.Metaspace(),
    trainers.UnigramTrainer {vocab_size = 8000, unk_token = "<unk>", special_tokens = {"<unk>"}}},
}
for _, kind in ipairs(kinds) do
  local name, model, pre_tokenizer, trainer = table.unpack(kind)
  local t = tokenizers.Tokenizer(model)
  t.pre_tokenizer = pre_tokenizer
  if name == "WordPiece" then t.normalizer = tokenizers.normalizers.BertNormalizer() end
  local start = clock()
  t:train_from_iterator(lines, trainer)
  print(("%-40s %10.3f s"):format(name .. ": training", clock() - start))
  t:save(("%s/%s.json"):format(folder, name))
  local seconds = median(3, function() for _, line in ipairs(lines) do t:encode(line) end end)
  print(("%-40s %10.2f MB/s"):format(name .. ": encode, line by line", bytes / seconds / 1e6))
  seconds = median(3, function() for _, line in ipairs(lines) do local _ = t:encode(line).ids end end)
  print(("%-40s %10.2f MB/s"):format(name .. ": the same, and its ids", bytes / seconds / 1e6))
  seconds = median(3, function() t:encode_batch(lines) end)
  print(("%-40s %10.2f MB/s"):format(name .. ": encode_batch", bytes / seconds / 1e6))
end
