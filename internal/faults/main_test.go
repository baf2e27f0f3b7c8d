package faults_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Toxiproxy 2.5 leaves the goroutine of a toxic behind that hands on data when
// its connection ends. It has none of ours on its stack.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"))
}
