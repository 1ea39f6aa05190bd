--- torchaudio: sound: files, signals and their features, data sets.
return torch._C.lazy({}, "torchaudio")
