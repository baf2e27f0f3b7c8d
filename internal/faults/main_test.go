package faults_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Toxiproxy 2.5 leaves the goroutines behind that hand data on while its
// connection ends. They have none of ours on their stacks.
func TestMain(m *testing.M) {
	const proxy = "github.com/Shopify/toxiproxy/v2"
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(proxy+"/toxics.(*ToxicStub).Run"),
		goleak.IgnoreAnyFunction(proxy+".(*ToxicLink).read"),
		goleak.IgnoreAnyFunction(proxy+".(*ToxicLink).write"),
	)
}
