#ifndef C_PROCESS_H
#define C_PROCESS_H

// What the command needs of its process on Linux where there is no /proc.

// The arguments that the process was started with.

// How many there are, the program's name among them; -1 where they are not known.
int zoo_argument_count(void);

// The argument at an index below the count.
const char *zoo_argument(int index);

#endif
