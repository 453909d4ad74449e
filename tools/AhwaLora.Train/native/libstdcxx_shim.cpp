// GCC 13 moved the initialisation of std::cout and the other streams from every object file into libstdc++, under this symbol
// (GLIBCXX_3.4.32). For an older libstdc++ it is done here, in the old way.
#include <ios>

namespace std
{
void ios_base_library_init()
{
    static ios_base::Init streams;
}
}
