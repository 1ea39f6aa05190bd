--- torchtext.data: Tokenizers and n-grams.
return torch._C.lazy({}, "torchtext.data")
