-- Vocabularies, simple tokenizers, vectors of words, data sets of texts.
local torchtext = require "torchtext"
local vocab, build = torchtext.vocab.vocab, torchtext.vocab.build_vocab_from_iterator

describe("a vocabulary", function()
  it("has the tokens that come often enough, behind the special ones", function()
    local v = vocab({{"b", 5}, {"a", 1}, {"c", 2}}, {min_freq = 2, specials = {"<unk>", "c"}})
    assert.same({"<unk>", "c", "b"}, v:get_itos())
    assert.same({["<unk>"] = 1, c = 2, b = 3}, v:get_stoi())
    assert.same({"b", "c", "<unk>"}, vocab({{"b", 5}}, {specials = {"c", "<unk>"}, special_first = false}):get_itos())
    assert.same({"y", "x", "z"}, vocab({x = 1, y = 2, z = 1}):get_itos())
  end)
  it("is made of an iterator: by count, then by the text", function()
    local lines, i = {{"b", "a", "b"}, {"c", "a", "b"}}, 0
    local v = build(function() i = i + 1 return lines[i] end, {specials = {"<unk>"}})
    assert.same({"<unk>", "b", "a", "c"}, v:get_itos())
    assert.same({"<unk>", "b"}, build(lines, {specials = {"<unk>"}, max_tokens = 2}):get_itos())
    assert.error_matches(function() build(lines, {specials = {"<unk>"}, max_tokens = 1}) end,
      "'max_tokens' %(argument 5%): expected more than the special tokens, got number 1")
    assert.error_matches(function() build({"text"}) end, "'iterator' %(argument 1%): expected arrays of tokens")
  end)
  it("looks tokens and indices up", function()
    local v = vocab({{"a", 1}, {"b", 1}})
    assert.equal(2, #v)
    assert.equal(1, v.a)
    assert.same({2, 1}, v {"b", "a"})
    assert.equal(2, v "b")
    assert.same({"b", "a"}, v:lookup_tokens(torch.tensor({2, 1})))
    assert.equal("a", v:lookup_token(1))
    assert.is_true(v:contains "a")
    assert.is_false(v:contains "z")
    assert.is_nil(v.z)
    assert.error_matches(function() v:lookup_indices {"z"} end, "'z' is not in the vocabulary, and there is no default")
    assert.error_matches(function() v:lookup_token(3) end, "'index' %(argument 1%): expected an index from 1 to 2")
    v:set_default_index(1)
    assert.same({1, 2}, v {"z", "b"})
    assert.equal(1, v:get_default_index())
  end)
  it("takes new tokens", function()
    local v = vocab({{"a", 1}, {"b", 1}})
    v:insert_token("x", 1)
    v:append_token "y"
    assert.same({"x", "a", "b", "y"}, v:get_itos())
    assert.equal(3, v.b)
    assert.error_matches(function() v:append_token "a" end, "append_token: 'a' is in the vocabulary, with the index 2")
    assert.error_matches(function() v:insert_token("q", 6) end, "expected an index from 1 to 5, got number 6")
  end)
end)

describe("torchtext.data.utils", function()
  local utils = torchtext.data.utils
  it("basic_english: small letters, signs apart", function()
    local tokenize = utils.get_tokenizer "basic_english"
    assert.same({"you", "can", "'", "t", "now", "do", "it", "."}, tokenize 'You can\'t<br /> "now":  do it.')
    assert.same({"(", "a", ",", "b", ")", "!", "?"}, tokenize "(A,b)!?;")
    assert.same({"a", "b"}, utils.get_tokenizer(nil)(" a  b "))
    assert.error_matches(function() utils.get_tokenizer "spacy" end, "'tokenizer' %(argument 1%): expected")
  end)
  it("n-grams", function()
    local list = {}
    for gram in utils.ngrams_iterator({"here", "we", "are"}, 3) do list[#list + 1] = gram end
    assert.same({"here", "we", "are", "here we", "we are", "here we are"}, list)
  end)
end)

describe("vectors of words", function()
  local path
  local function write(bytes)
    path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    return path
  end
  after_each(function() if path then os.remove(path) end end)

  local TEXT <const> = "king 1 1 0\nqueen 1 0 1\nman 0 1 0\nwoman 0 0 1\nking 9 9 9\n"
  it("are read from text files, with a first line of counts or without", function()
    for _, head in ipairs {"", "5 3\n"} do
      local v = torchtext.vocab.Vectors(write(head .. TEXT))
      assert.same({"king", "queen", "man", "woman"}, v.itos)
      assert.same({1, 0, 1}, v.queen:tolist())
      assert.same({{0, 0, 0}, {0, 1, 0}}, v:get_vecs_by_tokens({"zebra", "man"}):tolist())
      assert.same({0, 1, 0}, v:get_vecs_by_tokens("MAN", {lower_case_backup = true}):tolist())
      os.remove(path)
    end
    local v = torchtext.vocab.Vectors(write(TEXT), {max_vectors = 2, unk_init = function(x) return x + 7 end})
    assert.equal(2, #v)
    assert.same({7, 7, 7}, v.man:tolist())
  end)
  it("have neighbours and analogies", function()
    local v = torchtext.vocab.Vectors(write(TEXT))
    assert.equal("queen", v:analogy("man", "king", "woman")[1][1])
    local list = v:most_similar("king", 2)
    assert.equal(2, #list)
    assert.is_true(math.abs(v:similarity("king", "queen") - 0.5) < 1e-6)
    assert.equal("man", v:most_similar(torch.tensor({0.1, 1, 0}), 1)[1][1])
    assert.error_matches(function() v:most_similar "zebra" end, "there is no vector of 'zebra'")
  end)
  it("damaged text files are told with the line", function()
    assert.error_matches(function() torchtext.vocab.Vectors(write "a 1 2\nb 1\n") end,
      "line 2: expected 2 numbers behind 'b', got 1")
    os.remove(path)
    assert.error_matches(function() torchtext.vocab.Vectors(write "a 1 x\n") end, "line 1: expected numbers behind 'a'")
    assert.error_matches(function() torchtext.vocab.GloVe("6B", 50, {cache = "/nowhere"}) end, "glove.6B.50d.txt")
  end)
  it("are as many as the first line of a text file says", function()
    local text = "3 2\na 1 2\nb 3 4\n"
    assert.equal(2, #torchtext.vocab.Vectors(write(text:gsub("^3", "2"))))
    os.remove(path)
    assert.equal(2, #torchtext.vocab.Vectors(write(text), {max_vectors = 2}))
    os.remove(path)
    assert.error_matches(function() torchtext.vocab.Vectors(write(text)) end, "line 1: 3 vectors; the file has 2")
  end)
  it("are read from binary files of word2vec", function()
    local bytes = "2 3\nhi " .. string.pack("<fff", 1, 2, 3) .. "\nyou " .. string.pack("<fff", -1, 0, 0.5) .. "\n"
    local v = torchtext.vocab.load_word2vec(write(bytes))
    assert.same({"hi", "you"}, v.itos)
    assert.same({{1, 2, 3}, {-1, 0, 0.5}}, v.vectors:tolist())
    os.remove(path)
    assert.error_matches(function() torchtext.vocab.load_word2vec(write(bytes:sub(1, 20))) end,
      "2 words of 3 numbers are more than the file has")
    os.remove(path)
    assert.error_matches(function() torchtext.vocab.load_word2vec(write "x") end, "%(offset 0%)")
  end)

  -- A file with two words, subwords of 3 characters, 4 buckets and rows that are powers of two.
  local function fasttext(kept, first_version)
    local parts = {first_version and "" or string.pack("<i4i4", 793712314, 12)}
    for _, x in ipairs {1, 5, 1, 1, 5, 1, 1, 2, 4, 3, 3, 100} do parts[#parts + 1] = string.pack("<i4", x) end
    parts[#parts + 1] = string.pack("<d i4i4i4 i8", 1e-4, 2, 2, 0, 10)
    if not first_version then parts[#parts + 1] = string.pack("<i8", kept or -1) end
    for _, word in ipairs {"ab", "</s>"} do parts[#parts + 1] = word .. "\0" .. string.pack("<i8i1", 5, 0) end
    parts[#parts + 1] = (first_version and "" or "\0") .. string.pack("<i8i8", 6, 1)
    for i = 0, 5 do parts[#parts + 1] = string.pack("<f", 2 ^ i) end
    return table.concat(parts)
  end
  it("are read from binary files of fastText, with subwords", function()
    local v = torchtext.vocab.load_fasttext(write(fasttext()))
    local function bucket(text) -- FNV-1a
      local h = 2166136261
      for i = 1, #text do h = ((h ~ text:byte(i)) * 16777619) & 0xFFFFFFFF end
      return 2 ^ (2 + h % 4)
    end
    assert.same({"ab", "</s>"}, v.itos)
    assert.equal((1 + bucket "<ab" + bucket "ab>") / 3, v.ab:item())
    assert.equal(2, v["</s>"]:item())
    assert.equal((bucket "<xy" + bucket "xyz" + bucket "yz>") / 3, v.xyz:item())
    assert.equal(0, v[""]:item())
    os.remove(path)
    local old = torchtext.vocab.load_fasttext(write(fasttext(nil, true)))
    assert.same(v.vectors:tolist(), old.vectors:tolist())
    assert.same(v.xyz:tolist(), old.xyz:tolist())
    os.remove(path)
    for _, bytes in ipairs {"hello, this is a text and no model of words", ("\1\0\0\0"):rep(20)} do
      assert.error_matches(function() torchtext.vocab.load_fasttext(write(bytes)) end, "offset")
      os.remove(path)
    end
    local bytes = fasttext()
    for _, n in ipairs {3, 20, 60, 90, #bytes - 1} do
      assert.error_matches(function() torchtext.vocab.load_fasttext(write(bytes:sub(1, n))) end,
        "load_fasttext: .*offset")
      os.remove(path)
    end
  end)
end)

describe("torchtext.datasets", function()
  local path
  local function write(bytes)
    path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    return path
  end
  after_each(function() os.remove(path) end)
  local function all(dataset)
    local list = {}
    for item in dataset:iter() do list[#list + 1] = item end
    return list
  end
  it("lines", function()
    assert.same({"a", "", "b\xFF"}, all(torchtext.datasets.lines(write "a\r\n\nb\xFF")))
    local long = ("x"):rep(70000)
    local d = torchtext.datasets.lines {write(long .. "\ny\n" .. long), path}
    local list = all(d)
    assert.equal(6, #list)
    assert.equal(long, list[6])
    assert.same({"Y"}, all(d:filter(function(s) return #s == 1 end):map(string.upper):take(1)))
  end)
  it("CSV and TSV", function()
    assert.same({{"1", 'a "b",\nc', ""}, {"2", "", "x"}},
      all(torchtext.datasets.csv(write '1,"a ""b"",\nc",\n\n2,,x\n')))
    assert.same({{text = "hi", label = "3"}}, all(torchtext.datasets.csv(write "text\tlabel\nhi\t3\n",
      {delimiter = "\t", header = true})))
    assert.error_matches(function() all(torchtext.datasets.csv(write "a,b\n1,2\n1\n", {header = true})) end,
      "line 3: expected 2 fields, got 1")
    assert.error_matches(function() all(torchtext.datasets.csv(write 'a\n"b')) end,
      "line 2: a quoted field without end")
  end)
  it("JSON lines", function()
    local list = all(torchtext.datasets.json_lines(write '{"a": [1, null]}\n\n"x"\n'))
    assert.same({1, torchtext.datasets.null}, list[1].a)
    assert.equal("x", list[2])
    assert.error_matches(function() all(torchtext.datasets.json_lines(write '1\n{"a" 1}\n')) end,
      "line 2: expected ':' %(offset 7%)")
  end)
end)
