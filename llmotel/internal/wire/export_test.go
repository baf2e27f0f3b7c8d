package wire

import "unsafe"

// Size is how much memory an Exchange holds.
const Size = unsafe.Sizeof(Exchange{})
