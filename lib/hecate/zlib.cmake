find_package(ZLIB)
optional_library(ZLIB zlib ZLIB_FOUND)
hecate_plugin(hecate.zlib
  SOURCES zlib.c
  BUILT ${HECATE_HAS_ZLIB}
  LIBRARIES ZLIB::ZLIB
  NEEDS zlib
  DEBIAN zlib1g zlib1g-dev)
