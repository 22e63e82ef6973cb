// BSD has the size of a terminal here.
#include <sys/ioctl.h>
