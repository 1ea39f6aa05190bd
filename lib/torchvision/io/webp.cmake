pkg_search_module(WEBP QUIET IMPORTED_TARGET libwebp)
optional_library(WEBP libwebp WEBP_FOUND)
hecate_plugin(torchvision.io.webp
  SOURCES webp.c
  BUILT ${HECATE_HAS_WEBP}
  LIBRARIES PkgConfig::WEBP
  NEEDS libwebp
  DEBIAN libwebp7 libwebp-dev)
