// A macro of BSD that names the version of a source file.
#define __FBSDID(text)
