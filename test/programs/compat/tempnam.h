// What FFmpeg calls where mkstemp is missing, and WASI's stdio.h does not declare. A newer clang takes the missing declaration for an
// error.
#pragma once
char *tempnam(const char *folder, const char *prefix);
