--- tokenizers.trainers: What makes models of texts, for Tokenizer:train and train_from_iterator.
return torch._C.lazy({}, "tokenizers.trainers")
