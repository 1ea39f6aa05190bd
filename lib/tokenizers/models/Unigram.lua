--- tokenizers.models.Unigram(vocab: table = {}, unk_id: int = nil, byte_fallback: bool = false): The segmentation of a
-- text whose tokens have the greatest sum of scores. vocab: an array of {token, score}, scores are logarithms of
-- probabilities; unk_id: the token of what is in none; byte_fallback: that becomes <0x00> and so on.
local Model = require "tokenizers.models.model"

local Unigram = torch.class("tokenizers.models.Unigram", Model)

function Unigram:__init(...)
  self:_construct("Unigram", {{"vocab"}, {"unk_id", kind = "positive"}, {"byte_fallback"}}, ...)
end

return Unigram
