# Packages: cmake --build build --target package makes a .deb of what is installed, with what it depends on.
# The program dpkg-shlibdeps finds the packages of the libraries that are linked; those that are opened at run time are
# named here.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hecate)
set(CPACK_PACKAGE_VENDOR Hecate)
set(CPACK_PACKAGE_CONTACT "Hecate maintainers <maintainers@hecate.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Tensors, gradients and neural networks in Lua")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Torch, in Lua: tensors in C with automatic differentiation, layers, optimisers and
data loading, with PyTorch's names. The program hecate is an interactive session and
runs scripts; torch.so is the same library for lua5.4.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)
set(opened)
if(HECATE_HAS_OPENBLAS) # the build of it that shares its threads with ours
  list(APPEND opened libopenblas0-openmp)
endif()
if(HECATE_HAS_READLINE)
  list(APPEND opened "libreadline8 | libreadline8t64")
endif()
list(JOIN opened ", " CPACK_DEBIAN_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot-qt | gnuplot-x11")
if(HECATE_HAS_ONEDNN) # convolutions are slower without it
  string(PREPEND CPACK_DEBIAN_PACKAGE_RECOMMENDS "libdnnl2, ")
endif()
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "dataset-fashion-mnist, lua5.4, libzmq5, jupyter-client")
include(CPack)
