# What we build on, as targets dep::<name>. Debian's packages through pkg-config; librdkafka and llhttp from the cache
# that tools/setup fills (tools/lib/cache.sh computes the same folder names).

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(kt_package name module)
    pkg_check_modules(${name} IMPORTED_TARGET ${module})
    if(NOT ${name}_FOUND)
        message(FATAL_ERROR "${module} is missing: run tools/setup")
    endif()
    add_library(dep::${name} ALIAS PkgConfig::${name})
endfunction()

kt_package(uv libuv)
kt_package(microhttpd libmicrohttpd)
kt_package(jansson jansson)
kt_package(yaml yaml-0.1)
kt_package(pq libpq)
kt_package(curl libcurl)
kt_package(ssl libssl)
kt_package(crypto libcrypto)
kt_package(cmocka cmocka)
kt_package(idn2 libidn2)
kt_package(zstd libzstd)
kt_package(lz4 liblz4)
kt_package(z zlib)

if(DEFINED ENV{KT_CACHE})
    set(cache_root $ENV{KT_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(cache_root $ENV{XDG_CACHE_HOME}/keeptrusts-webhooks)
else()
    set(cache_root $ENV{HOME}/.cache/keeptrusts-webhooks)
endif()

# kt_cached(NAME RECIPE LIBRARY…): dep::NAME from the folder that the recipe made.
function(kt_cached name library recipe)
    set(recipe_file ${PROJECT_SOURCE_DIR}/${recipe})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${recipe_file})
    file(SHA256 ${recipe_file} hash)
    string(SUBSTRING ${hash} 0 12 hash)
    set(prefix ${cache_root}/${name}-${hash})
    if(NOT EXISTS ${prefix}/.complete)
        message(FATAL_ERROR "${name} is not in the cache (${prefix}): run tools/setup")
    endif()
    add_library(kt_dep_${library} STATIC IMPORTED GLOBAL)
    set_target_properties(kt_dep_${library} PROPERTIES
        IMPORTED_LOCATION ${prefix}/lib/lib${library}.a
        INTERFACE_INCLUDE_DIRECTORIES ${prefix}/include)
    add_library(dep::${library} ALIAS kt_dep_${library})
endfunction()

kt_cached(llhttp llhttp tools/sources/llhttp.sh)
kt_cached(librdkafka rdkafka tools/sources/librdkafka.sh)
target_link_libraries(kt_dep_rdkafka INTERFACE dep::ssl dep::crypto dep::zstd dep::lz4 dep::z Threads::Threads m dl)
