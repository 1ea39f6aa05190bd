pkg_check_modules(SNDFILE QUIET IMPORTED_TARGET sndfile)
optional_library(SNDFILE libsndfile SNDFILE_FOUND)
hecate_plugin(torchaudio.file
  SOURCES file.c
  BUILT ${HECATE_HAS_SNDFILE}
  LIBRARIES PkgConfig::SNDFILE
  NEEDS libsndfile
  DEBIAN libsndfile1 libsndfile1-dev)
