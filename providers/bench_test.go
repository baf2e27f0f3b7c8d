package providers_test

import (
	"testing"

	"github.com/llmotel/sdk/providers"
)

func conversation() *providers.Request {
	return &providers.Request{
		Model:    "gpt-5.2",
		Messages: []providers.Message{providers.SystemText("Be brief."), providers.UserText("Hello"), providers.AssistantText("Hi"), providers.UserText("Why?")},
	}
}

func TestValidateAllocatesNothing(t *testing.T) {
	req := conversation()
	if n := testing.AllocsPerRun(100, func() { _ = req.Validate() }); n != 0 {
		t.Errorf("Validate allocates %v times for a plain conversation", n)
	}
}

func BenchmarkValidate(b *testing.B) {
	req := conversation()
	b.ReportAllocs()
	for b.Loop() {
		if err := req.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}
