--- torchtext.vocab.FastText(language: string = "en", cache: string = ".vector_cache", unk_init: function = nil,
-- max_vectors: count = nil) -> torchtext.vocab.Vectors: The vectors of the file wiki.LANGUAGE.vec in the folder cache
-- (Bojanowski et al., 2017; from fasttext.cc). Files with subwords: torchtext.vocab.load_fasttext.
local options = require "torch.utils.options"

return function(...)
  local given = options.read("FastText", {{"language", kind = "string", default = "en"},
    {"cache", kind = "string", default = ".vector_cache"}, {"unk_init", kind = "callable"},
    {"max_vectors", kind = "count"}}, ...)
  return require "torchtext.vocab.Vectors"(("wiki.%s.vec"):format(given.language),
    {cache = given.cache, unk_init = given.unk_init, max_vectors = given.max_vectors})
end
