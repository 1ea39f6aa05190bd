--- Files of texts and vocabularies for tests/fuzz/files.lua: add(kinds, path, write) adds them. `path` is the file that
-- is written before a reader is called.
local head = [=[{"version":"1.0","truncation":{"max_length":9,"stride":1,"strategy":"LongestFirst","direction":"Right"},
"padding":{"strategy":{"Fixed":4},"direction":"Left","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,
"pad_token":"[PAD]"},"added_tokens":[{"id":0,"content":"[UNK]","single_word":false,"lstrip":true,"rstrip":true,
"normalized":false,"special":true},{"id":9,"content":"MASK","single_word":true,"lstrip":false,"rstrip":false,
"normalized":true,"special":false}],]=]
local template = [=["post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"S","type_id":0}},
{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
"special_tokens":{"S":{"id":"S","ids":[1],"tokens":["S"]}}},]=]

-- A tokenizer.json for each kind of model.
local files = {
  wordpiece = head .. template .. [=["normalizer":{"type":"BertNormalizer","clean_text":true,
"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"[UNK]",
"continuing_subword_prefix":"##","max_input_chars_per_word":20,"vocab":{"[UNK]":0,"a":1,"##b":2,"c":3,"##cd":4}}}]=],
  bpe = head .. [=["normalizer":{"type":"NFKC"},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split",
"pattern":{"Regex":"\\s+|\\d+"},"behavior":"MergedWithNext","invert":false},{"type":"ByteLevel",
"add_prefix_space":true,"trim_offsets":true,"use_regex":true}]},"post_processor":{"type":"RobertaProcessing",
"sep":["b",2],"cls":["a",1],"trim_offsets":true,"add_prefix_space":true},"decoder":{"type":"ByteLevel",
"add_prefix_space":true,"trim_offsets":true,"use_regex":true},"model":{"type":"BPE","dropout":null,
"unk_token":"[UNK]","continuing_subword_prefix":null,"end_of_word_suffix":"!","fuse_unk":true,"byte_fallback":true,
"ignore_merges":false,"vocab":{"[UNK]":0,"a":1,"b":2,"b!":3,"ab!":4,"aa":5,"<0x41>":6},
"merges":[["a","b!"],["a","a"]]}}]=],
  unigram = head .. [=["normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled",
"precompiled_charsmap":"CAAAAAAAAAAAAAAAYQA="},{"type":"Strip","strip_left":true,"strip_right":false}]},
"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},"decoder":{"type":
"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"first",
"split":true}]},"model":{"type":"Unigram","unk_id":0,"vocab":[["[UNK]",0.0],["▁",-1.5],["a",-2.0],["▁ab",-2.5]],
"byte_fallback":false}}]=],
}
local SAMPLE <const> = "a ab MASK ABC aab é\u{301} \u{1F469}\u{200D}\u{1F4BB} 12 [UNK] cd.\t日本"

local texts = {}

--- Adds the kinds.
function texts.add(kinds, path)
  local torchtext = require "torchtext"
  kinds.vectors = {bytes = "2 2\na 1 2.5\nb -3e1 4\n", read = function() return torchtext.vocab.Vectors(path) end}
  kinds.word2vec = {bytes = "2 2\na \1\2\3\4\5\6\7\8\nb \1\2\3\4\5\6\7\8\n",
    read = function() return torchtext.vocab.load_word2vec(path) end}
  local numbers = {}
  for _, x in ipairs {793712314, 12, 1, 5, 1, 1, 5, 1, 1, 2, 2, 3, 4, 100} do
    numbers[#numbers + 1] = string.pack("<i4", x)
  end
  kinds.fasttext = {bytes = table.concat(numbers) .. string.pack("<d i4i4i4 i8i8", 1, 1, 1, 0, 1, -1) .. "ab\0"
    .. string.pack("<i8i1", 1, 0) .. string.pack("<i1i8i8fff", 0, 3, 1, 1, 2, 3),
    read = function() return torchtext.vocab.load_fasttext(path).abc end}
  local function walk(dataset) for _ in dataset:iter() do end end
  kinds.csv_records = {bytes = 'a,b\n1,"x ""y""\n"\n2,3\n',
    read = function() walk(torchtext.datasets.csv(path, {header = true})) end}
  kinds.json_lines = {bytes = '{"a": [1, null]}\n"x"\n',
    read = function() walk(torchtext.datasets.json_lines(path)) end}
  if not pcall(require, "tokenizers.core") then return end
  local tokenizers = require "tokenizers"
  for name, bytes in pairs(files) do
    local right = tokenizers.Tokenizer.from_str(bytes)
    kinds["tokenizer_" .. name] = {bytes = bytes, read = function()
      local t = tokenizers.Tokenizer.from_file(path)
      for _, pair in ipairs {{SAMPLE}, {"", "ab"}, {SAMPLE, SAMPLE}} do
        local encoding = t:encode(table.unpack(pair))
        t:decode(encoding.ids, {skip_special_tokens = false})
        local _ = encoding.tokens, encoding.offsets
      end
      return t:to_str()
    end}
    kinds["encode_" .. name] = {bytes = SAMPLE, read = function(text)
      local encoding = right:encode(text)
      for i, pair in ipairs(encoding.offsets) do
        assert(pair[1] >= 1 and pair[2] <= #text and encoding.tokens[i], "an offset is outside of the text")
      end
    end}
  end
  kinds.tiktoken = {bytes = "YQ== 0\nYg== 1\nYWI= 2\n", read = function() return tokenizers.from_tiktoken(path) end}
  kinds.sentencepiece = {bytes = "\n\x0E\n\5<unk>\x15\0\0\0\0\x18\2\n\x0A\n\3▁\x15\0\0\x80\xBF"
      .. "\n\8\n\1a\x15\0\0\0\xC0\x12\2\x18\1",
    read = function() return tokenizers.from_sentencepiece(path):encode("a b").ids end}
end

return texts
