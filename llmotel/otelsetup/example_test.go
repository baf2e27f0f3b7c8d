package otelsetup_test

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel"

	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// The first lines of a main function. Where telemetry goes is up to the
// OTEL_* variables; here it goes nowhere.
func Example() {
	_ = os.Setenv("OTEL_SDK_DISABLED", "true")
	defer func() { _ = os.Unsetenv("OTEL_SDK_DISABLED") }()

	ctx := context.Background()
	sdk, err := otelsetup.Start(ctx, otelsetup.WithServiceName("shop"), otelsetup.WithServiceVersion("1.4.0"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() {
		if err := sdk.Shutdown(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()

	_, span := otel.Tracer("shop").Start(ctx, "checkout")
	defer span.End()
	fmt.Println("recording:", span.IsRecording())
	// Output: recording: false
}
