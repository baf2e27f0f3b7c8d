package llmotel

// ScopeName is the instrumentation scope of all spans and metrics.
const ScopeName = "github.com/llmotel/sdk/llmotel"

// Version is the version of this module, stated in the scope.
const Version = "0.1.0"
