-- Files of tiktoken and SentencePiece, and tokenizer.json files that are wrong.
local tokenizers = require "tokenizers"
local is_built = pcall(require, "tokenizers.core")
local path

local function write(bytes)
  path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

if is_built then describe("files of vocabularies:", function()
  after_each(function() if path then os.remove(path) end end)

  it("tiktoken", function()
    local base64, lines = require "tokenizers.base64", {}
    for b = 0, 255 do lines[b + 1] = base64.encode(string.char(b)) .. " " .. b end
    for i, token in ipairs {"ab", " ab", "aba", " aba"} do lines[256 + i] = base64.encode(token) .. " " .. 255 + i end
    local t = tokenizers.from_tiktoken(write(table.concat(lines, "\n")), {special_tokens = {["<end>"] = 301}})
    assert.same({257, 258, 301, 98, 196, 170}, t:encode("ab ab<end>aé").ids)
    assert.same({258, 257}, t:encode(" abab").ids)
    assert.equal("ab abaé", t:decode(t:encode("ab aba<end>é").ids))
    os.remove(path)
    assert.error_matches(function() tokenizers.from_tiktoken(write "YQ== 1\nYQ= 2\n") end, "line 2: expected bytes")
  end)

  -- A message of protocol buffers.
  local function field(number, value)
    if math.type(value) == "integer" then return string.char(number << 3 & 127 | (number > 15 and 128 or 0),
      table.unpack(number > 15 and {number >> 4} or {})) .. string.char(value) end
    if type(value) == "number" then return string.char(number << 3 | 5) .. string.pack("<f", value) end
    return string.char(number << 3 | 2, #value & 127 | 128, #value >> 7) .. value
  end
  local function model(pieces, kind)
    local parts = {}
    for _, piece in ipairs(pieces) do
      parts[#parts + 1] = field(1, field(1, piece[1]) .. field(2, piece[2] + 0.0) .. field(3, piece[3] or 1))
    end
    return table.concat(parts) .. field(2, field(3, kind)) .. field(3, field(3, 1) .. field(4, 1))
  end
  local pieces = {{"<unk>", 0, 2}, {"<s>", 0, 3}, {"▁", -2}, {"a", -3}, {"b", -3.5}, {"▁a", -2.5}, {"ab", -3.2},
    {"▁ab", -2.7}, {"<user>", 0, 4}}
  it("SentencePiece", function()
    for kind = 1, 2 do
      local t = tokenizers.from_sentencepiece(write(model(pieces, kind)))
      assert.same({"▁ab", "▁a"}, t:encode("  ab   a ").tokens)
      assert.same({8, 2, 9}, t:encode("ab<s><user>").ids)
      assert.equal(1, t:encode("z").ids[2])
      assert.equal("ab a", t:decode(t:encode("ab a").ids))
      os.remove(path)
    end
    assert.error_matches(function() tokenizers.from_sentencepiece(write(model(pieces, 3))) end, "a model of type 3")
    os.remove(path)
    assert.error_matches(function() tokenizers.from_sentencepiece(write(model(pieces, 1):sub(1, 20))) end,
      "from_sentencepiece: .* %(offset %d+%)")
    os.remove(path)
    assert.error_matches(function() tokenizers.from_sentencepiece(write "") end, "this is no model of SentencePiece")
  end)

  local head = '{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}'
  for name, case in pairs {
    ["a text that ends"] = {head, "Tokenizer.from_str: the text: expected ',' or '}' %(offset 61%)"},
    ["no model"] = {"{}", "model: expected an object"},
    ["a kind of model"] = {'{"model":{"type":"X","vocab":{}}}', "model.type: expected BPE, WordPiece, Unigram or"},
    ["no vocabulary"] = {'{"model":{"type":"BPE","merges":[]}}', "model: expected the key 'vocab'"},
    ["an id"] = {'{"model":{"type":"WordLevel","vocab":{"a":-1}}}', "model.vocab: 'a': expected an id from 0"},
    ["an id twice"] = {'{"model":{"type":"WordLevel","vocab":{"a":1,"b":1}}}', "model.vocab: the id 1 of two tokens"},
    ["a huge id"] = {'{"model":{"type":"WordLevel","vocab":{"a":4000000000}}}', "model.vocab: 'a': expected an id"},
    ["an id that asks for too much memory"] = {'{"model":{"type":"WordLevel","vocab":{"a":100000000}}}',
      "model.vocab: 'a': expected an id from 0 to 16777215"},
    ["a score"] = {'{"model":{"type":"Unigram","vocab":[["a","x"]]}}', "model.vocab%[1%]: expected a number as the"},
    ["an unknown id"] = {'{"model":{"type":"Unigram","unk_id":5,"vocab":[["a",0]]}}', "model.unk_id: 5 is not in a"},
    ["a merge"] = {'{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b c"]}}', "model.merges%[1%]: expected two"},
    ["a normalizer"] = {head .. ',"normalizer":{"type":"Sequence","normalizers":[{"type":"NFQ"}]}}',
      "normalizer.normalizers%[1%].type: 'NFQ' is not a normalizer %(known: BertNormalizer"},
    ["a field"] = {head .. ',"normalizer":{"type":"Strip","strip_left":3}}',
      "normalizer.strip_left: expected true or false, got number 3"},
    ["a pattern"] = {head .. ',"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Removed"}}',
      "pre_tokenizer: missing closing parenthesis"},
    ["a map of characters"] = {head .. ',"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"}}',
      "normalizer: 'precompiled_charsmap': expected a map of at least 4 bytes"},
    ["a template"] = {head .. ',"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":'
      .. '{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}}}', "post_processor: 'single'%[1%]: 'x' is not in"},
    ["an added token"] = {head .. ',"added_tokens":[{"id":1}]}', "added_tokens%[1%].content: expected a string"},
    ["truncation"] = {head .. ',"truncation":{"max_length":-1}}', "truncation.max_length: expected a count"},
    ["padding"] = {head .. ',"padding":{"strategy":"X"}}', "padding.strategy: expected"},
    ["a version"] = {'{"version":"2.0"}', "version: expected '1.0', got string '2.0'"},
  } do
    it("wrong: " .. name, function()
      assert.error_matches(function() tokenizers.Tokenizer.from_str(case[1]) end, case[2])
    end)
  end
  it("texts that are no UTF-8 are refused with the place", function()
    local t = tokenizers.Tokenizer.from_str(head .. "}")
    assert.error_matches(function() t:encode "ab\xC3(" end, "encode: 'sequence' %(argument 1%): .*byte 0xC3 at 3")
    assert.error_matches(function() t:encode_batch {"a", "\xFF"} end, "'input%[2%]' %(argument 1%): expected UTF%-8")
    assert.error_matches(function() t:encode(5) end, "'sequence' %(argument 1%): expected a string, got number 5")
    assert.error_matches(function() t:decode {0} end, "'ids' %(argument 1%): expected ids from 1 on, got number 0")
  end)
  it("characters that came after the tables of the package are for it no marks and no punctuation", function()
    local normalizers, pre_tokenizers = tokenizers.normalizers, tokenizers.pre_tokenizers
    assert.equal("a\u{8D3}b", normalizers.StripAccents():normalize_str "a\u{8D3}\u{301}b")
    assert.equal("a\u{1ABF}\u{323}", normalizers.NFC():normalize_str "a\u{1ABF}\u{323}")
    assert.same({"a\u{2E43}b"}, (pre_tokenizers.BertPreTokenizer():pre_tokenize_str "a\u{2E43}b"))
    assert.same({"a", "\u{2E40}", "b"}, (pre_tokenizers.BertPreTokenizer():pre_tokenize_str "a\u{2E40}b"))
  end)
  it("added tokens that are looked for behind the normalizer come back as it leaves them", function()
    local t = tokenizers.Tokenizer(tokenizers.models.WordLevel({a = 1, ["<unk>"] = 2}, "<unk>"))
    t.normalizer = tokenizers.normalizers.Lowercase()
    t:add_tokens {tokenizers.AddedToken("Hello", {normalized = true}),
      tokenizers.AddedToken("World", {normalized = false})}
    assert.equal("hello World", t:decode {3, 4})
    assert.equal("hello", t:id_to_token(3))
    assert.equal(3, t:token_to_id "Hello")
    assert.is_nil(t:token_to_id "hello")
    t.normalizer = tokenizers.normalizers.Prepend "_"
    assert.equal("_Hello World", t:decode {3, 4})
    t.normalizer = nil
    assert.equal("Hello World", t:decode {3, 4})
  end)
  it("components do not change", function()
    local normalizer = tokenizers.normalizers.Strip()
    assert.error_matches(function() normalizer.strip_left = false end, "a component does not change after it was made")
  end)
end) end
