package redact_test

import (
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/redact"
)

const prose = "It was the best of times, it was the worst of times, it was the age of wisdom. The year was 1775: " +
	"Mrs. Southcott had recently attained her five-and-twentieth blessed birthday, of whom a prophetic private in the Life Guards had heralded.\n"

func samples() map[string]string {
	return map[string]string{
		"prose":   strings.Repeat(prose, 20),
		"code":    strings.Repeat("func (s *Server) Serve(l net.Listener) error {\n\tfor i := 0; i < maxTokens; i++ {\n\t\tif s.token == \"\" { return err_not_found }\n\t}\n}\n", 30),
		"numbers": strings.Repeat("2024-01-02 10:11:12.345 1234567 0.25 99,5 17.3% 4096 id=550e8400-e29b-41d4-a716-446655440000\n", 50),
		"hits":    strings.Repeat(prose+"Write to alice@example.com or +1 415 555 2671 from 10.0.0.1.\n", 15),
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, text := range samples() {
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 2*len(text))
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				redact.Append(dst, []byte(text))
			}
		})
	}
}

func BenchmarkString(b *testing.B) {
	text := strings.Repeat(prose, 20)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		redact.String(text)
	}
}

func TestAllocations(t *testing.T) {
	for name, text := range samples() {
		src, dst := []byte(text), make([]byte, 0, 2*len(text))
		if n := testing.AllocsPerRun(20, func() { redact.Append(dst, src) }); n != 0 {
			t.Errorf("%s: Append allocates %v times", name, n)
		}
		want := 0.0
		if name == "hits" {
			want = 1
		}
		n := testing.AllocsPerRun(20, func() { redact.String(text) })
		if n > want+1 || want == 0 && n != 0 {
			t.Errorf("%s: String allocates %v times", name, n)
		}
	}
}
