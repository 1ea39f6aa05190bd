-- Sampled arguments of ops that only move elements, for domains.lua.
return function(by_name, _, make)
  local pack, x, constant = make.pack, make.x, make.constant
  function by_name.view() return {pack(x(2, 3), {3, 2}), pack(x(2, 3), {-1}), pack(x(1), {})} end
  function by_name.permute()
    return {pack(x(2, 3), {2, 1}), pack(x(2, 3, 2), {3, 1, 2}), pack(x(2, 3, 1), {-1, 1, 2})}
  end
  function by_name.transpose() return {pack(x(2, 3), 1, 2), pack(x(2, 3, 2), -1, 1)} end
  function by_name.t() return {pack(x(2, 3)), pack(x(3))} end
  function by_name.expand() return {pack(x(2, 1), {2, 3}), pack(x(3), {2, -1}), pack(x(), {2, 2})} end
  function by_name.squeeze() return {pack(x(2, 1, 3)), pack(x(1, 2, 1), {1}), pack(x(1, 2, 1), {1, 3})} end
  function by_name.unsqueeze() return {pack(x(2, 3), 1), pack(x(2, 3), -1), pack(x(), 1)} end
  function by_name.split() return {pack(x(5, 2), 2), pack(x(2, 3), 3, 2)} end
  function by_name.split_sizes() return {pack(x(5, 2), {2, 0, 3}), pack(x(2, 3), {1, 2}, -1)} end
  function by_name.chunk() return {pack(x(5, 2), 2), pack(x(2, 3), 3, 2)} end
  function by_name.unbind() return {pack(x(3, 2)), pack(x(2, 3), 2), pack(x(1))} end
  function by_name.narrow() return {pack(x(2, 4), 2, 2, 2), pack(x(3), 1, -2, 2), pack(x(4, 2), 1, 4, 1)} end
  function by_name.select() return {pack(x(2, 4), 2, 3), pack(x(3), 1, -1)} end
  function by_name.slice() return {pack(x(2, 5), 2, 1, 5, 2), pack(x(4), 1, 2, 3, 1), pack(x(5, 2), 1, 2, 5, 3)} end
  function by_name.diagonal() return {pack(x(3, 3)), pack(x(3, 4), 1), pack(x(2, 3, 4), -1, 3, 2)} end
  function by_name.as_strided()
    return {pack(x(6), {2, 2}, {1, 2}), pack(x(2, 3), {2, 2}, {3, 1}, 1), pack(x(6), {3, 2}, {1, 1}, 0)}
  end
  function by_name.as_strided_scatter()
    return {pack(x(6), x(2, 2), {2, 2}, {1, 2}), pack(x(2, 3), x(2, 2), {2, 2}, {3, 1}, 1)}
  end
  function by_name.reshape() return {pack(x(2, 3), {3, 2})} end
  function by_name.flatten() return {pack(x(2, 3, 2)), pack(x(2, 3, 2), 2, 3)} end
  function by_name.unflatten() return {pack(x(2, 6), 2, {2, -1})} end
  by_name["repeat"] = function() return {pack(x(2, 3), {2, 2}), pack(x(3), {2, 1, 2})} end
  function by_name.flip() return {pack(x(2, 3), {1}), pack(x(2, 3, 2), {1, 3}), pack(x(2), {})} end
  function by_name.fliplr() return {pack(x(2, 3))} end
  by_name.flipud = by_name.fliplr
  function by_name.roll() return {pack(x(2, 3), 2), pack(x(2, 3), {1, -1}, {1, 2}), pack(x(2, 3), -7, 2)} end
  function by_name.rot90()
    return {pack(x(2, 3)), pack(x(2, 3), 2), pack(x(2, 3, 2), 3, {1, 3}), pack(x(2, 2), 0)}
  end
  function by_name.movedim() return {pack(x(2, 3, 2), 1, 3), pack(x(2, 3, 2), {1, 2}, {-1, 1})} end
  by_name.moveaxis, by_name.swapaxes, by_name.swapdims = by_name.movedim, by_name.transpose, by_name.transpose
  function by_name.adjoint() return {pack(x(2, 3)), pack(x(2, 2, 3))} end
  function by_name.tile() return {pack(x(2, 3), {2}), pack(x(3), {2, 2}), pack(x(2, 3), {1, 2})} end
  function by_name.ravel() return {pack(x(2, 3))} end
  function by_name.view_as() return {pack(x(2, 3), constant(3, 2))} end
  by_name.reshape_as = by_name.view_as
  function by_name.unfold() return {pack(x(5), 1, 3, 1), pack(x(2, 5), 2, 2, 2), pack(x(4, 2), 1, 1, 3)} end
  function by_name.diag_embed() return {pack(x(3)), pack(x(2, 3), 1), pack(x(2, 3), -1, 3, 1)} end
  function by_name.diagflat() return {pack(x(2, 2)), pack(x(3), -1)} end
  function by_name.diag() return {pack(x(3)), pack(x(3), 1), pack(x(2, 3)), pack(x(3, 2), -1)} end
  function by_name.trace() return {pack(x(2, 3)), pack(x(3, 3))} end
  function by_name.select_scatter() return {pack(x(2, 3), x(3), 1, 2), pack(x(2, 3), x(2), -1, -1)} end
  function by_name.slice_scatter() return {pack(x(5, 2), x(2, 2), 1, 2, 4, 2), pack(x(2, 3), x(2, 3), 2)} end
  function by_name.diagonal_scatter() return {pack(x(3, 3), x(3)), pack(x(2, 3), x(2), 1)} end
  for _, name in ipairs {"view", "expand", "permute", "transpose", "t", "unsqueeze", "squeeze", "narrow", "select",
    "slice", "diagonal", "unfold"} do
    by_name[name .. "_copy"] = by_name[name]
  end
  by_name.alias_copy = by_name.ravel
  function by_name.contiguous() return {pack(x(2, 3))} end
  function by_name.expand_as() return {pack(x(3, 1), constant(3, 4))} end
end
