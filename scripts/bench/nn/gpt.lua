--- gpt(classes, layers, width, heads, context): a language model as GPT-2 is made, with pre-normalisation.
local F = nn.functional

local Block = torch.class("GptBlock", nn.Module)
function Block:__init(width, heads)
  self.heads = heads
  self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
  self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
  self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
end

--- `cache`: the keys and values of the positions before, to which those of x are added; nil in training.
function Block:attend(x, cache)
  local n, length, width = x:size(1), x:size(2), x:size(3)
  local parts = self.qkv(x):reshape(n, length, 3, self.heads, width // self.heads):permute(3, 1, 4, 2, 5):unbind(1)
  local q, k, v = parts[1], parts[2], parts[3]
  if cache then
    if cache.k then k, v = torch.cat({cache.k, k}, 3), torch.cat({cache.v, v}, 3) end
    cache.k, cache.v = k, v
  end
  local out = F.scaled_dot_product_attention(q, k, v, {is_causal = length > 1})
  return self.out(out:transpose(2, 3):reshape(n, length, width))
end

function Block:forward(x, cache)
  x = x + self:attend(self.norm1(x), cache)
  return x + self.down(F.gelu(self.up(self.norm2(x))))
end

local Gpt = torch.class("Gpt", nn.Module)
function Gpt:__init(classes, layers, width, heads, context)
  self.tokens, self.positions = nn.Embedding(classes, width), nn.Embedding(context, width)
  self.blocks = nn.ModuleList()
  for _ = 1, layers do self.blocks:append(Block(width, heads)) end
  self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)
end

function Gpt:forward(ids, caches)
  local from = caches and caches.length or 0
  local x = self.tokens(ids) + self.positions(torch.arange(from + 1, from + ids:size(2) + 1))
  for i, block in ipairs(self.blocks) do
    if caches then caches[i] = caches[i] or {} end
    x = block(x, caches and caches[i])
  end
  if caches then caches.length = from + ids:size(2) end
  return self.head(self.norm(x))
end

return Gpt
