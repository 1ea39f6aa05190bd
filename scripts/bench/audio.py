"""The work of audio.lua in torchaudio: python3 audio.py ROW prints the processor time of one call, after one to warm up."""
import os
import sys
import time

import torch

torch.version.cuda = None  # torchaudio 2.11 compares it with that of the torch it was built for
import torchaudio  # noqa: E402

torch.set_num_threads(int(os.environ.get("BENCH_THREADS", "1")))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3600"))
T, F, kaldi = torchaudio.transforms, torchaudio.functional, torchaudio.compliance.kaldi


def noise(rate):
    return torch.rand(1, SECONDS * rate) - 0.5


def mel():
    transform, x = T.MelSpectrogram(sample_rate=16000, n_fft=400, hop_length=160, n_mels=80), noise(16000)
    return lambda: transform(x)


def mfcc():
    transform = T.MFCC(sample_rate=16000, n_mfcc=40, melkwargs=dict(n_fft=400, hop_length=160, n_mels=80))
    x = noise(16000)
    return lambda: transform(x)


def resample():
    x = noise(44100)
    return lambda: F.resample(x, 44100, 16000)


def spectrogram():
    transform, x = T.Spectrogram(n_fft=512, hop_length=160, power=None), noise(16000)
    return lambda: transform(x)


def fbank():
    x = noise(16000)
    return lambda: kaldi.fbank(x, num_mel_bins=40)


def lowpass():
    x = noise(16000)
    return lambda: F.lowpass_biquad(x, 16000, 1000)


def griffin():
    transform, x = T.GriffinLim(n_fft=512, hop_length=128, n_iter=4), torch.rand(257, 7500)
    return lambda: transform(x)


work = [mel, mfcc, resample, spectrogram, fbank, lowpass, griffin][int(sys.argv[1])]()
with torch.no_grad():
    work()
    start = time.process_time()
    work()
    print(time.process_time() - start)
