# Its errors belong to one file since 4.5.
pkg_search_module(LIBTIFF QUIET IMPORTED_TARGET libtiff-4>=4.5)
optional_library(TIFF libtiff LIBTIFF_FOUND)
hecate_plugin(torchvision.io.tiff
  SOURCES tiff.c tiff_writer.c tiff_memory.c
  BUILT ${HECATE_HAS_TIFF}
  LIBRARIES PkgConfig::LIBTIFF
  NEEDS libtiff
  DEBIAN libtiff6 libtiff-dev)
