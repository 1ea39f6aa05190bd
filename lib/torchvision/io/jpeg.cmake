pkg_search_module(TURBOJPEG QUIET IMPORTED_TARGET libturbojpeg)
optional_library(JPEG libturbojpeg TURBOJPEG_FOUND)
hecate_plugin(torchvision.io.jpeg
  SOURCES jpeg.c
  BUILT ${HECATE_HAS_JPEG}
  LIBRARIES PkgConfig::TURBOJPEG
  NEEDS libturbojpeg
  DEBIAN libturbojpeg0 libturbojpeg0-dev)
