-- Sampling at places that a grid names. A place is a row of grid, (x, y) or (x, y, z), from -1 to 1: x along the last
-- dimension of input.
local MODES = "interpolation_mode: int, padding_mode: int, align_corners: bool"
local DOC = [[ interpolation_mode is 0 (bilinear), 1 (nearest) or 2 (bicubic), padding_mode 0 (zeros), 1 (border) or
2 (reflection); see nn.functional.grid_sample.]]

-- The samplers are linear in input (or grad_output) and in tangent, so they are each other's gradients. With tangent
-- (the shape of grid) the weights are their derivatives in that direction.
local function sampler(name, doc, dims)
  op {name, "(input: Tensor, grid: Tensor, " .. MODES .. ") -> Tensor", amp = {cpu = "float", cuda = "widest"},
    method = false, types = "float", domain = name, check = dims and {
      {"input", ("input.ndim == %d"):format(dims), ("%d dimensions"):format(dims)}},
    composite = function(o)
      return (o.input:grid_sampler_along(o.grid, nil, o.interpolation_mode, o.padding_mode, o.align_corners))
    end,
    doc = doc .. DOC,
    example = dims == 5
      and "torch.grid_sampler_3d(torch.rand(1, 1, 2, 2, 2), torch.zeros(1, 1, 1, 1, 3), 0, 0, true)"
      or ("torch.%s(torch.rand(1, 1, 3, 3), torch.zeros(1, 1, 1, 2), 0, 0, true)"):format(name)}
end
sampler("grid_sampler", "input (N×C×H×W) at the places of grid (N×H'×W'×2), or volumes.")
sampler("grid_sampler_2d", "grid_sampler of planes.", 4)
sampler("grid_sampler_3d", "grid_sampler of volumes.", 5)

op {"grid_sample", "(input: Tensor, grid: Tensor, mode: bilinear|nearest|bicubic = bilinear, "
    .. "padding_mode: zeros|border|reflection = zeros, align_corners: bool = false) -> Tensor",
  module = "nn.functional", method = false, types = "float", amp = {cpu = "float", cuda = "widest"},
  domain = "grid_sample", specialize = {"mode", "padding_mode"},
  composite = function(o)
    local mode = ({bilinear = 0, nearest = 1, bicubic = 2})[o.mode]
    local padding = ({zeros = 0, border = 1, reflection = 2})[o.padding_mode]
    return (o.input:grid_sampler_along(o.grid, nil, mode, padding, o.align_corners))
  end,
  doc = [[input (N×C×H×W) read at the places of grid (N×H'×W'×2), which are (x, y) from -1 to 1. Places in
(N×C×D×H×W) are (x, y, z). "bilinear" weighs the neighbours of a place (8 of a volume), "bicubic" 16 in a plane,
"nearest" takes one. Beyond the edges there are zeros, the element at the border, or the mirror image. With
align_corners -1 and 1 are the centres of the outermost elements, else their outer edges.]],
  example = "nn.functional.grid_sample(torch.tensor({{{{1.0, 3.0}}}}), torch.zeros(1, 1, 1, 2))",
  gives = "{{{{2}}}}"}

local TANGENT = "grid: Tensor, tangent: Tensor = nil, "
op {"grid_sampler_along", "(input: Tensor, " .. TANGENT .. MODES .. ") -> Tensor", private = true, types = "float",
  infer = "grid_sampler_along", contiguous = true, domain = "grid_sampler_along", specialize = {"tangent"},
  backward = function(o)
    local mode, padding, align = o.interpolation_mode, o.padding_mode, o.align_corners
    return {input = o.grad:grid_sampler_spread(o.grid, o.as_given.tangent, o.shape_of.input, mode, padding, align),
      grid = o.grad:grid_sampler_slope(o.input, o.grid, o.as_given.tangent, mode, padding, align),
      tangent = o.tangent and o.grad:grid_sampler_slope(o.input, o.grid, nil, mode, padding, align)}
  end,
  doc = "grid_sampler, or its derivative when grid moves along tangent."}
op {"grid_sampler_spread", "(grad_output: Tensor, " .. TANGENT .. "size: shape, " .. MODES .. ") -> Tensor",
  private = true, types = "float", infer = "grid_sampler_spread", contiguous = true, domain = "grid_sampler_spread",
  specialize = {"tangent"},
  backward = function(o)
    local mode, padding, align = o.interpolation_mode, o.padding_mode, o.align_corners
    return {grad_output = o.grad:grid_sampler_along(o.grid, o.as_given.tangent, mode, padding, align),
      grid = o.grad_output:grid_sampler_slope(o.grad, o.grid, o.as_given.tangent, mode, padding, align),
      tangent = o.tangent and o.grad_output:grid_sampler_slope(o.grad, o.grid, nil, mode, padding, align)}
  end,
  doc = "The gradient of grid_sampler_along to its input, of the given size."}
op {"grid_sampler_slope", "(grad_output: Tensor, input: Tensor, " .. TANGENT .. MODES .. ") -> Tensor",
  private = true, types = "float", infer = "grid_sampler_slope", contiguous = true, domain = "grid_sampler_slope",
  specialize = {"tangent"},
  backward = function(o)
    local mode, padding, align = o.interpolation_mode, o.padding_mode, o.align_corners
    if o.tangent then
      return {grad_output = o.grad:helper("no_gradient", 1), input = o.grad:helper("no_gradient", 2),
        grid = o.grad:helper("no_gradient", 3), tangent = o.grad:helper("no_gradient", 4)}
    end
    return {grad_output = o.input:grid_sampler_along(o.grid, o.grad, mode, padding, align),
      input = o.grad_output:grid_sampler_spread(o.grid, o.grad, o.shape_of.input, mode, padding, align),
      grid = o.grad_output:grid_sampler_slope(o.input, o.grid, o.grad, mode, padding, align)}
  end,
  doc = "The gradient of grid_sampler_along to its grid."}
