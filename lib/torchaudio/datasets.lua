--- torchaudio.datasets: data sets of sound in the layouts in which they are published.
return torch._C.lazy({}, "torchaudio.datasets")
