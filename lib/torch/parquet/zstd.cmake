pkg_check_modules(ZSTD QUIET IMPORTED_TARGET libzstd)
optional_library(ZSTD Zstandard ZSTD_FOUND)
hecate_plugin(torch.parquet.zstd
  SOURCES zstd.c
  BUILT ${HECATE_HAS_ZSTD}
  LIBRARIES PkgConfig::ZSTD
  NEEDS Zstandard
  DEBIAN libzstd1 libzstd-dev)
