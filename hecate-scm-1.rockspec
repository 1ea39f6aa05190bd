-- luarocks --lua-version 5.4 make: builds torch.so from this folder and installs it where lua5.4 finds it. Nothing is
-- fetched; what scripts/setup names as packages for building has to be there. The version is that of the source tree.
package = "hecate"
version = "scm-1"
source = {url = "."}
description = {
  summary = "Tensors, gradients and neural networks in Lua",
  detailed = [[
    Torch, in Lua: tensors in C with automatic differentiation, layers, optimisers and data loading, with
    PyTorch's names. This rock is the library, for `require "torch"`; the interactive session is not part of it.
  ]],
  license = "MIT",
}
supported_platforms = {"linux"}
dependencies = {"lua ~> 5.4"}
build = {
  type = "command",
  build_command = "cmake -S . -B build-rock -DHECATE_MODULE_DIR=. -DCMAKE_INSTALL_PREFIX=$(LIBDIR)"
    .. " && cmake --build build-rock --parallel 2 --target module",
  install_command = "cmake --install build-rock --component module --prefix $(LIBDIR)",
}
