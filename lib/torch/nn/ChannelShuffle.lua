local composed = require "torch.nn.composed"

--- nn.ChannelShuffle(groups: int): nn.functional.channel_shuffle as a layer.
return composed("ChannelShuffle", {{"groups", kind = "positive", required = true}}, {repr = "groups",
  forward = function(self, x) return torch.nn.functional.channel_shuffle(x, self.groups) end})
