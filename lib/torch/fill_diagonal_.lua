local options = require "torch.utils.options"

--- torch.fill_diagonal_(input: Tensor, fill_value: number, wrap: bool = false) -> Tensor: Writes a number on the main
-- diagonal: of a matrix, or of a tensor of more dimensions of one size. With wrap the diagonal of a matrix with more
-- rows than columns begins again below, one row left out.
-- Example: torch.zeros(3, 3):fill_diagonal_(5)
return function(...)
  local given = options.read("fill_diagonal_", {{"input", kind = "tensor", required = true},
    {"fill_value", kind = "number", required = true}, {"wrap", kind = "boolean", default = false}}, ...)
  local x = given.input
  if x.ndim < 2 then options.wrong("fill_diagonal_", "input", 1, "at least 2 dimensions", x) end
  local least, step = x:size(1), 0
  for d = 1, x.ndim do
    if x.ndim > 2 and x:size(d) ~= x:size(1) then
      options.wrong("fill_diagonal_", "input", 1, "dimensions of one size", x)
    end
    least, step = math.min(least, x:size(d)), step + x:stride(d)
  end
  x:as_strided({least}, {step}, x:storage_offset()):fill_(given.fill_value)
  local rows, columns = x:size(1), x:size(2)
  if given.wrap and x.ndim == 2 and rows > columns + 1 then
    for first = columns + 2, rows, columns + 1 do
      local part = x:narrow(1, first, math.min(columns, rows - first + 1))
      part:as_strided({math.min(columns, part:size(1))}, {step}, part:storage_offset()):fill_(given.fill_value)
    end
  end
  return x
end
