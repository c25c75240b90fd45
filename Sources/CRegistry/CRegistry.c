#include "CRegistry.h"
