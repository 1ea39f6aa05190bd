# The tensor library for programs in C: libhecate.so, its headers, hecate.pc. Neither `all` nor the package has it:
#
#   cmake --build build --target development && cmake --install build --component development
add_library(libhecate SHARED EXCLUDE_FROM_ALL scripts/package/version.c)
set_target_properties(libhecate PROPERTIES OUTPUT_NAME hecate VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/development)
target_link_libraries(libhecate PRIVATE -Wl,--whole-archive tensor -Wl,--no-whole-archive)
target_link_options(libhecate PRIVATE -Wl,-z,nodelete) # as torch.so: threads of OpenMP outlive it
file(RELATIVE_PATH HECATE_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" HECATE_PC_UP ${HECATE_PC_UP})
configure_file(scripts/package/hecate.pc.in ${CMAKE_BINARY_DIR}/development/hecate.pc @ONLY)
add_custom_target(development DEPENDS libhecate)
install(TARGETS libhecate LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development EXCLUDE_FROM_ALL)
install(FILES tensor/tensor.h tensor/dtype.h tensor/status.h ${GENERATED}/dtypes.h ${GENERATED}/ops.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hecate COMPONENT development EXCLUDE_FROM_ALL)
install(FILES tensor/call/op.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hecate/call COMPONENT development EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_BINARY_DIR}/development/hecate.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development EXCLUDE_FROM_ALL)
