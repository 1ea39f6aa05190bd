--- tokenizers.models: What makes tokens of words: BPE, WordPiece, Unigram, WordLevel.
return torch._C.lazy({}, "tokenizers.models")
