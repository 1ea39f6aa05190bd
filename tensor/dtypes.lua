-- The element types, one row each. scripts/gen/dtypes.lua turns them into dtypes.h, dtypes.c and the
-- files each_<set>.h; docs/internals/dtypes.md follows a row through the program. CMake reads the rows too, for the
-- names of the types that have kernels of their own: those without compute and stored.
--
--   [1]          its name; the row's place in this file is its place in enum DType
--   storage      C type of an element in memory
--   category     "bool", "integer", "float" or "complex"; promotion never goes to a lower one
--   compute      the type that elements are converted to and from: the kernels of that one work on it;
--                without it the type has kernels of its own, and storage is what they compute in
--   stored       true: it is made, cast, copied, printed, loaded and saved, and nothing else
--   alone        true: it has nothing in common with another type, but that a float holds its integers; so has
--                what is stored
--   real         of a complex type: the type of its two parts
--   alias        a second name, as in torch.long
--   title        Torch7's word for it: FloatTensor
--   lowest, highest  the least and the largest finite number, as C constants
--   digits       binary digits of the mantissa, the hidden one counted
--   tiny         the smallest positive number of full precision
--   promotes     what two types of one category become together where that is not the later row
--   safetensors, numpy, onnx, pickle  what files of other programs call it (C128 is ours: safetensors has
--                no name for complex128, and other programs refuse it)
dtype {"bool", storage = "bool", category = "bool", title = "Bool", lowest = "0", highest = "1", safetensors = "BOOL",
  numpy = "|b1", onnx = 9, pickle = "BoolStorage"}
dtype {"uint8", storage = "uint8_t", category = "integer", title = "Byte", lowest = "0", highest = "UINT8_MAX",
  safetensors = "U8", numpy = "|u1", onnx = 2, pickle = "ByteStorage"}
dtype {"int8", storage = "int8_t", category = "integer", title = "Char", lowest = "INT8_MIN", highest = "INT8_MAX",
  promotes = {uint8 = "int16"}, safetensors = "I8", numpy = "|i1", onnx = 3, pickle = "CharStorage"}
dtype {"int16", storage = "int16_t", category = "integer", alias = "short", title = "Short", lowest = "INT16_MIN",
  highest = "INT16_MAX", safetensors = "I16", numpy = "<i2", onnx = 5, pickle = "ShortStorage"}
dtype {"int32", storage = "int32_t", category = "integer", alias = "int", title = "Int", lowest = "INT32_MIN",
  highest = "INT32_MAX", safetensors = "I32", numpy = "<i4", onnx = 6, pickle = "IntStorage"}
dtype {"int64", storage = "int64_t", category = "integer", alias = "long", title = "Long", lowest = "INT64_MIN",
  highest = "INT64_MAX", safetensors = "I64", numpy = "<i8", onnx = 7, pickle = "LongStorage"}
dtype {"uint16", storage = "uint16_t", compute = "int64", category = "integer", title = "UInt16", alone = true,
  lowest = "0", highest = "UINT16_MAX", safetensors = "U16", numpy = "<u2", onnx = 4}
dtype {"uint32", storage = "uint32_t", compute = "int64", category = "integer", title = "UInt32", alone = true,
  lowest = "0", highest = "UINT32_MAX", safetensors = "U32", numpy = "<u4", onnx = 12}
dtype {"uint64", storage = "uint64_t", category = "integer", title = "UInt64", stored = true, lowest = "0",
  highest = "UINT64_MAX", safetensors = "U64", numpy = "<u8", onnx = 13}
dtype {"float16", storage = "uint16_t", compute = "float32", category = "float", alias = "half", title = "Half",
  lowest = "-65504.0", highest = "65504.0", digits = 11, tiny = "0x1p-14", safetensors = "F16", numpy = "<f2",
  onnx = 10, pickle = "HalfStorage"}
dtype {"bfloat16", storage = "uint16_t", compute = "float32", category = "float", title = "BFloat16",
  lowest = "-0x1.FEp127", highest = "0x1.FEp127", digits = 8, tiny = "FLT_MIN", promotes = {float16 = "float32"},
  safetensors = "BF16", onnx = 16, pickle = "BFloat16Storage"}
dtype {"float32", storage = "float", category = "float", alias = "float", title = "Float", lowest = "-FLT_MAX",
  highest = "FLT_MAX", digits = 24, tiny = "FLT_MIN", safetensors = "F32", numpy = "<f4", onnx = 1,
  pickle = "FloatStorage"}
dtype {"float64", storage = "double", category = "float", alias = "double", title = "Double", lowest = "-DBL_MAX",
  highest = "DBL_MAX", digits = 53, tiny = "DBL_MIN", safetensors = "F64", numpy = "<f8", onnx = 11,
  pickle = "DoubleStorage"}
dtype {"float8_e4m3fn", storage = "uint8_t", compute = "float32", category = "float", title = "Float8_e4m3fn",
  stored = true, lowest = "-448.0", highest = "448.0", digits = 4, tiny = "0x1p-6", safetensors = "F8_E4M3", onnx = 17}
dtype {"float8_e5m2", storage = "uint8_t", compute = "float32", category = "float", title = "Float8_e5m2",
  stored = true, lowest = "-57344.0", highest = "57344.0", digits = 3, tiny = "0x1p-14", safetensors = "F8_E5M2",
  onnx = 19}
dtype {"float8_e4m3fnuz", storage = "uint8_t", compute = "float32", category = "float", title = "Float8_e4m3fnuz",
  stored = true, lowest = "-240.0", highest = "240.0", digits = 4, tiny = "0x1p-7", safetensors = "F8_E4M3FNUZ",
  onnx = 18}
dtype {"float8_e5m2fnuz", storage = "uint8_t", compute = "float32", category = "float", title = "Float8_e5m2fnuz",
  stored = true, lowest = "-57344.0", highest = "57344.0", digits = 3, tiny = "0x1p-15", safetensors = "F8_E5M2FNUZ",
  onnx = 20}
dtype {"float8_e8m0fnu", storage = "uint8_t", compute = "float32", category = "float", title = "Float8_e8m0fnu",
  stored = true, lowest = "0x1p-127", highest = "0x1p127", digits = 1, tiny = "0x1p-127", safetensors = "F8_E8M0",
  onnx = 24}
dtype {"complex64", storage = "float _Complex", category = "complex", real = "float32", alias = "cfloat",
  title = "ComplexFloat", lowest = "-FLT_MAX", highest = "FLT_MAX", promotes = {float64 = "complex128"},
  safetensors = "C64", numpy = "<c8", onnx = 14, pickle = "ComplexFloatStorage"}
dtype {"complex128", storage = "double _Complex", category = "complex", real = "float64", alias = "cdouble",
  title = "ComplexDouble", lowest = "-DBL_MAX", highest = "DBL_MAX", safetensors = "C128", numpy = "<c16", onnx = 15,
  pickle = "ComplexDoubleStorage"}
