--- Parts of spectrograms hidden at random.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

local masks = {}

local MASK <const> = {{"mask_param", kind = "count", required = true}, {"mask_value", required = true},
  {"axis", kind = "integer", required = true}, {"p", kind = "number", default = 1}}

--- Checks what both functions share: the axis, and the largest width of a mask.
local function read_mask(name, first, least, ...)
  local given = options.read(name, {argument.tensor(first), table.unpack(MASK)}, ...)
  local x = argument.wave(name, first, 1, given[first], least)
  local axis, ndim = given.axis, x.ndim
  if axis < 0 then axis = axis + ndim + 1 end
  if axis ~= ndim and axis ~= ndim - 1 then
    options.wrong(name, "axis", 4, ("%d (frequencies) or %d (time)"):format(ndim - 1, ndim), given.axis)
  end
  argument.range(name, "p", 5, given.p, 0, 1)
  local width = given.mask_param
  if given.p < 1 then width = math.min(width, math.tointeger(x:size(axis) * given.p // 1)) end
  return given, x, axis, width
end

--- x with `value` from `first` on, before `last` (both count from 0) of dimension `axis`.
local function hide(x, axis, first, last, value)
  local places = torch.arange(x:size(axis), {device = x.device, dtype = torch.float32})
  if axis == x.ndim - 1 then places = places:unsqueeze(2) end
  local inside = places:ge(first):logical_and(places:lt(last))
  if torch.is_tensor(value) then return torch.where(inside, value, x) end
  return x:masked_fill(inside, value)
end

local function check_value(name, value)
  if type(value) ~= "number" and not torch.is_tensor(value) then
    options.wrong(name, "mask_value", 3, "a number or a tensor", value)
  end
end

--- torchaudio.functional.mask_along_axis(specgram: Tensor, mask_param: int, mask_value: float, axis: dim, p: float =
-- 1) -> Tensor: A spectrogram (…×frequencies×frames) in which a strip of random width, below mask_param and at
-- most a share p, at a random place of `axis`, is mask_value. All spectrograms of a batch get the same strip.
-- Example: torchaudio.functional.mask_along_axis(torch.ones(4, 6), 3, 0, 2).shape
function masks.mask_along_axis(...)
  local name = "mask_along_axis"
  local given, x, axis, width = read_mask(name, "specgram", 2, ...)
  check_value(name, given.mask_value)
  if width < 1 then return x end
  local wide = torch.rand(1) * width
  local from = torch.rand(1) * (x:size(axis) - wide)
  local first = from:long()
  return hide(x, axis, first:to(x.device), (first + wide:long()):to(x.device), given.mask_value)
end

--- torchaudio.functional.mask_along_axis_iid(specgrams: Tensor, mask_param: int, mask_value: float, axis: dim,
-- p: float = 1) -> Tensor: mask_along_axis with a strip of its own for each spectrogram (…×frequencies×frames).
-- Example: torchaudio.functional.mask_along_axis_iid(torch.ones(2, 4, 6), 3, 0, 3).shape
function masks.mask_along_axis_iid(...)
  local name = "mask_along_axis_iid"
  local given, x, axis, width = read_mask(name, "specgrams", 3, ...)
  check_value(name, given.mask_value)
  if width < 1 then return x end
  local lead = {table.unpack(x.shape, 1, x.ndim - 2)}
  local how = {dtype = x.dtype, device = x.device}
  local wide = torch.rand(lead, how) * width
  local first = (torch.rand(lead, how) * (x:size(axis) - wide)):long()
  local last = first + wide:long()
  return hide(x, axis, first:unsqueeze(-1):unsqueeze(-1), last:unsqueeze(-1):unsqueeze(-1), given.mask_value)
end

return masks
