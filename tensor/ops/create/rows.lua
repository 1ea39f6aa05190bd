-- Creation. Rows marked `creation` take dtype, device and requires_grad by name, and generator where they are random:
-- one list for all, in scripts/gen/schema.lua.
op {"empty", "(size: shape) -> Tensor", creation = true, moves = true, random = "memory",
  doc = "A tensor with whatever the memory held (bool: false).", example = "torch.empty(2, 3)"}
op {"zeros", "(size: shape) -> Tensor", creation = true, moves = true, doc = "Zeros.",
  example = "torch.zeros(2, 3)", gives = "{{0, 0, 0}, {0, 0, 0}}"}
op {"ones", "(size: shape) -> Tensor", creation = true, moves = true, doc = "Ones.",
  example = "torch.ones(2, 3)", gives = "{{1, 1, 1}, {1, 1, 1}}"}
op {"full", "(size: shape, fill_value: number) -> Tensor", creation = true, moves = true,
  doc = "Every element fill_value, of its kind (bool, int64 or the default float) unless dtype says otherwise.",
  example = "torch.full({2, 3}, 7)", gives = "{{7, 7, 7}, {7, 7, 7}}"}
op {"arange", "(start: number, end_: number = nil, step: number = 1) -> Tensor", creation = true, types = "number",
  doc = "start, start + step, … below end; arange(n) counts from 0. int64 when all are integers.",
  example = "torch.arange(0, 1, 0.25)", gives = "{0, 0.25, 0.5, 0.75}"}
op {"linspace", "(start: number, end_: number, steps: int) -> Tensor", creation = true, types = "number",
  complex = true, doc = "steps evenly spaced values from start to end, both included.",
  example = "torch.linspace(0, 1, 5)", gives = "{0, 0.25, 0.5, 0.75, 1}"}
op {"eye", "(n: int, m: int = nil) -> Tensor", creation = true, moves = true,
  doc = "n × m (default n) with ones on the diagonal.", example = "torch.eye(3)",
  gives = "{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}"}
op {"empty_like", "(input: Tensor) -> Tensor", creation = true, moves = true, random = "memory", method = false,
  doc = "empty in the shape and dtype of input.", example = "torch.empty_like(torch.ones(2))"}
op {"zeros_like", "(input: Tensor) -> Tensor", creation = true, moves = true, method = false,
  doc = "Zeros in the shape and dtype of input.", example = "torch.zeros_like(torch.ones(2))", gives = "{0, 0}"}
op {"ones_like", "(input: Tensor) -> Tensor", creation = true, moves = true, method = false,
  doc = "Ones in the shape and dtype of input.", example = "torch.ones_like(torch.zeros(2))", gives = "{1, 1}"}
op {"full_like", "(input: Tensor, fill_value: number) -> Tensor", creation = true, moves = true, method = false,
  doc = "fill_value in the shape and dtype of input.", example = "torch.full_like(torch.zeros(2), 3)", gives = "{3, 3}"}
op {"new_zeros", "(input: Tensor, size: shape) -> Tensor", creation = true, moves = true,
  doc = "Zeros of the given size in the dtype of input.", example = "torch.ones(2):new_zeros(3)", gives = "{0, 0, 0}"}
op {"new_full", "(input: Tensor, size: shape, fill_value: number) -> Tensor", creation = true, moves = true,
  doc = "fill_value in the given size and the dtype of input.", example = "torch.ones(2):new_full({3}, 5)",
  gives = "{5, 5, 5}"}
op {"new_empty", "(input: Tensor, size: shape) -> Tensor", creation = true, moves = true, random = "memory",
  doc = "empty of the given size in the dtype of input.", example = "torch.ones(2):new_empty(3)"}
op {"new_ones", "(input: Tensor, size: shape) -> Tensor", creation = true, moves = true,
  doc = "Ones of the given size in the dtype of input.", example = "torch.ones(2):new_ones(3)", gives = "{1, 1, 1}"}
