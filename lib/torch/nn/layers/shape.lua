-- Layers that change the shape, and dropout.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

layer {"Flatten", "(start_dim: dim = 2, end_dim: dim = -1)", repr = "start_dim end_dim",
  forward = function(m, input) return input:flatten(m.start_dim, m.end_dim) end,
  doc = "Dimensions start_dim to end_dim made one; by default all but the batch's.",
  example = "nn.Flatten()(torch.zeros(2, 3, 4)).shape"}

layer {"Unflatten", "(dim: dim, unflattened_size: ints)", repr = "dim unflattened_size",
  forward = function(m, input) return input:unflatten(m.dim, m.unflattened_size) end,
  doc = "Dimension dim becomes several, of the given sizes; one may be -1.", domain = "unflatten",
  notes = {unflattened_size = "the sizes, of which one may be -1"},
  example = "nn.Unflatten(2, {2, 3})(torch.zeros(2, 6)).shape"}

layer {"Dropout", "(p: float = 0.5, inplace: bool = false)", repr = "p inplace",
  check = {{"p >= 0 && p <= 1", "'p' (argument 1): expected a probability from 0 to 1, got {p}"}},
  forward = function(m, input)
    local out = F.dropout(input, m.p, m.training)
    if m.training and m.inplace then return input:copy_(out) end
    return out
  end,
  doc = [[In training sets each element to 0 with probability p and divides the others by 1 - p; in evaluation the
identity (Srivastava et al. 2014).]],
  example = "nn.Dropout(0.5):eval()(torch.ones(2))"}
