# A layer is a folder under lib/, a static library buri_<name>, the target buri::<name>, and the namespace of its code.
# Its headers are included as "buri/<name>/<file>.hpp", in the tree and when installed.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/lib" "${PROJECT_BINARY_DIR}/include/buri" SYMBOLIC)

add_library(buri_flags INTERFACE)
target_compile_options(buri_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -fstack-protector-strong "$<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>" -D_GLIBCXX_ASSERTIONS)
# g++ 12 reports std::string's operator+ falsely (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(buri_flags INTERFACE -Wno-restrict)
endif()
if(BURI_SANITIZE)
  target_compile_options(buri_flags INTERFACE -fsanitize=${BURI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(buri_flags INTERFACE -fsanitize=${BURI_SANITIZE})
  # g++ 12 reports Asio's frame allocator falsely when sanitizers are on.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(buri_flags INTERFACE -Wno-mismatched-new-delete -Wno-maybe-uninitialized)
  endif()
endif()

function(buri_layer name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp")
  add_library(buri_${name} STATIC ${sources})
  add_library(buri::${name} ALIAS buri_${name})
  set_target_properties(buri_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
  target_include_directories(buri_${name} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_compile_features(buri_${name} PUBLIC cxx_std_20)
  target_link_libraries(buri_${name} PUBLIC ${arg_PUBLIC} PRIVATE $<BUILD_INTERFACE:buri_flags> ${arg_PRIVATE})
  install(TARGETS buri_${name} EXPORT buri ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/buri/${name}"
          FILES_MATCHING PATTERN "*.hpp")
endfunction()
