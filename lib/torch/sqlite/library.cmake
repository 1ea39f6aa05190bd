pkg_search_module(SQLITE QUIET IMPORTED_TARGET sqlite3)
optional_library(SQLITE SQLite SQLITE_FOUND)
hecate_plugin(torch.sqlite.library
  SOURCES library.c columns.c
  BUILT ${HECATE_HAS_SQLITE}
  LIBRARIES PkgConfig::SQLITE
  NEEDS SQLite
  DEBIAN libsqlite3-0 libsqlite3-dev)
