# Every third-party library, once. All come from Debian 12 packages.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)

# libqrencode-dev ships no CMake package.
find_path(QRENCODE_INCLUDE_DIR qrencode.h REQUIRED)
find_library(QRENCODE_LIBRARY qrencode REQUIRED)
add_library(buri_qrencode INTERFACE)
target_include_directories(buri_qrencode SYSTEM INTERFACE "${QRENCODE_INCLUDE_DIR}")
target_link_libraries(buri_qrencode INTERFACE "${QRENCODE_LIBRARY}")

# libminiupnpc-dev ships no CMake package.
find_path(MINIUPNPC_INCLUDE_DIR miniupnpc/miniupnpc.h REQUIRED)
find_library(MINIUPNPC_LIBRARY miniupnpc REQUIRED)
add_library(buri_miniupnpc INTERFACE)
target_include_directories(buri_miniupnpc SYSTEM INTERFACE "$<BUILD_INTERFACE:${MINIUPNPC_INCLUDE_DIR}>")
target_link_libraries(buri_miniupnpc INTERFACE "${MINIUPNPC_LIBRARY}")
install(TARGETS buri_miniupnpc EXPORT buri)

# libasio-dev ships no CMake package. Asio's own code is compiled once, in lib/net/asio_impl.cpp.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(buri_asio INTERFACE)
target_include_directories(buri_asio SYSTEM INTERFACE "$<BUILD_INTERFACE:${ASIO_INCLUDE_DIR}>")
target_compile_definitions(buri_asio INTERFACE ASIO_STANDALONE ASIO_SEPARATE_COMPILATION ASIO_NO_DEPRECATED)
target_link_libraries(buri_asio INTERFACE Threads::Threads)
install(TARGETS buri_asio EXPORT buri)
