--- torchtext.vocab.GloVe(name: string = "840B", dim: positive = 300, cache: string = ".vector_cache",
-- unk_init: function = nil, max_vectors: count = nil) -> torchtext.vocab.Vectors: The vectors of the file
-- glove.NAME.DIMd.txt in the folder cache (Pennington et al., 2014; from nlp.stanford.edu/projects/glove).
-- name: "42B", "840B", "twitter.27B" or "6B".
local options = require "torch.utils.options"

return function(...)
  local given = options.read("GloVe", {{"name", kind = "string", default = "840B"},
    {"dim", kind = "positive", default = 300}, {"cache", kind = "string", default = ".vector_cache"},
    {"unk_init", kind = "callable"}, {"max_vectors", kind = "count"}}, ...)
  return require "torchtext.vocab.Vectors"(("glove.%s.%dd.txt"):format(given.name, given.dim),
    {cache = given.cache, unk_init = given.unk_init, max_vectors = given.max_vectors})
end
