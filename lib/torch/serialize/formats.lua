-- What to do with a file that torch.load cannot read: formats of others by the words of torch._C.file_format.
local UNPACK <const> = "unpack it first"

local advice = {
  ["a file of Torch7 (.t7)"] = "Torch7's files cannot be read yet",
  ["an ONNX model"] = "ONNX models cannot be read yet", ["a GGUF file"] = "GGUF files cannot be read yet",
  ["an IDX file"] = "torchvision.datasets.MNIST(folder) reads the folder that it lies in",
  ["a JSON text"] = "require \"torch.json\".decode(text) reads it", ["a script"] = "dofile(path) runs it",
  ["a text"] = "torch.csv.read(path) reads a table, io.lines(path) gives lines",
  ["a compiled Lua program"] = "dofile(path) runs it", ["a file that gzip packed"] = UNPACK,
  ["a file that bzip2 packed"] = UNPACK, ["a file that xz packed"] = UNPACK, ["a file that zstd packed"] = UNPACK,
  ["a tar archive"] = UNPACK, ["a 7z archive"] = UNPACK,
  ["a pointer of Git LFS, not the file itself"] = "git lfs pull fetches the file",
}

return function(format) return advice[format] and "; " .. advice[format] or "" end
