package mock_test

import (
	"testing"

	"github.com/llmotel/sdk/providers/mock"
)

func BenchmarkGenerate(b *testing.B) {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		b.Fatal(err)
	}
	req := ask(p.Model(), "Explain how tides work")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Generate(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStream(b *testing.B) {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		b.Fatal(err)
	}
	req := ask(p.Model(), "Explain how tides work")
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range p.Stream(b.Context(), req) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
