--- torchaudio.compliance: features as other programs compute them.
return {kaldi = require "torchaudio.compliance.kaldi"}
