-- Encodings, components and files as the package of Python has them.
local recorded = dofile "tests/recorded_tokenizers.lua"
local is_built, tokenizers = pcall(require, "tokenizers")
is_built = is_built and pcall(require, "tokenizers.core")
local component, json = require "tokenizers.component", require "torch.json"

if is_built then describe("tokenizers:", function()
  local made = {}
  local function tokenizer(name)
    made[name] = made[name] or tokenizers.Tokenizer.from_str(recorded.text(name .. ".json"))
    return made[name]
  end
  local function check(encoding, record, place)
    local why = recorded.difference(encoding, record)
    if why then error(("%s: %s"):format(place, why), 0) end
  end

  for _, name in ipairs {"gpt2", "roberta", "bert", "t5", "llama", "llama3", "wordlevel", "xlmr", "bpe_suffix"} do
    it(name .. " encodes and decodes", function()
      local t = tokenizer(name)
      for i, case in ipairs(recorded.load("encode_" .. name).cases) do
        check(t:encode(case.text), case, ("case %d, %q"):format(i, case.text))
        assert.equal(case.decoded, t:decode(case.ids))
        assert.equal(case.decoded_all, t:decode(case.ids, {skip_special_tokens = false}))
        if case.bare then assert.same(case.bare, t:encode(case.text, {add_special_tokens = false}).ids) end
      end
    end)
    it(name .. " is written as it was read", function()
      local text = recorded.text(name .. ".json"):gsub("\n$", "")
      assert.equal(text, tokenizer(name):to_str(text:find "^{\n" ~= nil))
    end)
  end
  it("pairs", function()
    for i, case in ipairs(recorded.load "pairs".cases) do
      check(tokenizer(case.tokenizer):encode(case.text, case.pair), case, "case " .. i)
    end
  end)
  it("words", function()
    for i, case in ipairs(recorded.load "pretokenized".cases) do
      local encoding = tokenizer(case.tokenizer):encode(case.words_in, case.pair_in, {is_pretokenized = true})
      check(encoding, case, "case " .. i)
    end
  end)
  it("truncation and padding", function()
    for i, case in ipairs(recorded.load "padding_truncation".cases) do
      local t = tokenizer(case.tokenizer)
      if case.truncation then t:enable_truncation(case.truncation) else t:no_truncation() end
      if case.padding then t:enable_padding(case.padding) else t:no_padding() end
      local input = case.inputs or {}
      for k, record in ipairs(case.batch or {}) do
        input[k] = record.pair and {record.text, record.pair} or record.text
      end
      if case.error then assert.is_false(pcall(t.encode_batch, t, input))
      else
        local list = t:encode_batch(input)
        for k, record in ipairs(case.batch) do check(list[k], record, ("case %d, input %d"):format(i, k)) end
      end
      t:no_truncation()
      t:no_padding()
    end
  end)

  local function read(family, spec)
    local _ = tokenizers[family]
    return component.read(family, json.decode(spec, json.null), family, function(place, what)
      error(place .. ": " .. what, 0)
    end)
  end
  it("normalizers", function()
    for _, case in ipairs(recorded.load "normalizers".cases) do
      local normalizer = read("normalizers", case.spec)
      assert.equal(case.spec, tostring(normalizer))
      for i, text in ipairs(case.texts) do
        assert.equal(case.spec .. case.out[i], case.spec .. normalizer:normalize_str(text))
      end
    end
  end)
  it("pre-tokenizers", function()
    for _, case in ipairs(recorded.load "pre_tokenizers".cases) do
      local pre_tokenizer = read("pre_tokenizers", case.spec)
      assert.equal(case.spec, tostring(pre_tokenizer))
      for _, row in ipairs(case.rows) do
        local pieces, offsets = pre_tokenizer:pre_tokenize_str(row.text)
        assert.same(row.pieces, pieces)
        for i, pair in ipairs(offsets) do assert.same({row.bytes[2 * i - 1], row.bytes[2 * i]}, pair) end
      end
    end
  end)
  it("decoders", function()
    for _, case in ipairs(recorded.load "decoders".cases) do
      local decoder = read("decoders", case.spec)
      assert.equal(case.spec, tostring(decoder))
      for _, row in ipairs(case.rows) do assert.equal(row.out, decoder:decode(row.tokens)) end
    end
  end)
  it("post-processors", function()
    for i, case in ipairs(recorded.load "processors".cases) do
      local t = tokenizers.Tokenizer.from_str(case.json)
      assert.equal(case.spec, tostring(t.post_processor))
      assert.same(case.added, {t:num_special_tokens_to_add(false), t:num_special_tokens_to_add(true)})
      for k, row in ipairs(case.rows) do check(t:encode(row.text, row.pair), row, ("case %d, row %d"):format(i, k)) end
    end
  end)
  it("added tokens", function()
    for i, case in ipairs(recorded.load "added_tokens".cases) do
      local t = tokenizers.Tokenizer.from_str(case.json)
      for k, row in ipairs(case.rows) do check(t:encode(row.text), row, ("case %d, row %d"):format(i, k)) end
    end
  end)
  it("decoding one id after another", function()
    for i, case in ipairs(recorded.load "stream".cases) do
      for _, row in ipairs(case.rows) do
        local stream, chunks = tokenizers.DecodeStream(), {}
        for k, id in ipairs(row.ids) do chunks[k] = stream:step(tokenizer(case.tokenizer), id) or false end
        assert.same({i, row.chunks}, {i, chunks})
      end
    end
  end)
end) end
