-- Places in sorted sequences.
op {"searchsorted", "(sequence: Tensor, values: Tensor, right: bool = false) -> Positions", private = true,
  infer = "searchsorted", contiguous = true,
  doc = [[Where values would be inserted into sequence, which is sorted along its last dimension: before equal elements,
or behind them with right. The other dimensions are those of values, or sequence is a vector. One dtype.]]}
