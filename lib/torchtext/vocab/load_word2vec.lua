--- torchtext.vocab.load_word2vec(path: path, max_vectors: count = nil) -> torchtext.vocab.Vectors: The vectors of a
-- binary file of word2vec (Mikolov et al., 2013): a line with the counts of words and of numbers; of each word its
-- text, a space, and float32 numbers.
local internal = torch._C
local options = require "torch.utils.options"

local MAX_WORD <const> = 4096 -- bytes

return function(...)
  local given = options.read("load_word2vec", {{"path", kind = "string", required = true},
    {"max_vectors", kind = "count"}}, ...)
  local path = given.path
  local file <close> = internal.open_file(path, "load_word2vec")
  local size = file:size()
  local function wrong(at, what) internal.raise(("load_word2vec: %s: %s (offset %d)"):format(path, what, at)) end
  local n, dim, at = file:read(0, math.min(size, 100)):match "^(%d+) (%d+) *\n()"
  n, dim = math.tointeger(tonumber(n or "")), math.tointeger(tonumber(dim or ""))
  if not n or not dim or dim < 1 or dim > 65536 then
    wrong(0, "expected a line with the counts of words and numbers")
  end
  at = at - 1
  if n > (size - at) // (4 * dim) then
    wrong(0, ("%d words of %d numbers are more than the file has"):format(n, dim))
  end
  n = math.min(n, given.max_vectors or n)
  local vectors, itos, stoi = torch.empty(n, dim), {}, {}
  for i = 1, n do
    local head = file:read(at, math.min(MAX_WORD, size - at))
    local word, behind = head:match "^\n?([^ ]+) ()"
    if not word then wrong(at, "expected a word and a space") end
    at = at + behind - 1
    if at + 4 * dim > size then wrong(at, ("the vector of word %d is cut off"):format(i)) end
    file:fill(vectors[i], at)
    at = at + 4 * dim
    itos[i] = word
    stoi[word] = stoi[word] or i
  end
  return require "torchtext.vocab.Vectors" {itos = itos, stoi = stoi, vectors = vectors, dim = dim}
end
