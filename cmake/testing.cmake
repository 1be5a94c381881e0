# Helpers for tests. Labels: lint, unit, component, system, fuzz.

include(CTest)

# kt_unit_test(NAME base.buffer SOURCES test_buffer.c LIBRARIES kt_base): a cmocka program, ctest unit.base.buffer.
function(kt_unit_test)
    cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBRARIES" ${ARGN})
    string(REPLACE . _ target test_${arg_NAME})
    add_executable(${target} ${arg_SOURCES})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    target_link_libraries(${target} PRIVATE project_flags ${arg_LIBRARIES} dep::cmocka)
    add_test(NAME unit.${arg_NAME} COMMAND ${target} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(unit.${arg_NAME} PROPERTIES LABELS unit TIMEOUT 60
        ENVIRONMENT "ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1")
endfunction()

# kt_fuzz_target(NAME event SOURCES fuzz_event.c LIBRARIES kt_domain): libFuzzer over tests/fuzz/corpus/event, in the
# fuzz preset only. New inputs go to the build folder, never to the source tree.
function(kt_fuzz_target)
    cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBRARIES" ${ARGN})
    if(NOT SANITIZERS MATCHES fuzzer)
        return()
    endif()
    set(found ${CMAKE_CURRENT_BINARY_DIR}/found-${arg_NAME})
    file(MAKE_DIRECTORY ${found})
    add_executable(fuzz_${arg_NAME} ${arg_SOURCES})
    target_link_libraries(fuzz_${arg_NAME} PRIVATE project_flags ${arg_LIBRARIES})
    target_link_options(fuzz_${arg_NAME} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${arg_NAME}
        COMMAND fuzz_${arg_NAME} -max_total_time=5 -timeout=5 -rss_limit_mb=2048 -print_final_stats=0
            ${found} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${arg_NAME}
        WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    set_tests_properties(fuzz.${arg_NAME} PROPERTIES LABELS fuzz TIMEOUT 60)
endfunction()

# The Python of the tests, with its locked packages, from the cache that tools/setup fills.
file(SHA256 ${PROJECT_SOURCE_DIR}/tests/requirements.txt requirements_hash)
string(SUBSTRING ${requirements_hash} 0 12 requirements_hash)
set(KT_PYTHON ${cache_root}/python-${requirements_hash}/bin/python)
