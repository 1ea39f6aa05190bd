--- tokenizers: From texts to ids and back: tokenizer.json files, as the package of that name reads and writes them. It
-- needs PCRE2 and utf8proc.
return torch._C.lazy({}, "tokenizers")
