# The one place for warnings, hardening and sanitizers. Every target of ours links project_flags.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g") # without NDEBUG: asserts live in release

option(WARNINGS_AS_ERRORS "Fail the build on any warning" OFF)
set(SANITIZERS "" CACHE STRING "Comma-separated list for -fsanitize, or empty")

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

add_library(project_flags INTERFACE)
target_include_directories(project_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(project_flags INTERFACE _GNU_SOURCE)
target_compile_options(project_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wvla -Wundef -Wwrite-strings -Wcast-qual -Wcast-align
    -Wpointer-arith -Wswitch-enum -Wnull-dereference -Wdouble-promotion -Wdate-time
    -Werror=implicit-function-declaration -Werror=incompatible-pointer-types -Werror=int-conversion
    -Werror=return-type -Werror=format-security
    -fno-common -fvisibility=hidden -fstack-protector-strong -fstack-clash-protection)
target_link_options(project_flags INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)

if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    target_compile_options(project_flags INTERFACE
        -Wimplicit-fallthrough -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init -Walloc-zero -Wtrampolines
        -Wformat-overflow=2 -Wformat-truncation=2 -Wstringop-overflow=4)
    if(NOT SANITIZERS)
        target_compile_options(project_flags INTERFACE $<$<CONFIG:RelWithDebInfo>:-ftrivial-auto-var-init=zero>)
    endif()
else()
    # not -Wimplicit-fallthrough: uthash marks its own with a comment, which only GCC reads
    target_compile_options(project_flags INTERFACE
        -Wcomma -Wunreachable-code -Wconditional-uninitialized -Wassign-enum -Wmissing-variable-declarations)
endif()

if(WARNINGS_AS_ERRORS)
    target_compile_options(project_flags INTERFACE -Werror)
endif()

if(SANITIZERS)
    target_compile_options(project_flags INTERFACE -fsanitize=${SANITIZERS} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(project_flags INTERFACE -fsanitize=${SANITIZERS})
else()
    target_compile_options(project_flags INTERFACE
        $<$<CONFIG:RelWithDebInfo>:-U_FORTIFY_SOURCE> $<$<CONFIG:RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
endif()
