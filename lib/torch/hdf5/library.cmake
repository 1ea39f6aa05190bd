# The serial library where several are installed.
pkg_search_module(HDF5 QUIET IMPORTED_TARGET hdf5-serial hdf5)
optional_library(HDF5 HDF5 HDF5_FOUND)
hecate_plugin(torch.hdf5.library
  SOURCES library.c types.c strings.c
  BUILT ${HECATE_HAS_HDF5}
  LIBRARIES PkgConfig::HDF5
  NEEDS HDF5
  DEBIAN libhdf5-103-1 libhdf5-dev)
