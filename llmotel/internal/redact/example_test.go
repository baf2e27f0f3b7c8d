package redact_test

import (
	"fmt"

	"github.com/llmotel/sdk/llmotel/internal/redact"
)

func ExampleString() {
	fmt.Println(redact.String("Mail alice@example.com or call +1 (415) 555-2671."))
	fmt.Println(redact.String("Order 12345678901 of 2026-01-02 came to 1,234.50 in 3.5.1."))
	// Output:
	// Mail [EMAIL] or call [PHONE].
	// Order 12345678901 of 2026-01-02 came to 1,234.50 in 3.5.1.
}
