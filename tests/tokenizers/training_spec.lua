-- Training of models: vocabularies as the package of Python makes them where those do not change from run to run.
local recorded = dofile "tests/recorded_tokenizers.lua"
local tokenizers = require "tokenizers"
local is_built = pcall(require, "tokenizers.core")

local TRAINERS <const> = {BPE = "BpeTrainer", WordPiece = "WordPieceTrainer", WordLevel = "WordLevelTrainer",
  Unigram = "UnigramTrainer"}

if is_built then describe("training", function()
  local document = recorded.load "train"
  local function pre_tokenizer(name)
    if name == "ByteLevel" then return tokenizers.pre_tokenizers.ByteLevel(false) end
    return name and tokenizers.pre_tokenizers[name]() or nil
  end
  for i, case in ipairs(document.cases) do
    it(("makes recorded vocabularies: %d, %s"):format(i, case.model), function()
      local options = next(case.model_options) and case.model_options or nil
      local t = tokenizers.Tokenizer(options and tokenizers.models[case.model](options) or
        tokenizers.models[case.model]())
      t.pre_tokenizer = pre_tokenizer(case.pre_tokenizer)
      t:train_from_iterator(document.texts, tokenizers.trainers[TRAINERS[case.model]](case.options))
      assert.equal(case.size, t:get_vocab_size())
      for id, token in ipairs(case.vocab or {}) do assert.equal(token, t:id_to_token(id)) end
      for _, list in ipairs {case.vocab_set or {}, case.vocab_always or {}} do
        for _, token in ipairs(list) do assert.truthy(t:token_to_id(token), token) end
      end
      local merges = case.merges and require "torch.json".decode(t:to_str(), false).model.merges
      for k, merge in ipairs(case.merges or {}) do assert.equal(merge, table.concat(merges[k], " ")) end
    end)
  end

  local texts = {}
  for i = 1, 50 do texts[i] = ("the cat number %d sat on the mat; the dogs saw it, and went on."):format(i) end
  it("of Unigram keeps every character and the size that was asked for", function()
    local t = tokenizers.Tokenizer(tokenizers.models.Unigram())
    t.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    t:train_from_iterator(texts, tokenizers.trainers.UnigramTrainer {vocab_size = 40, unk_token = "<unk>",
      special_tokens = {"<pad>", "<unk>"}})
    assert.equal(40, t:get_vocab_size())
    assert.equal(2, t:token_to_id "<unk>")
    for c in ("thecatnumber0123456789,;."):gmatch "." do assert.truthy(t:token_to_id(c), c) end
    assert.equal("▁the▁cat", table.concat(t:encode("the cat").tokens))
    local ids = t:encode("Ω").ids
    assert.equal(2, ids[#ids])
  end)
  it("takes texts of a function, files, and trainers of the right kind", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(table.concat(texts, "\n"))
    file:close()
    local a = tokenizers.Tokenizer(tokenizers.models.WordLevel {unk_token = "[UNK]"})
    local b = tokenizers.Tokenizer(tokenizers.models.WordLevel {unk_token = "[UNK]"})
    a.pre_tokenizer, b.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace(), tokenizers.pre_tokenizers.Whitespace()
    local trainer = tokenizers.trainers.WordLevelTrainer {special_tokens = {"[UNK]"}, min_frequency = 2}
    a:train_from_iterator(io.lines(path), trainer)
    b:train({path}, trainer)
    os.remove(path)
    assert.equal(a:to_str(), b:to_str())
    assert.equal("the", a:id_to_token(2))
    assert.error_matches(function() a:train_from_iterator(texts, tokenizers.trainers.BpeTrainer()) end,
      "'trainer' %(argument 2%): expected a tokenizers.trainers.WordLevelTrainer")
    assert.error_matches(function() a:train_from_iterator({"a\xFF"}, trainer) end, "iterator%[1%].*byte 0xFF at 2")
  end)
end) end
