# `cmake --install` gives the binary, the headers, and a package that find_package(buri) finds.
include(CMakePackageConfigHelpers)

install(EXPORT buri NAMESPACE buri:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/buri FILE buriTargets.cmake)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/buriConfig.cmake.in" "${PROJECT_BINARY_DIR}/buriConfig.cmake"
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/buri)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/buriConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/buriConfig.cmake" "${PROJECT_BINARY_DIR}/buriConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/buri)

foreach(section 1 5 7)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/man/" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}"
          FILES_MATCHING PATTERN "*.${section}")
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/completions/vpn.bash" RENAME vpn
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES "${PROJECT_SOURCE_DIR}/completions/_vpn" DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES "${PROJECT_SOURCE_DIR}/completions/vpn.fish" DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES "${PROJECT_SOURCE_DIR}/daemon/units/vpn-relay.service" DESTINATION lib/systemd/system)
