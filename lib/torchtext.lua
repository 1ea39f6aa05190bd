--- torchtext: Vocabularies, simple tokenizers, vectors of words, data sets of texts. `tokenizers` has those of models.
return torch._C.lazy({}, "torchtext")
