// GCC 13 moved the initialisation of std::cout and its like from every object file into libstdc++, behind this symbol
// (GLIBCXX_3.4.32). On an older libstdc++ it is done here, the old way.
#include <ios>

namespace std
{
void ios_base_library_init()
{
    static ios_base::Init streams;
}
}
