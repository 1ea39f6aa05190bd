pkg_search_module(CURL QUIET IMPORTED_TARGET libcurl)
optional_library(CURL libcurl CURL_FOUND)
hecate_plugin(torch.hub.curl
  SOURCES curl.c
  BUILT ${HECATE_HAS_CURL}
  LIBRARIES PkgConfig::CURL
  NEEDS libcurl
  DEBIAN libcurl4 libcurl4-openssl-dev)
