find_package(GIF 5 QUIET)
optional_library(GIF giflib GIF_FOUND)
hecate_plugin(torchvision.io.gif
  SOURCES gif.c gif_writer.c palette.c
  BUILT ${HECATE_HAS_GIF}
  LIBRARIES GIF::GIF
  NEEDS giflib
  DEBIAN libgif7 libgif-dev)
