-- What the rules of vmap for convolutions, recurrent layers and batch normalisation share: samples that have values of
-- their own become channels of their own.
local channels = {}

--- (samples, N, C, …) as (N, samples · C, …).
function channels.join(t) return t and t:transpose(1, 2):flatten(2, 3) end

--- (N, samples · C, …) as (samples, N, C, …).
function channels.part(node, t)
  return t:reshape(t:size(1), node.n, -1, table.unpack(t.shape, 3)):transpose(1, 2)
end

return channels
