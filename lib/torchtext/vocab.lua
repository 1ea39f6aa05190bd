--- torchtext.vocab: Vocabularies, and vectors of words.
return torch._C.lazy({}, "torchtext.vocab")
