--- tokenizers.from_sentencepiece(path: path) -> any: The Tokenizer of a .model file of SentencePiece, unigram or BPE:
-- its normalization, pieces, control symbols and bytes.
local internal = torch._C
local options = require "torch.utils.options"
local protobuf = require "tokenizers.protobuf"

local UNKNOWN <const>, CONTROL <const>, USER <const> = 2, 3, 4

local PIECE <const> = {[1] = {"piece", "bytes"}, [2] = {"score", "float"}, [3] = {"type", "int"}}
local TRAINER <const> = {[3] = {"model_type", "int"}, [35] = {"byte_fallback", "int"}, [40] = {"unk_id", "int"}}
local NORMALIZER <const> = {[2] = {"charsmap", "bytes"}, [3] = {"add_dummy_prefix", "int"},
  [4] = {"remove_extra_whitespaces", "int"}, [5] = {"escape_whitespaces", "int"}}
local MODEL <const> = {[1] = {"pieces", PIECE, list = true}, [2] = {"trainer", TRAINER},
  [3] = {"normalizer", NORMALIZER}}

-- Merges of pieces, which tell only their scores: the halves of a piece that are pieces.
local function merges_of(vocab, scores)
  local list = {}
  for token, score in pairs(scores) do
    for at in utf8.codes(token) do
      local left, right = token:sub(1, at - 1), token:sub(at)
      if at > 1 and vocab[left] and vocab[right] then
        list[#list + 1] = {left, right, score = score, a = vocab[left], b = vocab[right]}
      end
    end
  end
  table.sort(list, function(x, y)
    if x.score ~= y.score then return x.score > y.score end
    local n, m = utf8.len(x[1]), utf8.len(y[1])
    if n ~= m then return n > m end
    n, m = utf8.len(x[2]), utf8.len(y[2])
    if n ~= m then return n > m end
    if x.a ~= y.a then return x.a < y.a end
    return x.b < y.b
  end)
  return list
end

local function make_model(proto, wrong)
  local models, trainer = require "tokenizers".models, proto.trainer or {}
  local vocab, scores, list, unk = {}, {}, {}, nil
  for i, piece in ipairs(proto.pieces) do
    if not piece.piece or not utf8.len(piece.piece) then wrong(("piece %d is no text"):format(i)) end
    list[i] = {piece.piece, piece.score or 0.0}
    vocab[piece.piece] = i
    if (piece.type or 1) == 1 or piece.type == USER then scores[piece.piece] = piece.score or 0.0 end
    if piece.type == UNKNOWN then unk = unk or i end
  end
  local kind, byte_fallback = trainer.model_type or 1, (trainer.byte_fallback or 0) ~= 0
  if kind == 1 then return models.Unigram(list, {unk_id = unk, byte_fallback = byte_fallback}) end
  if kind ~= 2 then wrong(("a model of type %d; 1 (unigram) and 2 (BPE) are known"):format(kind)) end
  return models.BPE {vocab = vocab, merges = merges_of(vocab, scores), unk_token = unk and list[unk][1],
    fuse_unk = true, byte_fallback = byte_fallback}
end

-- What a normalizer of SentencePiece does, but for the prefix and the escaped spaces.
local function make_normalizer(spec, encode)
  local normalizers, Regex, list = require "tokenizers".normalizers, require "tokenizers.Regex", {}
  if spec.charsmap and spec.charsmap ~= "" then list[1] = normalizers.Precompiled(encode(spec.charsmap)) end
  if (spec.remove_extra_whitespaces or 1) ~= 0 then
    list[#list + 1] = normalizers.Strip()
    list[#list + 1] = normalizers.Replace(Regex " {2,}", " ")
  end
  return #list > 0 and normalizers.Sequence(list) or nil
end

return function(...)
  local tokenizers = require "tokenizers"
  local path = options.read("from_sentencepiece", {{"path", kind = "string", required = true}}, ...).path
  local file <close> = internal.open_file(path, "from_sentencepiece")
  local function wrong(what) internal.raise(("from_sentencepiece: %s: %s"):format(path, what)) end
  local proto = protobuf.decode(file:read(0, file:size()), MODEL, wrong)
  if not proto.pieces or #proto.pieces == 0 then wrong "no pieces: this is no model of SentencePiece" end
  local tokenizer = tokenizers.Tokenizer(make_model(proto, wrong))
  local spec = proto.normalizer or {}
  tokenizer.normalizer = make_normalizer(spec, require "tokenizers.base64".encode)
  local scheme = (spec.add_dummy_prefix or 1) ~= 0 and "always" or "never"
  local is_unigram = tokenizer.model.type == "Unigram"
  tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace {prepend_scheme = scheme, split = is_unigram}
  local metaspace = tokenizers.decoders.Metaspace {prepend_scheme = scheme}
  tokenizer.decoder = tokenizers.decoders.Sequence {tokenizers.decoders.ByteFallback(), metaspace}
  local added = {}
  for _, piece in ipairs(proto.pieces) do
    local special = piece.type == CONTROL or piece.type == UNKNOWN
    if special or piece.type == USER then
      added[#added + 1] = tokenizers.AddedToken(piece.piece, {normalized = false, special = special})
    end
  end
  tokenizer:add_tokens(added)
  return tokenizer
end
