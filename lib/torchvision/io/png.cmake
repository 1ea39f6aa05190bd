pkg_search_module(LIBPNG QUIET IMPORTED_TARGET libpng16 libpng)
optional_library(PNG libpng LIBPNG_FOUND)
hecate_plugin(torchvision.io.png
  SOURCES png.c
  BUILT ${HECATE_HAS_PNG}
  LIBRARIES PkgConfig::LIBPNG
  NEEDS libpng
  DEBIAN libpng16-16 libpng-dev)
